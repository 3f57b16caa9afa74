package dev.sunda.cuda.kernel;

import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;

/// How the planes of a depthwise convolution of float32 are cut into tiles for the kernels of `planes.cuh`.
///
/// @param planes of the result, or of a channel of it for the gradient of the weight
/// @param group planes of a block
/// @param columns threads along a line of a tile
/// @param lines threads along a column of a tile
/// @param height of a tile of the result
/// @param width of a tile of the result
/// @param rows lines of the source that a tile reads
/// @param pitch of such a line in shared memory
/// @param shared bytes of shared memory of a block
record DepthwisePlanes(ConvGeometry geometry, Kind kind, int planes, int group, int columns, int lines, int height, int width, int rows,
        int pitch, int shared) {
    private static final int THREADS = 256;
    private static final int LEAST_THREADS = 64;
    private static final int BLOCKS = 512;
    private static final int RUN = 4;                                // results of a thread along a line, and lines; mirrors planes.cuh
    private static final int WARP = 32;
    private static final int LONG_LINE = 256;                        // threads along a line, where kernels have one line
    private static final int MOST_SHARED = 46 * 1024;                // 48 KiB need no asking for; kernels have up to 2 of their own
    private static final int GROUP_SHARED = 32 * 1024;               // for a group of planes: several blocks shall fit

    /// Which kernels compute it.
    enum Kind {
        /// The transpose of kernels 3x3, 5x5, 7x7 of stride 2 and dilation 1.
        SPREAD,
        /// Kernels of any size, stride 1 and dilation 1.
        RECTANGLE,
        /// Kernels of any size, stride and dilation, and the transpose of stride 1.
        GENERAL;

        /// Null if there are none.
        private static Kind of(ConvGeometry g, boolean weight) {
            Window y = g.axes().get(1);
            Window x = g.axes().get(2);
            boolean square = y.kernel() == x.kernel() && (x.kernel() == 3 || x.kernel() == 5 || x.kernel() == 7);
            boolean dense = (y.dilation() == 1 || y.kernel() == 1) && (x.dilation() == 1 || x.kernel() == 1);
            boolean two = square && dense && y.stride() == 2 && x.stride() == 2;
            if (g.hasStrides())
                return two && g.transposed() ? SPREAD : g.transposed() || weight ? null : GENERAL;
            return dense ? RECTANGLE : weight ? null : GENERAL;
        }
    }

    /// True if channels of float32 are seen one by one over at most two axes and the result is in lines; the source can be copied.
    static boolean isDepthwise(ConvGeometry g) {
        Window z = g.axes().get(0);
        return g.source().dtype() == DType.F32 && g.reduced() == 1 && z.kernel() == 1 && z.in() == 1 && z.out() == 1
                && z.padBefore() == 0 && g.source().numel() > 0 && (!g.transposed() || g.produced() == 1);
    }

    /// The tiles of a convolution or its transpose; null if there are no kernels for it.
    static DepthwisePlanes ofConvolution(ConvGeometry g) {
        return isDepthwise(g) && g.result().isInLines() ? cut(g, g.batch() * g.groups() * g.produced(), false) : null;
    }

    /// The tiles of the gradient of a weight; null if there are no kernels for it.
    static DepthwisePlanes ofWeight(ConvGeometry g) {
        return isDepthwise(g) ? cut(g, g.batch(), true) : null;
    }

    private static DepthwisePlanes cut(ConvGeometry g, int planes, boolean weight) {
        Kind kind = Kind.of(g, weight);
        if (kind == null)
            return null;
        var cut = new Cut(g, kind, weight);
        int columns = Grid.evenly(Grid.ceil(g.resultSize(2), RUN), cut.mostColumns());
        int height = g.resultSize(1) + (kind == Kind.SPREAD ? g.axes().get(1).padBefore() & 1 : 0);
        int threads = cut.places();
        int bands = Grid.evenly(Grid.ceil(height, cut.bandHeight()), Math.max(1, threads / columns));
        while (cut.shared(columns, bands) > MOST_SHARED && columns * bands > 1) {
            if (bands > 1)
                bands = Grid.ceil(bands, 2);
            else
                columns = Grid.ceil(columns, 2);
        }
        int one = cut.shared(columns, bands);
        if (one > MOST_SHARED)
            return null;
        int group = Math.clamp(Math.min(threads / (columns * bands), GROUP_SHARED / one), 1, planes);
        if (!weight)                                                 // few planes rather keep more of a device busy
            group = Math.min(group, Math.max(Grid.ceil(planes, BLOCKS), Grid.ceil(LEAST_THREADS, columns * bands)));
        return new DepthwisePlanes(g, kind, planes, group, columns, bands, bands * cut.bandHeight(), columns * RUN,
                cut.rows(bands), cut.pitch(columns), group * one);
    }

    /// Sizes of a tile as functions of the threads along it. A band is the smallest number of lines that threads divide among them.
    private record Cut(ConvGeometry g, Kind kind, boolean weight) {
        private int kernelY() {
            return g.axes().get(1).kernel();
        }

        private int kernelX() {
            return g.axes().get(2).kernel();
        }

        private int stride() {
            return g.axes().get(2).stride();
        }

        private int strideY() {
            return g.axes().get(1).stride();
        }

        private int dilationY() {
            return g.axes().get(1).dilation();
        }

        /// True if a block keeps its part of `dy` in shared memory.
        private boolean keepsGradient() {
            return weight && kind == Kind.RECTANGLE;
        }

        /// Places for threads in a tile: more than there are threads where that makes the halo a smaller part of it.
        private int places() {
            return keepsGradient() ? 2 * THREADS : THREADS;
        }

        private int mostColumns() {
            return kernelY() == 1 ? LONG_LINE : WARP;
        }

        private int bandHeight() {
            return isLineByLine() ? 1 : RUN;
        }

        private boolean isLineByLine() {
            return kind == Kind.GENERAL || kind == Kind.RECTANGLE && (weight || kernelY() == 1);
        }

        private int rows(int bands) {
            return switch (kind) {
                case SPREAD -> (bands - 1) * 2 + (kernelY() - 1) / 2 + 2;
                case RECTANGLE -> bands * bandHeight() + kernelY() - 1;
                case GENERAL -> (bands - 1) * strideY() + (kernelY() - 1) * dilationY() + 1;
            };
        }

        private int pitch(int columns) {
            int dilation = g.axes().get(2).dilation();
            return switch (kind) {
                case SPREAD -> (columns - 1) * 2 + (kernelX() - 1) / 2 + 2 + (g.axes().get(2).padBefore() & 1);
                case RECTANGLE -> odd(columns * RUN + Grid.ceil(kernelX(), 4) * 4);
                case GENERAL -> (columns * RUN - 1) * stride() + (kernelX() - 1) * dilation + 1;
            };
        }

        /// The next odd multiple of 4: lines four apart then begin in different banks.
        private static int odd(int pitch) {
            return pitch % 8 == 0 ? pitch + 4 : pitch;
        }

        /// Bytes of one plane: its tile, its filter and three numbers, or its part of `dy`.
        private int shared(int columns, int bands) {
            long tile = (long) rows(bands) * pitch(columns);
            long rest = !weight ? kernelY() * (kind == Kind.RECTANGLE ? Grid.ceil(kernelX(), 4) * 4L : kernelX()) + 3
                    : keepsGradient() ? columns * RUN * bands : 0;
            return (int) Math.min(Integer.MAX_VALUE, 4 * (tile + rest));
        }
    }

    int tilesAcross() {
        return Grid.ceil(geometry.resultSize(2), width);
    }

    int tilesDown() {
        return Grid.ceil(geometry.resultSize(1) + (kind == Kind.SPREAD ? geometry.axes().get(1).padBefore() & 1 : 0), height);
    }

    /// Tiles of all planes, those of one group counted as one.
    int units() {
        return Grid.ceil(planes, group) * tilesDown() * tilesAcross();
    }

    /// Threads of a block.
    int threads() {
        return Math.min(THREADS, Grid.ceil(group * columns * lines, WARP) * WARP);
    }

    /// True if 16 bytes of the result can be read or written at a time, wherever a run begins.
    private boolean hasVectors() {
        Operand result = geometry.result();
        return result.address() % 16 == 0 && geometry.resultSize(2) % RUN == 0
                && (geometry.resultSize(1) == 1 || result.pixelStride(1) % RUN == 0)
                && (geometry.groups() * geometry.produced() == 1 || result.channelStride() % RUN == 0)
                && (geometry.batch() == 1 || result.imageStride() % RUN == 0);
    }

    private int padding(int axis) {
        return kind == Kind.SPREAD ? geometry.axes().get(axis).padBefore() : geometry.padBefore(axis);
    }

    /// `struct Planes` of planes.cuh.
    ///
    /// @param w the weight; null for its gradient
    int[] struct(View w) {
        ConvGeometry g = geometry;
        var words = new Words(45);
        words.add(planes, g.groups() * g.produced(), g.produced(), g.batch());
        words.add(g.sourceSize(1), g.sourceSize(2));
        words.add(g.source().imageStride(), g.source().channelStride(), g.source().pixelStride(1));
        words.add(g.resultSize(1), g.resultSize(2));
        words.add(g.result().imageStride(), g.result().channelStride(), g.result().pixelStride(1));
        words.add(padding(1), padding(2), g.axes().get(1).stride(), g.axes().get(2).stride());
        words.add(g.axes().get(1).dilation(), g.axes().get(2).dilation());
        words.add(g.axes().get(1).kernel(), g.axes().get(2).kernel());
        words.add(w == null ? 0 : w.layout().stride(0), w == null ? 0 : Operand.of(w).pixelStride(1),
                w == null ? 0 : Operand.of(w).pixelStride(2));
        words.add(g.transposed() && kind != Kind.SPREAD ? 1 : 0, hasVectors() ? 1 : 0);
        words.add(group, tilesDown(), tilesAcross(), height, width, pitch);
        words.addDivider(columns);
        words.addDivider(lines);
        words.addDivider(rows);
        words.addDivider(pitch);
        return words.all();
    }
}
