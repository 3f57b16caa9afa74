package dev.sunda.examples.course;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.functional.Convolutions;
import java.io.PrintWriter;

/// What a convolution computes: `Y[i, j] = sum over m, n of X[i + m, j + n] * W[m, n]`.
public final class BasicConvolution {
    private static final int[] ONE = {1, 1};

    private BasicConvolution() {
    }

    /// Runs the sample.
    public static void main(String[] args) {
        run(new PrintWriter(System.out, true));
    }

    /// A 4x4 image with a bright left half.
    static Tensor image() {
        return Tensor.of(new float[] {
            9, 9, 1, 1,
            9, 9, 1, 1,
            9, 9, 1, 1,
            9, 9, 1, 1}, Shape.of(1, 1, 4, 4));
    }

    /// Left column minus right column: answers where brightness changes from left to right.
    static Tensor verticalEdge() {
        return Tensor.of(new float[] {
            1, 0, -1,
            1, 0, -1,
            1, 0, -1}, Shape.of(1, 1, 3, 3));
    }

    static Tensor convolve(Tensor x, Tensor w, Padding padding) {
        return Convolutions.conv2d(Variable.of(x), Variable.of(w), null, ONE, padding, ONE, 1).data();
    }

    static void run(PrintWriter out) {
        out.println("An image with one vertical edge:");
        out.println(image().reshape(4, 4));
        out.println("A kernel that finds vertical edges:");
        out.println(verticalEdge().reshape(3, 3));
        out.println("Without padding the kernel fits at 2 x 2 places, (4 - 3) / 1 + 1 = 2 along each axis:");
        out.println(convolve(image(), verticalEdge(), Padding.VALID).reshape(2, 2));
        out.println("With padding 'same', one ring of zeros, the size stays; the zeros look like edges too:");
        out.println(convolve(image(), verticalEdge(), Padding.SAME).reshape(4, 4));

        var conv = new Conv2d(3, 16, 3, Conv2d.Options.DEFAULT.withPadding(1), new Rng(42));
        Variable y = conv.forward(Tensor.rand(Shape.of(1, 3, 32, 32), new Rng(1)));
        out.println("A layer has one kernel for each pair of input and output channels: " + conv);
        out.println("  input [1, 3, 32, 32], weight " + conv.weight().shape() + ", output " + y.shape());
        out.println("  " + conv.parameters().stream().mapToInt(p -> p.data().numel()).sum()
                + " parameters: 16 x 3 x 3 x 3 weights and 16 biases");
    }
}
