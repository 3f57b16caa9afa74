package dev.sunda.cuda.ptx;

import java.util.Arrays;

/// 32 threads of a block, executed together.
///
/// Lanes that have taken different branches form groups, each at an instruction of its own. The group at the lowest instruction runs
/// first, up to the next place where it could meet another; groups at the same instruction become one. This needs no analysis of the
/// control flow: compilers lay out code so that paths meet further down, and where they do not, an instruction that needs several lanes
/// waits until these have arrived.
final class Warp {
    static final int LANES = 32;

    final Launch launch;
    final int index;
    final int[][] i;
    final long[][] l;
    /// One bit per lane.
    final int[] p;
    final long[] address = new long[LANES];
    final LocalMemory local;
    final AsyncCopies copies = new AsyncCopies(this);
    /// Counts the barriers; see [SharedMemory].
    long phase;
    /// The carry flags of the lanes.
    int carry;
    /// The lanes that have not exited.
    int live;
    /// The barrier of the block at which the warp waits; null while it runs.
    Barrier barrier;
    private final int initial;
    private int groups;
    private final int[] pcs = new int[2 * LANES];
    private final int[] masks = new int[2 * LANES];
    private int waiting;

    Warp(Launch launch, int index) {
        this.launch = launch;
        this.index = index;
        Program.Registers registers = launch.program.registers;
        i = new int[registers.ints()][LANES];
        l = new long[registers.longs()][LANES];
        p = new int[registers.predicates()];
        local = launch.program.localBytes == 0 ? null : new LocalMemory(launch.program.localBytes);
        int threads = Math.min(LANES, launch.threads() - LANES * index);
        initial = threads == LANES ? -1 : (1 << threads) - 1;
        for (Program.Constant c : registers.constants()) {
            fill(c.wide(), c.slot(), c.value());
        }
        for (Program.Special s : registers.specials()) {
            for (int lane = 0; lane < LANES; lane++) {
                long value = SpecialRegisters.value(s.name(), launch, index, lane);
                if (s.wide()) {
                    l[s.slot()][lane] = value;
                } else {
                    i[s.slot()][lane] = (int) value;
                }
            }
        }
        for (Program.Address a : registers.addresses()) {
            fill(true, a.slot(), launch.variables.get(a.variable()).base() + a.offset());
        }
    }

    void fill(boolean wide, int slot, long value) {
        if (wide) {
            Arrays.fill(l[slot], value);
        } else {
            Arrays.fill(i[slot], (int) value);
        }
    }

    /// Sets the warp to the first instruction of a block.
    void start(int x, int y, int z) {
        live = initial;
        groups = 1;
        pcs[0] = 0;
        masks[0] = live;
        waiting = 0;
        barrier = null;
        copies.clear();
        if (local != null) {
            local.clear();
        }
        for (Program.Special s : launch.program.registers.specials()) {
            switch (s.name()) {
                case "%ctaid.x" -> fill(s.wide(), s.slot(), x);
                case "%ctaid.y" -> fill(s.wide(), s.slot(), y);
                case "%ctaid.z" -> fill(s.wide(), s.slot(), z);
                default -> {
                }
            }
        }
    }

    boolean finished() {
        return groups == 0;
    }

    /// Whether threads of this warp have exited.
    boolean thinned() {
        return live != initial;
    }

    /// Runs until all lanes have exited or all wait at a barrier of the block.
    void run() {
        barrier = null;
        Op[] code = launch.program.code;
        int[] stops = launch.program.stops;
        while (groups > 0 && barrier == null) {
            int g = select();
            int pc = pcs[g];
            int mask = masks[g];
            int from = pc;
            int stop = stops[pc];
            launch.starts[pc]++;
            try {
                while (pc < stop) {
                    code[pc].run(this, mask);
                    pc++;
                }
                if (launch.program.stepsAt(pc, from)) {
                    stop++;
                    ((Control) code[pc]).step(this, g, pc, mask);
                } else {
                    pcs[g] = pc;
                }
            } catch (DeviceFault fault) {
                throw launch.program.place(fault, pc, this);
            }
            account(stop - from, mask);
        }
    }

    private void account(int instructions, int mask) {
        launch.statistics.warpInstructions += instructions;
        launch.statistics.threadInstructions += (long) instructions * Integer.bitCount(mask);
        launch.budget -= instructions;
        if (launch.budget < 0) {
            throw new DeviceFault(
                    "kernel " + launch.program.kernel.name() + ": runs without end, stopped in warp " + index + " at PTX line "
                            + launch.program.statements[pcs[0]].line());
        }
    }

    /// The group to run next, joined by all others at the same instruction.
    private int select() {
        if (groups == 1 && waiting == 0) {
            return 0;
        }
        int best = -1;
        for (int g = 0; g < groups; g++) {
            if ((waiting >>> g & 1) == 0 && (best < 0 || pcs[g] < pcs[best])) {
                best = g;
            }
        }
        if (best < 0) {
            throw launch.program.stuck(this, pcs, masks, groups);
        }
        for (int g = groups - 1; g >= 0; g--) {
            if (g != best && pcs[g] == pcs[best]) {
                masks[best] |= masks[g];
                best = remove(g, best);
            }
        }
        return best;
    }

    /// Removes a group; answers where the kept group lies afterwards.
    private int remove(int g, int kept) {
        int last = --groups;
        pcs[g] = pcs[last];
        masks[g] = masks[last];
        waiting = waiting & ~(1 << g) | (waiting >>> last & 1) << g;
        waiting &= ~(1 << last);
        return kept == last ? g : kept;
    }

    // What control instructions do with the groups.

    void jump(int g, int pc) {
        pcs[g] = pc;
    }

    /// Leaves only these lanes in the group; the others form a new one at another instruction.
    void split(int g, int keep, int otherPc) {
        pcs[groups] = otherPc;
        masks[groups] = masks[g] & ~keep;
        masks[g] = keep;
        groups++;
    }

    /// Makes the lanes of a group other than these a new group; answers its number.
    int splitOff(int g, int keep) {
        split(g, keep, pcs[g]);
        return groups - 1;
    }

    /// The group waits where it is until another one joins it.
    void await(int g) {
        waiting |= 1 << g;
    }

    /// The lanes of the group have exited.
    void exit(int g) {
        live &= ~masks[g];
        remove(g, -1);
        // Lanes that waited for these may go on.
        waiting = 0;
    }
}
