package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Gemm64.Panels;
import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.Arrays;

/// [Attention] of F64: blocks of queries, of which only one block's probabilities exist at a time. The backward pass computes them again;
/// a head is its unit of work, because the gradients of keys and values are sums over its queries, which run in ascending order.
final class Attention64 {
    /// Queries of a block, at most.
    private static final int BLOCK = 66;
    /// From so many heads on a head is not split among threads.
    private static final int MANY_HEADS = 16;
    private static final Functions64 FUNCTIONS = Functions64.CHOSEN;

    private final Gemm64Kernel kernel;
    private final AttentionSpec spec;
    private final View mask;
    private final int heads;
    private final int queries;
    private final int keys;
    private final int width;
    private final int out;
    private final int rows;
    private final double[] zeros;

    private Attention64(Gemm64Kernel kernel, AttentionSpec spec, View q, View k, View v, View mask) {
        this.kernel = kernel;
        this.spec = spec;
        this.mask = mask;
        heads = q.shape().size(0) * q.shape().size(1);
        queries = q.shape().size(2);
        width = q.shape().size(3);
        keys = k.shape().size(2);
        out = v.shape().size(3);
        rows = Math.clamp(queries, 1, BLOCK);
        zeros = Gemm64.start(kernel, null, 0, 0, Math.max(keys, Math.max(width, out)));
    }

    /// The rows of one head: row `i` starts at `at + i * stride`.
    private record Head(double[] data, int at, int stride) {
        static Head of(View x, int head) {
            var layout = x.layout();
            int inner = x.shape().size(1);
            return new Head(x.heap().doubles(), layout.offset() + head / inner * layout.stride(0) + head % inner * layout.stride(1),
                    layout.stride(2));
        }

        int row(int i) {
            return at + i * stride;
        }

        Matrix64 from(int first) {
            return Matrix64.of(data, row(first), stride, 1);
        }

