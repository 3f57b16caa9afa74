package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.kernel.Product.Matrix;

/// Three by three convolutions of many channels with stride 1, and their gradients, by Winograd's minimal filtering `F(4x4, 3x3)`: 36
/// products of matrices take a quarter of the multiplications. `winograd.cu` transforms what they multiply and what they give.
///
/// Transformed images are 2.25 times as large as images and go through memory, so the products must be worth it, see [WinogradSizes].
/// Images are transformed some tiles at a time, to bound the memory for them; how many depends on shapes alone. Pieces that stay in a
/// cache were slower on an H100: their products leave more of it idle than the memory traffic costs.
final class Winograd {
    private static final int THREADS = 256;
    private static final int PLANES = WinogradTiles.PLANES;

    private final Gpu gpu;
    private final Precision precision;
    private final Matmul matmul;
    private final WinogradSizes sizes;
    private final WinogradWeight weightGradient;

    Winograd(Gpu gpu, Precision precision, WinogradSizes sizes) {
        this.gpu = gpu;
        this.precision = precision.on(gpu);
        this.sizes = sizes;
        matmul = new Matmul(gpu, Precision.FLOAT32);
        weightGradient = new WinogradWeight(gpu, matmul);
    }

    private boolean isFloat32(DType dtype) {
        return precision == Precision.FLOAT32 && dtype == DType.F32;
    }

    /// Computes the result of the geometry, which has elements, if that pays.
    ///
    /// @param finish see [ConvGeometry#finish]
    boolean conv(ConvGeometry g, View w, long[] finish) {
        if (!isFloat32(w.dtype()) || !sizes.suit(g))
            return false;
        int run = sizes.run(g);
        long plane = (long) WinogradTiles.room(run) * PLANES * Float.BYTES;
        try (Scratch weight = gpu.scratch((long) PLANES * g.reduced() * g.produced() * Float.BYTES);
                Scratch source = gpu.scratch(plane * g.reduced());
                Scratch sums = gpu.scratch(plane * g.produced())) {
            transform(g, w, weight);
            for (int first = 0, count = (int) WinogradTiles.of(g).count(); first < count; first += run)
                conv(g, finish, weight, source, sums, first, Math.min(run, count - first));
        }
        return true;
    }

    /// Computes the gradient of the weight, which has elements, if that pays.
    boolean weight(ConvGeometry g, View dw) {
        if (!isFloat32(dw.dtype()) || !sizes.suitWeight(g))
            return false;
        weightGradient.weight(g, sizes.run(g), dw);
        return true;
    }

    /// Makes planes of the weight in the order in which products read it fastest.
    private void transform(ConvGeometry g, View w, Scratch weight) {
        int numel = g.reduced() * g.produced();
        int[] at = g.weights(w);
        boolean channels = g.resultIsChannelsLast();
        var strides = new int[] {at[channels ? 1 : 2], at[channels ? 2 : 1], at[4], at[5]};
        gpu.kernel("winograd", "winograd_weight_f32").launch(Grid.of(Grid.ceil(numel, THREADS), THREADS), w, strides,
                g.transposed() ? 1 : 0, Divisor.struct(channels ? g.reduced() : g.produced()), numel, weight);
    }

    /// The results of `count` tiles from number `first` on.
    private void conv(ConvGeometry g, long[] finish, Scratch weight, Scratch source, Scratch sums, int first, int count) {
        spread(gpu, g, first, count, source);
        Product product = product(g, WinogradTiles.room(count), weight.address(), source.address(), sums.address());
        matmul.tiled(product, WinogradCut.side(product.m(), product.n()), 1);
        boolean channels = g.resultIsChannelsLast();
        int room = WinogradTiles.room(count);
        int numel = Grid.count("conv: the results at a time", (long) room * g.produced());
        gpu.kernel("winograd", "winograd_result_" + order(channels) + "_f32").launch(Grid.of(Grid.ceil(numel, THREADS), THREADS), sums,
                WinogradTiles.result(g), WinogradTiles.of(g).struct(first, count), Divisor.struct(channels ? g.produced() : room), numel,
                finish, g.result().address());
    }

    /// The transformed pixels that `count` tiles of the result see.
    static void spread(Gpu gpu, ConvGeometry g, int first, int count, Scratch out) {
        spread(gpu, "source", g.source(), WinogradTiles.source(g), g.sourceIsChannelsLast(), g.reduced(),
                WinogradTiles.of(g).struct(first, count), WinogradTiles.room(count), out);
    }

    /// The transformed gradients of `count` tiles of the result.
    static void spreadResult(Gpu gpu, ConvGeometry g, int first, int count, Scratch out) {
        spread(gpu, "gradient", g.result(), WinogradTiles.result(g), g.resultIsChannelsLast(), g.produced(),
                WinogradTiles.of(g).struct(first, count), WinogradTiles.room(count), out);
    }

    private static void spread(Gpu gpu, String what, Operand from, int[] images, boolean channelsLast, int channels, int[] tiles, int room,
            Scratch out) {
        int numel = Grid.count("conv: the pixels at a time", (long) room * channels);
        gpu.kernel("winograd", "winograd_" + what + "_" + order(channelsLast) + "_f32").launch(
                Grid.of(Grid.ceil(numel, THREADS), THREADS), from.address(), images, tiles, Divisor.struct(channelsLast ? channels : room),
                numel, out);
    }

    private static String order(boolean channelsLast) {
        return channelsLast ? "channels" : "pixels";
    }

    /// Where a run of transformed images lies, a row for each tile, a column for each channel.
    static Matrix tiles(long address, int room, int channels, boolean channelsLast) {
        return new Matrix(address, room * channels, channelsLast ? channels : 1, channelsLast ? 1 : room);
    }

    /// Sums as rows of what is innermost in the result, so that they are written side by side.
    private static Product product(ConvGeometry g, int room, long weight, long source, long sums) {
        int k = g.reduced();
        int n = g.produced();
        boolean channels = g.resultIsChannelsLast();
        var right = new Matrix(weight, k * n, channels ? 1 : n, channels ? k : 1);
        var product = new Product(DType.F32, PLANES, room, n, k, tiles(source, room, k, g.sourceIsChannelsLast()), right,
                tiles(sums, room, n, channels), new int[2], 0);
        return channels ? product : product.transposed();
    }
}
