package dev.sunda.core.cpu;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.List;

/// Convolutions of every kind with their gradients, which are also the transposed ones, as a part of [KernelHash]: small, but with tails of
/// vectors and tiles and rows enough for several threads.
final class ConvolutionHash {
    private static final List<ConvSpec> SPECS = List.of(
            dense(3, 7, 13, square(17, 3, 1, 1, 1)),
            dense(3, 17, 19, square(16, 3, 1, 1, 1)),                // Winograd
            dense(3, 17, 16, square(16, 3, 1, 2, 2)),                // the same, dilated
            dense(2, 13, 11, square(15, 3, 2, 1, 1)),
            dense(1, 3, 11, square(33, 7, 2, 1, 3)),
            dense(3, 25, 41, square(11, 1, 1, 1, 0)),
            dense(2, 5, 12, square(13, 4, 3, 2, 2)),
            dense(2, 1, 13, square(12, 5, 1, 1, 2)),
            dense(3, 19, 24, square(12, 2, 2, 1, 0)),                // as a transposed one: without overlap
            dense(2, 32, 9, square(10, 2, 2, 1, 0)),
            dense(5, 12, 14, List.of(Window.sliding(101, 2, 1, 16, 16, 0))),
            dense(2, 6, 9, List.of(Window.sliding(5, 2, 1, 1, 1, 0), Window.sliding(7, 3, 2, 1, 1, 1), Window.sliding(9, 3, 1, 2, 2, 2))),
            grouped(3, 2, 9, 7, square(13, 3, 1, 1, 1)),
            grouped(2, 4, 5, 6, square(13, 3, 2, 1, 1)),
            grouped(3, 37, 1, 1, square(18, 3, 1, 1, 1)),            // depthwise from here on
            grouped(3, 37, 1, 1, square(18, 3, 1, 2, 2)),
            grouped(3, 21, 1, 1, square(17, 3, 2, 1, 1)),
            grouped(2, 43, 1, 1, square(16, 5, 2, 1, 2)),
            grouped(2, 19, 1, 1, square(19, 7, 1, 1, 3)),
            grouped(2, 23, 1, 2, square(15, 3, 1, 3, 3)),
            grouped(3, 27, 1, 1, List.of(Window.sliding(99, 7, 1, 4, 24, 0))),
            grouped(2, 18, 1, 1,
                    List.of(Window.sliding(4, 2, 1, 1, 1, 0), Window.sliding(9, 3, 1, 1, 1, 1), Window.sliding(9, 3, 2, 1, 1, 1))));

    private ConvolutionHash() {
    }

    private static ConvSpec dense(int batch, int in, int out, List<Window> axes) {
        return new ConvSpec(batch, in, out, 1, axes);
    }

    /// @param in channels of a group, as `out`
    private static ConvSpec grouped(int batch, int groups, int in, int out, List<Window> axes) {
        return new ConvSpec(batch, groups * in, groups * out, groups, axes);
    }

    private static List<Window> square(int size, int kernel, int stride, int dilation, int padding) {
        Window[] axes = new Window[2];
        Arrays.setAll(axes, a -> Window.sliding(size - a, kernel, stride, dilation, padding, padding));
        return List.of(axes);
    }

    static void run(KernelHash work) {
        for (ConvSpec spec : SPECS) {
            View x = work.random(work.image(spec.inputShape()));
            View w = work.random(work.fresh(spec.weightShape()));
            View bias = work.random(work.fresh(Shape.of(spec.outChannels())));
            View shift = work.random(work.fresh(Shape.of(spec.inChannels())));
            View y = work.image(spec.outputShape());
            View dx = work.image(spec.inputShape());
            View dw = work.fresh(spec.weightShape());
            work.cpu().conv(spec, x, w, bias, y);
            work.take(y);
            work.cpu().convInput(spec, y, w, shift, dx);
            work.take(dx);
            work.cpu().convWeight(spec, x, y, dw);
            work.take(dw);
        }
    }
}
