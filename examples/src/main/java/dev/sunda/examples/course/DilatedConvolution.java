package dev.sunda.examples.course;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.DType;
import dev.sunda.examples.console.TextTable;
import dev.sunda.nn.functional.Convolutions;
import java.io.PrintWriter;

/// Convolution with gaps: `Y[i, j] = sum over m, n of X[i + m * d, j + n * d] * K[m, n]`.
public final class DilatedConvolution {
    private static final int[] ONE = {1, 1};

    private DilatedConvolution() {
    }

    /// Runs the sample.
    public static void main(String[] args) {
        run(new PrintWriter(System.out, true));
    }

    /// The numbers 1 to 25 in five rows.
    static Tensor image() {
        return Tensor.arange(1, 26, 1).to(DType.F32).reshape(1, 1, 5, 5);
    }

    /// Adds up the nine pixels it touches.
    static Tensor sumOfNine() {
        return Tensor.ones(1, 1, 3, 3);
    }

    static Tensor convolve(Tensor x, int dilation, Padding padding) {
        return Convolutions.conv2d(Variable.of(x), Variable.of(sumOfNine()), null, ONE, padding, new int[] {dilation, dilation}, 1).data();
    }

    /// Pixels that the output of a stack of 3x3 layers with these dilations depends on, along one axis.
    static int receptiveField(int... dilations) {
        int field = 1;
        for (int dilation : dilations)
            field += 2 * dilation;
        return field;
    }

    static void run(PrintWriter out) {
        out.println("The image:");
        out.println(image().reshape(5, 5));
        Tensor centre = convolve(image(), 2, Padding.VALID);
        out.println("A 3x3 kernel of ones with dilation 2 touches rows and columns 0, 2 and 4: it spans all 5 pixels and fits once.");
        out.println("  1 + 3 + 5 + 11 + 13 + 15 + 21 + 23 + 25 = " + (int) centre.item());
        Tensor same = convolve(image(), 2, Padding.of(2));
        out.println("With padding 2 the size stays: " + image().shape() + " becomes " + same.shape());
        out.println(same.reshape(5, 5));
        out.println();
        out.println("One 3x3 layer on 28x28 pixels, one channel, padding that keeps the size:");
        var table = new TextTable("dilation", "spans", "padding", "weights", "multiply-adds");
        for (int d : new int[] {1, 2, 4, 8})
            table.row(Integer.toString(d), Window.span(3, d) + " pixels", Integer.toString(d), "9", Integer.toString(28 * 28 * 9));
        table.lines().forEach(out::println);
        out.println("Only the span grows: a dilated layer costs what a dense one costs.");
        out.println();
        out.println("Receptive field of a stack of 3x3 layers, R = 1 + sum of 2 d:");
        out.println(
                "  dilations 1, 1, 1: " + receptiveField(1, 1, 1) + " pixels    dilations 1, 2, 4: " + receptiveField(1, 2, 4) + " pixels");
    }
}
