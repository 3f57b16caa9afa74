package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;

/// Convolutions that are matrix products without a matrix of patches: `conv_product.cuh`, `conv_weight_product.cuh`, and `conv_tensor.cuh`,
/// `conv_weight_tensor.cuh` for those who want [Precision#TF32] or [Precision#BF16].
///
/// Tile sizes and slices depend on shapes alone.
final class GemmConvolution {
    private static final int SMALL_TILE = 64;
    private static final int LARGE_TILE = 128;
    private static final int NARROW = 32;
    private static final int ENOUGH = 128;                           // large tiles; fewer would leave much of a device idle
    private static final int FEW_CHANNELS = 16;                      // of which a tile of one tap would be mostly empty
    private static final int TABLE_ROOM = 1024;                      // mirrors conv_walk.cuh
    private static final int DEPTH = 8;                              // channels in a tile of a product; mirrors conv_product.cuh
    private static final int TENSOR_TAPS = 31;                       // of a weight's gradient, along all axes; mirrors conv_weight_tensor.cuh
    private static final long MOST_PACKED = 1L << 28;                // words of a weight for tensor cores

    private static final int BLOCKS = 1024;                          // that a weight gradient is cut into, if there are enough positions
    private static final int LEAST_SLICE = 512;
    private static final int LARGEST_SLICE = 16384;                  // longest chain of additions
    private static final long MOST_PARTIAL = 1L << 26;               // elements of partial sums, for which slices may get longer

    private final Gpu gpu;
    private final Precision precision;

    GemmConvolution(Gpu gpu, Precision precision) {
        this.gpu = gpu;
        this.precision = precision.on(gpu);
    }

    private boolean isTensor(View view) {
        return precision != Precision.FLOAT32 && view.dtype() == DType.F32;
    }

    /// Which kernel computes a convolution.
    private record Tile(String module, String name, int rows, int columns, int threads) {
        private static Tile of(ConvGeometry g, DType dtype) {
            if (dtype == DType.F64)
                return new Tile("conv_double", "conv_small_pixels_f64", 64, 64, 256);
            boolean table = isCounted(g);
            String loading = table ? "table" : g.sourceIsChannelsLast() ? "channels" : "pixels";
            String module = loading.equals("pixels") ? "conv" : "conv_" + loading;
            if (g.produced() <= NARROW)
                return new Tile(module, "conv_narrow_" + loading + "_f32", 64, NARROW, 64);
            var large = new Tile(module, "conv_large_" + loading + "_f32", 128, 128, 256);
            return !table && g.produced() > 64 && large.blocks(g) >= ENOUGH ? large
                    : new Tile(module, "conv_small_" + loading + "_f32", 64, 64, 64);
        }

        /// On tensor cores.
        private static Tile of(ConvGeometry g, Precision precision) {
            boolean table = isCounted(g);
            String loading = table ? "table" : g.sourceIsChannelsLast() ? "channels" : "pixels";
            String name = "conv_" + precision + "_%s_" + loading + "_f32";
            var large = new Tile("conv_" + precision, name.formatted("large"), 128, 128, TensorTile.THREADS);
            return !table && g.produced() > 64 && large.blocks(g) >= ENOUGH ? large
                    : new Tile("conv_" + precision, name.formatted("small"), 64, 64, TensorTile.THREADS);
        }

        /// True if taps and channels are counted together, by a table.
        private static boolean isCounted(ConvGeometry g) {
            return g.reduced() < FEW_CHANNELS && g.taps() * g.reduced() <= TABLE_ROOM;
        }

        private long blocks(ConvGeometry g) {
            return (long) Grid.ceil(g.phasePositions(), rows) * Grid.ceil(g.produced(), columns) * g.groups() * g.phases();
        }
    }

    /// The result of the geometry, which has elements.
    ///
    /// @param finish see [ConvGeometry#finish]
    void conv(ConvGeometry g, View w, long[] finish) {
        if (isTensor(w) && tensorWeight(g) <= MOST_PACKED) {
            tensorConv(g, w, finish);
            return;
        }
        DType dtype = w.dtype();
        Tile tile = Tile.of(g, dtype);
        int width = Grid.ceil(g.produced(), 4) * 4;
        int lines = Tile.isCounted(g) && dtype == DType.F32 ? g.reduced() : Grid.ceil(g.reduced(), DEPTH) * DEPTH;
        int packed = Grid.count("conv: the size of the padded weight", (long) g.groups() * g.taps() * lines * width);
        try (Scratch weight = gpu.scratch((long) packed * dtype.bytes())) {
            pack(g, w, lines, width, weight, packed);
            gpu.kernel(tile.module, tile.name).launch(Grid.of(tile.blocks(g), tile.threads), g.source().address(), weight, width,
                    g.readsVectors() ? 1 : 0, g.struct(), finish, g.result().address(), Grid.ceil(g.phasePositions(), tile.rows),
                    Grid.ceil(g.produced(), tile.columns));
        }
    }

    private void pack(ConvGeometry g, View w, int lines, int width, Scratch packed, int numel) {
        if (numel > 0)
            gpu.kernel("conv", "conv_pack_" + type(w)).launch(Grid.over(numel), w, g.weights(w), g.axes().get(1).kernel(),
                    g.axes().get(2).kernel(), g.taps(), g.reduced(), lines, g.produced(), width, packed, numel);
    }

