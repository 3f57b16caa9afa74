package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.VectorNorms;

/// A parameter divided by its largest singular value, see [Parametrizations#spectralNorm].
final class SpectralNorm extends Layer {
    private static final int FIRST_ITERATIONS = 15;

    private final int dim;
    private final int iterations;
    private final double eps;
    private final Buffer u;                                          // estimates of the singular vectors, null for a vector
    private final Buffer v;

    /// @param weight as it is now
    SpectralNorm(Variable weight, int dim, int iterations, double eps, Rng rng) {
        Require.atLeast("SpectralNorm", "number of iterations", iterations, 1);
        this.dim = weight.shape().dim("spectralNorm", dim);
        this.iterations = iterations;
        this.eps = eps;
        Shape matrix = weight.rank() < 2 ? null : matrix(weight).shape();
        u = matrix == null ? null : buffer("_u", normal(matrix.size(0), weight, rng));
        v = matrix == null ? null : buffer("_v", normal(matrix.size(1), weight, rng));
        if (matrix != null)
            iterate(weight, FIRST_ITERATIONS);
    }

    private static Tensor normal(int size, Variable like, Rng rng) {
        return Tensor.randn(Shape.of(size), rng).to(like.dtype()).to(like.device());
    }

    @Override
    protected Variable compute(Variable w) {
        if (u == null)
            return VectorNorms.normalize(w, 2, eps, 0);
        if (isTraining())
            iterate(w, iterations);
        Variable left = Variable.of(u.data().copy());                // later calls change the buffers
        Variable right = Variable.of(v.data().copy());
        return w.div(left.mul(matrix(w).matmul(right)).sum());
    }

    private Variable matrix(Variable weight) {
        int[] order = new int[weight.rank()];
        order[0] = dim;
        for (int d = 1; d < order.length; d++)
            order[d] = d <= dim ? d - 1 : d;
        return weight.permute(order).flatten(1, -1);
    }

    /// `u = W v / |W v|`, `v = W^T u / |W^T u|`.
    private void iterate(Variable weight, int steps) {
        Tensor w = matrix(weight.detach()).data();
        Tensor left = u.data();
        Tensor right = v.data();
        for (int step = 0; step < steps; step++) {
            left = unit(w.matmul(right));
            right = unit(w.mT().matmul(left));
        }
        u.set(left);
        v.set(right);
    }

    private Tensor unit(Tensor x) {
        return x.div(Math.max(x.square().sum().sqrt().item(), eps));
    }

    @Override
    protected String options() {
        return "dim " + dim + (iterations == 1 ? "" : ", iterations " + iterations);
    }
}
