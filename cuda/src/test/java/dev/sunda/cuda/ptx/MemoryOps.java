package dev.sunda.cuda.ptx;

/// Loads, stores and atomic instructions.
final class MemoryOps {
    private MemoryOps() {
    }

    /// The address of an access: a register plus a constant.
    ///
    /// @param wide whether the register has 64 bits
    record Address(boolean wide, int slot, long offset) {
        void compute(Warp w, int mask) {
            long[] at = w.address;
            if (wide) {
                long[] base = w.l[slot];
                for (int lane = 0; lane < Warp.LANES; lane++) {
                    at[lane] = base[lane] + offset;
                }
            } else {
                int[] base = w.i[slot];
                for (int lane = 0; lane < Warp.LANES; lane++) {
                    at[lane] = (base[lane] & 0xffffffffL) + offset;
                }
            }
        }
    }

    /// A register that takes or gives an element.
    ///
    /// @param bits width of the register; a missing element (`_`) has slot -1
    record Element(int bits, int slot) {
    }

    /// `ld`.
    static final class Load extends Op {
        private final Space space;
        private final Space.Access access;
        private final Address address;
        private final PtxType type;
        private final int bytes;
        private final Element[] elements;
        private final int site;

        Load(Space space, boolean constant, Address address, PtxType type, Element[] elements, int site) {
            this.space = space;
            this.access = constant ? Space.Access.READ_CONSTANT : Space.Access.READ;
            this.address = address;
            this.type = type;
            this.bytes = type.bytes();
            this.elements = elements;
            this.site = site;
        }

        @Override
        void run(Warp w, int mask) {
            address.compute(w, mask);
            space.resolve(w, mask, bytes * elements.length, access, site);
            w.launch.statistics.loads += Integer.bitCount(mask);
            for (int k = 0; k < elements.length; k++) {
                Element e = elements[k];
                if (e.slot >= 0) {
                    if (bytes == 4 && e.bits == 32) {
                        ints(w.address, w.i[e.slot], 4 * k, mask);
                    } else if (bytes == 8) {
                        longs(w.address, w.l[e.slot], 8 * k, mask);
                    } else {
                        narrow(w, e, k * bytes, mask);
                    }
                }
            }
        }

        private static void ints(long[] at, int[] to, int offset, int mask) {
            if (mask == -1) {
                for (int lane = 0; lane < Warp.LANES; lane++) {
                    to[lane] = Raw.getInt(at[lane] + offset);
                }
                return;
            }
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                to[lane] = Raw.getInt(at[lane] + offset);
            }
        }

