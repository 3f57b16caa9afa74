package dev.sunda.cuda.kernel;

import dev.sunda.core.op.ScanOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.List;
import java.util.function.IntPredicate;

/// Running folds and linear recurrences along one dimension: `scan.cu` and `scan_arg.cu`.
public final class Scans {
    /// Numbers of the views in the kernels.
    private static final int X = 0, FACTOR = 1, OUT = 2;

    private static final int THREADS = 256;
    private static final int WARP = 32;

    /// Places that a block takes at a time.
    private static final int TILE = 1024;

    /// Slices of which a thread each keeps a device busy.
    private static final int MANY = 4096;

    /// Blocks enough for a device.
    private static final int BLOCKS = 512;

    private final Gpu gpu;

    public Scans(Gpu gpu) {
        this.gpu = gpu;
    }

    /// Running folds along `dim`; `out` has the shape of `x` and the type that `op` says.
    public void scan(ScanOp op, View x, int dim, View out) {
        boolean floating = x.dtype().isFloating();
        String module = op.isIndex() ? "scan_arg" : "scan";
        String type = (op.isIndex() ? "arg_" : "") + (floating ? "real" : "integer");
        Rows.over(Rows.present(x, null, out), d -> d == dim, rows -> {
            Object[] arguments = {rows.kept().struct(), rows.places().struct(), rows.address(X), rows.address(OUT), x.dtype().bytes(),
                op.ordinal()};
            if (op == ScanOp.PROD && floating || isChain(rows))
                gpu.kernel(module, "scan_chain_" + type).launch(chains(rows), arguments);
            else
                tree(module, type, rows, op.isIndex() ? 16 : 8, arguments);
        });
    }

    /// Where slices lie side by side, and many, a thread walks each of them; so it does where they are short.
    private static boolean isChain(Rows rows) {
        return rows.length() <= WARP || !rows.isRowwise() && rows.count() >= MANY;
    }

    private static Grid chains(Rows rows) {
        int threads = Math.min(THREADS, WARP * Grid.ceil(Grid.ceil(rows.count(), BLOCKS), WARP));
        return Grid.of(Grid.ceil(rows.count(), threads), threads);
    }

    private void tree(String module, String type, Rows rows, int stateBytes, Object[] walk) {
        int tiles = Grid.ceil(rows.length(), TILE);
        int wanted = Math.min(Grid.ceil(BLOCKS, rows.count()), Grid.ceil(tiles, 4));
        int chunk = (int) Math.min(rows.length(), (long) TILE * Grid.ceil(tiles, wanted));
        int chunks = Grid.ceil(rows.length(), chunk);
        if (chunks == 1) {
            gpu.kernel(module, "scan_tree_" + type).launch(Grid.of(rows.count(), THREADS),
                    Folding.joined(walk, new Object[] {chunk, 1, null}));
            return;
        }
        try (Scratch carries = gpu.scratch((long) rows.count() * chunks * stateBytes)) {
            Object[] arguments = Folding.joined(walk, new Object[] {chunk, chunks, carries});
            gpu.kernel(module, "scan_totals_" + type).launch(Grid.of(rows.count(), chunks - 1, 1, THREADS), arguments);
            gpu.kernel(module, "scan_carries_" + type).launch(Grid.of(Grid.ceil(rows.count(), WARP), WARP), arguments);
            gpu.kernel(module, "scan_tree_" + type).launch(Grid.of(rows.count(), chunks, 1, THREADS), arguments);
        }
    }

    /// The linear recurrence `out[i] = a[i] * out[i - 1] + b[i]` along `dim` with `out[0] = b[0]`, in double.
    public void linearScan(View a, View b, int dim, View out) {
        IntPredicate along = d -> d == dim;
        Rows.over(List.of(b, a, out), along,
                rows -> gpu.kernel("scan", "scan_linear").launch(chains(rows), rows.kept().struct(), rows.places().struct(),
                        rows.address(X), rows.address(FACTOR), rows.address(OUT), b.dtype() == DType.F64 ? 8 : 4));
    }
}
