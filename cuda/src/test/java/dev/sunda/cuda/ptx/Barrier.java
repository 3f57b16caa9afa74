package dev.sunda.cuda.ptx;

/// `bar.sync` and `bar.red`: a barrier of all threads of the block. The machine releases it when all warps have arrived.
final class Barrier extends Control {
    private final String reduction;
    private final int target;
    private final int source;

    /// @param reduction `popc`, `and` or `or`; null for a plain barrier
    /// @param target    a register for `popc`, else a predicate
    /// @param source    the predicate that is counted or joined
    Barrier(String reduction, int target, int source) {
        this.reduction = reduction;
        this.target = target;
        this.source = source;
    }

    @Override
    void act(Warp w, int g, int pc, int mask) {
        if (mask != w.live) {
            w.await(g);
            return;
        }
        w.barrier = this;
        w.jump(g, pc + 1);
    }

    /// All warps have arrived.
    void release(Warp[] warps) {
        if (reduction == null) {
            return;
        }
        int yes = 0;
        int all = 0;
        for (Warp w : warps) {
            yes += Integer.bitCount(w.p[source] & w.live);
            all += Integer.bitCount(w.live);
        }
        for (Warp w : warps) {
            switch (reduction) {
                case "popc" -> java.util.Arrays.fill(w.i[target], yes);
                case "and" -> w.p[target] = yes == all ? -1 : 0;
                default -> w.p[target] = yes > 0 ? -1 : 0;
            }
        }
    }
}
