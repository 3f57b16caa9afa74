package dev.sunda.core.cpu;

import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.Arrays;

/// Scaled dot-product attention of F32 heads in blocks of queries: only the probabilities of one block exist at a time, so memory grows
/// with the length of the sequence, not with its square. Rows of `q`, `k` and `v` are read where they lie.
///
/// Rows of scores are continued to whole vectors, at first with minus infinity, then with zeros, which change no sum.
///
/// The backward pass computes the probabilities again from the largest score of each query and the sum of its exponentials. A head is the
/// unit of work there, because the gradients of keys and values are sums over its queries, which run in ascending order.
final class Attention {
    /// Queries of a block, at most; a multiple of the tiles' rows.
    private static final int BLOCK = 72;
    /// From so many heads on a head is not split among threads.
    private static final int MANY_HEADS = 16;
    /// Floats of a cache line.
    private static final int LINE = 16;
    private static final SoftmaxMath SOFTMAX = SoftmaxMath.CHOSEN;
    private static final ReduceMath REDUCE = ReduceMath.CHOSEN;
    private static final ThreadLocal<float[][]> SCRATCH = ThreadLocal.withInitial(() -> new float[Slot.values().length][0]);

    /// Work memory of a thread.
    private enum Slot {
        KEYS, VALUES, KEY_ROWS, QUERIES, UPSTREAM, SCORES, GRADIENTS, RESULT, KEY_SUMS, VALUE_SUMS, ZEROS, LEFT, COLUMNS, PANEL
    }

    private final GemmKernel kernel;
    private final AttentionSpec spec;
    private final View mask;
    private final int heads;
    private final int queries;
    private final int keys;
    private final int width;
    private final int out;
    private final int blocks;
    private final int rows;
    private final int paddedKeys;
    /// An odd number of cache lines: rows at a distance of 2 KB compete for the same places of the first cache.
    private final int scoreStride;
    private final int widthStride;
    private final int outStride;

    private Attention(GemmKernel kernel, AttentionSpec spec, View q, View k, View v, View mask) {
        this.kernel = kernel;
        this.spec = spec;
        this.mask = mask;
        heads = q.shape().size(0) * q.shape().size(1);
        queries = q.shape().size(2);
        width = q.shape().size(3);
        keys = k.shape().size(2);
        out = v.shape().size(3);
        blocks = Math.ceilDiv(queries, BLOCK);
        rows = blocks == 0 ? 1 : Math.ceilDiv(queries, blocks);
        paddedKeys = AttentionTiles.padded(kernel, keys);
        scoreStride = paddedKeys + (paddedKeys / LINE + 1) % 2 * LINE;
        widthStride = AttentionTiles.padded(kernel, width);
        outStride = AttentionTiles.padded(kernel, out);
    }

    /// The rows of one head: row `i` starts at `at + i * stride`.
    private record Head(float[] data, int at, int stride) {
        static Head of(View x, int head) {
            var layout = x.layout();
            int inner = x.shape().size(1);
            return new Head(x.heap().floats(), layout.offset() + head / inner * layout.stride(0) + head % inner * layout.stride(1),
                    layout.stride(2));
        }

        int row(int i) {
            return at + i * stride;
        }
    }

    // ---------------------------------------------------------------------------------------------------------- forward

    static void forward(AttentionSpec spec, View q, View k, View v, View mask, View out, View statistics) {
        forward(GemmKernel.ACTIVE, spec, q, k, v, mask, out, statistics);
    }

    static void forward(GemmKernel kernel, AttentionSpec spec, View q, View k, View v, View mask, View out, View statistics) {
        var a = new Attention(kernel, spec, q, k, v, mask);
        int together = a.heads >= MANY_HEADS ? Math.max(1, a.blocks) : 1;
        Parallel.forChunks(a.heads * a.blocks, together, (_, from, to) -> {
            int head = from / a.blocks;
            float[] keyPanels = a.keyPanels(Head.of(k, head));
            Head value = Head.of(v, head);
            float[] valuePanels = floats(Slot.VALUES, a.keys * a.outStride);
            AttentionTiles.pack(kernel, value.data, value.at, value.stride, 1, a.keys, a.out, valuePanels);
            for (int block = from; block < to; block++)
                a.forward(head, block % a.blocks * a.rows, Head.of(q, head), keyPanels, valuePanels, Head.of(out, head),
                        Head.of(statistics, head));
        });
    }

