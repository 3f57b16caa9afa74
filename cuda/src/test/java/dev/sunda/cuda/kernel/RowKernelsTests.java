package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Backends;
import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.op.ScanOp;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.cuda.driver.PtxProvider;
import dev.sunda.cuda.kernel.Twins.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Reductions and what is built on them: empty tensors, ranks beyond a kernel's, bad labels.
class RowKernelsTests {
    private static final Backend GPU = Backends.of(new Device("ptx", 0));

    private static View view(DType type, Object array, int... sizes) {
        return new View(GPU.upload(type, array), Layout.contiguous(Shape.of(sizes)));
    }

    @ParameterizedTest
    @EnumSource(names = {"SUM", "PROD", "ANY", "ALL"})
    void nothingReducesToTheNeutralElement(ReduceOp op) {
        for (DType type : DType.values())
            new Twins(1).reads(type, Order.ROW_MAJOR, () -> 1, 3, 0).writes(FoldingProperties.result(op, type), Order.ROW_MAJOR, 3, 1)
                    .check(0,
                            (b, v) -> b.reduce(op, v[0], v[1]));
    }

    @Test
    void thereIsNoLargestOfNothing() {
        View x = view(DType.F32, new float[0], 2, 0);
        assertThatThrownBy(() -> GPU.reduce(ReduceOp.MAX, x, view(DType.F32, new float[2], 2, 1))).isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("amax: there is no largest or smallest of no elements");
        assertThatThrownBy(() -> GPU.argReduce(true, x, 1, view(DType.I64, new long[2], 2, 1))).isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("argmax: there is no largest or smallest of no elements");
        GPU.reduce(ReduceOp.MAX, x, view(DType.F32, new float[0], 1, 0));
    }

    @Test
    void moreReducedDimensionsThanAKernelWalks() {
        int[] sizes = {2, 1, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2};
        int[] result = {1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1};
        new Twins(5).reads(DType.I64, Order.ANY, () -> 3, sizes).writes(DType.I64, Order.ANY, result).check(0,
                (b, v) -> b.reduce(ReduceOp.SUM, v[0], v[1]));
    }

    /// Rows that stay in registers, and rows too long or too far apart for that.
    @ParameterizedTest
    @CsvSource({"ROW_MAJOR, 2, 1024", "ROW_MAJOR, 2, 4099", "ROW_MAJOR, 1, 16388", "ANY, 40, 70"})
    void layerNormKeepsItsDigitsFarFromZero(Order order, int rows, int length) {
        var random = Twins.random(3);
        new Twins(3).reads(DType.F32, order, () -> 1e4 + random.nextGaussian(), rows, length).nothing().nothing()
                .writes(DType.F32, Order.ROW_MAJOR, rows).writes(DType.F32, Order.ROW_MAJOR, rows).writes(DType.F32, order, rows, length)
                .check(3e-6, (b, v) -> b.layerNorm(v[0], v[1], v[2], 1e-5, v[3], v[4], v[5]));
    }

    /// Rows of a few threads, of a warp and of a block, as many as blocks go through one or two at a time, and without what is optional.
    @ParameterizedTest
    @CsvSource({"1, 4", "700, 8", "70, 48", "9, 128", "11, 600", "2070, 516", "5, 2000", "300, 1028", "2, 8192", "2, 8196"})
    void gradientsOfLayerNormTakeOnePass(int rows, int length) {
        for (boolean whole : new boolean[] {true, false}) {
            var twins = new Twins(rows).readsNormal(DType.F32, Order.ROW_MAJOR, rows, length)
                    .readsNormal(DType.F32, Order.ROW_MAJOR, rows, length);
            twins = whole ? twins.readsNormal(DType.F32, Order.ROW_MAJOR, rows).readsNormal(DType.F32, Order.ROW_MAJOR, length)
                    : twins.nothing().nothing();
            PtxProvider.driver(0).launches();
            twins.reads(DType.F32, Order.ROW_MAJOR, () -> 0.7, rows).writes(DType.F32, Order.ROW_MAJOR, rows, length)
                    .writes(DType.F32, Order.ROW_MAJOR, length).writes(DType.F32, Order.ROW_MAJOR, length)
                    .check(2e-6 + 4 * Math.sqrt(rows) * 0x1p-24,
                            (b, v) -> b.layerNormBackward(v[0], v[1], v[2], v[4], v[3], v[5], v[6], v[7]));
            assertThat(PtxProvider.driver(0).launches()).anySatisfy(
                    name -> assertThat(name).startsWith(length > 8192 ? "layer_norm_sums" : "layer_norm_gradients_f32x4_"));
        }
    }

