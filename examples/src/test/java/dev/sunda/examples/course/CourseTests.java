package dev.sunda.examples.course;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/// The samples show what is true: each number here was worked out by hand.
class CourseTests {
    private static String output(String name) {
        var text = new StringWriter();
        Course.SAMPLES.stream().filter(sample -> sample.name().equals(name)).findFirst().orElseThrow().program()
                .accept(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void convolutionFindsTheEdge() {
        // 9 + 9 + 9 on the left, 1 + 1 + 1 on the right: 27 - 3 = 24 wherever the kernel straddles the edge
        assertThat(BasicConvolution.convolve(BasicConvolution.image(), BasicConvolution.verticalEdge(), Padding.VALID).toFloatArray())
                .containsExactly(24, 24, 24, 24);
        // first row: two of three kernel rows on the image: 0 - 18, 18 - 2, 18 - 2, 2 - 0
        assertThat(BasicConvolution.convolve(BasicConvolution.image(), BasicConvolution.verticalEdge(), Padding.SAME).toFloatArray())
                .containsExactly(-18, 16, 16, 2, -27, 24, 24, 3, -27, 24, 24, 3, -18, 16, 16, 2);
        assertThat(output("convolution")).contains("output [1, 16, 32, 32]", "448 parameters");
    }

    @Test
    void dilationTwoTouchesEverySecondPixel() {
        Tensor y = DilatedConvolution.convolve(DilatedConvolution.image(), 2, Padding.VALID);
        assertThat(y.shape()).isEqualTo(Shape.of(1, 1, 1, 1));
        assertThat(y.item()).isEqualTo(117);                         // 9 times the centre, 13
        Tensor same = DilatedConvolution.convolve(DilatedConvolution.image(), 2, Padding.of(2));
        assertThat(same.shape()).isEqualTo(Shape.of(1, 1, 5, 5));
        assertThat(same.get(0, 0, 0, 0)).isEqualTo(1 + 3 + 11 + 13);
        assertThat(same.get(0, 0, 2, 1)).isEqualTo(2 + 4 + 12 + 14 + 22 + 24);
        assertThat(output("dilated-convolution")).contains("[1, 1, 5, 5] becomes [1, 1, 5, 5]", "1, 1, 1: 7 pixels", "1, 2, 4: 15 pixels");
    }

    @Test
    void aDilatedKernelLargerThanTheImageSaysWhatIsWrong() {
        assertThatThrownBy(() -> NoOutput.convolve(Padding.VALID)).isInstanceOf(ShapeException.class)
                .hasMessageContaining("a kernel of 3 with dilation 2 spans 5 pixels but the padded input has 3")
                .hasMessageContaining("padding 2 would keep the size");
        // corners see 1 + 3 + 7 + 9, edges two opposite edges' neighbours, the centre only itself
        assertThat(NoOutput.convolve(Padding.of(2)).toFloatArray()).containsExactly(20, 10, 20, 10, 5, 10, 20, 10, 20);
        assertThat(output("no-output")).contains("spans 5 pixels", "padding 2");
    }

    @Test
    void depthwiseThenPointwise() {
        Tensor y = DepthwiseSeparable.depthwise();
        assertThat(y.shape()).isEqualTo(Shape.of(1, 3, 2, 2));
        assertThat(y.toFloatArray()).containsExactly(
                (1 + 4 + 7) - (3 + 6 + 9), (2 + 5 + 8) - (0 + 1 + 2), (4 + 7 + 0) - (6 + 9 + 2), (5 + 8 + 1) - (1 + 2 + 3),
                1 + 2 + 0, 2 + 0 + 1, 0 + 1 + 3, 1 + 3 + 2,
                2 + 1 + 0, 1 + 2 + 2, 1 + 0 + 3, 2 + 2 + 1);
        assertThat(DepthwiseSeparable.pointwise(y).toFloatArray()).containsExactly(0, 20, 2, 19);
        assertThat(output("depthwise-separable")).contains("For example top left: -6 + 3 + 3 = 0.");
    }

    @Test
    void theSeparableLayerIsAnEighthOfTheDenseOne() {
        assertThat(DilatedSeparable.parameters(DilatedSeparable.dense(new Rng(1)))).isEqualTo(32 * 64 * 9);
        assertThat(DilatedSeparable.parameters(DilatedSeparable.separable(new Rng(1)))).isEqualTo(32 * 9 + 32 * 64);
        assertThat(DilatedSeparable.denseMultiplyAdds()).isEqualTo(14_450_688);
        assertThat(DilatedSeparable.separableMultiplyAdds()).isEqualTo(1_831_424);
        Tensor x = Tensor.ones(2, 32, 28, 28);
        assertThat(DilatedSeparable.separable(new Rng(1)).forward(x).shape()).isEqualTo(Shape.of(2, 64, 28, 28))
                .isEqualTo(DilatedSeparable.dense(new Rng(1)).forward(x).shape());
        assertThat(output("dilated-separable")).contains("18,432", "2,336", "7.9 times fewer");
    }

    @Test
    void theProgramReadsDigits() {
        var text = new StringWriter();
        assertThat(MnistProgram.train(600, 500, 2, new PrintWriter(text))).as(text.toString()).isGreaterThan(0.6);
        assertThat(text.toString().lines()).hasSize(3);
    }
}
