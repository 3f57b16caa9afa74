package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// How a kernel walks the elements of several views of one shape: dimensions of size 1 left out, those sorted by the first view's strides,
/// neighbours merged that every view walks as one. What is dense in the same order in all views becomes one dimension.
public final class Strided {
    private static final int MAX_RANK = 8;

    private final int numel;
    private final int[] sizes;
    private final int[][] strides;
    private final long[] addresses;

    private Strided(int[] sizes, int[][] strides, long[] addresses) {
        this.sizes = sizes;
        this.strides = strides;
        this.addresses = addresses;
        int product = 1;
        for (int size : sizes)
            product *= size;
        numel = product;
    }

    /// Calls `launch` for all elements of views of one shape: once, unless there are more than eight dimensions left after merging; never
    /// if there are no elements.
    ///
    /// @param views the one written comes first: its memory order decides the order of the walk
    public static void over(List<View> views, Consumer<Strided> launch) {
        if (views.getFirst().shape().numel() == 0)
            return;
        var addresses = new long[views.size()];
        for (int n = 0; n < addresses.length; n++)                   // plain loops: this comes before every launch
            addresses[n] = Gpu.address(views.get(n));
        if (isRun(views)) {
            launch.accept(run(views.getFirst().shape().numel(), addresses));
        } else {
            var strides = new int[addresses.length][];
            for (int n = 0; n < strides.length; n++)
                strides[n] = views.get(n).layout().strides();
            over(views, views.getFirst().shape().sizes(), strides, addresses, launch);
        }
    }

    /// The same for a part of the dimensions, which have elements.
    ///
    /// @param views which the addresses belong to
    static void over(List<View> views, int[] sizes, int[][] strides, long[] addresses, Consumer<Strided> launch) {
        Strided walk = merged(sizes, strides, addresses);
        if (walk.rank() <= MAX_RANK)
            launch.accept(walk);
        else
            each(walk, views.stream().mapToLong(v -> v.dtype().bytes()).toArray(), launch);
        Reference.reachabilityFence(views);                          // their memory must not be given back before the launch
    }

    /// The usual case, which [#merged] would find as well.
    private static boolean isRun(List<View> views) {
        for (View view : views)
            if (!view.layout().isContiguous())
                return false;
        return true;
    }

    private static Strided run(int numel, long[] addresses) {
        int[] one = numel == 1 ? new int[0] : new int[] {1};
        var strides = new int[addresses.length][];
        Arrays.fill(strides, one);
        return new Strided(numel == 1 ? one : new int[] {numel}, strides, addresses);
    }

    private static void each(Strided walk, long[] bytes, Consumer<Strided> launch) {
        if (walk.rank() <= MAX_RANK) {
            launch.accept(walk);
            return;
        }
        for (int i = 0; i < walk.sizes[0]; i++) {                    // one launch for each position of the outermost dimension
            long[] moved = walk.addresses.clone();
            for (int n = 0; n < moved.length; n++)
                moved[n] += i * walk.strides[n][0] * bytes[n];
            each(new Strided(tail(walk.sizes), Arrays.stream(walk.strides).map(Strided::tail).toArray(int[][]::new), moved), bytes, launch);
        }
    }

    private static int[] tail(int[] numbers) {
        return Arrays.copyOfRange(numbers, 1, numbers.length);
    }

    private static Strided merged(int[] sizes, int[][] strides, long[] addresses) {
        int[] dims = outermostFirst(sizes, strides[0]);
        int rank = 0;
        var mergedSizes = new int[dims.length];
        var mergedStrides = new int[strides.length][dims.length];
        for (int d : dims) {
            if (rank > 0 && fits(sizes[d], d, rank - 1, strides, mergedStrides)) {
                mergedSizes[rank - 1] *= sizes[d];
            } else {
                mergedSizes[rank++] = sizes[d];
            }
            for (int n = 0; n < strides.length; n++)
                mergedStrides[n][rank - 1] = strides[n][d];
        }
        if (rank < dims.length) {
            mergedSizes = Arrays.copyOf(mergedSizes, rank);
            for (int n = 0; n < strides.length; n++)
                mergedStrides[n] = Arrays.copyOf(mergedStrides[n], rank);
        }
        return new Strided(mergedSizes, mergedStrides, addresses);
    }

