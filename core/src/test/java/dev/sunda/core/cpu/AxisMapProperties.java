package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.AxisKernels;
import dev.sunda.core.op.AxisMap;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Linear maps along an axis, over sizes from one line to several chunks, all memory orders, and outputs without taps.
class AxisMapProperties {
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(min = 0, max = 40) int rows, @ForAll @IntRange(min = 1, max = 30) int in,
            @ForAll @IntRange(min = 0, max = 30) int out, @ForAll @IntRange(min = 1, max = 60) int columns,
            @ForAll @IntRange(min = 0, max = 2) int dim, @ForAll boolean reversed, @ForAll long seed) {
        var random = new Random(seed);
        AxisMap map = map(in, out, random);
        int[] sizes = {rows, columns, columns / 3};
        sizes[dim] = in;
        Tensor x = Tensor.randn(Shape.of(sizes), new Rng(seed), DType.F64, Device.CPU);
        if (reversed)
            x = x.permute(2, 1, 0).contiguous().permute(2, 1, 0);
        assertClose(AxisKernels.map(map, x, dim), AxisKernels.map(map, x.to(Device.REFERENCE), dim), 1e-12);
        Tensor single = x.to(DType.F32);
        assertClose(AxisKernels.map(map, single, dim), AxisKernels.map(map, single.to(Device.REFERENCE), dim), 1e-4);
    }

    /// `<A x, y> = <x, A' y>`.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void theTransposedMapIsTheAdjoint(@ForAll @IntRange(min = 1, max = 12) int in, @ForAll @IntRange(min = 1, max = 12) int out,
            @ForAll long seed) {
        AxisMap map = map(in, out, new Random(seed));
        var rng = new Rng(seed);
        Tensor x = Tensor.randn(Shape.of(3, in, 2), rng, DType.F64, Device.CPU);
        Tensor y = Tensor.randn(Shape.of(3, out, 2), rng, DType.F64, Device.CPU);
        double left = AxisKernels.map(map, x, 1).mul(y).sum().item();
        double right = x.mul(AxisKernels.map(map.transposed(), y, 1)).sum().item();
        assertThat(left).isCloseTo(right, within(1e-10));
    }

    private static AxisMap map(int in, int out, Random random) {
        int[][] index = new int[out][];
        double[][] weight = new double[out][];
        for (int i = 0; i < out; i++) {
            index[i] = random.ints(random.nextInt(4), 0, in).toArray();
            weight[i] = random.doubles(index[i].length).toArray();
        }
        return AxisMap.of(in, index, weight);
    }

    private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubleArray()).containsExactly(expected.toDoubleArray(), within(tolerance));
    }
}
