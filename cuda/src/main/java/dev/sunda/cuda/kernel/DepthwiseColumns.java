package dev.sunda.cuda.kernel;

import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;

/// How the planes of a depthwise convolution of float32 with a kernel of 3x3, 5x5, 7x7 or 9x9 are cut into columns for the
/// kernels of `columns.cuh`.
///
/// @param planes of the result, or images for the gradient of the weight
/// @param width results of a thread side by side
/// @param rows results of a thread below each other
record DepthwiseColumns(ConvGeometry geometry, int planes, int width, int rows) {
    /// Threads of a block; mirrors columns.cuh.
    static final int THREADS = 128;
    private static final int MOST_ROWS = 28;                         // for the gradient: few lines of x are read twice
    private static final int LEAST_ROWS = 7;
    private static final int NINE_SHARED = 9 * 12 * Float.BYTES;     // of the taps of a plane; mirrors depthwise_columns_9.cu
    private static final int MOST_SHARED = 48 * 1024;
    private static final int BLOCKS = 1536;                          // that keep a large device busy

    /// True if there are kernels for it, once its images are in lines.
    static boolean covers(ConvGeometry g) {
        Window y = g.axes().get(1);
        Window x = g.axes().get(2);
        boolean square = x.kernel() == y.kernel() && (x.kernel() == 3 || x.kernel() == 5 || x.kernel() == 7);
        boolean every = y.stride() == 1 && x.stride() == 1;
        boolean second = y.stride() == 2 && x.stride() == 2 && y.dilation() == 1 && !g.transposed();
        return DepthwisePlanes.isDepthwise(g) && square && (every || second);
    }

    /// The columns of a convolution or its transpose, whose images are in lines; null if there are no kernels for it.
    static DepthwiseColumns ofConvolution(ConvGeometry g) {
        if (!covers(g) && !isDenseNine(g))
            return null;
        int width = width(g);
        int rows = Grid.evenly(linesOfAPhase(g), mostRows(g, width));
        var columns = new DepthwiseColumns(g, g.batch() * g.groups() * g.produced(), width, rows);
        return columns.shared() <= MOST_SHARED ? columns : null;
    }

    /// The columns of the gradient of a weight, whose images are in lines; null if there are no kernels for it.
    static DepthwiseColumns ofWeight(ConvGeometry g) {
        if (!covers(g) && !isDenseNine(g))
            return null;
        int lines = linesOfAPhase(g);
        var columns = new DepthwiseColumns(g, g.batch(), width(g), Grid.evenly(lines, MOST_ROWS));
        while (columns.rows > LEAST_ROWS && g.groups() * g.produced() * Math.ceilDiv(columns.count(), THREADS) < BLOCKS)
            columns = new DepthwiseColumns(g, columns.planes, columns.width, Grid.evenly(lines, Grid.ceil(columns.rows, 2)));
        return columns;
    }

    /// True for kernels 9x9 where four numbers can be read at a time.
    private static boolean isDenseNine(ConvGeometry g) {
        boolean dense = true;
        for (int axis = 1; axis <= 2; axis++) {
            Window window = g.axes().get(axis);
            dense &= window.kernel() == 9 && window.stride() == 1 && window.dilation() == 1;
        }
        return dense && DepthwisePlanes.isDepthwise(g) && g.source().hasRuns(4) && g.result().hasRuns(4) && reach(g, 4) == 1;
    }

    private static int taps(ConvGeometry g) {
        return g.axes().get(2).kernel();
    }

    /// Mirrors the kernels, which are unrolled for so many.
    private static int mostRows(ConvGeometry g, int width) {
        if (taps(g) == 9)
            return 4;
        if (taps(g) == 7)
            return g.hasStrides() ? 4 : 7;
        return width == 4 || g.hasStrides() ? 4 : 8;
    }

    private static int linesOfAPhase(ConvGeometry g) {
        return Grid.ceil(g.resultSize(1), g.axes().get(1).dilation());
    }

    /// As many as can be read and written at a time, wherever they begin, and there are kernels for.
    private static int width(ConvGeometry g) {
        int width = 4;
        while (!(g.source().hasRuns(width) && g.result().hasRuns(width) && reach(g, width) >= 0))
            width /= 2;
        return width;
    }

    /// D of columns.cuh; negative if there is no kernel.
    private static int reach(ConvGeometry g, int width) {
        int dilation = g.axes().get(2).dilation();
        if (dilation == 1 && width > 1 || dilation == 2 && width == 4 && taps(g) < 7 && !g.hasStrides())
            return (g.padBefore(2) - (taps(g) - 1) / 2 * dilation) % width == 0 ? dilation : -1;
        return width == 1 || !g.hasStrides() && dilation % width == 0 && g.padBefore(2) % width == 0 ? 0 : -1;
    }

    /// Taps of a line.
    int taps() {
        return taps(geometry);
    }

    /// The name of the kernel, behind what all of them begin with.
    String kernel() {
        return taps() + "_" + reach(geometry, width) + "_" + geometry.axes().get(2).stride() + "_" + width;
    }

    private int across() {
        return Grid.ceil(geometry.resultSize(2), width);
    }

    private int phases() {
        return Math.min(geometry.axes().get(1).dilation(), geometry.resultSize(1));
    }

    private int down() {
        return Grid.ceil(linesOfAPhase(geometry), rows);
    }

    /// Columns of all planes.
    long count() {
        return (long) planes * across() * phases() * down();
    }

    /// Bytes of shared memory of a block of a convolution.
    int shared() {
        int each = (int) (count() / planes);
        return taps() == 9 ? Math.min(planes, (THREADS - 1) / each + 2) * NINE_SHARED : 0;
    }

    /// `struct Columns` of columns.cuh.
    ///
    /// @param w the weight; null for its gradient
    int[] struct(View w) {
        ConvGeometry g = geometry;
        var words = new Words(31);
        words.add(planes, g.groups() * g.produced(), g.produced());
        words.add(g.sourceSize(1), g.sourceSize(2));
        words.add(g.source().imageStride(), g.source().channelStride(), g.source().pixelStride(1));
        words.add(g.resultSize(1), g.resultSize(2));
        words.add(g.result().imageStride(), g.result().channelStride(), g.result().pixelStride(1));
        words.add(g.padBefore(1), g.padBefore(2), g.axes().get(1).dilation(), g.axes().get(2).dilation());
        words.add(w == null ? 0 : w.layout().stride(0), w == null ? 0 : Operand.of(w).pixelStride(1),
                w == null ? 0 : Operand.of(w).pixelStride(2));
        words.add(g.transposed() ? 1 : 0, rows);
        words.addDivider(across());
        words.addDivider(phases());
        words.addDivider(down());
        return words.all();
    }
}
