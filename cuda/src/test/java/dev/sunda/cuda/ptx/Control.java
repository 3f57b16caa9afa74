package dev.sunda.cuda.ptx;

/// An instruction that decides where lanes go on, or that needs several lanes at once.
abstract class Control extends Op {
    /// Predicate that guards the instruction; -1 if there is none.
    private int guard = -1;
    private int flip;

    final void guard(int predicate, boolean negated) {
        guard = predicate;
        flip = negated ? -1 : 0;
    }

    final boolean guarded() {
        return guard >= 0;
    }

    /// Executes the instruction for a group: lanes the guard excludes go on behind it as a group of their own.
    final void step(Warp w, int g, int pc, int mask) {
        int taking = guard < 0 ? mask : mask & (w.p[guard] ^ flip);
        if (taking == 0) {
            w.jump(g, pc + 1);
            return;
        }
        if (taking != mask) {
            if (uniform()) {
                throw new DeviceFault(Integer.numberOfTrailingZeros(mask & ~taking),
                        "the lanes of a warp disagree in an instruction marked .uni");
            }
            w.split(g, taking, pc + 1);
        }
        act(w, g, pc, taking);
    }

    boolean uniform() {
        return false;
    }

    /// @param g    the group
    /// @param pc   this instruction
    /// @param mask the lanes of the group
    abstract void act(Warp w, int g, int pc, int mask);

    @Override
    final void run(Warp w, int mask) {
        throw new IllegalStateException("a control instruction is stepped, not run");
    }

    /// `bra`.
    static final class Branch extends Control {
        private final boolean uniform;
        int target = -1;

        Branch(boolean uniform) {
            this.uniform = uniform;
        }

        @Override
        boolean uniform() {
            return uniform;
        }

        @Override
        void act(Warp w, int g, int pc, int mask) {
            w.jump(g, target);
        }
    }

    /// `brx.idx`: a jump by a table.
    static final class IndexedBranch extends Control {
        private final int index;
        int[] targets;

        IndexedBranch(int index) {
            this.index = index;
        }

        @Override
        void act(Warp w, int g, int pc, int mask) {
            int[] chosen = w.i[index];
            int group = g;
            int rest = mask;
            while (true) {
                int lane = Integer.numberOfTrailingZeros(rest);
                int choice = chosen[lane];
                if (choice < 0 || choice >= targets.length) {
                    throw new DeviceFault(lane, "index " + choice + " of a jump table of " + targets.length);
                }
                int same = 0;
                for (int m = rest; m != 0; m &= m - 1) {
                    int other = Integer.numberOfTrailingZeros(m);
                    same |= chosen[other] == choice ? 1 << other : 0;
                }
                w.jump(group, targets[choice]);
                rest &= ~same;
                if (rest == 0) {
                    return;
                }
                group = w.splitOff(group, same);
            }
        }
    }

    /// `ret` of a kernel and `exit`.
    static final class Exit extends Control {
        @Override
        void act(Warp w, int g, int pc, int mask) {
            w.exit(g);
        }
    }

    /// `trap`.
    static final class Trap extends Control {
        @Override
        void act(Warp w, int g, int pc, int mask) {
            throw new DeviceFault(Integer.numberOfTrailingZeros(mask), "the kernel executes a trap");
        }
    }

    /// An instruction that waits for all lanes its member mask names.
    abstract static class Converging extends Control {
        private final int members;

        /// @param members register of the member mask
        Converging(int members) {
            this.members = members;
        }

        @Override
        final void act(Warp w, int g, int pc, int mask) {
            int[] named = w.i[members];
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                if ((named[lane] >>> lane & 1) == 0) {
                    throw new DeviceFault(lane, String.format("the member mask 0x%x leaves out the executing lane %d", named[lane], lane));
                }
                if ((named[lane] & w.live & ~mask) != 0) {
                    w.await(g);
                    return;
                }
            }
            together(w, mask, named);
            w.jump(g, pc + 1);
        }

