package dev.sunda.cuda.ptx;

/// `ldmatrix` of four squares of 8x8 halves from shared memory: lane `l` names the 16 bytes of row `l % 8` of square `l / 8`, and gets of
/// each square the 4 bytes from `4 * (l % 4)` on of row `l / 4`.
final class MatrixLoad extends Control.Converging {
    private static final int ROW_BYTES = 16;

    private final int[] targets;
    private final MemoryOps.Address address;
    private final long[] rows = new long[Warp.LANES];

    /// @param members register of the member mask, which must name all lanes
    MatrixLoad(int[] targets, MemoryOps.Address address, int members) {
        super(members);
        this.targets = targets;
        this.address = address;
    }

    @Override
    void together(Warp w, int mask, int[] named) {
        if (mask != -1) {
            throw new DeviceFault("a load of matrices needs all lanes of the warp");
        }
        address.compute(w, mask);
        for (int lane = 0; lane < Warp.LANES; lane++) {
            rows[lane] = w.address[lane];
            Space.checkAligned(lane, rows[lane], ROW_BYTES);
        }
        w.launch.statistics.loads += targets.length * Warp.LANES;
        for (int square = 0; square < targets.length; square++) {
            for (int lane = 0; lane < Warp.LANES; lane++) {
                w.address[lane] = rows[8 * square + lane / 4] + 4 * (lane % 4);
            }
            Space.SHARED.resolve(w, mask, Integer.BYTES, Space.Access.READ, 0);
            int[] target = w.i[targets[square]];
            for (int lane = 0; lane < Warp.LANES; lane++) {
                target[lane] = Raw.getInt(w.address[lane]);
            }
        }
    }
}
