package dev.sunda.core.cpu;

import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;

/// Stable sorting of rows of every type and stride. Elements become 64-bit keys whose unsigned order is theirs (NaN largest, zeros of
/// either sign equal); long rows are sorted byte by byte from the lowest on, and bytes that all keys share are skipped.
///
/// Source: Knuth, The Art of Computer Programming, volume 3, section 5.2.5 (radix sorting).
final class Argsort {
    /// Shorter rows are sorted by insertion.
    private static final int SHORT = 48;
    private static final int BYTES = 8;

    private long[] keys;
    private int[] order;
    private long[] otherKeys;
    private int[] otherOrder;

    private Argsort(int n) {
        keys = new long[n];
        order = new int[n];
        otherKeys = new long[n < SHORT ? 0 : n];
        otherOrder = new int[otherKeys.length];
    }

    static void apply(View x, int dim, boolean descending, View out) {
        int d = x.shape().dim("argsort", dim);
        int n = x.shape().size(d);
        if (n == 0)
            return;
        int step = x.layout().stride(d);
        int outStep = out.layout().stride(d);
        HeapStorage from = x.heap();
        long[] to = out.heap().longs();
        var nest = Nest.of(x.layout().slice(d, 0, 1, 1), out.layout().slice(d, 0, 1, 1));
        nest.forEach(Math.max(1, Nest.CHUNK / n), (at, rows) -> {
            var row = new Argsort(n);
            for (int r = 0; r < rows; r++) {
                row.read(from, at[0] + r * nest.stride(0), step, descending);
                row.sort();
                for (int i = 0; i < n; i++)
                    to[at[1] + r * nest.stride(1) + i * outStep] = row.order[i];
            }
        });
    }

    private void read(HeapStorage from, int at, int step, boolean descending) {
        boolean floating = from.dtype().isFloating();
        for (int i = 0; i < keys.length; i++) {
            long key = floating ? key(from.getDouble(at + i * step)) : from.getLong(at + i * step) ^ Long.MIN_VALUE;
            keys[i] = descending ? ~key : key;
            order[i] = i;
        }
    }

    /// Negative numbers grow with falling bits, so theirs are inverted; the sign bit puts the others above them.
    private static long key(double x) {
        long bits = Double.doubleToLongBits(x + 0.0);                // adding 0 turns -0 into 0
        return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
    }

    private void sort() {
        if (keys.length < SHORT)
            insertion();
        else
            radix();
    }

    private void insertion() {
        for (int i = 1; i < keys.length; i++) {
            long key = keys[i];
            int place = order[i];
            int j = i;
            for (; j > 0 && Long.compareUnsigned(keys[j - 1], key) > 0; j--) {
                keys[j] = keys[j - 1];
                order[j] = order[j - 1];
            }
            keys[j] = key;
            order[j] = place;
        }
    }

    private void radix() {
        int[][] counts = new int[BYTES][256];
        for (long key : keys)
            for (int b = 0; b < BYTES; b++)
                counts[b][digit(key, b)]++;
        for (int b = 0; b < BYTES; b++)
            if (counts[b][digit(keys[0], b)] < keys.length)
                pass(b, counts[b]);
    }

    private void pass(int b, int[] counts) {
        int total = 0;
        for (int digit = 0; digit < counts.length; digit++) {        // counts become the places where each digit starts
            int count = counts[digit];
            counts[digit] = total;
            total += count;
        }
        for (int i = 0; i < keys.length; i++) {
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

    private static int digit(long key, int b) {
        return (int) (key >>> 8 * b) & 255;
    }
}