        /// Executes the instruction; the lanes each lane names are among the active ones.
        abstract void together(Warp w, int mask, int[] named);
    }

    /// `bar.warp.sync`.
    static final class WarpBarrier extends Converging {
        WarpBarrier(int members) {
            super(members);
        }

        @Override
        void together(Warp w, int mask, int[] named) {
            w.launch.shared.newPhase(w);
        }
    }

    /// `vote.sync`; reads and writes one bit per lane.
    static final class Vote extends Converging {
        private final String mode;
        private final int target;
        private final int source;

        /// @param target a register for `ballot`, else a predicate
        Vote(String mode, int target, int source, int members) {
            super(members);
            this.mode = mode;
            this.target = target;
            this.source = source;
        }

        @Override
        void together(Warp w, int mask, int[] named) {
            int votes = w.p[source] & mask;
            int result = 0;
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                int among = named[lane] & mask;
                int yes = votes & among;
                if (mode.equals("ballot")) {
                    w.i[target][lane] = yes;
                } else if (mode.equals("any") ? yes != 0 : mode.equals("all") ? yes == among : yes == among || yes == 0) {
                    result |= 1 << lane;
                }
            }
            if (!mode.equals("ballot")) {
                w.p[target] = w.p[target] & ~mask | result;
            }
        }
    }

    /// `match.any.sync` and `match.all.sync`.
    static final class Match extends Converging {
        private final boolean all;
        private final int target;
        private final int predicate;
        private final boolean wide;
        private final int source;

        /// @param predicate of `match.all`; -1 if there is none
        Match(boolean all, int target, int predicate, boolean wide, int source, int members) {
            super(members);
            this.all = all;
            this.target = target;
            this.predicate = predicate;
            this.wide = wide;
            this.source = source;
        }

        @Override
        void together(Warp w, int mask, int[] named) {
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                int among = named[lane] & mask;
                int equal = 0;
                for (int o = among; o != 0; o &= o - 1) {
                    int other = Integer.numberOfTrailingZeros(o);
                    boolean same = wide ? w.l[source][other] == w.l[source][lane] : w.i[source][other] == w.i[source][lane];
                    equal |= same ? 1 << other : 0;
                }
                w.i[target][lane] = !all || equal == among ? equal : 0;
                if (predicate >= 0) {
                    w.p[predicate] = w.p[predicate] & ~(1 << lane) | (equal == among ? 1 << lane : 0);
                }
            }
        }
    }

    /// `shfl.sync`.
    static final class Shuffle extends Converging {
        private final String mode;
        private final int target;
        private final int predicate;
        private final int source;
        private final int offset;
        private final int clampAndMask;
        private final int[] taken = new int[Warp.LANES];

        /// @param predicate whether the source lane lies in range; -1 if nobody asks
        Shuffle(String mode, int target, int predicate, int source, int offset, int clampAndMask, int members) {
            super(members);
            this.mode = mode;
            this.target = target;
            this.predicate = predicate;
            this.source = source;
            this.offset = offset;
            this.clampAndMask = clampAndMask;
        }

        @Override
        void together(Warp w, int mask, int[] named) {
            int inRange = 0;
            int[] from = w.i[source];
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                int segment = w.i[clampAndMask][lane] >>> 8 & 31;
                int clamp = w.i[clampAndMask][lane] & 31;
                int by = w.i[offset][lane] & 31;
                int most = lane & segment | clamp & ~segment;
                int least = lane & segment;
                int wanted = switch (mode) {
                    case "up" -> lane - by;
                    case "down" -> lane + by;
                    case "bfly" -> lane ^ by;
                    default -> least | by & ~segment;
                };
                boolean valid = mode.equals("up") ? wanted >= most : wanted <= most;
                int read = valid ? wanted : lane;
                if ((named[lane] & mask & 1 << read) == 0) {
                    throw new DeviceFault(lane, "shuffles from lane " + read + ", which does not take part");
                }
                taken[lane] = from[read];
                inRange |= valid ? 1 << lane : 0;
            }
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                w.i[target][lane] = taken[lane];
            }
            if (predicate >= 0) {
                w.p[predicate] = w.p[predicate] & ~mask | inRange;
            }
        }
    }
}