        private static void longs(long[] at, long[] to, int offset, int mask) {
            if (mask == -1) {
                for (int lane = 0; lane < Warp.LANES; lane++) {
                    to[lane] = Raw.getLong(at[lane] + offset);
                }
                return;
            }
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                to[lane] = Raw.getLong(at[lane] + offset);
            }
        }

        /// Into a register wider than the element: extended by the sign of the element's type.
        private void narrow(Warp w, Element e, int offset, int mask) {
            int unused = 64 - 8 * bytes;
            boolean signed = type.isSigned();
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                long raw = Raw.get(w.address[lane] + offset, bytes);
                long value = signed ? raw << unused >> unused : raw;
                if (e.bits == 64) {
                    w.l[e.slot][lane] = value;
                } else {
                    w.i[e.slot][lane] = e.bits == 16 ? (int) value & 0xffff : (int) value;
                }
            }
        }
    }

    /// `ld.param` of a kernel's parameter at a fixed place: one value for all lanes.
    static final class ParameterLoad extends Op {
        private final int offset;
        private final PtxType type;
        private final Element[] elements;

        ParameterLoad(int offset, PtxType type, Element[] elements) {
            this.offset = offset;
            this.type = type;
            this.elements = elements;
        }

        @Override
        void run(Warp w, int mask) {
            int bytes = type.bytes();
            long at = w.launch.parameter(Integer.numberOfTrailingZeros(mask), offset, bytes * elements.length, Space.Access.READ);
            for (int k = 0; k < elements.length; k++) {
                int unused = 64 - 8 * bytes;
                long raw = Raw.get(at + (long) k * bytes, bytes);
                set(w, elements[k], mask, type.isSigned() ? raw << unused >> unused : raw);
            }
        }

        private static void set(Warp w, Element e, int mask, long value) {
            if (mask == -1 && e.slot >= 0 && e.bits >= 32) {
                w.fill(e.bits == 64, e.slot, value);
                return;
            }
            for (int m = mask; m != 0 && e.slot >= 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                if (e.bits == 64) {
                    w.l[e.slot][lane] = value;
                } else {
                    w.i[e.slot][lane] = e.bits == 16 ? (int) value & 0xffff : (int) value;
                }
            }
        }
    }

    /// `st`.
    static final class Store extends Op {
        private final Space space;
        private final Address address;
        private final int bytes;
        private final Element[] elements;
        private final int site;

        Store(Space space, Address address, PtxType type, Element[] elements, int site) {
            this.space = space;
            this.address = address;
            this.bytes = type.bytes();
            this.elements = elements;
            this.site = site;
        }

        @Override
        void run(Warp w, int mask) {
            address.compute(w, mask);
            space.resolve(w, mask, bytes * elements.length, Space.Access.WRITE, site);
            w.launch.statistics.stores += Integer.bitCount(mask);
            for (int k = 0; k < elements.length; k++) {
                Element e = elements[k];
                if (bytes == 4 && e.bits == 32) {
                    ints(w.address, w.i[e.slot], 4 * k, mask);
                } else if (bytes == 8) {
                    longs(w.address, w.l[e.slot], 8 * k, mask);
                } else {
                    narrow(w, e, k * bytes, mask);
                }
            }
        }

        private static void ints(long[] at, int[] from, int offset, int mask) {
            if (mask == -1) {
                for (int lane = 0; lane < Warp.LANES; lane++) {
                    Raw.putInt(at[lane] + offset, from[lane]);
                }
                return;
            }
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                Raw.putInt(at[lane] + offset, from[lane]);
            }
        }

        private static void longs(long[] at, long[] from, int offset, int mask) {
            if (mask == -1) {
                for (int lane = 0; lane < Warp.LANES; lane++) {
                    Raw.putLong(at[lane] + offset, from[lane]);
                }
                return;
            }
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                Raw.putLong(at[lane] + offset, from[lane]);
            }
        }

        private void narrow(Warp w, Element e, int offset, int mask) {
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                Raw.put(w.address[lane] + offset, bytes, e.bits == 64 ? w.l[e.slot][lane] : w.i[e.slot][lane]);
            }
        }
    }

    /// What an atomic instruction makes of the old value and its operands.
    interface Update {
        long of(long old, long b, long c);
    }

    /// `atom` and `red` on integers and bits, lane after lane.
    static final class Atomic extends Op {
        private final Space space;
        private final Address address;
        private final PtxType type;
        private final Update update;
        private final Element target;
        private final Element b;
        private final Element c;
        private final int site;

        /// @param target where the old value goes; null for `red`
        /// @param c      the second operand; null but for `cas`
        Atomic(Space space, Address address, PtxType type, Update update, Element target, Element b, Element c, int site) {
            this.space = space;
            this.address = address;
            this.type = type;
            this.update = update;
            this.target = target;
            this.b = b;
            this.c = c;
            this.site = site;
        }

        @Override
        void run(Warp w, int mask) {
            address.compute(w, mask);
            space.resolve(w, mask, type.bytes(), Space.Access.ATOMIC, site);
            w.launch.statistics.loads += Integer.bitCount(mask);
            w.launch.statistics.stores += Integer.bitCount(mask);
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                long old = extend(Raw.get(w.address[lane], type.bytes()));
                Raw.put(w.address[lane], type.bytes(), update.of(old, value(w, b, lane), c == null ? 0 : value(w, c, lane)));
                if (target != null && target.slot >= 0) {
                    if (type.isLong()) {
                        w.l[target.slot][lane] = old;
                    } else {
                        w.i[target.slot][lane] = (int) old;
                    }
                }
            }
            if (space != Space.SHARED) {
                w.launch.running.atomic();
            }
        }

        private long value(Warp w, Element e, int lane) {
            return extend(type.isLong() ? w.l[e.slot][lane] : w.i[e.slot][lane]);
        }

        private long extend(long value) {
            int unused = 64 - type.bits();
            return type.isSigned() ? value << unused >> unused : value << unused >>> unused;
        }

        /// The update of that name, or null if there is none.
        static Update update(String name, PtxType type) {
            boolean signed = type.isSigned();
            return switch (name) {
                case "add" -> (old, b, c) -> old + b;
                case "min" -> signed ? (old, b, c) -> Math.min(old, b) : (old, b, c) -> Long.compareUnsigned(old, b) < 0 ? old : b;
                case "max" -> signed ? (old, b, c) -> Math.max(old, b) : (old, b, c) -> Long.compareUnsigned(old, b) > 0 ? old : b;
                case "and" -> (old, b, c) -> old & b;
                case "or" -> (old, b, c) -> old | b;
                case "xor" -> (old, b, c) -> old ^ b;
                case "exch" -> (old, b, c) -> b;
                case "cas" -> (old, b, c) -> old == b ? c : old;
                case "inc" -> (old, b, c) -> Long.compareUnsigned(old, b) >= 0 ? 0 : old + 1;
                case "dec" -> (old, b, c) -> old == 0 || Long.compareUnsigned(old, b) > 0 ? b : old - 1;
                default -> null;
            };
        }
    }

    /// `membar` and `fence`: what the block has written so far may be published by an atomic instruction.
    static final class Fence extends Op {
        @Override
        void run(Warp w, int mask) {
            w.launch.running.fence();
        }
    }
}
