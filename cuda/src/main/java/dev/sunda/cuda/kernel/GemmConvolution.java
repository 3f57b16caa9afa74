package dev.sunda.cuda.kernel;

import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;

/// Convolutions that are matrix products without a matrix of patches: `conv_product.cuh`, `conv_few.cu` where the product would be mostly
/// empty, and `conv_tensor.cuh` for those who want [Precision#TF32] or [Precision#BF16].
///
/// Tile sizes and slices depend on shapes alone: they suit a GPU with [#MULTIPROCESSORS] and are the same on all others.
final class GemmConvolution {
    /// Of a large GPU.
    static final int MULTIPROCESSORS = 132;
    private static final int SMALL_EACH = 6;                         // blocks with small tiles that one of them runs at a time
    private static final int SMALL_TILE = 64;
    private static final int NARROW = 32;
    private static final int LONG = 96;                              // steps of a sum that is worth cutting
    private static final int LEAST_STEPS = 16;                       // of a slice
    private static final int FEW_CHANNELS = 16;                      // of which a tile of one tap would be mostly empty
    private static final int FEW_RESULTS = 4;                        // of a transpose with strides; mirrors conv_few.cu, as the next
    private static final int FEW_THREADS = 128;
    private static final int FEW_HIGH = 4;
    private static final int FEW_TAPS = 4;
    private static final int TABLE_ROOM = 1024;                      // mirrors conv_walk.cuh
    private static final int DEPTH = 8;                              // channels in a tile of a product; mirrors conv_product.cuh
    private static final long MOST_PACKED = 1L << 28;                // words of a weight for tensor cores

    private final Gpu gpu;
    private final Precision precision;
    private final int multiprocessors;

    /// @param multiprocessors of the GPU that tiles and slices are to suit
    GemmConvolution(Gpu gpu, Precision precision, int multiprocessors) {
        this.gpu = gpu;
        this.precision = precision.on(gpu);
        this.multiprocessors = multiprocessors;
    }

    private boolean isTensor(View view) {
        return precision != Precision.FLOAT32 && view.dtype() == DType.F32;
    }

    /// Which kernel computes a convolution.
    private record Tile(String module, String name, int rows, int columns, int threads) {
        private long blocks(ConvGeometry g) {
            return (long) Grid.ceil(g.phasePositions(), rows) * Grid.ceil(g.produced(), columns) * g.groups() * g.phases();
        }
    }

    private Tile tile(ConvGeometry g, DType dtype) {
        if (dtype == DType.F64)
            return new Tile("conv_double", "conv_small_pixels_f64", 64, 64, 256);
        String loading = loading(g);
        String module = loading.equals("pixels") ? "conv" : "conv_" + loading;
        var narrow = new Tile(module, "conv_narrow_" + loading + "_f32", 64, NARROW, 64);
        if (g.produced() <= NARROW)
            return narrow;
        var large = new Tile(module, "conv_large_" + loading + "_f32", 128, 128, 256);
        if (suits(large, g))
            return large;
        var small = new Tile(module, "conv_small_" + loading + "_f32", 64, 64, 64);
        return isFew(small, g) && steps(g) < LONG ? narrow : small;
    }

    private Tile tensorTile(ConvGeometry g) {
        String loading = loading(g);
        String name = "conv_" + precision + "_%s_" + loading + "_f32";
        var large = new Tile("conv_" + precision, name.formatted("large"), 128, 128, TensorTile.THREADS);
        return suits(large, g) ? large : new Tile("conv_" + precision, name.formatted("small"), 64, 64, TensorTile.THREADS);
    }

    private static String loading(ConvGeometry g) {
        return isCounted(g) ? "table" : g.sourceIsChannelsLast() ? "channels" : "pixels";
    }

    /// True if taps and channels are counted together, by a table.
    private static boolean isCounted(ConvGeometry g) {
        return g.reduced() < FEW_CHANNELS && g.taps() * g.reduced() <= TABLE_ROOM;
    }

    /// True if there are large tiles enough, of which each has much to do.
    private boolean suits(Tile large, ConvGeometry g) {
        return !isCounted(g) && g.produced() > SMALL_TILE && large.blocks(g) >= multiprocessors;
    }

    /// True if small tiles leave most of a GPU idle.
    private boolean isFew(Tile small, ConvGeometry g) {
        return small.blocks(g) < 2L * multiprocessors;
    }

    /// Steps of the longest sums in float32.
    private static int steps(ConvGeometry g) {
        return isCounted(g) ? Grid.ceil(g.phaseTaps() * g.reduced(), DEPTH) : g.phaseTaps() * Grid.ceil(g.reduced(), DEPTH);
    }

    /// How many blocks share the sums of one tile.
    private int slices(Tile tile, ConvGeometry g) {
        boolean cut = tile.threads == 64 && isFew(tile, g) && steps(g) >= LONG;
        return cut ? (int) Math.min((long) SMALL_EACH * multiprocessors / tile.blocks(g), steps(g) / LEAST_STEPS) : 1;
    }

    /// The result of the geometry, which has elements.
    ///
    /// @param finish see [ConvGeometry#finish]
    void conv(ConvGeometry g, View w, long[] finish) {
        if (hasFewResults(g, w.dtype())) {
            few(g, w, finish);
            return;
        }
        if (isTensor(w) && tensorWeight(g) <= MOST_PACKED) {
            tensorConv(g, w, finish);
            return;
        }
        DType dtype = w.dtype();
        Tile tile = tile(g, dtype);
        int width = Grid.ceil(g.produced(), 4) * 4;
        int lines = isCounted(g) && dtype == DType.F32 ? g.reduced() : Grid.ceil(g.reduced(), DEPTH) * DEPTH;
        if (g.weightIsPacked(w, lines, width)) {
            product(g, tile, Gpu.address(w), width, finish);
            return;
        }
        int packed = Grid.count("conv: the size of the padded weight", (long) g.groups() * g.taps() * lines * width);
        try (Scratch weight = gpu.scratch((long) packed * dtype.bytes())) {
            pack(g, w, lines, width, weight, packed);
            product(g, tile, weight.address(), width, finish);
        }
    }

