package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.ResponseNorms;

/// Each channel divided by a power of the sum of squares of its neighbours; the formula stands with [ResponseNorms#localResponseNorm].
/// Shapes: `[N, C, spatial...]` to the same. No parameters.
public final class LocalResponseNorm extends Layer {
    private final int size;
    private final double alpha;
    private final double beta;
    private final double k;

    /// With alpha 1e-4, beta 0.75 and k 1.
    public LocalResponseNorm(int size) {
        this(size, 1e-4, 0.75, 1);
    }

    /// @param size number of channels in a window, at least 1
    /// @param alpha factor of the mean of squares
    /// @param beta exponent of the divisor
    /// @param k added to the divisor before the power
    public LocalResponseNorm(int size, double alpha, double beta, double k) {
        Require.atLeast("LocalResponseNorm", "size", size, 1);
        this.size = size;
        this.alpha = alpha;
        this.beta = beta;
        this.k = k;
    }

    @Override
    protected Variable compute(Variable x) {
        return ResponseNorms.localResponseNorm(x, size, alpha, beta, k);
    }

    @Override
    protected String options() {
        return size + ", alpha " + alpha + ", beta " + beta + ", k " + k;
    }
}
