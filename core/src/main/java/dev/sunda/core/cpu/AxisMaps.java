package dev.sunda.core.cpu;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// Linear maps along one dimension of F32 and F64 tensors.
///
/// Memory is a row of blocks `[in, inner]`, `inner` being what lies inside the dimension: whole rows of an image for its height, the
/// channels of a pixel for the width of an image that is stored channels-last. Every output row is a sum of input rows; where `inner` is
/// 1, lines are summed element by element.
final class AxisMaps {
    private static final int CHUNK = 16 * 1024;

    private AxisMaps() {
    }

    /// One kernel for one type.
    private interface Rows {
        /// Output row `i` of a block: `inner` numbers at `to` from the block that begins at `from`.
        void sum(int i, int from, int to);
    }

    static void map(AxisMap map, View x, int dim, View out) {
        float[] weight = new float[map.taps()];
        for (int t = 0; t < weight.length; t++)
            weight[t] = (float) map.weight(t);
        float[] a = x.heap().floats();
        float[] b = out.heap().floats();
        int inner = out.layout().stride(dim);
        each(map, x, out, inner, inner == 1 ? (i, from, to) -> b[to] = dot(map, weight, i, a, from)
                : (i, from, to) -> add(map, weight, i, a, from, b, to, inner));
    }

    private static float dot(AxisMap map, float[] weight, int i, float[] x, int from) {
        float sum = 0;
        for (int t = map.start(i), end = map.start(i + 1); t < end; t++)
            sum += weight[t] * x[from + map.index(t)];
        return sum;
    }

    private static void add(AxisMap map, float[] weight, int i, float[] x, int from, float[] out, int to, int inner) {
        int first = map.start(i);
        int end = map.start(i + 1);
        if (first == end) {
            Arrays.fill(out, to, to + inner, 0);
            return;
        }
        float w = weight[first];
        int row = from + map.index(first) * inner;
        for (int c = 0; c < inner; c++)
            out[to + c] = w * x[row + c];
        for (int t = first + 1; t < end; t++)
            add(weight[t], x, from + map.index(t) * inner, out, to, inner);
    }

    private static void add(float w, float[] x, int xi, float[] out, int oi, int n) {
        for (int c = 0; c < n; c++)
            out[oi + c] += w * x[xi + c];
    }

    static void map64(AxisMap map, View x, int dim, View out) {
        double[] a = x.heap().doubles();
        double[] b = out.heap().doubles();
        int inner = out.layout().stride(dim);
        each(map, x, out, inner, (i, from, to) -> {
            Arrays.fill(b, to, to + inner, 0);
            for (int t = map.start(i); t < map.start(i + 1); t++)
                add(map.weight(t), a, from + map.index(t) * inner, b, to, inner);
        });
    }

    private static void add(double w, double[] x, int xi, double[] out, int oi, int n) {
        for (int c = 0; c < n; c++)
            out[oi + c] += w * x[xi + c];
    }

    /// Visits all output rows, on several threads.
    private static void each(AxisMap map, View x, View out, int inner, Rows rows) {
        int numel = out.shape().numel();
        if (numel == 0)
            return;
        int count = numel / inner;
        int work = Math.max(1, inner * Math.max(1, map.taps() / map.out()));
        Parallel.forChunks(count, Math.max(1, CHUNK / work), (_, first, end) -> {
            for (int row = first, i = first % map.out(); row < end; row++, i = i + 1 == map.out() ? 0 : i + 1)
                rows.sum(i, x.layout().offset() + row / map.out() * map.in() * inner, out.layout().offset() + row * inner);
        });
    }
}