    @ParameterizedTest
    @CsvSource({"ROW_MAJOR, 3, 7, 9", "ROW_MAJOR, 2, 40, 40", "CHANNELS_LAST, 3, 8, 8"})
    void groupNormKeepsItsDigitsFarFromZero(Order order, int samples, int height, int width) {
        var random = Twins.random(4);
        int[] image = {samples, 6, height, width};
        new Twins(4).reads(DType.F32, order, () -> -1e4 + random.nextGaussian(), image).nothing().nothing()
                .writes(DType.F32, Order.ROW_MAJOR, samples, 2).writes(DType.F32, Order.ROW_MAJOR, samples, 2)
                .writes(DType.F32, order, image).check(3e-6, (b, v) -> b.groupNorm(v[0], v[1], v[2], 1e-5, v[3], v[4], v[5]));
    }

    @Test
    void emptyNormsAndSoftmax() {
        DType type = DType.F32;
        Order order = Order.ROW_MAJOR;
        new Twins(1).readsNormal(type, order, 0, 3, 2).writes(type, order, 3).writes(type, order, 3).check(0,
                (b, v) -> b.channelStatistics(v[0], v[1], v[2]));
        new Twins(1).readsNormal(type, order, 0, 3).readsNormal(type, order, 0, 3).readsNormal(type, order, 3).readsNormal(type, order, 3)
                .writes(type, order, 0, 3).writes(type, order, 3).writes(type, order, 3)
                .check(0, (b, v) -> b.batchNormBackward(v[0], v[1], v[2], v[3], null, null, false, v[4], v[5], v[6]));
        new Twins(1).readsNormal(type, order, 3, 0).writes(type, order, 3).writes(type, order, 3).writes(type, order, 3, 0).check(0,
                (b, v) -> b.layerNorm(v[0], null, null, 0.1, v[1], v[2], v[3]));
        new Twins(1).readsNormal(type, order, 0, 3).readsNormal(type, order, 0, 3).readsNormal(type, order, 0).readsNormal(type, order, 0)
                .writes(type, order, 0, 3).writes(type, order, 3).writes(type, order, 3)
                .check(0, (b, v) -> b.layerNormBackward(v[0], v[1], v[2], v[3], null, v[4], v[5], v[6]));
        new Twins(1).readsNormal(type, order, 2, 4, 0).writes(type, order, 2, 2).writes(type, order, 2, 2).writes(type, order, 2, 4, 0)
                .check(0, (b, v) -> b.groupNorm(v[0], null, null, 0.1, v[1], v[2], v[3]));
        new Twins(1).readsNormal(type, order, 2, 0, 3).writes(type, order, 2, 0, 3).check(0, (b, v) -> b.softmax(v[0], 1, true, v[1]));
        new Twins(1).readsNormal(type, order, 2, 0, 3).writes(type, order, 2, 0, 3).check(0, (b, v) -> b.scan(ScanOp.SUM, v[0], 1, v[1]));
    }

    @Test
    void extremesKeepNaNAndTheSignOfZero() {
        View x = view(DType.F32, new float[] {-0f, 0, -0f, Float.NaN, 1, Float.NEGATIVE_INFINITY, -0f, -0f, -0f}, 3, 3);
        View most = view(DType.F32, new float[3], 3, 1);
        GPU.reduce(ReduceOp.MAX, x, most);
        assertThat((float[]) GPU.download(most.storage(), 0, 3)).containsExactly(0f, Float.NaN, -0f);
        GPU.reduce(ReduceOp.MIN, x, most);
        assertThat((float[]) GPU.download(most.storage(), 0, 3)).containsExactly(-0f, Float.NaN, -0f);
    }

    @Test
    void badLabelsAreReported() {
        View z = view(DType.F32, new float[6], 2, 3);
        View out = view(DType.F32, new float[2], 2);
        View lse = view(DType.F32, new float[2], 2);
        GPU.crossEntropy(new CrossEntropySpec(-100, 0), z, view(DType.I64, new long[] {1, 3}, 2), null, out, lse);
        assertThatThrownBy(GPU::synchronize).isInstanceOf(ShapeException.class).hasMessageContaining("crossEntropy")
                .hasMessageContaining("(got 3)");
        GPU.crossEntropyBackward(new CrossEntropySpec(-100, 0), out, z, view(DType.I64, new long[] {-1, 0}, 2), null, lse,
                view(DType.F32, new float[6], 2, 3));
        assertThatThrownBy(GPU::synchronize).isInstanceOf(ShapeException.class).hasMessageContaining("(got -1)");
        GPU.crossEntropy(new CrossEntropySpec(-100, 0), view(DType.F32, new float[0], 2, 0), view(DType.I64, new long[] {-100, 0}, 2), null,
                out, lse);
        assertThatThrownBy(GPU::synchronize).isInstanceOf(ShapeException.class).hasMessageContaining("(got 0)");
        GPU.crossEntropy(new CrossEntropySpec(-100, 0), z, view(DType.I64, new long[] {1, -100}, 2), null, out, lse);
        assertThat((float[]) GPU.download(out.storage(), 0, 2)).containsExactly((float) Math.log(3), 0);
    }
}
