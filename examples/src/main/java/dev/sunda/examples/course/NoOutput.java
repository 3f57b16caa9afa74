package dev.sunda.examples.course;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Convolutions;
import java.io.PrintWriter;

/// What cannot work: a 3x3 kernel with dilation 2 spans 5 pixels and finds no place in an image of 3x3.
public final class NoOutput {
    private static final int[] ONE = {1, 1};
    private static final int[] TWO = {2, 2};

    private NoOutput() {
    }

    /// Runs the sample.
    public static void main(String[] args) {
        run(new PrintWriter(System.out, true));
    }

    static Tensor image() {
        return Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, Shape.of(1, 1, 3, 3));
    }

    static Tensor convolve(Padding padding) {
        return Convolutions.conv2d(Variable.of(image()), Variable.of(Tensor.ones(1, 1, 3, 3)), null, ONE, padding, TWO, 1).data();
    }

    static void run(PrintWriter out) {
        out.println("A 3x3 image:");
        out.println(image().reshape(3, 3));
        out.println("A 3x3 kernel of ones with dilation 2 and no padding:");
        try {
            convolve(Padding.VALID);
        } catch (ShapeException e) {
            out.println("  " + e.getMessage());
        }
        out.println("With padding 2, as the message says:");
        out.println(convolve(Padding.of(2)).reshape(3, 3));
        out.println("Each output adds the pixels two steps away in each direction; the rest of its nine taps lies in the padding.");
    }
}
