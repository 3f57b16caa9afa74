package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;

/// The gradient of a three by three weight by the transposed algorithm of [Winograd]: 36 products of transformed gradients with
/// transformed pixels, which add up over tiles. Tiles are cut into slices, so that there are enough blocks; the order of the sums depends
/// on shapes alone.
final class WinogradWeight {
    private static final int WEIGHTS = 32;                           // of a block; mirrors winograd.cu
    private static final int PLANES = WinogradTiles.PLANES;

    private final Gpu gpu;
    private final Matmul matmul;

    WinogradWeight(Gpu gpu, Matmul matmul) {
        this.gpu = gpu;
        this.matmul = matmul;
    }

    /// @param run tiles that are transformed at a time
    void weight(ConvGeometry g, int run, View dw) {
        int count = (int) WinogradTiles.of(g).count();
        int slices = WinogradCut.slices(g.produced(), g.reduced(), WinogradTiles.room(run));
        long plane = (long) WinogradTiles.room(run) * PLANES * Float.BYTES;
        try (Scratch source = gpu.scratch(plane * g.reduced());
                Scratch gradient = gpu.scratch(plane * g.produced());
                Scratch sums = gpu.scratch((long) slices * PLANES * g.produced() * g.reduced() * Float.BYTES)) {
            for (int first = 0; first < count; first += run) {
                int length = Math.min(run, count - first);
                Winograd.spread(gpu, g, first, length, source);
                Winograd.spreadResult(gpu, g, first, length, gradient);
                Product product = product(g, WinogradTiles.room(length), gradient.address(), source.address());
                int parts = matmul.parts(product, WinogradCut.slicedSide(product.m(), product.n()), slices, sums.address());
                add(g, sums, parts, first > 0, dw);
            }
        }
    }

    private static Product product(ConvGeometry g, int room, long gradient, long source) {
        int m = g.produced();
        int n = g.reduced();
        return new Product(DType.F32, PLANES, m, n, room, Winograd.tiles(gradient, room, m, g.resultIsChannelsLast()).transposed(),
                Winograd.tiles(source, room, n, g.sourceIsChannelsLast()), new Product.Matrix(0, m * n, n, 1), new int[2], 0);
    }

    /// Adds up the slices of a run and transforms them back.
    ///
    /// @param further whether the gradient of the runs before is there already
    private void add(ConvGeometry g, Scratch sums, int slices, boolean further, View dw) {
        int numel = g.produced() * g.reduced();
        int[] at = g.weights(dw);
        var strides = new int[] {at[1], at[2], at[4], at[5]};
        gpu.kernel("winograd", "winograd_weight_gradient_f32").launch(
                Grid.of(Grid.ceil(numel, WEIGHTS), WEIGHTS * WinogradTiles.SEEN), sums, slices, further ? 1 : 0,
                strides, Divisor.struct(g.reduced()), numel, dw);
    }
}
