package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// Views against plain index arithmetic: element by element, whatever views were stacked before.
class ViewProperties {

    /// A chain of random views of a numbered tensor, and beside it the numbers that must be seen.
    private record Seen(Tensor view, double[] expected) {
    }

    @Property(tries = 300)
    void chainsOfViewsShowTheRightElements(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 4) Integer> sizes, @ForAll long seed,
            @ForAll @IntRange(max = 6) int steps) {
        Seen seen = chain(sizes, seed, steps);
        assertThat(seen.view.toDoubleArray()).isEqualTo(seen.expected);
        assertThat(seen.view.contiguous().toDoubleArray()).isEqualTo(seen.expected);
        assertThat(seen.view.copy().toDoubleArray()).isEqualTo(seen.expected);
    }

    @Property(tries = 300)
    void reshapeKeepsRowMajorOrderOfAnyView(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 4) Integer> sizes, @ForAll long seed,
            @ForAll @IntRange(max = 6) int steps) {
        Seen seen = chain(sizes, seed, steps);
        Tensor flat = seen.view.reshape(-1);
        assertThat(flat.toDoubleArray()).isEqualTo(seen.expected);
        assertThat(flat.reshape(seen.view.shape()).toDoubleArray()).isEqualTo(seen.expected);
        assertThat(seen.view.reshape(1, -1, 1).toDoubleArray()).isEqualTo(seen.expected);
    }

    @Property(tries = 200)
    void arithmeticAndSumsOfViewsMatchTheirCopies(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 4) Integer> sizes, @ForAll long seed,
            @ForAll @IntRange(max = 6) int steps) {
        Tensor view = chain(sizes, seed, steps).view;
        Tensor copy = Tensor.of(view.toDoubleArray(), view.shape());
        assertThat(view.mul(view).add(1).toDoubleArray()).isEqualTo(copy.mul(copy).add(1).toDoubleArray());
        for (int d = 0; d < view.rank(); d++)
            assertThat(view.reduce(ReduceOp.SUM, Dims.of(d)).toDoubleArray())
                    .isEqualTo(copy.reduce(ReduceOp.SUM, Dims.of(d)).toDoubleArray());
    }

    private static Seen chain(List<Integer> sizes, long seed, int steps) {
        var shape = Shape.of(sizes.stream().mapToInt(i -> i).toArray());
        Tensor x = Tensor.arange(shape.numel()).to(DType.F64).reshape(shape);
        int first = x.layout().offset();
        var rng = new Rng(seed);
        for (int s = 0; s < steps; s++)
            x = step(x, rng);
        return new Seen(x, numbers(x, first));
    }

    private static Tensor step(Tensor x, Rng rng) {
        int rank = x.rank();
        if (rank == 0)
            return x.unsqueeze(0);
        int d = rng.nextInt(rank);
        return switch (rng.nextInt(8)) {
            case 0 -> x.permute(rng.permutation(rank));
            case 1 -> x.flip(d);
            case 2 -> x.narrow(d, x.size(d) / 2, x.size(d) - x.size(d) / 2);
            case 3 -> x.slice(d, 0, x.size(d), 2);
            case 4 -> rank < 5 ? x.unsqueeze(d) : x.squeeze();
            case 5 -> x.size(d) == 1 ? x.expand(x.shape().with(d, 3)) : x.transpose(d, 0);
            case 6 -> x.size(d) > 0 ? x.select(d, x.size(d) - 1) : x;
            default -> x.squeeze();
        };
    }

    /// The numbered elements, of which number 0 is at `first`, read one by one through strides.
    private static double[] numbers(Tensor x, int first) {
        var numbers = new ArrayList<Double>();
        int[] index = new int[x.rank()];
        for (int e = 0; e < x.numel(); e++) {
            int at = x.layout().offset();
            for (int d = 0; d < index.length; d++)
                at += index[d] * x.layout().stride(d);
            numbers.add((double) (at - first));
            for (int d = index.length - 1; d >= 0 && ++index[d] == x.size(d); d--)
                index[d] = 0;
        }
        return numbers.stream().mapToDouble(i -> i).toArray();
    }

    @Property(tries = 200)
    void broadcastingAddsTheElementsThatMeet(@ForAll @Size(3) List<@IntRange(min = 1, max = 3) Integer> sizes,
            @ForAll @IntRange(max = 7) int left,
            @ForAll @IntRange(max = 7) int right, @ForAll @IntRange(max = 3) int missing) {
        int[] full = sizes.stream().mapToInt(i -> i).toArray();
        Tensor a = numbered(ones(full, left));
        Tensor b = numbered(Arrays.copyOfRange(ones(full, right), Math.min(missing, 3), 3)).mul(100);
        Tensor sum = a.add(b);
        for (int i = 0; i < sum.size(0); i++)
            for (int j = 0; j < sum.size(1); j++)
                for (int k = 0; k < sum.size(2); k++)
                    assertThat(sum.get(i, j, k)).isEqualTo(at(a, i, j, k) + at(b, i, j, k));
    }

    private static int[] ones(int[] sizes, int mask) {
        int[] result = sizes.clone();
        for (int d = 0; d < result.length; d++)
            if ((mask >> d & 1) == 1)
                result[d] = 1;
        return result;
    }

    private static Tensor numbered(int[] sizes) {
        return Tensor.arange(Shape.of(sizes).numel()).to(DType.F32).reshape(sizes);
    }

    private static double at(Tensor x, int... index) {
        int[] own = new int[x.rank()];
        for (int d = 0; d < own.length; d++) {
            int i = index[index.length - own.length + d];
            own[d] = x.size(d) == 1 ? 0 : i;
        }
        return x.get(own);
    }
}
