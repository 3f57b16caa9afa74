package dev.sunda.core.cpu;

import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.type.DType;
import java.util.Arrays;

/// Sorts and searches rows of elements of any type by 64-bit keys whose order is theirs (NaN largest, zeros of either sign equal).
/// Equal elements keep their order everywhere.
///
/// Long rows are sorted byte by byte from the lowest on, and bytes that all keys share are skipped. A few first elements are kept in order
/// while the row passes by; the last one of more of them, and single elements by number, are found by partitioning.
///
/// Sources: Knuth, The Art of Computer Programming, volume 3, section 5.2.5 (radix sorting); Hoare 1961, Algorithm 65: Find.
final class SortRow {
    /// Shorter rows are sorted by insertion.
    private static final int SHORT = 48;
    private static final int BYTES = 8;
    /// First elements that are kept in order while the row passes by.
    private static final int FEW = 32;
    /// Rounds of partitioning after which the rest is sorted; halving a row of 2^31 elements takes 31.
    private static final int ROUNDS = 64;
    /// Ranks of one row from which on sorting it takes no longer than looking for each.
    private static final int MANY = 8;

    private final int length;
    private long[] keys;
    private int[] order;
    private long[] otherKeys = {};
    private int[] otherOrder = {};

    SortRow(int length) {
        this.length = length;
        keys = new long[length];
        order = new int[length];
    }

    /// Writes the places of the first `count` elements in order; the row's elements lie at `from`, `from + step` and so on.
    void sorted(HeapStorage x, int from, int step, boolean descending, int count, long[] to, int at, int toStep) {
        if (count <= FEW) {
            insert(x, from, step, descending, count);
        } else {
            read(x, from, step, descending, length);
            if (count <= length / 2)
                collect(count);
            else
                sort();
        }
        for (int i = 0; i < count; i++)
            to[at + i * toStep] = order[i];
    }