    /// The block of queries from `first` on.
    private void forward(int head, int first, Head q, float[] keyPanels, float[] valuePanels, Head to, Head statistics) {
        int m = Math.min(rows, queries - first);
        int end = spec.visible(first + m - 1, keys);
        float[] p = scores(first, m, scaled(q, first, m), keyPanels);
        var inverse = new float[m];
        for (int i = 0; i < m; i++) {
            int at = i * scoreStride;
            int n = visibleScores(head, first + i, p, at);
            int whole = continued(p, at, n);
            float max = REDUCE.max(p, at, whole);
            if (max == Float.NEGATIVE_INFINITY) {                    // sees nothing
                Arrays.fill(p, at, at + end, 0);
                record(statistics, first + i, max, 0);
                continue;
            }
            SOFTMAX.expShifted(p, at, max, p, at, whole);
            Arrays.fill(p, at + n, at + Math.max(whole, end), 0);
            double sum = REDUCE.longSum(p, at, whole);
            drop(head, first + i, p, at, n);
            inverse[i] = (float) (1 / sum);
            record(statistics, first + i, max, (float) sum);
        }
        float[] result = floats(Slot.RESULT, rows * outStride);
        AttentionTiles.multiplyUpTo(kernel, m, keys, reach(first, m), out, p, scoreStride, left(), valuePanels, zeros(), result, outStride);
        for (int i = 0; i < m; i++)
            scale(result, i * outStride, inverse[i], to.data, to.row(first + i), out);
    }

    /// Continues the scores of a query to whole vectors and returns how many they are then.
    private int continued(float[] scores, int at, int n) {
        int whole = AttentionTiles.padded(kernel, n);
        Arrays.fill(scores, at + n, at + whole, Float.NEGATIVE_INFINITY);
        return whole;
    }

    private static void record(Head statistics, int query, float largest, float sum) {
        statistics.data[statistics.row(query)] = largest;
        statistics.data[statistics.row(query) + 1] = sum;
    }

    /// `scale * q kᵀ` of `m` queries, at least as far as they see.
    private float[] scores(int first, int m, float[] scaledQueries, float[] keyPanels) {
        float[] scores = floats(Slot.SCORES, rows * scoreStride);
        AttentionTiles.multiplyWithin(kernel, m, width, reach(first, m), scaledQueries, widthStride, left(), keyPanels, zeros(), scores,
                scoreStride);
        return scores;
    }

    /// How many keys the last query of each row of tiles sees, from query `first` on.
    private int[] reach(int first, int m) {
        int tile = kernel.rows();
        int[] reach = new int[Math.ceilDiv(m, tile)];
        Arrays.setAll(reach, t -> spec.visible(first + Math.min(m, (t + 1) * tile) - 1, keys));
        return reach;
    }

    /// `kᵀ` as panels.
    private float[] keyPanels(Head k) {
        float[] panels = floats(Slot.KEYS, width * paddedKeys);
        AttentionTiles.pack(kernel, k.data, k.at, 1, k.stride, width, keys, panels);
        return panels;
    }

    /// `scale * q`, padded with zeros to whole tiles.
    private float[] scaled(Head q, int first, int m) {
        float[] to = floats(Slot.QUERIES, rows * widthStride);
        for (int i = 0; i < m; i++) {
            scale(q.data, q.row(first + i), (float) spec.scale(), to, i * widthStride, width);
            Arrays.fill(to, i * widthStride + width, (i + 1) * widthStride, 0);
        }
        return to;
    }

    private static void scale(float[] from, int at, float factor, float[] to, int ti, int n) {
        BinaryMath.CHOSEN.vectorScalar(BinaryOp.MUL, from, at, factor, to, ti, n);
    }

