package dev.sunda.examples.course;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Shape;
import dev.sunda.examples.console.TextTable;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.DepthwiseSeparableConv2d;
import dev.sunda.nn.Layer;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;

/// A depthwise-separable dilated layer beside a dense one that sees the same pixels: parameters, operations, time.
public final class DilatedSeparable {
    private static final int IN = 32, OUT = 64, SIZE = 28, KERNEL = 3, DILATION = 2, BATCH = 16;

    private DilatedSeparable() {
    }

    /// Runs the sample.
    public static void main(String[] args) {
        run(new PrintWriter(System.out, true));
    }

    static Layer separable(Rng rng) {
        var options = DepthwiseSeparableConv2d.Options.DEFAULT.withDilation(DILATION).withPadding(Padding.SAME).withBias(false);
        return new DepthwiseSeparableConv2d(IN, OUT, KERNEL, options, rng);
    }

    static Layer dense(Rng rng) {
        var options = Conv2d.Options.DEFAULT.withDilation(DILATION).withPadding(Padding.SAME).withBias(false);
        return new Conv2d(IN, OUT, KERNEL, options, rng);
    }

    static int parameters(Layer layer) {
        return layer.parameters().stream().mapToInt(p -> p.data().numel()).sum();
    }

    /// Multiplications of one image: `H W C_in K^2` for the depthwise part and `H W C_in C_out` for the pointwise one.
    static long separableMultiplyAdds() {
        return (long) SIZE * SIZE * IN * (KERNEL * KERNEL + OUT);
    }

    /// `H W C_in C_out K^2`.
    static long denseMultiplyAdds() {
        return (long) SIZE * SIZE * IN * OUT * KERNEL * KERNEL;
    }

    static void run(PrintWriter out) {
        var rng = new Rng(42);
        Layer dense = dense(rng), separable = separable(rng);
        Tensor x = Tensor.randn(Shape.of(BATCH, IN, SIZE, SIZE), rng);
        out.println("Both layers turn " + x.shape() + " into " + dense.forward(x).shape() + "; each output sees 5 x 5 pixels.");
        out.println(separable);
        out.println();
        double denseTime = milliseconds(dense, x), separableTime = milliseconds(separable, x);
        var table = new TextTable("layer", "parameters", "multiply-adds an image", "forward and backward");
        row(table, "dense", parameters(dense), denseMultiplyAdds(), denseTime);
        row(table, "depthwise-separable", parameters(separable), separableMultiplyAdds(), separableTime);
        table.lines().forEach(out::println);
        out.printf(Locale.ROOT, "The separable layer has %.1f times fewer parameters and operations and is %.1f times as fast here.%n",
                (double) denseMultiplyAdds() / separableMultiplyAdds(), denseTime / separableTime);
        out.println("It is a product of two small kernels, so it can express less; networks make up for that with more channels.");
    }

    private static void row(TextTable table, String name, int parameters, long multiplyAdds, double milliseconds) {
        table.row(name, String.format(Locale.ROOT, "%,d", parameters), String.format(Locale.ROOT, "%,d", multiplyAdds),
                String.format(Locale.ROOT, "%.2f ms", milliseconds));
    }

    /// Median time of a forward and a backward pass over the batch.
    private static double milliseconds(Layer layer, Tensor x) {
        double[] times = new double[15];
        for (int i = -10; i < times.length; i++) {                   // the first ones warm up
            long start = System.nanoTime();
            try (var _ = StepScope.open()) {
                Variable y = layer.forward(Variable.tracked(x));
                layer.zeroGrad();
                y.square().sum().backward();
            }
            if (i >= 0)
                times[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(times);
        return times[times.length / 2];
    }
}
