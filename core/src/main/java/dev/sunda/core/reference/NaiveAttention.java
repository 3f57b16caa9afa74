package dev.sunda.core.reference;

import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.Arrays;

/// Scaled dot-product attention, query by query. Source: Vaswani et al. 2017, Attention Is All You Need, arXiv:1706.03762.
final class NaiveAttention {
    private final AttentionSpec spec;
    private final int heads;
    private final int queries;
    private final int keys;
    private final int width;
    private final int out;
    private final double[] q;
    private final double[] k;
    private final double[] v;
    private final double[] mask;
    private final double kept;

    private NaiveAttention(AttentionSpec spec, View q, View k, View v, View mask) {
        this.spec = spec;
        heads = q.shape().size(0) * q.shape().size(1);
        queries = q.shape().size(2);
        width = q.shape().size(3);
        keys = k.shape().size(2);
        out = v.shape().size(3);
        this.q = Elements.doubles(q);
        this.k = Elements.doubles(k);
        this.v = Elements.doubles(v);
        this.mask = mask == null ? null : Elements.doubles(mask);
        for (int i = 0; mask != null && mask.dtype() == DType.BOOL && i < this.mask.length; i++)
            this.mask[i] = this.mask[i] != 0 ? 0 : Double.NEGATIVE_INFINITY;
        kept = q.dtype() == DType.F32 ? (float) (1 / (1 - spec.dropout())) : 1 / (1 - spec.dropout());
    }

    static void forward(AttentionSpec spec, View q, View k, View v, View mask, View out, View statistics) {
        var a = new NaiveAttention(spec, q, k, v, mask);
        var result = new double[a.heads * a.queries * a.out];
        var largestAndSum = new double[2 * a.heads * a.queries];
        for (int row = 0; row < a.heads * a.queries; row++) {
            double[] scores = a.scores(row);
            double max = Arrays.stream(scores).max().orElse(Double.NEGATIVE_INFINITY);
            double largest = q.dtype() == DType.F32 ? (float) max : max;
            double sum = 0;
            for (double s : scores)
                sum += probability(s, largest, 1);
            largestAndSum[2 * row] = largest;
            largestAndSum[2 * row + 1] = sum;
            for (int j = 0; j < a.keys; j++)
                for (int e = 0; e < a.out; e++)
                    result[row * a.out + e] += a.factor(row, j) * probability(scores[j], largest, sum) * a.v[a.key(row, j) * a.out + e];
        }
        Elements.store(result, out);
        Elements.store(largestAndSum, statistics);
    }

    /// With `dP = dropout(dout vᵀ)` and `dS = P * (dP - sum(P * dP))`: `dq = scale * dS k`, `dk = scale * dSᵀ q`, `dv = dropout(P)ᵀ dout`.
    static void backward(AttentionSpec spec, View dout, View q, View k, View v, View mask, View statistics, View dq, View dk, View dv) {
        var a = new NaiveAttention(spec, q, k, v, mask);
        double[] gradient = Elements.doubles(dout);
        double[] known = Elements.doubles(statistics);
        var dQuery = new double[a.q.length];
        var dKey = new double[a.k.length];
        var dValue = new double[a.v.length];
        for (int row = 0; row < a.heads * a.queries; row++) {
            double[] scores = a.scores(row);
            var dp = new double[a.keys];
            double sum = 0;
            for (int j = 0; j < a.keys; j++) {
                double p = probability(scores[j], known[2 * row], known[2 * row + 1]);
                for (int e = 0; e < a.out; e++) {
                    dp[j] += a.factor(row, j) * gradient[row * a.out + e] * a.v[a.key(row, j) * a.out + e];
                    dValue[a.key(row, j) * a.out + e] += a.factor(row, j) * p * gradient[row * a.out + e];
                }
                sum += p * dp[j];
            }
            for (int j = 0; j < a.keys; j++) {
                double ds = probability(scores[j], known[2 * row], known[2 * row + 1]) * (dp[j] - sum) * spec.scale();
                for (int e = 0; e < a.width; e++) {
                    dQuery[row * a.width + e] += ds * a.k[a.key(row, j) * a.width + e];
                    dKey[a.key(row, j) * a.width + e] += ds * a.q[row * a.width + e];
                }
            }
        }
        Elements.store(dQuery, dq);
        Elements.store(dKey, dk);
        Elements.store(dValue, dv);
    }

    /// Row `row` of `scale * q kᵀ + mask`, minus infinity where a key is hidden.
    private double[] scores(int row) {
        var scores = new double[keys];
        for (int j = 0; j < keys; j++) {
            double dot = 0;
            for (int e = 0; e < width; e++)
                dot += q[row * width + e] * k[key(row, j) * width + e];
            scores[j] = j < spec.visible(row % queries, keys) ? dot * spec.scale() : Double.NEGATIVE_INFINITY;
            if (mask != null)
                scores[j] += mask[row * keys + j];
        }
        return scores;
    }

    /// 0 also for a query that sees no key at all.
    private static double probability(double score, double largest, double sum) {
        return score == Double.NEGATIVE_INFINITY ? 0 : StrictMath.exp(score - largest) / sum;
    }

    private double factor(int row, int j) {
        return spec.dropout() == 0 ? 1 : spec.keeps((long) row * keys + j) ? kept : 0;
    }

    private int key(int row, int j) {
        return row / queries * keys + j;
    }
}
