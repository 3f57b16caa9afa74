package dev.sunda.core.cpu;

import dev.sunda.core.op.Window;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Which source pixel meets which kernel tap along one spatial axis, as a table: `source[position * kernel + tap]`, -1 where there
/// is none. One table serves every stride, dilation and padding, forwards and backwards.
///
/// @param positions pixels of the result
/// @param kernel taps
/// @param size pixels of the source
/// @param origin where each tap looks from position 0, perhaps outside of the source
/// @param step pixels by which taps move from one position to the next, 0 if they do not move evenly
record Im2colAxis(int positions, int kernel, int size, int[] source, int[] origin, int step) {
    /// An axis that is not there.
    static final Window UNIT = new Window(1, 1, 1, 1, 0, 0, 1);

    /// For an output position the input pixel under each tap.
    static Im2colAxis forward(Window window) {
        int[] source = new int[window.out() * window.kernel()];
        for (int y = 0; y < window.out(); y++)
            for (int k = 0; k < window.kernel(); k++) {
                int at = window.at(y, k);
                source[y * window.kernel() + k] = at >= 0 && at < window.in() ? at : -1;
            }
        int[] origin = new int[window.kernel()];
        for (int k = 0; k < origin.length; k++)
            origin[k] = window.at(0, k);
        return new Im2colAxis(window.out(), window.kernel(), window.in(), source, origin, window.stride());
    }

    /// For an input position the output pixel that looks at it through each tap.
    static Im2colAxis backward(Window window) {
        int[] source = new int[window.in() * window.kernel()];
        for (int x = 0; x < window.in(); x++)
            for (int k = 0; k < window.kernel(); k++) {
                int scaled = x + window.padBefore() - k * window.dilation();
                boolean met = scaled >= 0 && scaled % window.stride() == 0 && scaled / window.stride() < window.out();
                source[x * window.kernel() + k] = met ? scaled / window.stride() : -1;
            }
        int[] origin = new int[window.kernel()];
        for (int k = 0; k < origin.length; k++)
            origin[k] = window.padBefore() - k * window.dilation();
        return new Im2colAxis(window.in(), window.kernel(), window.out(), source, origin, window.stride() == 1 ? 1 : 0);
    }

    /// The source pixel under `tap` at `position`, or -1.
    int at(int position, int tap) {
        return source[position * kernel + tap];
    }

    /// The taps through which the positions `first, first + every, ...` see any pixel.
    int[] tapsOf(int first, int every) {
        return IntStream.range(0, kernel).filter(k -> {
            for (int p = first; p < positions; p += every)
                if (at(p, k) >= 0)
                    return true;
            return false;
        }).toArray();
    }

    /// The part of this axis with positions `first, first + every, ...` and these taps.
    Im2colAxis part(int first, int every, int[] taps) {
        int count = Math.ceilDiv(positions - first, every);
        int[] seen = new int[count * taps.length];
        for (int p = 0; p < count; p++)
            for (int t = 0; t < taps.length; t++)
                seen[p * taps.length + t] = at(first + p * every, taps[t]);
        return new Im2colAxis(count, taps.length, size, seen, new int[taps.length], 0);
    }

    /// Pixels that taps see before the first one of the source.
    int before() {
        return Math.max(0, -Arrays.stream(origin).min().orElse(0));
    }

    /// Pixels of the source with everything around it that taps see.
    int padded() {
        int last = Arrays.stream(origin).max().orElse(0) + (positions - 1) * step;
        return before() + Math.max(size, last + 1);
    }

    /// True if every position has one tap, on the pixel of the same number.
    boolean isIdentity() {
        if (kernel != 1 || positions != size)
            return false;
        for (int p = 0; p < positions; p++)
            if (source[p] != p)
                return false;
        return true;
    }

    /// The first position at which `tap` sees a pixel, or `positions`; what it sees of a forward axis is contiguous.
    int first(int tap) {
        int position = 0;
        while (position < positions && at(position, tap) < 0)
            position++;
        return position;
    }

    /// The position after the last at which `tap` sees a pixel, or 0.
    int end(int tap) {
        int position = positions;
        while (position > 0 && at(position - 1, tap) < 0)
            position--;
        return position;
    }

    /// For each position at which a run starts its length: positions that see the same taps, each `step` source pixels further than
    /// the one before. Zero elsewhere.
    int[] runs(int step) {
        int[] lengths = new int[positions];
        for (int start = 0, p = 0; p < positions; p++) {
            if (p > 0 && !continues(p, step))
                start = p;
            lengths[start]++;
        }
        return lengths;
    }

    private boolean continues(int position, int step) {
        for (int k = 0; k < kernel; k++) {
            int before = at(position - 1, k);
            int here = at(position, k);
            if (before < 0 ? here >= 0 : here != before + step)
                return false;
        }
        return true;
    }
}
