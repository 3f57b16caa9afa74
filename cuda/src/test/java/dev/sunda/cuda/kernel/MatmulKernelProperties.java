package dev.sunda.cuda.kernel;

import dev.sunda.core.type.DType;
import dev.sunda.cuda.kernel.MatmulCheck.Order;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class MatmulKernelProperties {
    @Property(tries = 40)
    void productsAreRight(@ForAll DType dtype, @ForAll Order x, @ForAll Order y, @ForAll boolean biased,
            @ForAll @IntRange(min = 0, max = 3) int batches, @ForAll @IntRange(min = 0, max = 90) int m,
            @ForAll @IntRange(min = 0, max = 90) int n, @ForAll @IntRange(min = 0, max = 70) int k, @ForAll long seed) {
        if (dtype == DType.BOOL)
            return;
        var check = new MatmulCheck(dtype, batches, m, n, k, x, y, seed % 3 == 0 ? Order.COLUMNS : Order.ROWS, biased, seed);
        check.run();
        check.sumsAreRight();
    }

    @Property(tries = 20)
    void tilesAndSlicesChangeNothing(@ForAll Order x, @ForAll Order y, @ForAll @IntRange(min = 1, max = 70) int m,
            @ForAll @IntRange(min = 1, max = 70) int n, @ForAll @IntRange(min = 1, max = 100) int k,
            @ForAll @IntRange(min = 0, max = 2) int tile, @ForAll @IntRange(min = 1, max = 5) int slices, @ForAll long seed) {
        var check = new MatmulCheck(DType.F32, 1, m, n, k, x, y, Order.ROWS_WITH_GAPS, true, seed);
        new Matmul(Mirrored.GPU).tiled(check.product(), 32 << tile, slices);
        check.sumsAreRight();
    }
}
