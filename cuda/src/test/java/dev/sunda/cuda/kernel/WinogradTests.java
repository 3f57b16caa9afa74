package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.kernel.ConvolutionCheck.Case;
import dev.sunda.cuda.kernel.ConvolutionCheck.Order;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Three by three convolutions of sizes that are too small for Winograd's algorithm otherwise, with the naive loops.
class WinogradTests {
    /// Runs of 128 tiles where images have eight channels.
    private static final WinogradSizes SMALL = new WinogradSizes(4, 1, 1, 16, 128 * 36 * 4 * 16);
    static final WinogradSizes WHOLE = new WinogradSizes(4, 1, 1, 16, 1L << 30);

    static Window axis(int in, int before, int after) {
        return Window.sliding(in, 3, 1, 1, before, after);
    }

    private static Case of(WinogradSizes sizes, int batch, int in, int out, Order order, Order target, Window... axes) {
        return new Case(new ConvSpec(batch, in, out, 1, List.of(axes)), DType.F32, order, target, 1, Precision.FLOAT32,
                GemmConvolution.MULTIPROCESSORS, sizes);
    }

    /// @return the kernels that were launched
    static Set<String> check(Case wanted) {
        Mirrored.DRIVER.launches();
        wanted.run();
        return new HashSet<>(Mirrored.DRIVER.launches());
    }

    @Test
    void neighboursInMemoryAreTransformedSideBySide() {
        assertThat(check(of(WHOLE, 2, 8, 12, Order.CONTIGUOUS, Order.CHANNELS_LAST, axis(8, 1, 1), axis(8, 1, 1))))
                .contains("winograd_source_pixels_f32", "winograd_gradient_pixels_f32", "winograd_result_channels_f32");
        assertThat(check(of(WHOLE, 2, 8, 12, Order.CHANNELS_LAST, Order.CONTIGUOUS, axis(9, 0, 2), axis(7, 2, 0))))
                .contains("winograd_source_channels_f32", "winograd_gradient_channels_f32", "winograd_result_pixels_f32");
    }

    /// Three runs, the last one shorter.
    @Test
    void imagesAreTransformedSomeTilesAtATime() {
        for (Order order : List.of(Order.CONTIGUOUS, Order.CHANNELS_LAST))
            check(of(SMALL, 3, 8, 8, order, order, axis(39, 1, 1), axis(37, 1, 1)));
        assertThat(new WinogradTiles(3, 10, 10).run(128)).isEqualTo(128);
    }

    @Test
    void runsAreAsEqualAsWholeTilesOfProductsAllow() {
        assertThat(new WinogradTiles(64, 7, 7).run(10_000)).isEqualTo(3136);
        assertThat(new WinogradTiles(64, 14, 14).run(7281)).isEqualTo(6272);
        assertThat(new WinogradTiles(1, 5, 5).run(1)).isEqualTo(25);
        assertThat(new WinogradTiles(1, 50, 5).run(1)).isEqualTo(128);
    }

    /// More than one block adds up over tiles.
    @Test
    void manyTilesOfAGradientAreCutIntoSlices() {
        check(of(WHOLE, 2, 4, 8, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(64, 1, 1), axis(67, 1, 1)));
        check(of(WHOLE, 2, 4, 8, Order.CHANNELS_LAST, Order.CHANNELS_LAST, axis(64, 1, 1), axis(67, 1, 1)));
    }

    @Test
    void gradientsOfManyChannelsHaveLargeTiles() {
        assertThat(check(of(WHOLE, 1, 68, 72, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(5, 1, 1), axis(6, 1, 1))))
                .contains("matmul_128_nt_f32");
    }

    /// Of the largest cases of the benchmarks, and of smaller ones: what was fastest on a GPU.
    @Test
    void tilesAndSlicesSuitALargeGpu() {
        assertThat(List.of(WinogradCut.side(256, 3136), WinogradCut.side(6272, 128), WinogradCut.side(512, 512), WinogradCut.side(256, 512),
                WinogradCut.side(512, 128), WinogradCut.side(64, 3136), WinogradCut.side(128, 256))).containsExactly(128, 128, 64, 64, 64,
                        64, 64);
        assertThat(List.of(WinogradCut.slices(256, 256, 3136), WinogradCut.slices(128, 128, 6272), WinogradCut.slices(512, 512, 512),
                WinogradCut.slices(256, 256, 512), WinogradCut.slices(64, 64, 3136), WinogradCut.slices(64, 64, 12544))).containsExactly(7,
                        7, 2, 3, 14, 14);
    }

