package dev.sunda.cuda.ptx;

/// Sets of byte offsets, one bit each, 64 to a word.
final class Bits {
    private Bits() {
    }

    /// A set for offsets below `bytes`.
    static long[] of(long bytes) {
        return new long[Math.toIntExact((bytes + 63) >>> 6)];
    }

    private static long low(long count) {
        return count >= 64 ? -1L : (1L << count) - 1;
    }

    /// Whether all offsets of a range belong to the set.
    static boolean all(long[] set, long from, long count) {
        long at = from;
        long end = from + count;
        while (at < end) {
            long mask = low(end - at) << at;
            if ((set[(int) (at >>> 6)] & mask) != mask) {
                return false;
            }
            at = (at | 63) + 1;
        }
        return true;
    }

    /// The first offset of a range that does not belong to the set; the end if all do.
    static long firstMissing(long[] set, long from, long count) {
        for (long at = from; at < from + count; at++) {
            if ((set[(int) (at >>> 6)] >>> at & 1) == 0) {
                return at;
            }
        }
        return from + count;
    }

    static void add(long[] set, long from, long count) {
        long at = from;
        long end = from + count;
        while (at < end) {
            set[(int) (at >>> 6)] |= low(end - at) << at;
            at = (at | 63) + 1;
        }
    }

    static void remove(long[] set, long from, long count) {
        long at = from;
        long end = from + count;
        while (at < end) {
            set[(int) (at >>> 6)] &= ~(low(end - at) << at);
            at = (at | 63) + 1;
        }
    }
}
