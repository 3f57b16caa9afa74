package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;

/// Gradients of convolutions with respect to their weights that are matrix products: `conv_weight_product.cuh`, and
/// `conv_weight_tensor.cuh` for those who want [Precision#TF32] or [Precision#BF16]. The positions of the result, over which they add up,
/// are cut into slices.
///
/// Tile sizes and slices depend on shapes alone, as those of [GemmConvolution].
final class GemmWeight {
    private static final int NARROW_TILE = 32;
    private static final int SMALL_TILE = 64;
    private static final int LARGE_TILE = 128;
    private static final int LARGE_EACH = 2;                         // blocks with large tiles that a multiprocessor runs at a time
    private static final int SMALL_EACH = 6;                         // the same with small tiles
    private static final int NARROW_EACH = 8;                        // the same with narrow tiles
    private static final int MUCH = 2000;                            // positions times large tiles, for each multiprocessor
    private static final int ENOUGH = 384;                           // the same, from which on large tiles are as fast as small ones
    private static final int LEAST_SLICE = 64;
    private static final int LARGEST_SLICE = 16384;                  // longest chain of additions
    private static final long MOST_PARTIAL = 1L << 26;               // elements of partial sums, for which slices may get longer
    private static final int MANY_WEIGHTS = 1 << 14;                 // whose slices a thread each adds up fast enough
    private static final int MOST_LANES = 16;                        // threads that share the slices of one; mirrors conv_weight.cu
    private static final int SOME_LANES = 4;
    private static final int TENSOR_TAPS = 31;                       // along all axes; mirrors conv_weight_tensor.cuh

    private final Gpu gpu;
    private final Precision precision;
    private final int multiprocessors;

    /// @param multiprocessors of the GPU that tiles and slices are to suit
    GemmWeight(Gpu gpu, Precision precision, int multiprocessors) {
        this.gpu = gpu;
        this.precision = precision.on(gpu);
        this.multiprocessors = multiprocessors;
    }

    /// How the positions are cut, and the tiles of what is made of each slice.
    private record Cut(int tile, int columns, int width, int each, int slices) {
        String size() {
            return tile == LARGE_TILE ? "large" : tile == SMALL_TILE ? "small" : "narrow";
        }

        int rowTiles(ConvGeometry g) {
            return Grid.ceil(g.produced(), tile);
        }

        int columnTiles() {
            return Grid.ceil(columns, tile);
        }

        long blocks(ConvGeometry g) {
            return (long) rowTiles(g) * columnTiles() * g.groups() * slices;
        }
    }

    /// The gradient, which has elements.
    void weight(ConvGeometry g, View dw) {
        boolean tensor = precision != Precision.FLOAT32 && dw.dtype() == DType.F32 && g.tapSum() <= TENSOR_TAPS;
        Cut cut = cut(g, dw.dtype(), tensor);
        long sliceStep = (long) g.groups() * g.produced() * cut.width;
        try (Scratch partial = gpu.scratch(cut.slices * sliceStep * dw.dtype().bytes())) {
            if (cut.slices > 0 && tensor)
                tensor(g, cut, partial);
            else if (cut.slices > 0)
                kernel(g, dw, cut).launch(Grid.of(cut.blocks(g), cut.tile == LARGE_TILE || dw.dtype() == DType.F64 ? 256 : 64),
                        g.source().address(),
                        g.result().address(), g.struct(), g.count(), partial, cut.width, cut.columns, g.positions(), cut.each,
                        cut.rowTiles(g), cut.columnTiles());
            join(gpu, g, partial, cut.slices, cut.width, false, dw);
        }
    }

    private Kernel kernel(ConvGeometry g, View dw, Cut cut) {
        boolean quads = dw.dtype() == DType.F32 && g.produced() % 4 == 0 && g.reduced() % 4 == 0;
        String reading = readsVectors(g, dw.dtype()) ? "_vectors_" : quads ? "_quads_" : "_singles_";
        return gpu.kernel(reading.equals("_vectors_") ? "conv_weight_channels" : "conv_weight",
                "conv_weight_" + cut.size() + reading + GemmConvolution.type(dw));
    }