    private void product(ConvGeometry g, Tile tile, long weight, int width, long[] finish) {
        int slices = slices(tile, g);
        if (slices == 1)
            product(g, tile, weight, width, 1, finish);
        else
            sliced(g, tile, weight, width, slices, finish);
    }

    private void product(ConvGeometry g, Tile tile, long weight, int width, int slices, long[] finish) {
        gpu.kernel(tile.module, tile.name).launch(Grid.of(tile.blocks(g) * slices, tile.threads), g.source().address(), weight, width,
                g.readsVectors() ? 1 : 0, g.struct(), finish, g.result().address(), Grid.ceil(g.phasePositions(), tile.rows),
                Grid.ceil(g.produced(), tile.columns), slices, (long) g.result().numel());
    }

    /// With several blocks for each tile, whose sums are added up.
    private void sliced(ConvGeometry g, Tile tile, long weight, int width, int slices, long[] finish) {
        Operand result = g.result();
        int numel = result.numel();
        try (Scratch partial = gpu.scratch((long) slices * numel * Float.BYTES)) {
            var dense = new Operand(partial.address(), DType.F32, Layout.contiguous(result.layout().shape()));
            product(g.with(g.source(), dense), tile, weight, width, slices, ConvGeometry.finish(null, null));
            gpu.kernel("conv", "conv_sum_f32").launch(Grid.over(numel), partial, slices, (long) numel, g.struct(), g.count(), finish,
                    result.address(), numel);
        }
    }

    /// True for a transpose with strides and so few channels that a tile would be mostly empty, in lines of pixels, whose phases have few
    /// taps, side by side in the source.
    private static boolean hasFewResults(ConvGeometry g, DType dtype) {
        return dtype == DType.F32 && g.transposed() && g.hasStrides() && g.produced() <= FEW_RESULTS && g.source().isInLines()
                && g.resultSize(1) > 1 && g.phaseStep(1) == 1 && g.phaseStep(2) == 1 && g.phaseTaps(1) <= FEW_TAPS
                && g.phaseTaps(2) <= FEW_TAPS;
    }

    private void few(ConvGeometry g, View w, long[] finish) {
        int lines = Grid.ceil(g.reduced(), DEPTH) * DEPTH;
        int packed = Grid.count("conv: the size of the padded weight", (long) g.groups() * g.taps() * lines * 4);
        Window high = g.axes().get(1);
        int rows = Grid.ceil(g.resultSize(1), high.stride());
        long threads = (long) g.phasePositions() / rows * Grid.ceil(rows, FEW_HIGH);
        int blocks = Grid.ceil(Grid.count("conv: the positions of a phase", threads), FEW_THREADS);
        try (Scratch weight = gpu.scratch((long) packed * Float.BYTES)) {
            pack(g, w, lines, 4, weight, packed);
            gpu.kernel("conv_few", "conv_few_" + g.produced() + "_f32").launch(
                    Grid.of((long) blocks * g.groups() * g.phases(), FEW_THREADS), g.source().address(), weight, lines, g.struct(), finish,
                    g.result().address(), blocks);
        }
    }

    private void pack(ConvGeometry g, View w, int lines, int width, Scratch packed, int numel) {
        if (numel > 0)
            gpu.kernel("conv", "conv_pack_" + type(w)).launch(Grid.over(numel), w, g.weights(w), g.axes().get(1).kernel(),
                    g.axes().get(2).kernel(), g.taps(), g.reduced(), lines, g.produced(), width, packed, numel);
    }

    /// Words of one channel of the result in the weight as tensor cores take it.
    private int tensorLength(ConvGeometry g) {
        int steps = isCounted(g) ? Grid.ceil(g.phaseTaps() * g.reduced(), TensorTile.DEPTH)
                : g.phaseTaps() * Grid.ceil(g.reduced(), TensorTile.DEPTH);
        return steps * TensorTile.words(TensorTile.DEPTH, precision);
    }

    /// Words of that weight: as many as it has numbers and zeros behind them, but many more where strides are much larger than kernels.
    private long tensorWeight(ConvGeometry g) {
        return (long) g.phases() * g.groups() * g.produced() * tensorLength(g);
    }

    private void tensorConv(ConvGeometry g, View w, long[] finish) {
        Tile tile = tensorTile(g);
        int length = tensorLength(g);
        int packed = (int) tensorWeight(g);
        String pack = "conv_" + precision + (isCounted(g) ? "_pack_table_f32" : "_pack_taps_f32");
        try (Scratch weight = gpu.scratch(4L * packed)) {
            if (packed > 0)
                gpu.kernel(tile.module, pack).launch(Grid.over(packed), w, g.weights(w), g.struct(), weight, length, packed);
            gpu.kernel(tile.module, tile.name).launch(
                    Grid.of(tile.blocks(g), tile.threads).shared(TensorTile.sharedWithWords(tile.rows, precision)), g.source().address(),
                    weight, length, g.readsVectors() ? 1 : 0, g.struct(), finish, g.result().address(),
                    Grid.ceil(g.phasePositions(), tile.rows), Grid.ceil(g.produced(), tile.columns));
        }
    }

    static String type(View view) {
        return view.dtype() == DType.F32 ? "f32" : "f64";
    }
}
