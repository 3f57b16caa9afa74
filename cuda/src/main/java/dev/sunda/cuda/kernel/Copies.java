package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.Unary.flat;

import dev.sunda.core.spi.View;
import java.util.List;

/// Copies between memory orders and types, and selection: `copy.cu`.
public final class Copies {
    /// Dimensions shorter than this are not worth a tile.
    private static final int TILED = 8;
    private static final int SIDE = 32;
    private static final int ROWS = 8;
    private static final int MOST_BLOCKS = 1 << 16;

    private final Gpu gpu;

    public Copies(Gpu gpu) {
        this.gpu = gpu;
    }

    /// Copies element by element; converts type and memory order.
    public void copy(View from, View to) {
        Strided.over(List.of(to, from), walk -> {
            if (from.dtype() != to.dtype())
                gpu.kernel("copy", "convert").launch(Grid.over(walk.numel()), from.dtype().ordinal(), to.dtype().ordinal(),
                        walk.address(1), walk.address(0), walk.struct(), flat(walk));
            else if (walk.isContiguous())
                whole(walk, from.dtype().bytes());
            else
                strided(walk, from.dtype().bytes());
        });
    }

    private void whole(Strided walk, int bytes) {
        gpu.submit(() -> gpu.cuda().memcpyDtoDAsync(walk.address(0), walk.address(1), (long) walk.numel() * bytes, gpu.stream()));
    }

    private void strided(Strided walk, int bytes) {
        Quads quads = bytes == 4 ? Quads.of(walk, 4, 4) : null;
        int down = down(walk);
        if (quads != null)
            gpu.kernel("copy", "copy_quads").launch(quads.grid(), walk.address(1), walk.address(0), quads.struct(2));
        else if (down >= 0)
            transpose(walk, down, bytes);
        else
            gpu.kernel("copy", "copy_" + bits(bytes)).launch(Grid.over(walk.numel()), walk.address(1), walk.address(0), walk.struct());
    }

    /// The dimension along which the source has neighbours where the destination has them along the last one, or -1.
    private static int down(Strided walk) {
        int across = walk.rank() - 1;
        if (across < 1 || walk.size(across) < TILED || walk.stride(0, across) != 1 || walk.stride(1, across) == 1)
            return -1;
        for (int d = 0; d < across; d++)
            if (walk.stride(1, d) == 1 && walk.size(d) >= TILED)
                return d;
        return -1;
    }

    private void transpose(Strided walk, int down, int bytes) {
        int across = walk.rank() - 1;
        Strided beside = walk.without(down, across);
        long tiles = (long) Grid.ceil(walk.size(down), SIDE) * Grid.ceil(walk.size(across), SIDE) * beside.numel();
        Grid grid = Grid.of((int) Math.min(MOST_BLOCKS, tiles), SIDE).threads(SIDE, ROWS);
        gpu.kernel("copy", "transpose_" + bits(bytes)).launch(grid, walk.address(1), walk.address(0), walk.size(down), walk.size(across),
                walk.stride(1, across), walk.stride(1, down), walk.stride(0, down), beside.struct());
    }

    /// `out = condition ? a : b`.
    public void where(View condition, View a, View b, View out) {
        int bytes = out.dtype().bytes();
        Strided.over(List.of(out, condition, a, b), walk -> {
            Quads quads = bytes == 4 ? Quads.of(walk, 4, 1, 4, 4) : null;
            if (quads != null)
                gpu.kernel("copy", "where_quads").launch(quads.grid(), walk.address(1), walk.address(2), walk.address(3), walk.address(0),
                        quads.struct(4));
            else
                gpu.kernel("copy", "where_" + bits(bytes)).launch(Grid.over(walk.numel()), walk.address(1), walk.address(2),
                        walk.address(3), walk.address(0), walk.struct(), flat(walk));
        });
    }

    private static String bits(int bytes) {
        return "b" + 8 * bytes;
    }
}