    /// Adds the mask to the scores of one query and returns how many keys it may see.
    private int visibleScores(int head, int query, float[] scores, int at) {
        int n = spec.visible(query, keys);
        if (mask == null)
            return n;
        var layout = mask.layout();
        int inner = mask.shape().size(1);
        int from = layout.offset() + head / inner * layout.stride(0) + head % inner * layout.stride(1) + query * layout.stride(2);
        int step = layout.stride(3);
        if (mask.dtype() == DType.BOOL) {
            byte[] allowed = mask.heap().bytes();
            for (int j = 0; j < n; j++)
                if (allowed[from + j * step] == 0)
                    scores[at + j] = Float.NEGATIVE_INFINITY;
        } else {
            float[] added = mask.heap().floats();
            for (int j = 0; j < n; j++)
                scores[at + j] += added[from + j * step];
        }
        return n;
    }

    /// Dropout of one query's numbers, which are entries of a `[heads, queries, keys]` tensor.
    private void drop(int head, int query, float[] p, int at, int n) {
        if (spec.dropout() == 0)
            return;
        float kept = (float) (1 / (1 - spec.dropout()));
        long number = ((long) head * queries + query) * keys;
        for (int j = 0; j < n; j++)
            p[at + j] = spec.keeps(number + j) ? p[at + j] * kept : 0;
    }

    // ---------------------------------------------------------------------------------------------------------- backward

    static void backward(AttentionSpec spec, View dout, View q, View k, View v, View mask, View statistics, View dq, View dk, View dv) {
        backward(GemmKernel.ACTIVE, spec, dout, q, k, v, mask, statistics, dq, dk, dv);
    }

    static void backward(GemmKernel kernel, AttentionSpec spec, View dout, View q, View k, View v, View mask, View statistics, View dq,
            View dk, View dv) {
        var a = new Attention(kernel, spec, q, k, v, mask);
        Parallel.forChunks(a.heads, 1, (head, _, _) -> {
            float[] keyPanels = a.keyPanels(Head.of(k, head));
            float[] valuePanels = a.panels(Slot.VALUES, Head.of(v, head), a.out, a.paddedKeys, true);
            float[] keyRows = a.panels(Slot.KEY_ROWS, Head.of(k, head), a.width, a.widthStride, false);
            float[] keySums = cleared(Slot.KEY_SUMS, a.width * a.paddedKeys);
            float[] valueSums = cleared(Slot.VALUE_SUMS, a.out * a.paddedKeys);
            for (int first = 0; first < a.queries; first += a.rows) {
                int m = Math.min(a.rows, a.queries - first);
                float[] queries = a.scaled(Head.of(q, head), first, m);
                float[] p = a.scores(first, m, queries, keyPanels);
                float[] upstream = a.padded(Head.of(dout, head), first, m);
                float[] ds = a.gradients(head, first, m, p, upstream, valuePanels, Head.of(statistics, head));
                a.addSums(first, m, upstream, a.out, a.outStride, p, valueSums);
                a.addSums(first, m, queries, a.width, a.widthStride, ds, keySums);
                a.queryGradient(first, m, ds, keyRows, Head.of(dq, head));
            }
            a.write(keySums, a.width, Head.of(dk, head));
            a.write(valueSums, a.out, Head.of(dv, head));
        });
    }

    private float[] panels(Slot slot, Head x, int n, int stride, boolean transposed) {
        float[] panels = floats(slot, transposed ? n * stride : keys * stride);
        if (transposed)
            AttentionTiles.pack(kernel, x.data, x.at, 1, x.stride, n, keys, panels);
        else
            AttentionTiles.pack(kernel, x.data, x.at, x.stride, 1, keys, n, panels);
        return panels;
    }

    /// Rows of the incoming gradient, padded with zeros to whole tiles.
    private float[] padded(Head dout, int first, int m) {
        float[] to = floats(Slot.UPSTREAM, rows * outStride);
        for (int i = 0; i < m; i++) {
            System.arraycopy(dout.data, dout.row(first + i), to, i * outStride, out);
            Arrays.fill(to, i * outStride + out, (i + 1) * outStride, 0);
        }
        return to;
    }

