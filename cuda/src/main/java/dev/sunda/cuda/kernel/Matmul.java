package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.kernel.Product.Reading;
import java.lang.ref.Reference;

/// Batched products of matrices: `matmul.cu`, `matmul_few.cu` for those with few rows or columns, `matmul_warps.cu` for few results,
/// `matmul_tensor.cuh` for those who want [Precision#TF32] or [Precision#BF16].
///
/// Which kernel computes a product, and whether several blocks share the sums of one tile, depends on its sizes and strides alone.
public final class Matmul {
    /// Sides that count as few, by the rows that the kernels take.
    private static final int[] FEW_ROWS_F32 = {1, 4, 16};
    private static final int[] FEW_ROWS_F64 = {1, 4};
    /// Columns of a block of `matmul_along_...`.
    private static final int FEW_COLUMNS = 32;
    /// Blocks that keep a large GPU busy if they have 256 threads, or fewer.
    private static final int LARGE_BLOCKS = 256;
    private static final int SMALL_BLOCKS = 128;
    /// Rows of a tile that the warps of a block share, and blocks enough for it to have twice as many columns.
    private static final int WARP_ROWS = 16;
    private static final int WARP_BLOCKS = 64;
    /// Slices of k are whole tiles of any kind.
    private static final int SLICE_STEP = 16;

    private final Gpu gpu;
    private final Precision precision;

    public Matmul(Gpu gpu) {
        this(gpu, Precision.ofProducts());
    }

    Matmul(Gpu gpu, Precision precision) {
        this.gpu = gpu;
        this.precision = precision.on(gpu);
    }

    /// `out[b] = x[b] · y[b] + bias`, see `Backend.matmul`.
    public void matmul(View x, View y, View bias, View out) {
        if (out.shape().numel() == 0)
            return;
        multiply(Product.of(x, y, bias, out));
        Reference.reachabilityFence(x);                              // a product knows only addresses
        Reference.reachabilityFence(y);
        Reference.reachabilityFence(bias);
        Reference.reachabilityFence(out);
    }

    private void multiply(Product p) {
        if (p.k() == 0 || p.m() <= 16 && p.n() <= 16 && p.k() <= 64)
            kernel(p, "plain").launch(Grid.over(p.numel()), p.x().address(), p.y().address(), p.biasAddress(), p.out().address(),
                    p.struct(0, 0, 1, p.k()), p.numel());
        else if (!few(p, false) && !few(p.transposed(), true))
            tiled(p);
    }

    private static String type(DType dtype) {
        return switch (dtype) {
            case F32 -> "f32";
            case F64 -> "f64";
            case I32 -> "i32";
            case I64 -> "i64";
            case BOOL -> throw new IllegalArgumentException("matmul: operands must be numbers (got bool); convert them with to(dtype)");
        };
    }

    private Kernel kernel(Product p, String name) {
        String module = switch (p.dtype()) {
            case F32 -> "matmul";
            case F64 -> "matmul_f64";
            default -> "matmul_int";
        };
        return gpu.kernel(module, "matmul_" + name + "_" + type(p.dtype()));
    }

    // ------------------------------------------------------------------------------------------------------------- tiles

    private void tiled(Product p) {
        int side = p.dtype() == DType.F32 ? side(p) : 64;
        if (side == 32 && isTensor(p, 64) && area(p, 64) <= 2 * area(p, 32))
            side = 64;
        long tiles = tiles(p, side);
        if (side == 32 && tiles <= SMALL_BLOCKS && p.k() >= tiles && sharesWarps(p))
            warps(p, tiles(p, WARP_ROWS, 32) >= WARP_BLOCKS || p.k() <= 128 ? 32 : 16);
        else
            tiled(p, side, slices(p, side));
    }