    /// Dimensions of other sizes than 1, by the length of their steps; those of equal steps as they are.
    private static int[] outermostFirst(int[] sizes, int[] strides) {
        var dims = new int[sizes.length];
        int count = 0;
        for (int d = 0; d < sizes.length; d++) {
            if (sizes[d] == 1)
                continue;
            int at = count++;
            for (; at > 0 && Math.abs(strides[dims[at - 1]]) < Math.abs(strides[d]); at--)
                dims[at] = dims[at - 1];
            dims[at] = d;
        }
        return count == dims.length ? dims : Arrays.copyOf(dims, count);
    }

    /// True if in every view the merged dimension `outer` steps over exactly the whole of dimension `d`.
    private static boolean fits(int size, int d, int outer, int[][] strides, int[][] merged) {
        for (int n = 0; n < strides.length; n++)
            if (merged[n][outer] != (long) size * strides[n][d])
                return false;
        return true;
    }

    /// The walk over all dimensions but two, at the first position of these.
    Strided without(int d, int e) {
        int[] kept = IntStream.range(0, rank()).filter(i -> i != d && i != e).toArray();
        return new Strided(IntStream.of(kept).map(i -> sizes[i]).toArray(),
                Arrays.stream(strides).map(s -> IntStream.of(kept).map(i -> s[i]).toArray()).toArray(int[][]::new), addresses);
    }

    /// Number of elements.
    public int numel() {
        return numel;
    }

    /// Number of dimensions after merging, 0 for a single element.
    public int rank() {
        return sizes.length;
    }

    /// Size of merged dimension `d`, the outermost first.
    public int size(int d) {
        return sizes[d];
    }

    /// Stride of view `n` along merged dimension `d`.
    public int stride(int n, int d) {
        return strides[n][d];
    }

    /// Where view `n` starts.
    public long address(int n) {
        return addresses[n];
    }

    /// True if all views are walked as one block without gaps.
    public boolean isContiguous() {
        for (int[] s : strides)
            if (!(rank() == 0 || rank() == 1 && s[0] == 1))
                return false;
        return true;
    }

    /// True if view `n` is one block without gaps in the order of the walk.
    public boolean isContiguous(int n) {
        int step = 1;
        for (int d = rank() - 1; d >= 0; d--) {
            if (strides[n][d] != step)
                return false;
            step *= sizes[d];
        }
        return true;
    }

    /// True if view `n` has one element that stands for all.
    public boolean isConstant(int n) {
        for (int step : strides[n])
            if (step != 0)
                return false;
        return true;
    }

    /// The same walk in steps of four elements, for the views that run through the innermost dimension one by one; others stand still.
    Strided quarters() {
        int last = rank() - 1;
        int[] fewer = sizes.clone();
        fewer[last] /= 4;
        var wider = new int[strides.length][rank()];
        for (int n = 0; n < strides.length; n++)
            for (int d = 0; d < rank(); d++)
                wider[n][d] = d == last ? strides[n][d] : strides[n][d] / 4;
        return new Strided(fewer, wider, addresses);
    }

    /// `struct Strided<N>` of common.cuh.
    public int[] struct() {
        var words = new int[2 + (3 + strides.length) * MAX_RANK];
        words[0] = numel;
        words[1] = rank();
        for (int d = 0; d < rank(); d++) {
            words[2 + d] = magic(sizes[d]);
            words[2 + MAX_RANK + d] = shift(sizes[d]);
            words[2 + 2 * MAX_RANK + d] = sizes[d];
            for (int n = 0; n < strides.length; n++)
                words[2 + (3 + n) * MAX_RANK + d] = strides[n][d];
        }
        return words;
    }

    /// With [#shift] the numbers by which a kernel divides by `size` in a multiplication.
    static int magic(int size) {
        return (int) (((1L << 32) * ((1L << shift(size)) - size)) / size + 1);
    }

    static int shift(int size) {
        return 32 - Integer.numberOfLeadingZeros(size - 1);
    }
}