    /// Turns the scores in `p` into probabilities after dropout and returns the gradients of the scores, `P * (dP - sum(P * dP))`.
    private float[] gradients(int head, int first, int m, float[] p, float[] upstream, float[] valuePanels, Head statistics) {
        float[] ds = floats(Slot.GRADIENTS, rows * scoreStride);
        AttentionTiles.multiplyWithin(kernel, m, out, reach(first, m), upstream, outStride, left(), valuePanels, zeros(), ds, scoreStride);
        int end = AttentionTiles.padded(kernel, spec.visible(first + m - 1, keys));
        for (int i = 0; i < m; i++) {
            int at = i * scoreStride;
            int n = visibleScores(head, first + i, p, at);
            float max = statistics.data[statistics.row(first + i)];
            if (max == Float.NEGATIVE_INFINITY) {
                Arrays.fill(p, at, at + end, 0);
                Arrays.fill(ds, at, at + end, 0);
                continue;
            }
            int whole = continued(p, at, n);
            SOFTMAX.expShifted(p, at, max, p, at, whole);
            scale(p, at, 1 / statistics.data[statistics.row(first + i) + 1], p, at, whole);
            Arrays.fill(p, at + n, at + end, 0);
            Arrays.fill(ds, at + n, at + whole, 0);
            drop(head, first + i, ds, at, n);
            SOFTMAX.backward(p, at, ds, at, (float) REDUCE.longDot(p, at, ds, at, whole), ds, at, whole);
            Arrays.fill(ds, at + n, at + end, 0);
            drop(head, first + i, p, at, n);
        }
        return ds;
    }

    /// `sums += aᵀ b` over the queries of a block: `[n, keys]` in panels, because the few columns of `a` are packed once for all keys.
    private void addSums(int first, int m, float[] a, int n, int stride, float[] b, float[] sums) {
        float[] columns = floats(Slot.COLUMNS, AttentionTiles.tilesSize(kernel, n, m));
        AttentionTiles.packTransposed(kernel, n, m, a, stride, columns);
        int[] to = new int[n];
        Arrays.setAll(to, i -> i * kernel.columns());
        AttentionTiles.addTransposed(kernel, n, m, key -> spec.causal() ? Math.max(0, key - first) : 0, spec.visible(first + m - 1, keys),
                columns, b, scoreStride, floats(Slot.PANEL, m * kernel.columns()), sums, to);
    }

    private void queryGradient(int first, int m, float[] ds, float[] keyRows, Head dq) {
        float[] result = floats(Slot.RESULT, rows * widthStride);
        AttentionTiles.multiplyUpTo(kernel, m, keys, reach(first, m), width, ds, scoreStride, left(), keyRows, zeros(), result,
                widthStride);
        for (int i = 0; i < m; i++)
            scale(result, i * widthStride, (float) spec.scale(), dq.data, dq.row(first + i), width);
    }

    private void write(float[] sums, int n, Head to) {
        int columns = kernel.columns();
        for (int j = 0; j < keys; j += columns)
            Layouts.square(sums, j * n, 1, columns, to.data, to.row(j), to.stride, 1, Math.min(columns, keys - j), n);
    }

    // ---------------------------------------------------------------------------------------------------------- memory

    private float[] zeros() {
        return floats(Slot.ZEROS, kernel.columns());                 // never written
    }

    private float[] left() {
        return floats(Slot.LEFT, AttentionTiles.leftSize(kernel, rows));
    }

    private static float[] floats(Slot slot, int size) {
        float[][] buffers = SCRATCH.get();
        if (buffers[slot.ordinal()].length < size)
            buffers[slot.ordinal()] = new float[size];
        return buffers[slot.ordinal()];
    }

    private static float[] cleared(Slot slot, int size) {
        float[] buffer = floats(slot, size);
        Arrays.fill(buffer, 0, size, 0);
        return buffer;
    }
}
