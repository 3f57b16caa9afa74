package dev.sunda.cuda.ptx;

import java.util.Arrays;

/// The copies from global to shared memory that threads of a warp have started and not yet waited for: `cp.async`.
///
/// A copy arrives as late as it may, when its thread waits for its group. Until then nobody may touch the bytes that it writes; from then
/// on they count as written by its thread, so that others see them behind a barrier.
final class AsyncCopies {
    private static final int FIRST = 256;

    private final Warp warp;
    /// Groups that each lane has committed.
    private final long[] committed = new long[Warp.LANES];
    private int pending;
    private int[] lane = new int[FIRST];
    private long[] group = new long[FIRST];
    private long[] address = new long[FIRST];
    private int[] bytes = new int[FIRST];
    private long[] low = new long[FIRST];
    private long[] high = new long[FIRST];

    AsyncCopies(Warp warp) {
        this.warp = warp;
    }

    void clear() {
        pending = 0;
        Arrays.fill(committed, 0);
    }

    private void start(int l, long to, int size, long first, long second) {
        if (pending == lane.length) {
            grow();
        }
        lane[pending] = l;
        group[pending] = committed[l];
        address[pending] = to;
        bytes[pending] = size;
        low[pending] = first;
        high[pending++] = second;
    }

    private void grow() {
        int size = 2 * pending;
        lane = Arrays.copyOf(lane, size);
        group = Arrays.copyOf(group, size);
        address = Arrays.copyOf(address, size);
        bytes = Arrays.copyOf(bytes, size);
        low = Arrays.copyOf(low, size);
        high = Arrays.copyOf(high, size);
    }

    private void commit(int mask) {
        for (int m = mask; m != 0; m &= m - 1) {
            committed[Integer.numberOfTrailingZeros(m)]++;
        }
    }

    /// What these lanes have started arrives, but for the last `groups` groups of each; -1 stands for none, not even the open one.
    private void await(int mask, int groups) {
        int kept = 0;
        for (int k = 0; k < pending; k++) {
            if ((mask >>> lane[k] & 1) != 0 && group[k] < committed[lane[k]] - groups) {
                arrive(k);
            } else {
                move(k, kept++);
            }
        }
        pending = kept;
    }

    private void arrive(int k) {
        long at = warp.launch.shared.arrive(warp, lane[k], address[k], bytes[k]);
        Raw.put(at, Math.min(8, bytes[k]), low[k]);
        if (bytes[k] > 8) {
            Raw.put(at + 8, 8, high[k]);
        }
    }

    private void move(int from, int to) {
        lane[to] = lane[from];
        group[to] = group[from];
        address[to] = address[from];
        bytes[to] = bytes[from];
        low[to] = low[from];
        high[to] = high[from];
    }

    /// `cp.async.ca` and `cp.async.cg`: 4, 8 or 16 bytes, of which the first so many are read and the others are zeros.
    static final class Start extends Op {
        private final MemoryOps.Address to;
        private final MemoryOps.Address from;
        private final int bytes;
        private final int size;
        private final int site;

        /// @param size register of the number of bytes that are read
        Start(MemoryOps.Address to, MemoryOps.Address from, int bytes, int size, int site) {
            this.to = to;
            this.from = from;
            this.bytes = bytes;
            this.size = size;
            this.site = site;
        }

        @Override
        void run(Warp w, int mask) {
            to.compute(w, mask);
            w.launch.shared.countConflicts(w, mask, bytes);
            long[] places = w.address.clone();
            from.compute(w, mask);
            int whole = 0;
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                w.launch.shared.expect(w, lane, places[lane], bytes);
                int read = w.i[size][lane];
                if (read != bytes && read != 0) {
                    throw new DeviceFault(lane, "a copy of " + read + " of " + bytes + " bytes, the interpreter knows all or none");
                }
                whole |= read == 0 ? 0 : 1 << lane;
            }
            if (whole != 0) {
                Space.GLOBAL.resolve(w, whole, bytes, Space.Access.READ, site);
            }
            w.launch.statistics.loads += Integer.bitCount(mask);
            w.launch.statistics.stores += Integer.bitCount(mask);
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                boolean reads = (whole >>> lane & 1) != 0;
                w.copies.start(lane, places[lane], bytes, reads ? Raw.get(w.address[lane], Math.min(8, bytes)) : 0,
                        reads && bytes > 8 ? Raw.get(w.address[lane] + 8, 8) : 0);
            }
        }
    }

    /// `cp.async.commit_group`.
    static final class Commit extends Op {
        @Override
        void run(Warp w, int mask) {
            w.copies.commit(mask);
        }
    }

    /// `cp.async.wait_group` and `cp.async.wait_all`.
    static final class Await extends Op {
        private final int groups;

        /// @param groups the last groups that may still be on their way; -1 for `wait_all`
        Await(int groups) {
            this.groups = groups;
        }

        @Override
        void run(Warp w, int mask) {
            w.copies.await(mask, groups);
        }
    }
}