    private static boolean readsVectors(ConvGeometry g, DType dtype) {
        return dtype == DType.F32 && g.readsVectors() && g.readsResultVectors();
    }

    private void tensor(ConvGeometry g, Cut cut, Scratch partial) {
        boolean channels = g.resultIsChannelsLast() && g.source().channelStride() == 1;
        String module = "conv_weight_" + precision;
        gpu.kernel(module, module + "_" + cut.size() + (channels ? "_channels_f32" : "_pixels_f32")).launch(
                Grid.of(cut.blocks(g), TensorTile.THREADS).shared(TensorTile.shared(cut.tile)), g.source().address(),
                g.result().address(), (channels ? g.readsVectors() : g.readsPixels()) ? 1 : 0, g.struct(), g.count(), partial, cut.width,
                cut.columns, g.positions(), cut.each, cut.rowTiles(g), cut.columnTiles());
    }

    /// Into large tiles where there are enough positions for them, or on tensor cores, for which small ones would wait longer.
    private Cut cut(ConvGeometry g, DType dtype, boolean tensor) {
        int columns = g.taps() * g.reduced();
        int width = Grid.ceil(columns, 4) * 4;
        long work = g.positions() * tiles(g, columns, LARGE_TILE);
        int tile = SMALL_TILE;
        int blocks = SMALL_EACH;
        if (dtype == DType.F32 && g.produced() > SMALL_TILE && columns > SMALL_TILE
                && (tensor || work >= (long) ENOUGH * multiprocessors)) {
            tile = LARGE_TILE;
            blocks = work >= (long) MUCH * multiprocessors ? 4 * LARGE_EACH : LARGE_EACH;
        } else if (dtype == DType.F32 && g.produced() <= NARROW_TILE && !tensor && !readsVectors(g, dtype)) {
            tile = NARROW_TILE;
            blocks = NARROW_EACH;
        }
        int each = slice(g, tiles(g, columns, tile), blocks * multiprocessors, (long) g.groups() * g.produced() * width);
        return new Cut(tile, columns, width, each, Grid.ceil(g.positions(), each));
    }

    private static long tiles(ConvGeometry g, int columns, int tile) {
        return (long) Grid.ceil(g.produced(), tile) * Grid.ceil(columns, tile) * g.groups();
    }

    /// Positions that one block adds up, so that there are as many blocks as are wanted, or fewer.
    private static int slice(ConvGeometry g, long tiles, int wanted, long partials) {
        long each = Math.clamp(Math.ceilDiv(g.positions(), Math.max(1, wanted / tiles)), LEAST_SLICE, LARGEST_SLICE);
        each = Math.max(each, Math.ceilDiv(g.positions() * partials, MOST_PARTIAL));
        return (int) (Math.ceilDiv(each, 8) * 8);
    }

    /// Adds up `partial[slice][o][tap, c]`, or `[o][c, tap]`, whose rows lie `width` apart.
    static void join(Gpu gpu, ConvGeometry g, Scratch partial, int slices, int width, boolean tapsInnermost, View dw) {
        int lanes = lanes(dw.shape().numel(), slices);
        gpu.kernel("conv_weight", "conv_join_" + (lanes == 1 ? "" : lanes + "_") + GemmConvolution.type(dw)).launch(
                Grid.over(Math.multiplyExact(dw.shape().numel(), lanes)), partial, slices,
                (long) g.groups() * g.produced() * width, width, tapsInnermost ? 1 : 0, g.reduced(), g.axes().get(1).kernel(),
                g.axes().get(2).kernel(), g.taps(), g.weights(dw), dw, dw.shape().numel());
    }

    /// How many threads share the slices of one weight.
    private static int lanes(int weights, int slices) {
        if (weights < MANY_WEIGHTS && slices >= 2 * MOST_LANES)
            return MOST_LANES;
        return weights < 4 * MANY_WEIGHTS && slices >= 2 * SOME_LANES ? SOME_LANES : 1;
    }
}
