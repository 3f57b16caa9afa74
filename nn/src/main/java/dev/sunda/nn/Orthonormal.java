package dev.sunda.nn;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;

/// Orthonormal vectors from random ones, by the method of Gram and Schmidt, in blocks, so that most of the work is products of matrices.
/// A vector is cleared of the ones before it twice, which is enough for it to be orthogonal to the last digits.
/// Source: Giraud, Langou, Rozloznik 2005, "The loss of orthogonality in the Gram-Schmidt orthogonalization process".
final class Orthonormal {
    private static final int BLOCK = 32;

    private Orthonormal() {
    }

    /// Orthonormal rows that span what the rows of `x` do, each on the same side as the row it came from.
    ///
    /// @param x `[k, n]` of float64 with `k <= n` and independent rows
    static Tensor rows(Tensor x) {
        var done = new ArrayList<Tensor>();
        for (int from = 0; from < x.size(0); from += BLOCK) {
            Tensor block = x.narrow(0, from, Math.min(BLOCK, x.size(0) - from));
            for (int pass = 0; pass < 2; pass++)
                block = within(cleared(block, done));
            done.add(block);
        }
        return done.isEmpty() ? x : Tensor.cat(done, 0);
    }

    private static Tensor cleared(Tensor block, List<Tensor> done) {
        if (done.isEmpty())
            return block;
        Tensor before = Tensor.cat(done, 0);
        return block.sub(block.matmul(before.mT()).matmul(before));
    }

    private static Tensor within(Tensor block) {
        int rows = block.size(0);
        int n = block.size(1);
        double[] values = block.toDoubleArray();
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < i; j++)
                subtract(values, i * n, j * n, n);
            double length = Math.sqrt(dot(values, i * n, i * n, n));
            for (int k = 0; k < n; k++)
                values[i * n + k] /= length;
        }
        return Tensor.of(values, Shape.of(rows, n));
    }

    private static void subtract(double[] values, int x, int unit, int n) {
        double share = dot(values, x, unit, n);
        for (int k = 0; k < n; k++)
            values[x + k] -= share * values[unit + k];
    }

    private static double dot(double[] values, int x, int y, int n) {
        double sum = 0;
        for (int k = 0; k < n; k++)
            sum += values[x + k] * values[y + k];
        return sum;
    }
}