    /// How many blocks share the sums of a tile: one where there are tiles enough. Of small ones there are about six for each
    /// multiprocessor of a large GPU where one and a half would take the time of two.
    static int slices(Product p, int side) {
        long tiles = tiles(p, side);
        if (tiles >= LARGE_BLOCKS || side == 32 && tiles >= SMALL_BLOCKS)
            return 1;
        if (side == 128)
            return slices(p, tiles, 4 * LARGE_BLOCKS, 1024);
        return slices(p, tiles, (tiles >= SMALL_BLOCKS ? 6 : 4) * SMALL_BLOCKS, 256);
    }

    /// With tiles of `side` rows and columns; each tile's sums are cut into `slices` along k.
    void tiled(Product p, int side, int slices) {
        if (isTensor(p, side)) {
            String order = tensorOrder(p);
            int all = order.equals("any") ? 64 : side;
            run(p, p, gpu.kernel("matmul_" + precision, "matmul_" + precision + "_" + all + "_" + order + "_f32"), slices,
                    Grid.ceil(p.m(), all), Grid.ceil(p.n(), all), Grid.of(1, TensorTile.THREADS).shared(TensorTile.shared(all)));
        } else {
            run(p, p, kernel(p, name(p, side)), slices, Grid.ceil(p.m(), side), Grid.ceil(p.n(), side), Grid.of(1, 2 * side));
        }
    }

    /// Whether a product in tiles of `side` is computed on tensor cores.
    private boolean isTensor(Product p, int side) {
        return precision != Precision.FLOAT32 && p.dtype() == DType.F32 && side >= 64;
    }

    /// The largest tile that leaves little of itself empty and of which there are enough, also by slicing a long k. For 1024 x 1024 these
    /// are 256 of 64, two on nearly each of 132 multiprocessors; 64 of 128 would leave half of them idle, and slices of so short a k cost
    /// more memory traffic than they save.
    private static int side(Product p) {
        if (area(p, 64) > 1.3 * area(p, 32) || tiles(p, 64) < SMALL_BLOCKS && p.k() < 2048)
            return 32;
        long large = tiles(p, 128);
        return area(p, 128) <= 1.2 * area(p, 64) && (large >= LARGE_BLOCKS || large >= 16 && p.k() >= 4096) ? 128 : 64;
    }

    private static long tiles(Product p, int side) {
        return tiles(p, side, side);
    }

    private static long tiles(Product p, int rows, int columns) {
        return (long) p.batches() * Grid.ceil(p.m(), rows) * Grid.ceil(p.n(), columns);
    }

    private static double area(Product p, int side) {
        return (double) tiles(p, side) * side * side;
    }

    /// Which kernel multiplies in tiles of `side` without tensor cores.
    private static String name(Product p, int side) {
        Reading x = p.readingX();
        Reading y = p.readingY();
        boolean any = x == Reading.SINGLY || y == Reading.SINGLY || p.dtype() == DType.I32 || p.dtype() == DType.I64;
        if (any || side < 128)
            return side + (any ? "_any" : "_wide");
        return "128_" + order(x, y);
    }

    private static String order(Reading x, Reading y) {
        return (x == Reading.ALONG_K ? "n" : "t") + (y == Reading.ACROSS_K ? "n" : "t");
    }

    /// Which kernel on tensor cores reads these operands, and writes the result.
    private static String tensorOrder(Product p) {
        Reading x = p.readingX();
        Reading y = p.readingY();
        return x == Reading.SINGLY || y == Reading.SINGLY || !p.writesVectors() ? "any" : order(x, y);
    }

    // ------------------------------------------------------------------------------------------------------------- warps

    /// Whether the warps of a block can share the sums of a tile: k gives each of them something to do, but is not so long that several
    /// blocks should.
    private static boolean sharesWarps(Product p) {
        return p.dtype() == DType.F32 && p.readingX() != Reading.SINGLY && p.readingY() != Reading.SINGLY && p.k() >= 64
                && p.k() < 2048;
    }

    /// In tiles of 16 rows and 32 columns or, by twice as many warps, 16; see matmul_warps.cu.
    void warps(Product p, int columns) {
        run(p, p, gpu.kernel("matmul_warps", "matmul_warps_" + columns + "_f32"), 1, Grid.ceil(p.m(), WARP_ROWS),
                Grid.ceil(p.n(), columns), Grid.of(1, columns == 32 ? 256 : 512));
    }

