package dev.sunda.cuda.kernel;

import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;

/// How the lines of a depthwise convolution of float32 over one axis are shared out to the threads of the kernels of `lines.cuh`.
///
/// @param planes of the result, or images for the gradient of the weight
record DepthwiseLines(ConvGeometry geometry, int planes) {
    /// Threads of a block; mirrors lines.cuh.
    static final int THREADS = 256;
    private static final int RUN = 4;                                // results side by side
    private static final int RUNS = 2;                               // of a thread; mirrors depthwise_lines.cu
    private static final int MOST_QUADS = 8;                         // of taps, for the gradient; mirrors depthwise_lines_weight.cu
    private static final int MOST_DILATED = 8;                       // taps, the same

    /// The lines of a convolution or its transpose; null if there are no kernels for it.
    static DepthwiseLines ofConvolution(ConvGeometry g) {
        return isAlongLines(g) ? new DepthwiseLines(g, g.batch() * g.groups() * g.produced()) : null;
    }

    /// The lines of the gradient of a weight; null if there are no kernels for it.
    static DepthwiseLines ofWeight(ConvGeometry g) {
        var lines = new DepthwiseLines(g, g.batch());
        return isAlongLines(g) && (isDense(g) ? lines.quads() <= MOST_QUADS : g.taps() <= MOST_DILATED) ? lines : null;
    }

    private static boolean isAlongLines(ConvGeometry g) {
        Window y = g.axes().get(1);
        Window x = g.axes().get(2);
        boolean line = y.kernel() == 1 && y.in() == 1 && y.out() == 1 && y.padBefore() == 0 && x.stride() == 1;
        return DepthwisePlanes.isDepthwise(g) && line && g.source().hasRuns(RUN) && g.result().hasRuns(RUN)
                && (isDense(g) || x.dilation() % RUN == 0 && g.padBefore(2) % RUN == 0);
    }

    private static boolean isDense(ConvGeometry g) {
        return g.axes().get(2).dilation() == 1;
    }

    private int taps() {
        return geometry.taps();
    }

    /// Numbers from a multiple of 4 to what result 0 reads under tap 0.
    int before() {
        return isDense(geometry) ? Math.floorMod(-geometry.padBefore(2), RUN) : 0;
    }

    private int quads() {
        return Grid.ceil(before() + taps(), RUN);
    }

    /// The name of the kernel, behind what all of them begin with.
    String kernel() {
        return isDense(geometry) ? String.valueOf(before()) : "dilated";
    }

    /// The same for the gradient of the weight: the next power of two that is enough.
    String weightKernel() {
        return isDense(geometry) ? String.valueOf(Integer.highestOneBit(2 * quads() - 1)) : "dilated";
    }

    private int runs() {
        return geometry.resultSize(2) / RUN;
    }

    private int across() {
        return Grid.evenly(Grid.ceil(runs(), RUNS), THREADS);
    }

    private int down() {
        return Grid.ceil(runs(), RUNS * across());
    }

    /// Threads that work on a convolution.
    long count() {
        return (long) planes * across() * down();
    }

    /// Runs of all lines, for the gradient of the weight.
    int allRuns() {
        return planes * runs();
    }

    /// `struct Lines` of lines.cuh.
    ///
    /// @param w the weight; null for its gradient
    int[] struct(View w) {
        ConvGeometry g = geometry;
        var words = new Words(21);
        words.add(planes, g.groups() * g.produced(), g.produced());
        words.add(g.sourceSize(2), g.source().imageStride(), g.source().channelStride());
        words.add(g.resultSize(2), g.result().imageStride(), g.result().channelStride());
        words.add(g.padBefore(2), g.axes().get(2).dilation(), taps());
        words.add(w == null ? 0 : w.layout().stride(0), w == null ? 0 : Operand.of(w).pixelStride(2), g.transposed() ? 1 : 0);
        words.addDivider(w == null ? runs() : across());
        words.addDivider(down());
        return words.all();
    }
}