        Matrix64 transposed() {
            return Matrix64.of(data, at, 1, stride);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- forward

    static void forward(AttentionSpec spec, View q, View k, View v, View mask, View out, View statistics) {
        forward(Gemm64Kernel.CHOSEN, spec, q, k, v, mask, out, statistics);
    }

    static void forward(Gemm64Kernel kernel, AttentionSpec spec, View q, View k, View v, View mask, View out, View statistics) {
        var a = new Attention64(kernel, spec, q, k, v, mask);
        int blocks = Math.ceilDiv(a.queries, a.rows);
        int together = a.heads >= MANY_HEADS ? Math.max(1, blocks) : 1;
        Parallel.forChunks(a.heads * blocks, together, (_, from, to) -> {
            int head = from / blocks;
            var keyPanels = Gemm64.pack(kernel, Role.PANELS, Head.of(k, head).transposed(), 0, a.width, a.keys);
            var valuePanels = Gemm64.pack(kernel, Role.SECOND_PANELS, Head.of(v, head).from(0), 0, a.keys, a.out);
            for (int block = from; block < to; block++)
                a.forward(head, block % blocks * a.rows, Head.of(q, head), keyPanels, valuePanels, Head.of(out, head),
                        Head.of(statistics, head));
        });
    }

    /// The block of queries from `first` on.
    private void forward(int head, int first, Head q, Panels keyPanels, Panels valuePanels, Head to, Head statistics) {
        int m = Math.min(rows, queries - first);
        int n = spec.visible(first + m - 1, keys);
        double[] p = scores(head, first, m, q, keyPanels);
        var inverse = new double[m];
        for (int i = 0; i < m; i++) {
            int at = i * keys;
            double max = Reduce64.max(p, at, n);
            double sum = 0;
            if (max == Double.NEGATIVE_INFINITY) {                   // sees nothing
                Arrays.fill(p, at, at + n, 0);
            } else {
                FUNCTIONS.exp(p, at, max, p, at, n);
                sum = Reduce64.sum(p, at, n);
                inverse[i] = 1 / sum;
            }
            statistics.data[statistics.row(first + i)] = max;
            statistics.data[statistics.row(first + i) + 1] = sum;
            drop(head, first + i, p, at, n);
        }
        Gemm64.multiply(kernel, m, out, n, Matrix64.of(p, 0, keys, 1), valuePanels, zeros, to.data, to.row(first), to.stride);
        for (int i = 0; i < m; i++)
            scale(to.data, to.row(first + i), inverse[i], out);
    }

    private static void scale(double[] x, int at, double factor, int n) {
        for (int j = 0; j < n; j++)
            x[at + j] *= factor;
    }

    /// `scale * q kᵀ + mask` of `m` queries as far as the last one sees, in rows as long as there are keys; minus infinity for hidden
    /// keys.
    private double[] scores(int head, int first, int m, Head q, Panels keyPanels) {
        int end = spec.visible(first + m - 1, keys);
        double[] scores = Scratch64.doubles(Role.SCORES, Math.multiplyExact(rows, keys));
        Gemm64.multiply(kernel, m, end, width, q.from(first), keyPanels, zeros, scores, 0, keys);
        for (int i = 0; i < m; i++) {
            int n = spec.visible(first + i, keys);
            scale(scores, i * keys, spec.scale(), n);
            if (mask != null)
                addMask(head, first + i, scores, i * keys, n);
            Arrays.fill(scores, i * keys + n, i * keys + end, Double.NEGATIVE_INFINITY);
        }
        return scores;
    }

    private void addMask(int head, int query, double[] scores, int at, int n) {
        var layout = mask.layout();
        int inner = mask.shape().size(1);
        int from = layout.offset() + head / inner * layout.stride(0) + head % inner * layout.stride(1) + query * layout.stride(2);
        int step = layout.stride(3);
        if (mask.dtype() == DType.BOOL) {
            byte[] allowed = mask.heap().bytes();
            for (int j = 0; j < n; j++)
                if (allowed[from + j * step] == 0)
                    scores[at + j] = Double.NEGATIVE_INFINITY;
        } else {
            double[] added = mask.heap().doubles();
            for (int j = 0; j < n; j++)
                scores[at + j] += added[from + j * step];
        }
    }

    /// Dropout of one query's numbers, which are entries of a `[heads, queries, keys]` tensor.
    private void drop(int head, int query, double[] p, int at, int n) {
        if (spec.dropout() == 0)
            return;
        double kept = 1 / (1 - spec.dropout());
        long number = ((long) head * queries + query) * keys;
        for (int j = 0; j < n; j++)
            p[at + j] = spec.keeps(number + j) ? p[at + j] * kept : 0;
    }

    // ---------------------------------------------------------------------------------------------------------- backward

    static void backward(AttentionSpec spec, View dout, View q, View k, View v, View mask, View statistics, View dq, View dk, View dv) {
        backward(Gemm64Kernel.CHOSEN, spec, dout, q, k, v, mask, statistics, dq, dk, dv);
    }

    static void backward(Gemm64Kernel kernel, AttentionSpec spec, View dout, View q, View k, View v, View mask, View statistics, View dq,
            View dk, View dv) {
        var a = new Attention64(kernel, spec, q, k, v, mask);
        Parallel.forChunks(a.heads, 1, (head, _, _) -> {
            var keyPanels = Gemm64.pack(kernel, Role.PANELS, Head.of(k, head).transposed(), 0, a.width, a.keys);
            var valuePanels = Gemm64.pack(kernel, Role.SECOND_PANELS, Head.of(v, head).transposed(), 0, a.out, a.keys);
            var keyRows = Gemm64.pack(kernel, Role.THIRD_PANELS, Head.of(k, head).from(0), 0, a.keys, a.width);
            Head keyGradient = Head.of(dk, head);
            Head valueGradient = Head.of(dv, head);
            Head queryGradient = Head.of(dq, head);
            for (int key = 0; key < a.keys; key++) {
                Arrays.fill(keyGradient.data, keyGradient.row(key), keyGradient.row(key) + a.width, 0);
                Arrays.fill(valueGradient.data, valueGradient.row(key), valueGradient.row(key) + a.out, 0);
            }
            for (int first = 0; first < a.queries; first += a.rows) {
                int m = Math.min(a.rows, a.queries - first);
                int n = spec.visible(first + m - 1, a.keys);
                double[] p = a.scores(head, first, m, Head.of(q, head), keyPanels);
                double[] ds = a.gradients(head, first, m, p, Head.of(dout, head), valuePanels, Head.of(statistics, head));
                a.addSums(m, n, a.out, p, Head.of(dout, head).from(first), valueGradient);
                a.addSums(m, n, a.width, ds, Head.of(q, head).from(first), keyGradient);
                Gemm64.multiply(kernel, m, a.width, n, Matrix64.of(ds, 0, a.keys, 1), keyRows, a.zeros, queryGradient.data,
                        queryGradient.row(first), queryGradient.stride);
            }
        });
    }

    /// Turns the scores in `p` into probabilities after dropout and returns the gradients of the products `q kᵀ`,
    /// `scale * P * (dP - sum(P * dP))`.
    private double[] gradients(int head, int first, int m, double[] p, Head dout, Panels valuePanels, Head statistics) {
        int n = spec.visible(first + m - 1, keys);
        double[] ds = Scratch64.doubles(Role.GRADIENTS, Math.multiplyExact(rows, keys));
        Gemm64.multiply(kernel, m, n, out, dout.from(first), valuePanels, zeros, ds, 0, keys);
        var products = new double[n];
        for (int i = 0; i < m; i++) {
            int at = i * keys;
            double max = statistics.data[statistics.row(first + i)];
            if (max == Double.NEGATIVE_INFINITY) {
                Arrays.fill(p, at, at + n, 0);
                Arrays.fill(ds, at, at + n, 0);
                continue;
            }
            FUNCTIONS.exp(p, at, max, p, at, n);
            scale(p, at, 1 / statistics.data[statistics.row(first + i) + 1], n);
            drop(head, first + i, ds, at, n);
            for (int j = 0; j < n; j++)
                products[j] = p[at + j] * ds[at + j];
            double sum = Reduce64.sum(products, 0, n);
            for (int j = 0; j < n; j++)
                ds[at + j] = p[at + j] * (ds[at + j] - sum) * spec.scale();
            drop(head, first + i, p, at, n);
        }
        return ds;
    }

    /// `sums += aᵀ b` over the `m` queries of a block, for the first `keys` columns of `a` and `n` columns of `b`.
    private void addSums(int m, int keys, int n, double[] a, Matrix64 b, Head sums) {
        var panels = Gemm64.pack(kernel, Role.BLOCK_PANELS, b, 0, m, n);
        Gemm64.multiply(kernel, keys, n, m, Matrix64.of(a, 0, 1, this.keys), panels, null, sums.data, sums.at, sums.stride);
    }
}