    // --------------------------------------------------------------------------------------------------------------- few

    /// Launches the kernels for few rows if they can compute this product.
    private boolean few(Product p, boolean transposed) {
        int rows = rows(p);
        Reading reading = p.readingY();
        if (rows == 0 || p.n() < 32 || p.k() < 64 || reading == Reading.SINGLY)
            return false;
        boolean along = reading == Reading.ALONG_K;
        int columnTiles = Grid.ceil(p.n(), along ? FEW_COLUMNS : 32 * p.vector());
        Kernel kernel = gpu.kernel("matmul_few", "matmul_" + (along ? "along_" : "across_") + rows + "_" + type(p.dtype()));
        int slices = slices(p, (long) p.batches() * columnTiles, 2 * LARGE_BLOCKS, 512);
        run(transposed ? p.transposed() : p, p, kernel, slices, 1, columnTiles, Grid.of(1, 256));
        return true;
    }

    /// How many rows the kernel takes that suits the product, 0 if there is none.
    private static int rows(Product p) {
        int[] sizes = switch (p.dtype()) {
            case F32 -> FEW_ROWS_F32;
            case F64 -> FEW_ROWS_F64;
            default -> new int[0];
        };
        for (int rows : sizes)
            if (p.m() <= rows)
                return rows;
        return 0;
    }

    // ------------------------------------------------------------------------------------------------------------ slices

    /// How many blocks share the sums of one tile, so that there are about `wanted` blocks with at least `least` steps of k each.
    private static int slices(Product p, long tiles, int wanted, int least) {
        return (int) Math.max(1, Math.min((wanted + tiles - 1) / tiles, p.k() / least));
    }

    /// Launches a kernel for `p`, or for its transpose `as`; several slices of k leave their sums in memory, to be added up.
    ///
    /// @param block a grid of one block
    private void run(Product p, Product as, Kernel kernel, int slices, int rowTiles, int columnTiles, Grid block) {
        int slice = slice(p.k(), slices);
        int count = slices(p.k(), slices);
        Grid grid = block.times((long) p.batches() * rowTiles * columnTiles * count);
        if (count == 1) {
            kernel.launch(grid, as.x().address(), as.y().address(), as.biasAddress(), as.out().address(),
                    as.struct(rowTiles, columnTiles, 1, slice));
            return;
        }
        try (Scratch parts = gpu.scratch((long) count * p.numel() * p.dtype().bytes())) {
            Product dense = p.toParts(parts.address());
            Product sliced = as == p ? dense : dense.transposed();
            kernel.launch(grid, as.x().address(), as.y().address(), 0L, parts, sliced.struct(rowTiles, columnTiles, count, slice));
            kernel(p, "join").launch(Grid.over(p.numel()), parts, p.biasAddress(), p.out().address(),
                    p.struct(rowTiles, columnTiles, count, slice), p.numel());
        }
    }

    /// Steps of k in each of so many slices, of which there are then [#slices(int, int)].
    private static int slice(int k, int slices) {
        return Grid.ceil(Grid.ceil(k, slices), SLICE_STEP) * SLICE_STEP;
    }

    /// How many slices of k there are if so many are wanted.
    private static int slices(int k, int wanted) {
        return Grid.ceil(k, slice(k, wanted));
    }

    /// The products of slices of k, without a bias, for somebody else to add up: one behind the other, wherever the product's result is.
    ///
    /// @return how many there are
    int parts(Product p, int side, int slices, long parts) {
        int count = slices(p.k(), slices);
        Product dense = p.toParts(parts);
        int rows = Grid.ceil(p.m(), side);
        int columns = Grid.ceil(p.n(), side);
        kernel(p, name(p, side)).launch(Grid.of((long) p.batches() * rows * columns * count, 2 * side), p.x().address(), p.y().address(),
                0L, parts, dense.struct(rows, columns, count, slice(p.k(), slices)));
        return count;
    }
}
