package dev.sunda.cuda.ptx;

/// A state space of PTX. Checks the accesses of a warp and turns its addresses into addresses of this process.
///
/// Generic addresses tell the spaces apart by windows: global memory has the addresses of this process, shared and local memory lie far
/// beyond.
abstract class Space {
    /// What an instruction does with the bytes.
    enum Access {
        READ, READ_CONSTANT, WRITE, ATOMIC
    }

    static final long SHARED_WINDOW = 1L << 60;
    static final long LOCAL_WINDOW = 2L << 60;
    static final long PARAMETER_WINDOW = 3L << 60;
    private static final long WINDOW = 7L << 60;

    /// Checks one access of each active lane and replaces `w.address` by addresses of this process.
    ///
    /// @param bytes size of one lane's access
    /// @param site  number of the instruction among those that access memory
    abstract void resolve(Warp w, int mask, int bytes, Access access, int site);

    static void checkAligned(int lane, long address, int bytes) {
        if ((address & bytes - 1) != 0) {
            throw new DeviceFault(lane, String.format("misaligned access of %d bytes at 0x%x", bytes, address));
        }
    }

    static final Space GLOBAL = new Global();
    static final Space SHARED = new Space() {
        @Override
        void resolve(Warp w, int mask, int bytes, Access access, int site) {
            w.launch.shared.countConflicts(w, mask, bytes);
            w.launch.shared.resolve(w, mask, bytes, access);
        }
    };
    static final Space LOCAL = new Space() {
        @Override
        void resolve(Warp w, int mask, int bytes, Access access, int site) {
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                w.address[lane] = w.local.resolve(lane, w.address[lane], bytes, access);
            }
        }
    };
    static final Space PARAMETER = new Space() {
        @Override
        void resolve(Warp w, int mask, int bytes, Access access, int site) {
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                w.address[lane] = w.launch.parameter(lane, w.address[lane] & ~WINDOW, bytes, access);
            }
        }
    };
    static final Space GENERIC = new Space() {
        @Override
        void resolve(Warp w, int mask, int bytes, Access access, int site) {
            int global = 0;
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                long address = w.address[lane];
                long window = address & WINDOW;
                if (window == SHARED_WINDOW) {
                    w.address[lane] = w.launch.shared.resolve(w, lane, address - window, bytes, access);
                } else if (window == LOCAL_WINDOW) {
                    w.address[lane] = w.local.resolve(lane, address - window, bytes, access);
                } else if (window == PARAMETER_WINDOW) {
                    w.address[lane] = w.launch.parameter(lane, address - window, bytes, access);
                } else {
                    global |= 1 << lane;
                }
            }
            if (global != 0) {
                GLOBAL.resolve(w, global, bytes, access, site);
            }
        }
    };

    /// Global and constant memory: the allocations of the device. Each instruction remembers the allocation it met last, because the
    /// lanes of a warp and the iterations of a loop mostly stay in one. Neighbouring lanes mostly access neighbouring bytes; these are
    /// checked as one range.
    private static final class Global extends Space {
        @Override
        void resolve(Warp w, int mask, int bytes, Access access, int site) {
            if (mask == -1 && consecutive(w.address, bytes)) {
                Allocation in = allocation(w, 0, w.address[0], bytes, site);
                checkAligned(0, w.address[0], bytes);
                if (in.contains(w.address[0], 32L * bytes) && tryCheck(w, in, w.address[0] - in.base(), 32L * bytes, access)) {
                    return;
                }
            }
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                long address = w.address[lane];
                Allocation in = allocation(w, lane, address, bytes, site);
                checkAligned(lane, address, bytes);
                if (!tryCheck(w, in, address - in.base(), bytes, access)) {
                    throw failed(lane, address, bytes, in);
                }
            }
        }

        private static boolean consecutive(long[] address, int bytes) {
            long first = address[0];
            long different = 0;
            for (int lane = 1; lane < Warp.LANES; lane++) {
                different |= address[lane] - first - (long) lane * bytes;
            }
            return different == 0;
        }

        private static Allocation allocation(Warp w, int lane, long address, int bytes, int site) {
            Allocation met = w.launch.met[site];
            if (met != null && met.contains(address, bytes)) {
                return met;
            }
            Allocation found = w.launch.memory.find(address);
            if (found == null) {
                throw new DeviceFault(lane, String.format("access of %d bytes at 0x%x, which lies in no live allocation%s", bytes, address,
                        w.launch.memory.describe(address)));
            }
            if (!found.contains(address, bytes)) {
                throw new DeviceFault(lane,
                        String.format("access of %d bytes at 0x%x reaches beyond the end of %s", bytes, address, found));
            }
            w.launch.met[site] = found;
            return found;
        }

        /// Checks and notes an access to a range of an allocation; false if it reads what nobody has written, or through the constant
        /// cache what the launch itself writes.
        private static boolean tryCheck(Warp w, Allocation in, long offset, long bytes, Access access) {
            Launch launch = w.launch;
            if (access != Access.WRITE && !Bits.all(in.written(), offset, bytes)) {
                return false;
            }
            if (access == Access.WRITE) {
                Bits.add(in.written(), offset, bytes);
            }
            if (launch.checkBlockRaces) {
                if (access == Access.READ_CONSTANT && in.races().written(launch.running, offset, bytes)) {
                    return false;
                }
                int kind = access == Access.WRITE ? BlockRaces.WRITE : access == Access.ATOMIC ? BlockRaces.ATOMIC : BlockRaces.READ;
                in.races().note(launch.running, kind, offset, bytes);
            }
            return true;
        }

        private static DeviceFault failed(int lane, long address, int bytes, Allocation in) {
            long offset = address - in.base();
            if (in.isWritten(address, bytes)) {
                return new DeviceFault(lane,
                        "reads through the constant cache (ld.global.nc) what the same launch writes, at offset " + offset + " of "
                                + in);
            }
            return new DeviceFault(lane,
                    String.format("reads global memory nobody has written: %d bytes at 0x%x, offset %d of %s", bytes, address,
                            offset, in));
        }
    }
}
