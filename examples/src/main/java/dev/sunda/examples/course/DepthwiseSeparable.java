package dev.sunda.examples.course;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Convolutions;
import java.io.PrintWriter;

/// The worked example: a depthwise convolution gives each channel its own kernel, a pointwise one mixes the channels.
public final class DepthwiseSeparable {
    private static final int[] ONE = {1, 1};

    private DepthwiseSeparable() {
    }

    /// Runs the sample.
    public static void main(String[] args) {
        run(new PrintWriter(System.out, true));
    }

    /// A 4x4 image with the channels red, green and blue, `[1, 3, 4, 4]`.
    static Tensor image() {
        return Tensor.of(new float[] {
            1, 2, 3, 0,
            4, 5, 6, 1,
            7, 8, 9, 2,
            0, 1, 2, 3,

            2, 0, 1, 3,
            1, 2, 0, 1,
            0, 1, 3, 2,
            2, 2, 1, 0,

            0, 1, 2, 1,
            3, 0, 1, 2,
            1, 1, 0, 2,
            2, 0, 3, 1}, Shape.of(1, 3, 4, 4));
    }

    /// One kernel for each channel, `[3, 1, 3, 3]`: vertical edge on red, horizontal sum on green, right column on blue.
    static Tensor kernels() {
        return Tensor.of(new float[] {
            1, 0, -1,
            1, 0, -1,
            1, 0, -1,

            0, 0, 0,
            1, 1, 1,
            0, 0, 0,

            0, 0, 1,
            0, 0, 1,
            0, 0, 1}, Shape.of(3, 1, 3, 3));
    }

    /// `Y[c, i, j] = sum over m, n of X[c, i + m, j + n] * K[c, m, n]`: as many groups as channels.
    static Tensor depthwise() {
        return Convolutions.conv2d(Variable.of(image()), Variable.of(kernels()), null, ONE, Padding.VALID, ONE, 3).data();
    }

    /// `Z[i, j] = sum over c of Y[c, i, j] * P[c]` with `P = 1, 1, 1`: a 1x1 convolution.
    static Tensor pointwise(Tensor y) {
        return Convolutions.conv2d(Variable.of(y), Variable.of(Tensor.ones(1, 3, 1, 1)), null, ONE, Padding.VALID, ONE, 1).data();
    }

    static void run(PrintWriter out) {
        String[] channel = {"red", "green", "blue"};
        String[] kernel = {"vertical edge", "horizontal sum", "right column"};
        Tensor y = depthwise();
        for (int c = 0; c < 3; c++) {
            out.println("Channel " + channel[c] + ":");
            out.println(image().select(0, 0).select(0, c));
            out.println("its kernel, " + kernel[c] + ":");
            out.println(kernels().select(0, c).select(0, 0));
            out.println("gives");
            out.println(y.select(0, 0).select(0, c));
            out.println();
        }
        out.println("The pointwise step adds the three, pixel by pixel:");
        out.println(pointwise(y).reshape(2, 2));
        out.println("For example top left: -6 + 3 + 3 = 0.");
    }
}
