package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.Window;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Formulas for pixels, taps and runs against the definition of a window.
class Im2colAxisProperties {
    @Property(tries = 2000)
    void pixelsAndRunsAreThoseOfTheDefinition(@ForAll @IntRange(max = 12) int in, @ForAll @IntRange(min = 1, max = 6) int kernel,
            @ForAll @IntRange(min = 1, max = 4) int stride, @ForAll @IntRange(min = 1, max = 3) int dilation,
            @ForAll @IntRange(max = 5) int before, @ForAll @IntRange(max = 5) int after) {
        var window = Window.sliding(in, kernel, stride, dilation, before, after);
        Assume.that(window.out() > 0);
        int[][] forward = new int[window.out()][kernel];
        int[][] backward = new int[in][kernel];
        for (int[] row : backward)
            Arrays.fill(row, -1);
        for (int y = 0; y < window.out(); y++)
            for (int k = 0; k < kernel; k++) {
                int x = window.at(y, k);
                forward[y][k] = x >= 0 && x < in ? x : -1;
                if (forward[y][k] >= 0)
                    backward[x][k] = y;
            }
        check(Im2colAxis.forward(window), forward, stride);
        check(Im2colAxis.backward(window), backward, 1);
        checkParts(Im2colAxis.backward(window), backward, stride);
    }

    private static void check(Im2colAxis axis, int[][] table, int step) {
        int[] lengths = new int[table.length];
        for (int start = 0, p = 0; p < table.length; p++) {
            for (int k = 0; k < axis.kernel(); k++) {
                assertThat(axis.at(p, k)).isEqualTo(table[p][k]);
                if (p > 0 && (table[p - 1][k] < 0 ? table[p][k] >= 0 : table[p][k] != table[p - 1][k] + step))
                    start = p;
            }
            lengths[start]++;
        }
        int[] runs = axis.runs();
        for (int p = 0, end; p < table.length; p = end) {            // runs may be shorter than they could be, but never longer
            end = p + runs[p];
            assertThat(end).isGreaterThan(p);
            for (int q = p + 1; q < end; q++)
                assertThat(lengths[q]).isZero();
        }
        for (int k = 0; k < axis.kernel() && axis.isEven(); k++) {
            int tap = k;
            int[] seen = IntStream.range(0, table.length).filter(p -> table[p][tap] >= 0).toArray();
            assertThat(axis.first(k)).isEqualTo(seen.length == 0 ? table.length : seen[0]);
            assertThat(axis.end(k)).isEqualTo(seen.length == 0 ? 0 : seen[seen.length - 1] + 1);
        }
        boolean identity = axis.kernel() == 1 && table.length == axis.size()
                && IntStream.range(0, table.length).allMatch(p -> table[p][0] == p);
        assertThat(axis.isIdentity() && !identity).isFalse();
    }

    private static void checkParts(Im2colAxis axis, int[][] table, int every) {
        for (int first = 0; first < Math.min(every, table.length); first++) {
            int from = first;
            int[] taps = axis.tapsOf(first, every);
            assertThat(taps).containsExactly(IntStream.range(0, axis.kernel())
                    .filter(k -> IntStream.range(0, table.length).anyMatch(p -> p % every == from && table[p][k] >= 0)).toArray());
            var part = axis.part(first, every, taps);
            assertThat(part.positions()).isEqualTo(Math.ceilDiv(table.length - first, every));
            for (int p = 0; p < part.positions(); p++)
                for (int t = 0; t < taps.length; t++)
                    assertThat(part.at(p, t)).isEqualTo(table[first + p * every][taps[t]]);
        }
    }

    @Example
    void longAxesWithWideKernelsNeedNoTable() {
        var axis = Im2colAxis.forward(Window.sliding(200_000, 30_000, 1, 1, 100, 0));
        assertThat(axis.at(0, 99)).isEqualTo(-1);
        assertThat(axis.at(170_000, 29_999)).isEqualTo(199_899);
        assertThat(axis.runs()).startsWith(1, 1).hasSize(170_101);
        assertThat(axis.first(40)).isEqualTo(60);
        var back = Im2colAxis.backward(Window.sliding(200_000, 30_000, 1, 1, 0, 0));
        assertThat(back.at(199_999, 29_999)).isEqualTo(170_000);
        assertThat(back.at(199_999, 29_998)).isEqualTo(-1);
    }

    @Example
    void refusesAxesThatCannotBeCounted() {
        assertThatThrownBy(() -> Im2colAxis.forward(Window.sliding(2_000_000_000, 3, 2, 1, 100_000_000, 100_000_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cpu: a window operation must stay within 2147483647 pixels of an axis, padding included (got 2200000000)");
    }
}
