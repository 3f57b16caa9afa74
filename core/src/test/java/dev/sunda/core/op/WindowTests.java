package dev.sunda.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WindowTests {
    private static final int[] ONE = {1, 1};

    private static ConvSpec spec(Shape x, Shape w, int stride, Padding padding, int dilation, int groups) {
        return ConvSpec.of("conv2d", x, w, new int[] {stride, stride}, padding, new int[] {dilation, dilation}, groups);
    }

    @Property(tries = 500)
    void outputSizeIsTheNumberOfPlacesTheKernelFits(@ForAll @IntRange(min = 1, max = 12) int in,
            @ForAll @IntRange(min = 1, max = 4) int kernel,
            @ForAll @IntRange(min = 1, max = 3) int stride, @ForAll @IntRange(min = 1, max = 3) int dilation,
            @ForAll @IntRange(max = 3) int before,
            @ForAll @IntRange(max = 3) int after) {
        int places = 0;
        for (int start = -before; start + (kernel - 1) * dilation < in + after; start += stride)
            places++;
        assertThat(Window.sliding(in, kernel, stride, dilation, before, after).out()).isEqualTo(places);
    }

    @Property(tries = 500)
    void ceilModeAddsOnlyWindowsThatStartInside(@ForAll @IntRange(min = 1, max = 12) int in,
            @ForAll @IntRange(min = 1, max = 4) int kernel,
            @ForAll @IntRange(min = 1, max = 5) int stride, @ForAll @IntRange(max = 2) int padding) {
        int pad = Math.min(padding, kernel / 2);                     // more is refused by the specs
        Window floor = Window.sliding(in, kernel, stride, 1, pad, pad);
        Window ceil = Window.slidingCeil(in, kernel, stride, 1, pad, pad);
        if (floor.out() == 0)
            return;                                                  // too small for even one window: refused by the specs
        boolean rest = (in + 2 * pad - kernel) % stride != 0 && floor.out() * stride < in + pad;
        assertThat(ceil.out()).isEqualTo(floor.out() + (rest ? 1 : 0));
    }

    @Test
    void courseShapesComeOut() {
        assertThat(spec(Shape.of(1, 3, 32, 32), Shape.of(16, 3, 3, 3), 1, Padding.of(1), 1, 1).outputShape())
                .isEqualTo(Shape.of(1, 16, 32, 32));
        assertThat(spec(Shape.of(1, 1, 5, 5), Shape.of(1, 1, 3, 3), 1, Padding.of(2), 2, 1).outputShape()).isEqualTo(Shape.of(1, 1, 5, 5));
        assertThat(spec(Shape.of(1, 3, 224, 224), Shape.of(16, 3, 1, 1), 1, Padding.VALID, 1, 1).outputShape())
                .isEqualTo(Shape.of(1, 16, 224, 224));
    }

    @Test
    void theNumberOfOperationsDoesNotGrowWithDilation() {
        long near = spec(Shape.of(1, 8, 20, 20), Shape.of(16, 8, 3, 3), 1, Padding.SAME, 1, 1).multiplyAdds();
        long far = spec(Shape.of(1, 8, 20, 20), Shape.of(16, 8, 3, 3), 1, Padding.SAME, 4, 1).multiplyAdds();
        assertThat(near).isEqualTo(far).isEqualTo(20L * 20 * 8 * 16 * 9);
    }

    @Test
    void aDilatedKernelThatDoesNotFitIsExplained() {
        assertThatThrownBy(() -> spec(Shape.of(1, 1, 3, 3), Shape.of(1, 1, 3, 3), 1, Padding.VALID, 2, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "conv2d: a kernel of 3 with dilation 2 spans 5 pixels but the padded input has 3 "
                                + "(3 + padding 0 + 0), so there is no output; "
                                + "padding 2 would keep the size (got [1, 1, 3, 3], [1, 1, 3, 3])");
    }

    @Test
    void channelsAndGroupsMustFit() {
        assertThatThrownBy(() -> spec(Shape.of(1, 3, 8, 8), Shape.of(4, 2, 3, 3), 1, Padding.SAME, 1, 1)).isInstanceOf(ShapeException.class)
                .hasMessage("conv2d: input has 3 channels but weight expects 2 (got [1, 3, 8, 8], [4, 2, 3, 3])");
        assertThatThrownBy(() -> spec(Shape.of(1, 3, 8, 8), Shape.of(4, 1, 3, 3), 1, Padding.SAME, 1, 2))
                .hasMessageContaining("not divisible by 2 groups");
        assertThatThrownBy(() -> spec(Shape.of(1, 4, 8, 8), Shape.of(3, 2, 3, 3), 1, Padding.SAME, 1, 2))
                .hasMessageContaining("3 output channels");
        assertThatThrownBy(() -> spec(Shape.of(4, 8, 8), Shape.of(3, 2, 3, 3), 1, Padding.SAME, 1, 1))
                .hasMessageContaining("batch, channels, height, width");
        assertThatThrownBy(() -> spec(Shape.of(1, 1, 8, 8), Shape.of(1, 1, 3, 3), 2, Padding.SAME, 1, 1))
                .hasMessage("conv2d: padding 'same' needs stride 1 (got stride 2); give the padding as a number instead");
        assertThatThrownBy(() -> spec(Shape.of(1, 1, 8, 8), Shape.of(1, 1, 3, 3), 0, Padding.VALID, 1, 1))
                .hasMessage("conv2d: stride must be at least 1 (got 0)");
        assertThatThrownBy(() -> Padding.of(-1)).hasMessageContaining("must not be negative");
    }

    @Test
    void samePaddingPutsTheOddPixelAtTheEnd() {
        assertThat(Padding.SAME.before(0, 2, 1)).isZero();
        assertThat(Padding.SAME.after(0, 2, 1)).isEqualTo(1);
        assertThat(spec(Shape.of(1, 1, 7, 7), Shape.of(1, 1, 4, 4), 1, Padding.SAME, 3, 1).outputShape()).isEqualTo(Shape.of(1, 1, 7, 7));
    }

    @Test
    void poolingWindowsAreChecked() {
        assertThat(PoolSpec.of("maxPool2d", Shape.of(2, 3, 7, 7), new int[] {2, 2}, new int[] {2, 2}, new int[] {0, 0}, ONE, false, true)
                .outputShape())
                .isEqualTo(Shape.of(2, 3, 3, 3));
        assertThat(PoolSpec.of("maxPool2d", Shape.of(2, 3, 7, 7), new int[] {2, 2}, new int[] {2, 2}, new int[] {0, 0}, ONE, true, true)
                .outputShape())
                .isEqualTo(Shape.of(2, 3, 4, 4));
        assertThatThrownBy(() -> PoolSpec.of("maxPool2d", Shape.of(1, 1, 3, 3), new int[] {2, 2}, ONE, new int[] {2, 2}, ONE, false, true))
                .hasMessage("maxPool2d: padding must be at most half the window, 1 (got 2)");
        assertThatThrownBy(() -> PoolSpec.of("maxPool2d", Shape.of(1, 1, 3, 3), new int[] {5, 5}, ONE, new int[] {0, 0}, ONE, false, true))
                .isInstanceOf(ShapeException.class).hasMessageContaining("does not fit into 3");
    }
}