    /// Words of one channel of the result in the weight as tensor cores take it.
    private int tensorLength(ConvGeometry g) {
        int steps = Tile.isCounted(g) ? Grid.ceil(g.phaseTaps() * g.reduced(), TensorTile.DEPTH)
                : g.phaseTaps() * Grid.ceil(g.reduced(), TensorTile.DEPTH);
        return steps * TensorTile.words(TensorTile.DEPTH, precision);
    }

    /// Words of that weight: as many as it has numbers and zeros behind them, but many more where strides are much larger than kernels.
    private long tensorWeight(ConvGeometry g) {
        return (long) g.phases() * g.groups() * g.produced() * tensorLength(g);
    }

    private void tensorConv(ConvGeometry g, View w, long[] finish) {
        Tile tile = Tile.of(g, precision);
        int length = tensorLength(g);
        int packed = (int) tensorWeight(g);
        String pack = "conv_" + precision + (Tile.isCounted(g) ? "_pack_table_f32" : "_pack_taps_f32");
        try (Scratch weight = gpu.scratch(4L * packed)) {
            if (packed > 0)
                gpu.kernel(tile.module, pack).launch(Grid.over(packed), w, g.weights(w), g.struct(), weight, length, packed);
            gpu.kernel(tile.module, tile.name).launch(
                    Grid.of(tile.blocks(g), tile.threads).shared(TensorTile.sharedWithWords(tile.rows, precision)), g.source().address(),
                    weight, length, g.readsVectors() ? 1 : 0, g.struct(), finish, g.result().address(),
                    Grid.ceil(g.phasePositions(), tile.rows), Grid.ceil(g.produced(), tile.columns));
        }
    }

    /// The gradient of the weight, which has elements.
    void weight(ConvGeometry g, View dw) {
        int columns = g.taps() * g.reduced();
        int width = Grid.ceil(columns, 4) * 4;
        boolean large = dw.dtype() == DType.F32 && g.produced() > SMALL_TILE && columns > SMALL_TILE;
        int tile = large ? LARGE_TILE : SMALL_TILE;
        int rowTiles = Grid.ceil(g.produced(), tile);
        int columnTiles = Grid.ceil(columns, tile);
        int each = slice(g, (long) rowTiles * columnTiles * g.groups(), (long) g.groups() * g.produced() * width);
        int slices = Grid.ceil(g.positions(), each);
        long sliceStep = (long) g.groups() * g.produced() * width;
        try (Scratch partial = gpu.scratch(slices * sliceStep * dw.dtype().bytes())) {
            long blocks = (long) rowTiles * columnTiles * g.groups() * slices;
            if (slices > 0 && isTensorWeight(g, dw))
                tensorWeight(g, large).launch(Grid.of(blocks, TensorTile.THREADS).shared(TensorTile.shared(tile)), g.source().address(),
                        g.result().address(), (isByChannels(g) ? g.readsVectors() : g.readsPixels()) ? 1 : 0, g.struct(), g.count(),
                        partial, width, columns, g.positions(), each, rowTiles, columnTiles);
            else if (slices > 0)
                weightKernel(g, dw, large).launch(Grid.of(blocks, large || dw.dtype() == DType.F64 ? 256 : 64), g.source().address(),
                        g.result().address(), g.struct(), g.count(), partial, width, columns, g.positions(), each, rowTiles,
                        columnTiles);
            join(gpu, g, partial, slices, width, false, dw);
        }
    }

    private Kernel weightKernel(ConvGeometry g, View dw, boolean large) {
        boolean quads = dw.dtype() == DType.F32 && g.produced() % 4 == 0 && g.reduced() % 4 == 0;
        boolean vectors = quads && g.readsVectors() && g.readsResultVectors();
        return gpu.kernel(vectors ? "conv_weight_channels" : "conv_weight",
                "conv_weight_" + (large ? "large_" : "small_") + (vectors ? "vectors_" : quads ? "quads_" : "singles_") + type(dw));
    }

    private boolean isTensorWeight(ConvGeometry g, View dw) {
        return isTensor(dw) && g.tapSum() <= TENSOR_TAPS;
    }

    private Kernel tensorWeight(ConvGeometry g, boolean large) {
        String module = "conv_weight_" + precision;
        return gpu.kernel(module, module + (large ? "_large_" : "_small_") + (isByChannels(g) ? "channels_f32" : "pixels_f32"));
    }

    private static boolean isByChannels(ConvGeometry g) {
        return g.resultIsChannelsLast() && g.source().channelStride() == 1;
    }

    /// Positions that one block adds up.
    private static int slice(ConvGeometry g, long tiles, long partials) {
        long each = Math.clamp(Math.ceilDiv(g.positions() * tiles, BLOCKS), LEAST_SLICE, LARGEST_SLICE);
        each = Math.max(each, Math.ceilDiv(g.positions() * partials, MOST_PARTIAL));
        return (int) (Math.ceilDiv(each, 8) * 8);
    }

    /// Adds up `partial[slice][o][tap, c]`, or `[o][c, tap]`, whose rows lie `width` apart.
    static void join(Gpu gpu, ConvGeometry g, Scratch partial, int slices, int width, boolean tapsInnermost, View dw) {
        gpu.kernel("conv_weight", "conv_join_" + type(dw)).launch(Grid.over(dw.shape().numel()), partial, slices,
                (long) g.groups() * g.produced() * width, width, tapsInnermost ? 1 : 0, g.reduced(), g.axes().get(1).kernel(),
                g.axes().get(2).kernel(), g.taps(), g.weights(dw), dw, dw.shape().numel());
    }

    static String type(View view) {
        return view.dtype() == DType.F32 ? "f32" : "f64";
    }
}
