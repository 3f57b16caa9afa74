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

    /// Putting the kernel down at `out` places and counting what it covers; the padding cuts off, the output padding adds.
    @Property(tries = 500)
    void transposedSizeIsWhatTheKernelsCover(@ForAll @IntRange(min = 1, max = 8) int out, @ForAll @IntRange(min = 1, max = 4) int kernel,
            @ForAll @IntRange(min = 1, max = 4) int stride, @ForAll @IntRange(min = 1, max = 3) int dilation,
            @ForAll @IntRange(max = 3) int before, @ForAll @IntRange(max = 3) int after, @ForAll @IntRange(max = 3) int more) {
        int last = 0;
        for (int y = 0; y < out; y++)
            for (int k = 0; k < kernel; k++)
                last = Math.max(last, y * stride + k * dilation);
        Window window = Window.transposed(out, kernel, stride, dilation, before, after, more);
        assertThat(window.in()).isEqualTo(last + 1 - before - after + more);
        if (more < stride && window.in() >= 0)                       // then it is the size whose convolution has `out` outputs
            assertThat(Window.sliding(window.in(), kernel, stride, dilation, before, after)).isEqualTo(window);
    }

    @Test
    void transposedShapesComeOut() {
        int[] two = {2, 2};
        var spec = ConvSpec.transposed("convTranspose2d", Shape.of(5, 6, 7, 8), Shape.of(6, 4, 3, 3), two, Padding.of(1), ONE, ONE, 3);
        assertThat(spec.outputShape()).isEqualTo(Shape.of(5, 6, 7, 8));
        assertThat(spec.weightShape()).isEqualTo(Shape.of(6, 4, 3, 3));
        assertThat(spec.inputShape()).isEqualTo(Shape.of(5, 12, 14, 16));
        assertThat(ConvSpec.transposed("convTranspose1d", Shape.of(1, 2, 4), Shape.of(2, 1, 3), new int[] {1}, Padding.ends(1, 0),
                new int[] {1}, new int[] {2}, 1).inputShape()).isEqualTo(Shape.of(1, 1, 8));
    }

    private static ConvSpec transposed(Shape x, Shape w, Padding padding, int outputPadding, int groups) {
        return ConvSpec.transposed("convTranspose1d", x, w, new int[] {2}, padding, new int[] {outputPadding}, new int[] {1}, groups);
    }

    @Test
    void transposedArgumentsAreChecked() {
        Shape x = Shape.of(1, 4, 3);
        Shape w = Shape.of(4, 1, 3);
        assertThatThrownBy(() -> transposed(x, Shape.of(3, 1, 3), Padding.VALID, 0, 1)).isInstanceOf(ShapeException.class)
                .hasMessage("convTranspose1d: input has 4 channels but weight expects 3 (got [1, 4, 3], [3, 1, 3])");
        assertThatThrownBy(() -> transposed(x, w, Padding.VALID, 0, 3)).isInstanceOf(ShapeException.class)
                .hasMessage("convTranspose1d: 4 input channels are not divisible by 3 groups (got [1, 4, 3], [4, 1, 3])");
        assertThatThrownBy(() -> transposed(Shape.of(4, 3), w, Padding.VALID, 0, 1)).isInstanceOf(ShapeException.class)
                .hasMessage("convTranspose1d: the input must be [batch, channels, length], 3 dimensions (got [4, 3])");
        assertThatThrownBy(() -> transposed(x, w, Padding.of(4), 0, 1)).isInstanceOf(ShapeException.class)
                .hasMessage("convTranspose1d: padding 4 + 4 cuts off all of the 7 pixels a kernel of 3 makes of 3; take less padding "
                        + "(got [1, 4, 3], [4, 1, 3])");
        assertThatThrownBy(() -> transposed(x, w, Padding.VALID, 2, 1))
                .hasMessage("convTranspose1d: output padding must be from 0 to below the stride or dilation (got 2, stride 2, dilation 1)");
        assertThatThrownBy(() -> transposed(x, w, Padding.SAME, 0, 1))
                .hasMessage("convTranspose1d: the padding of a transposed convolution must be given as numbers (got same)");
        assertThatThrownBy(() -> transposed(x, w, Padding.of(1, 2), 0, 1))
                .hasMessage("convTranspose1d: the padding must be one number, or numbers for 1 axis (got [1, 1, 2, 2])");
    }

    @Property(tries = 200)
    void causalPaddingKeepsTheSizeAndPutsEverythingBefore(@ForAll @IntRange(min = 1, max = 9) int length,
            @ForAll @IntRange(min = 1, max = 5) int kernel, @ForAll @IntRange(min = 1, max = 4) int dilation) {
        Window window = ConvSpec.of("conv1d", Shape.of(1, 1, length), Shape.of(1, 1, kernel), new int[] {1}, Padding.CAUSAL,
                new int[] {dilation}, 1).axes().getFirst();
        assertThat(window.out()).isEqualTo(length);
        assertThat(window.padAfter()).isZero();
        for (int t = 0; t < length; t++)
            assertThat(window.at(t, kernel - 1)).isEqualTo(t);       // the last tap sees the present, the others the past
    }

    @Test
    void paddingBelongsToANumberOfAxes() {
        assertThat(Padding.ends(1, 2)).hasToString("[1, 2]").isNotEqualTo(Padding.of(1, 2));
        assertThat(Padding.of(1, 2, 3)).isEqualTo(Padding.of(1, 1, 2, 2, 3, 3)).hasSameHashCodeAs(Padding.of(1, 1, 2, 2, 3, 3));
        assertThat(Padding.CAUSAL).hasToString("causal").isNotEqualTo(Padding.SAME).isNotEqualTo(Padding.VALID);
        assertThat(Padding.of(1, 2, 3).after(2, 9, 1)).isEqualTo(3);
        assertThat(Padding.of(1, 2).fits(2)).isTrue();
        assertThat(Padding.of(1, 2).fits(1)).isFalse();
        assertThat(Padding.SAME.fits(3)).isTrue();
        assertThatThrownBy(() -> spec(Shape.of(1, 1, 8, 8), Shape.of(1, 1, 3, 3), 1, Padding.ends(1, 2), 1, 1))
                .hasMessage("conv2d: the padding must be one number, or numbers for 2 axes (got [1, 2])");
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
                .hasMessage("maxPool2d: padding must be at most half the kernel, 1 (got 2)");
        assertThatThrownBy(() -> PoolSpec.of("maxPool2d", Shape.of(1, 1, 3, 3), new int[] {5, 5}, ONE, new int[] {0, 0}, ONE, false, true))
                .isInstanceOf(ShapeException.class).hasMessageContaining("does not fit into 3");
        assertThatThrownBy(() -> PoolSpec.of("maxPool2d", Shape.of(1, 0, 3, 3), ONE, ONE, new int[] {0, 0}, ONE, false, true))
                .isInstanceOf(ShapeException.class).hasMessageContaining("only the batch may be empty");
        assertThatThrownBy(() -> PoolSpec.of("maxPool2d", Shape.of(1, 1, 3, 3), ONE, ONE, new int[] {0}, ONE, false, true))
                .hasMessageContaining("(got 2, 2, 1, 2 numbers)");
    }
}
