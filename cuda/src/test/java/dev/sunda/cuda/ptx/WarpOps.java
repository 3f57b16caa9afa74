package dev.sunda.cuda.ptx;

/// Instructions on predicates and carry flags, which are bits of a word for the whole warp, and those that pack and unpack registers.
final class WarpOps {
    private WarpOps() {
    }

    /// `and.pred`, `or.pred`, `xor.pred`, `not.pred`, `mov.pred` and constants; all lanes in one word.
    static final class PredicateLogic extends Op {
        private final String name;
        private final int target;
        private final int a;
        private final int b;

        PredicateLogic(String name, int target, int a, int b) {
            this.name = name;
            this.target = target;
            this.a = a;
            this.b = b;
        }

        @Override
        void run(Warp w, int mask) {
            int value = switch (name) {
                case "and" -> w.p[a] & w.p[b];
                case "or" -> w.p[a] | w.p[b];
                case "xor" -> w.p[a] ^ w.p[b];
                case "not" -> ~w.p[a];
                case "true" -> -1;
                case "false" -> 0;
                default -> w.p[a];
            };
            w.p[target] = w.p[target] & ~mask | value & mask;
        }
    }

    /// `activemask`.
    static final class ActiveMask extends Op {
        private final int target;

        ActiveMask(int target) {
            this.target = target;
        }

        @Override
        void run(Warp w, int mask) {
            for (int m = mask; m != 0; m &= m - 1) {
                w.i[target][Integer.numberOfTrailingZeros(m)] = mask;
            }
        }
    }

    /// Additions, subtractions and products that read or write the carry flag.
    static final class Carry extends Op {
        private final String base;
        private final boolean high;
        private final boolean signed;
        private final boolean wide;
        private final boolean reads;
        private final boolean writes;
        private final int[] slots;

        /// @param base  `add`, `sub` or `mad`
        /// @param high  whether `mad` adds the upper half of the product
        /// @param slots target and operands
        Carry(String base, boolean high, boolean signed, boolean wide, boolean reads, boolean writes, int[] slots) {
            this.base = base;
            this.high = high;
            this.signed = signed;
            this.wide = wide;
            this.reads = reads;
            this.writes = writes;
            this.slots = slots;
        }

        @Override
        void run(Warp w, int mask) {
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                long in = reads ? w.carry >>> lane & 1 : 0;
                boolean out = wide ? lane64(w, lane, in) : lane32(w, lane, in);
                if (writes) {
                    w.carry = w.carry & ~(1 << lane) | (out ? 1 << lane : 0);
                }
            }
        }

        private long get32(Warp w, int k, int lane) {
            return w.i[slots[k]][lane] & 0xffffffffL;
        }

        private boolean lane32(Warp w, int lane, long in) {
            long result = switch (base) {
                case "add" -> get32(w, 1, lane) + get32(w, 2, lane) + in;
                case "sub" -> get32(w, 1, lane) - get32(w, 2, lane) - in;
                default -> {
                    long product = signed ? (long) w.i[slots[1]][lane] * w.i[slots[2]][lane] : get32(w, 1, lane) * get32(w, 2, lane);
                    yield ((high ? product >>> 32 : product) & 0xffffffffL) + get32(w, 3, lane) + in;
                }
            };
            w.i[slots[0]][lane] = (int) result;
            return result >>> 32 != 0;
        }

        private boolean lane64(Warp w, int lane, long in) {
            long a = w.l[slots[1]][lane];
            long b = w.l[slots[2]][lane];
            if (base.equals("sub")) {
                w.l[slots[0]][lane] = a - b - in;
                return Long.compareUnsigned(a, b) < 0 || a == b && in != 0;
            }
            if (base.equals("mad")) {
                a = !high ? a * b : signed ? Math.multiplyHigh(a, b) : Math.unsignedMultiplyHigh(a, b);
                b = w.l[slots[3]][lane];
            }
            long sum = a + b;
            long result = sum + in;
            w.l[slots[0]][lane] = result;
            return Long.compareUnsigned(sum, a) < 0 || Long.compareUnsigned(result, sum) < 0;
        }
    }

    /// `mov` from several registers into one wider register, the first lowest.
    static final class Pack extends Op {
        private final MemoryOps.Element target;
        private final MemoryOps.Element[] parts;

        Pack(MemoryOps.Element target, MemoryOps.Element[] parts) {
            this.target = target;
            this.parts = parts;
        }

        @Override
        void run(Warp w, int mask) {
            int width = target.bits() / parts.length;
            long ones = (1L << width) - 1;
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                long value = 0;
                for (int k = 0; k < parts.length; k++) {
                    value |= (w.i[parts[k].slot()][lane] & ones) << k * width;
                }
                if (target.bits() == 64) {
                    w.l[target.slot()][lane] = value;
                } else {
                    w.i[target.slot()][lane] = (int) value;
                }
            }
        }
    }

    /// `mov` from one register into several narrower ones.
    static final class Unpack extends Op {
        private final MemoryOps.Element source;
        private final MemoryOps.Element[] parts;

        Unpack(MemoryOps.Element source, MemoryOps.Element[] parts) {
            this.source = source;
            this.parts = parts;
        }

        @Override
        void run(Warp w, int mask) {
            int width = source.bits() / parts.length;
            long ones = (1L << width) - 1;
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                long value = source.bits() == 64 ? w.l[source.slot()][lane] : w.i[source.slot()][lane];
                for (int k = 0; k < parts.length; k++) {
                    if (parts[k].slot() >= 0) {
                        w.i[parts[k].slot()][lane] = (int) (value >>> k * width & ones);
                    }
                }
            }
        }
    }
}