    @Test
    void fewChannelsOrTilesAreNotWorthIt() {
        assertThat(taken(64, 16, 28, 32)).isEmpty();
        assertThat(taken(16, 64, 56, 64)).containsExactly("conv", "weight");
        assertThat(taken(16, 128, 14, 128)).containsExactly("conv", "weight");
        assertThat(taken(15, 128, 14, 128)).containsExactly("conv");
        assertThat(taken(4, 128, 14, 128)).containsExactly("conv");
        assertThat(taken(3, 128, 14, 128)).isEmpty();
        assertThat(taken(16, 60, 56, 64)).isEmpty();
        assertThat(taken(16, 64, 56, 60)).isEmpty();
        assertThat(taken(512, 64, 5, 64)).isEmpty();
        assertThat(taken(64, 4096, 28, 4096)).isEmpty();
    }

    private static List<String> taken(int batch, int in, int size, int out) {
        var axes = List.of(Window.sliding(1, 1, 1, 1, 0, 0), axis(size, 1, 1), axis(size, 1, 1));
        var geometry = new ConvGeometry(batch, 1, out, in, false, axes, image(batch, in, size), image(batch, out, size));
        var taken = new ArrayList<String>();
        if (WinogradSizes.LARGE.suit(geometry))
            taken.add("conv");
        if (WinogradSizes.LARGE.suitWeight(geometry))
            taken.add("weight");
        return taken;
    }

    private static Operand image(int batch, int channels, int size) {
        return new Operand(0, DType.F32, Layout.contiguous(Shape.of(batch, channels, size, size)));
    }

    @Test
    void depthOfOneIsNone() {
        assertThat(
                check(of(WHOLE, 2, 8, 4, Order.CONTIGUOUS, Order.SLICED, Window.sliding(1, 1, 1, 1, 0, 0), axis(6, 1, 1), axis(5, 1, 1))))
                .contains("winograd_weight_f32", "winograd_weight_gradient_f32");
    }

    @Test
    void othersStayWhatTheyAre() {
        Window three = axis(7, 1, 1);
        Window flat = Window.sliding(7, 3, 1, 2, 2, 2);
        Window strided = Window.sliding(7, 3, 2, 1, 1, 1);
        Window five = Window.sliding(7, 5, 1, 1, 2, 2);
        for (Window other : List.of(flat, strided, five)) {
            assertThat(check(of(WHOLE, 2, 16, 20, Order.CONTIGUOUS, Order.CONTIGUOUS, three, other))).noneMatch(WinogradTests::isWinograd);
            assertThat(check(of(WHOLE, 2, 16, 20, Order.CONTIGUOUS, Order.CONTIGUOUS, other, three))).noneMatch(WinogradTests::isWinograd);
        }
        assertThat(check(of(WHOLE, 2, 16, 20, Order.CONTIGUOUS, Order.CONTIGUOUS, three, three, three)))
                .noneMatch(WinogradTests::isWinograd);
        assertThat(check(of(WHOLE, 2, 18, 20, Order.CONTIGUOUS, Order.CONTIGUOUS, three, three))).noneMatch(WinogradTests::isWinograd);
        assertThat(check(of(WHOLE, 2, 20, 21, Order.CONTIGUOUS, Order.CONTIGUOUS, three, three))).noneMatch(WinogradTests::isWinograd);
        var groups = new ConvSpec(2, 16, 24, 2, List.of(three, three));
        assertThat(check(new Case(groups, DType.F32, Order.CONTIGUOUS, Order.CONTIGUOUS, 1, Precision.FLOAT32, 132, WHOLE)))
                .noneMatch(WinogradTests::isWinograd);
        var dense = new ConvSpec(2, 16, 24, 1, List.of(three, three));
        assertThat(check(new Case(dense, DType.F64, Order.CONTIGUOUS, Order.CONTIGUOUS, 1, Precision.FLOAT32, 132, WHOLE)))
                .noneMatch(WinogradTests::isWinograd);
        assertThat(check(new Case(dense, DType.F32, Order.CONTIGUOUS, Order.CONTIGUOUS, 1, Precision.TF32, 132,
                new WinogradSizes(4, 1, 1, 16, 1L << 30)))).noneMatch(WinogradTests::isWinograd);
    }

    private static boolean isWinograd(String kernel) {
        return kernel.startsWith("winograd");
    }
}