    /// Writes the places of `count` elements by their numbers in ascending order.
    void ranked(HeapStorage x, int from, int step, long[] ranks, int rank, int rankStep, int count, long[] to, int at, int toStep) {
        boolean sorted = count >= MANY;
        read(x, from, step, false, length);
        if (sorted)
            sort();
        for (int i = 0; i < count; i++) {
            int wanted = (int) ranks[rank + i * rankStep];
            to[at + i * toStep] = sorted ? order[wanted] : place(wanted);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- keys

    /// Makes keys of the first `n` elements; in descending order the largest one has the smallest key.
    private void read(HeapStorage x, int from, int step, boolean descending, int n) {
        long flip = descending ? -1 : 0;
        switch (x.dtype()) {
            case F32 -> read(x.floats(), from, step, flip, n);
            case F64 -> read(x.doubles(), from, step, flip, n);
            case I32 -> read(x.ints(), from, step, flip, n);
            default -> {
                for (int i = 0; i < n; i++)
                    keys[i] = x.getLong(from + i * step) ^ flip;
            }
        }
    }

    private void read(float[] x, int from, int step, long flip, int n) {
        for (int i = 0; i < n; i++)
            keys[i] = key(x[from + i * step]) ^ flip;
    }

    private void read(double[] x, int from, int step, long flip, int n) {
        for (int i = 0; i < n; i++) {
            long bits = Double.doubleToLongBits(x[from + i * step] + 0.0);
            keys[i] = bits ^ bits >> 63 >>> 1 ^ flip;
        }
    }

    private void read(int[] x, int from, int step, long flip, int n) {
        for (int i = 0; i < n; i++)
            keys[i] = unsigned(x[from + i * step]) ^ flip;
    }

    /// Negative numbers grow with falling bits, so all of theirs but the sign are inverted; adding 0 turns -0 into 0.
    private static long key(float x) {
        int bits = Float.floatToIntBits(x + 0f);
        return unsigned(bits ^ bits >> 31 >>> 1);
    }

    /// Without a sign in the upper half, so that it has the same bytes in all keys.
    private static long unsigned(int x) {
        return (x ^ Integer.MIN_VALUE) & 0xffff_ffffL;
    }

    // ---------------------------------------------------------------------------------------------------------- selecting

    /// Brings the first `count` elements to the front, in order: the row passes by, and an element that comes before the last one there
    /// takes its place among them.
    private void insert(HeapStorage x, int from, int step, boolean descending, int count) {
        boolean floats = x.dtype() == DType.F32;
        read(x, from, step, descending, floats ? count : length);
        for (int i = 0; i < count; i++)
            put(keys[i], i, i);
        if (floats)
            insert(x.floats(), from, step, descending, count);
        else
            for (int i = count; i < length; i++)
                if (keys[i] < keys[count - 1])
                    put(keys[i], i, count - 1);
    }

    /// Most elements are turned away by a comparison of floats; NaN is looked at.
    private void insert(float[] x, int from, int step, boolean descending, int count) {
        long flip = descending ? -1 : 0;
        for (int i = next(x, from, step, descending, count, count); i < length; i = next(x, from, step, descending, count, i + 1)) {
            long key = key(x[from + i * step]) ^ flip;
            if (key < keys[count - 1])
                put(key, i, count - 1);
        }
    }

    /// The first element from number `i` on that may come before the last one of the first `count`.
    private int next(float[] x, int from, int step, boolean descending, int count, int i) {
        float limit = x[from + order[count - 1] * step];
        if (step == 1)
            return (descending ? LimitSearch.ACTIVE.above(x, from + i, from + length, limit)
                    : LimitSearch.ACTIVE.below(x, from + i, from + length, limit)) - from;
        float sign = descending ? -1 : 1;
        int j = i;
        while (j < length && sign * x[from + j * step] >= sign * limit)
            j++;
        return j;
    }

    /// Puts an element behind those of the first `n` that are not larger. The one behind them is overwritten.
    private void put(long key, int place, int n) {
        int j = n;
        for (; j > 0 && keys[j - 1] > key; j--) {
            keys[j] = keys[j - 1];
            order[j] = order[j - 1];
        }
        keys[j] = key;
        order[j] = place;
    }

    /// Brings the first `count` elements to the front, in order: those up to the last one of them are collected and sorted.
    private void collect(int count) {
        long last = select(count - 1);
        int equals = count - smaller(last);
        for (int i = 0, kept = 0; kept < count; i++)
            if (keys[i] < last || keys[i] == last && equals-- > 0) {
                keys[kept] = keys[i];
                order[kept++] = i;
            }
        sort(count);
    }

    /// The place of element number `rank` in order.
    private int place(int rank) {
        long key = select(rank);
        int before = rank - smaller(key);                            // equal elements at smaller places
        for (int i = 0;; i++)
            if (keys[i] == key && before-- == 0)
                return i;
    }

    private int smaller(long key) {
        int count = 0;
        for (int i = 0; i < length; i++)
            count += keys[i] < key ? 1 : 0;
        return count;
    }

    /// Key number `rank` in order; all keep their places.
    private long select(int rank) {
        if (otherKeys.length < length)
            otherKeys = new long[length];
        System.arraycopy(keys, 0, otherKeys, 0, length);
        return select(otherKeys, rank);
    }

    /// Element number `rank` of `a`, which is rearranged.
    private static long select(long[] a, int rank) {
        int first = 0;
        int last = a.length - 1;
        for (int round = 0; first < last && round < ROUNDS; round++) {
            long pivot = middle(a[first], a[(first + last) >>> 1], a[last]);
            int i = first;
            int j = last;
            while (i <= j) {
                while (a[i] < pivot)
                    i++;
                while (a[j] > pivot)
                    j--;
                if (i <= j) {
                    long swap = a[i];
                    a[i++] = a[j];
                    a[j--] = swap;
                }
            }
            if (rank <= j)
                last = j;
            else if (rank >= i)
                first = i;
            else
                return pivot;
        }
        Arrays.sort(a, first, last + 1);
        return a[rank];
    }

    private static long middle(long a, long b, long c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    // ---------------------------------------------------------------------------------------------------------- sorting

    private void sort() {
        for (int i = 0; i < length; i++)
            order[i] = i;
        sort(length);
    }

    /// Sorts the first `n` keys, and their places with them.
    private void sort(int n) {
        if (n < SHORT)
            for (int i = 1; i < n; i++)
                put(keys[i], order[i], i);
        else
            radix(n);
    }

    private void radix(int n) {
        if (otherKeys.length < length)
            otherKeys = new long[length];
        if (otherOrder.length < length)
            otherOrder = new int[length];
        int[][] counts = new int[BYTES][256];
        for (int i = 0; i < n; i++)
            for (int b = 0; b < BYTES; b++)
                counts[b][digit(keys[i], b)]++;
        for (int b = 0; b < BYTES; b++)
            if (counts[b][digit(keys[0], b)] < n)
                pass(b, counts[b], n);
    }

    private void pass(int b, int[] counts, int n) {
        int total = 0;
        for (int digit = 0; digit < counts.length; digit++) {        // counts become the places where each digit starts
            int count = counts[digit];
            counts[digit] = total;
            total += count;
        }
        for (int i = 0; i < n; i++) {
            int to = counts[digit(keys[i], b)]++;
            otherKeys[to] = keys[i];
            otherOrder[to] = order[i];
        }
        long[] sortedKeys = otherKeys;
        otherKeys = keys;
        keys = sortedKeys;
        int[] sortedOrder = otherOrder;
        otherOrder = order;
        order = sortedOrder;
    }

    /// Byte `b` of a key, in the order of unsigned numbers.
    private static int digit(long key, int b) {
        return (int) ((key ^ Long.MIN_VALUE) >>> 8 * b) & 255;
    }
}
