package dev.sunda.core.cpu;

import dev.sunda.core.op.Window;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Which source pixel meets which kernel tap along one spatial axis: the tap `k` at position `p` looks at pixel
/// `(origin[k] + p * step) / divisor`, and at none where that is no whole number or lies outside of the source. One formula serves
/// every stride, dilation and padding, forwards and backwards, without a table that grows with positions times taps.
///
/// @param positions pixels of the result
/// @param size pixels of the source
/// @param origin one number a tap, perhaps negative
/// @param step at least 1
/// @param divisor at least 1; if it is more, `step` is 1 and taps do not move evenly over the source
record Im2colAxis(int positions, int size, int[] origin, int step, int divisor) {
    /// An axis that is not there.
    static final Window UNIT = new Window(1, 1, 1, 1, 0, 0, 1);

    /// For an output position the input pixel under each tap.
    static Im2colAxis forward(Window window) {
        checkExtent(window);
        int[] origin = new int[window.kernel()];
        Arrays.setAll(origin, k -> window.at(0, k));
        return new Im2colAxis(window.out(), window.in(), origin, window.stride(), 1);
    }

    /// For an input position the output pixel that looks at it through each tap.
    static Im2colAxis backward(Window window) {
        checkExtent(window);
        int[] origin = new int[window.kernel()];
        Arrays.setAll(origin, k -> -window.at(0, k));
        return new Im2colAxis(window.in(), window.out(), origin, 1, window.stride());
    }

    /// Everything that taps see, padding included, must be countable in an `int`.
    private static void checkExtent(Window window) {
        long padded = (long) window.in() + window.padBefore() + window.padAfter();
        long seen = (long) Math.max(0, window.out() - 1) * window.stride() + window.span();
        if (Math.max(padded, seen) > Integer.MAX_VALUE)
            throw new IllegalArgumentException("cpu: a window operation must stay within " + Integer.MAX_VALUE
                    + " pixels of an axis, padding included (got " + Math.max(padded, seen) + ")");
    }

    /// Number of taps.
    int kernel() {
        return origin.length;
    }

    /// The source pixel under `tap` at `position`, or -1.
    int at(int position, int tap) {
        int at = origin[tap] + position * step;
        if (divisor > 1) {
            if (at % divisor != 0)
                return -1;
            at /= divisor;
        }
        return at >= 0 && at < size ? at : -1;
    }

    /// True if taps move by `step` pixels from one position to the next.
    boolean isEven() {
        return divisor == 1;
    }

    /// The taps through which the positions `first, first + every, ...` see any pixel; `every` is a multiple of the divisor.
    int[] tapsOf(int first, int every) {
        int[] aligned = IntStream.range(0, kernel()).filter(k -> (origin[k] + first) % divisor == 0).toArray();
        var part = part(first, every, aligned);
        return IntStream.range(0, aligned.length).filter(k -> part.first(k) < part.end(k)).map(k -> aligned[k]).toArray();
    }

    /// The part of this axis with positions `first, first + every, ...` and these taps, all of which see whole pixels there; `every` is
    /// a multiple of the divisor.
    Im2colAxis part(int first, int every, int[] taps) {
        int[] from = Arrays.stream(taps).map(k -> (origin[k] + first * step) / divisor).toArray();
        return new Im2colAxis(Math.ceilDiv(positions - first, every), size, from, every * step / divisor, 1);
    }

    /// The taps of an even axis from the one that looks furthest to the front to the one that looks furthest to the back.
    int[] ascending() {
        int[] taps = new int[kernel()];
        for (int k = 0; k < taps.length; k++) {                      // a loop: it is asked for again and again
            int place = k;
            for (; place > 0 && origin[taps[place - 1]] > origin[k]; place--)
                taps[place] = taps[place - 1];
            taps[place] = k;
        }
        return taps;
    }

    /// What the tap that looks furthest to the front sees at position 0; may lie before the first pixel.
    int lowest() {
        if (origin.length == 0)
            return 0;
        int lowest = origin[0];
        for (int from : origin)
            lowest = Math.min(lowest, from);
        return lowest;
    }

    /// Pixels of an even axis from the first to the last that `n` neighbouring positions see.
    int reach(int n) {
        return (n - 1) * step + Arrays.stream(origin).max().orElse(0) - lowest() + 1;
    }

    /// True if the taps of an even axis look at neighbouring pixels.
    boolean isSolid() {
        int[] order = ascending();
        return IntStream.range(1, order.length).allMatch(i -> origin[order[i]] == origin[order[i - 1]] + 1);
    }

    /// True if every position has one tap, on the pixel of the same number.
    boolean isIdentity() {
        return kernel() == 1 && positions == size && origin[0] == 0 && divisor == 1 && (step == 1 || positions < 2);
    }

    /// The first position at which `tap` of an even axis sees a pixel, or `positions`; what it sees is contiguous.
    int first(int tap) {
        int from = Math.ceilDiv(Math.max(0, -origin[tap]), step);
        return from < bound(tap) ? from : positions;
    }

    /// The position after the last at which `tap` of an even axis sees a pixel, or 0.
    int end(int tap) {
        int to = bound(tap);
        return Math.ceilDiv(Math.max(0, -origin[tap]), step) < to ? to : 0;
    }

    /// The first position at which `tap` has passed the end of the source, at most `positions`.
    private int bound(int tap) {
        return Math.min(positions, Math.ceilDiv(Math.max(0, size - origin[tap]), step));
    }

    /// For each position at which a run starts its length: positions that see the same taps, each `step` source pixels further than
    /// the one before. Zero elsewhere. On an axis that is not even, a position that sees a pixel is a run of its own.
    int[] runs() {
        boolean[] starts = new boolean[positions + 1];
        for (int k = 0; k < kernel(); k++)
            if (isEven()) {
                starts[first(k)] = true;
                starts[end(k)] = true;
            } else {
                markSeen(k, starts);
            }
        int[] lengths = new int[positions];
        for (int start = 0, p = 0; p < positions; p++) {
            if (starts[p])
                start = p;
            lengths[start]++;
        }
        return lengths;
    }

    /// Marks the positions at which `tap` sees a pixel and those after them.
    private void markSeen(int tap, boolean[] starts) {
        int p = origin[tap] < 0 ? -origin[tap] : Math.floorMod(-origin[tap], divisor);
        for (; p < positions && (origin[tap] + p) / divisor < size; p += divisor) {
            starts[p] = true;
            starts[p + 1] = true;
        }
    }
}
