package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.AxisKernels;
import dev.sunda.core.op.AxisMap;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
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
        assertClose(AxisKernels.map(List.of(map), x, dim), AxisKernels.map(List.of(map), x.to(Device.REFERENCE), dim), 1e-12);
        Tensor single = x.to(DType.F32);
        assertClose(AxisKernels.map(List.of(map), single, dim), AxisKernels.map(List.of(map), single.to(Device.REFERENCE), dim), 1e-4);
    }

    /// One to three maps at once, in row-major and in channels-last order; some have one tap of weight 1 for each output, some two taps.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void severalMapsAgreeWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int axes, @ForAll @IntRange(max = 3) int batch,
            @ForAll @IntRange(max = 40) int channels, @ForAll boolean channelsLast, @ForAll boolean threads, @ForAll long seed) {
        var random = new Random(seed);
        int[] sizes = new int[axes + 2];
        sizes[0] = batch;
        sizes[1] = channels;
        List<AxisMap> maps = new ArrayList<>();
        for (int a = 0; a < axes; a++) {
            sizes[a + 2] = 2 + random.nextInt(axes == 3 ? 7 : 25);
            maps.add(map(sizes[a + 2], random.nextInt(axes == 3 ? 7 : 25), random.nextInt(4), random));
        }
        Tensor x = Tensor.randn(Shape.of(sizes), new Rng(seed), DType.F64, Device.CPU);
        if (channelsLast)
            x = x.channelsLast();
        assertAgree(maps, x, threads ? 3 : 1, 1e-11);
        assertAgree(maps, x.to(DType.F32), threads ? 3 : 1, 1e-4);
    }

    private static void assertAgree(List<AxisMap> maps, Tensor x, int threads, double tolerance) {
        Tensor expected = AxisKernels.map(maps, x.to(Device.REFERENCE), 2);
        Tensor actual = AxisKernels.map(maps, x, 2);
        assertClose(actual, expected, tolerance);
        Tensor again = Parallel.withThreads(threads, () -> AxisKernels.map(maps, x, 2));
        assertThat(again.toDoubleArray()).containsExactly(actual.toDoubleArray());
        if (!x.layout().isContiguous()) {                            // the order stays, and the other one gives the same bits
            assertThat(actual.layout().isChannelsLast()).isTrue();
            assertThat(AxisKernels.map(maps, x.contiguous(), 2).toDoubleArray()).containsExactly(actual.toDoubleArray());
        }
    }

    /// `<A x, y> = <x, A' y>`.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void theTransposedMapIsTheAdjoint(@ForAll @IntRange(min = 1, max = 12) int in, @ForAll @IntRange(min = 1, max = 12) int out,
            @ForAll long seed) {
        AxisMap map = map(in, out, new Random(seed));
        var rng = new Rng(seed);
        Tensor x = Tensor.randn(Shape.of(3, in, 2), rng, DType.F64, Device.CPU);
        Tensor y = Tensor.randn(Shape.of(3, out, 2), rng, DType.F64, Device.CPU);
        double left = AxisKernels.map(List.of(map), x, 1).mul(y).sum().item();
        double right = x.mul(AxisKernels.map(List.of(map.transposed()), y, 1)).sum().item();
        assertThat(left).isCloseTo(right, within(1e-10));
    }

    private static AxisMap map(int in, int out, Random random) {
        return map(in, out, 0, random);
    }

    /// @param taps of every output; 0 for numbers from 0 to 3, 1 for a copy
    private static AxisMap map(int in, int out, int taps, Random random) {
        if (taps == 1)
            return AxisMap.copies(in, random.ints(out, 0, in).toArray());
        int[][] index = new int[out][];
        double[][] weight = new double[out][];
        for (int i = 0; i < out; i++) {
            index[i] = random.ints(taps == 0 ? random.nextInt(4) : taps, 0, in).toArray();
            weight[i] = random.doubles(index[i].length).toArray();
        }
        return AxisMap.of(in, index, weight);
    }

    private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubleArray()).containsExactly(expected.toDoubleArray(), within(tolerance));
    }
}
