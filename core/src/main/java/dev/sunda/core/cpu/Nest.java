package dev.sunda.core.cpu;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.Layout;
import java.util.Arrays;

/// A loop nest over the elements of several layouts of one shape at once, as few and as long loops as their strides allow.
///
/// Dimensions are ordered by the strides of the last layout (the destination), the largest outermost, and neighbours that all layouts
/// walk through in one stride are merged; so four tensors in channels-last order become one loop. The innermost loop is
/// handed out in segments.
final class Nest {
    /// Elements a thread takes at once.
    static final int CHUNK = 16 * 1024;
    /// The same in long loops, in which reading ahead past the end of a chunk and starting anew cost more than waiting for the last one.
    private static final int MOST = 4 * CHUNK;
    private static final int LEAST_CHUNKS = 64;

    private final int n;
    private final int inner;
    private final int[] sizes;                                       // of the outer loops
    private final int[][] strides;                                   // of the outer loops, for each operand
    private final int[] innerStrides;
    private final int[] offsets;

    /// A stretch of `n` elements of the innermost loop; operand `k` starts at `at[k]` and continues with its inner stride.
    @FunctionalInterface
    interface Segment {
        void run(int[] at, int n);
    }

    private Nest(Layout... layouts) {
        int operands = layouts.length;
        int[] all = layouts[0].shape().sizes();
        int[][] steps = new int[operands][];
        for (int k = 0; k < operands; k++)
            steps[k] = layouts[k].strides();
        int[] order = order(all, steps[operands - 1]);
        int[] merged = new int[order.length + 1];
        int[][] mergedSteps = new int[operands][order.length + 1];
        int loops = 0;
        for (int d : order) {
            if (loops > 0 && follows(steps, d, all[d], mergedSteps, loops - 1)) {
                merged[loops - 1] *= all[d];
            } else {
                merged[loops] = all[d];
                loops++;
            }
            for (int k = 0; k < operands; k++)
                mergedSteps[k][loops - 1] = steps[k][d];
        }
        int outer = Math.max(0, loops - 1);
        n = layouts[0].shape().numel();
        inner = loops == 0 ? 1 : merged[outer];
        sizes = Arrays.copyOf(merged, outer);
        strides = new int[operands][];
        innerStrides = new int[operands];
        offsets = new int[operands];
        for (int k = 0; k < operands; k++) {
            strides[k] = Arrays.copyOf(mergedSteps[k], outer);
            innerStrides[k] = loops == 0 ? 1 : mergedSteps[k][outer];
            offsets[k] = layouts[k].offset();
        }
    }

    /// @param layouts all of one shape; the last one gives the order
    static Nest of(Layout... layouts) {
        return new Nest(layouts);
    }

    /// Dimensions of size other than 1, by descending stride.
    private static int[] order(int[] sizes, int[] strides) {
        int[] order = new int[sizes.length];
        int count = 0;
        for (int d = 0; d < sizes.length; d++) {
            if (sizes[d] == 1)
                continue;
            int at = count++;
            while (at > 0 && Math.abs(strides[order[at - 1]]) < Math.abs(strides[d])) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = d;
        }
        return Arrays.copyOf(order, count);
    }

    private static boolean follows(int[][] steps, int d, int size, int[][] mergedSteps, int loop) {
        for (int k = 0; k < steps.length; k++)
            if (mergedSteps[k][loop] != steps[k][d] * size)
                return false;
        return true;
    }

    /// Number of elements.
    int numel() {
        return n;
    }

    /// Length of the innermost loop.
    int inner() {
        return inner;
    }

    /// Number of loops around the innermost one.
    int outerLoops() {
        return sizes.length;
    }

    /// Stride of operand `k` in the innermost loop.
    int stride(int k) {
        return innerStrides[k];
    }

    /// Length of outer loop `loop`, 0 being the outermost.
    int outerSize(int loop) {
        return sizes[loop];
    }

    /// Stride of operand `k` in outer loop `loop`.
    int outerStride(int k, int loop) {
        return strides[k][loop];
    }

    int offset(int k) {
        return offsets[k];
    }

    /// True if every operand is contiguous in the innermost loop.
    boolean isUnit() {
        for (int stride : innerStrides)
            if (stride != 1)
                return false;
        return true;
    }

    /// Runs `segment` over all elements, on several threads if there are many.
    void forEach(Segment segment) {
        forEach(chunk(n), segment);
    }

    /// Runs `segment` over all elements, `chunk` of them at once.
    void forEach(int chunk, Segment segment) {
        Parallel.forChunks(n, chunk, (_, from, to) -> run(segment, from, to));
    }

    /// Runs `segment` over all elements in the calling thread, in the order of the loops.
    void forEachInOrder(Segment segment) {
        if (n > 0)
            run(segment, 0, n);
    }

    /// Elements a thread takes at once of a loop of `n` simple operations: all of them if they are few, otherwise a multiple of every
    /// vector's length.
    static int chunk(int n) {
        return n <= 2 * CHUNK ? Math.max(1, n) : Math.clamp(n / LEAST_CHUNKS & -1024, CHUNK, MOST);
    }

    /// Runs `segment` over the elements from `from` to before `to`, in the order of the loops.
    void run(Segment segment, int from, int to) {
        int row = from / inner;
        int start = from - row * inner;
        int[] position = new int[sizes.length];
        for (int d = sizes.length - 1, left = row; d >= 0; d--) {
            position[d] = left % sizes[d];
            left /= sizes[d];
        }
        int[] base = offsets.clone();
        for (int k = 0; k < base.length; k++)
            for (int d = 0; d < position.length; d++)
                base[k] += position[d] * strides[k][d];
        int[] at = new int[base.length];
        for (int done = from; done < to; start = 0) {
            int length = Math.min(inner - start, to - done);
            for (int k = 0; k < at.length; k++)
                at[k] = base[k] + start * innerStrides[k];
            segment.run(at, length);
            done += length;
            next(position, base);
        }
    }

    private void next(int[] position, int[] base) {
        for (int d = sizes.length - 1; d >= 0; d--) {
            for (int k = 0; k < base.length; k++)
                base[k] += strides[k][d];
            if (++position[d] < sizes[d])
                return;
            for (int k = 0; k < base.length; k++)
                base[k] -= sizes[d] * strides[k][d];
            position[d] = 0;
        }
    }
}
