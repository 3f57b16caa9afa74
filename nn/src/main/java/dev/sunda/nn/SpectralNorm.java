package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.VectorNorms;

/// A parameter divided by its largest singular value, see [Parametrizations#spectralNorm].
final class SpectralNorm extends Parametrization {
    private static final int FIRST_ITERATIONS = 15;

    private final int dim;
    private final int iterations;
    private final double eps;
    private final Vectors vectors;

    SpectralNorm(Parameter original, int dim, int iterations, double eps, Rng rng) {
        super(original);
        Require.atLeast("SpectralNorm", "number of iterations", iterations, 1);
        this.dim = original.shape().dim("spectralNorm", dim);
        this.iterations = iterations;
        this.eps = eps;
        adopt("original", original);
        vectors = original.rank() < 2 ? null : child("0", new Vectors(matrix(original).shape(), original, rng));
        if (vectors != null)
            iterate(original, FIRST_ITERATIONS);
    }

    /// The estimates of the singular vectors.
    private static final class Vectors extends Layer {
        private final Buffer u;
        private final Buffer v;

        Vectors(Shape matrix, Variable like, Rng rng) {
            u = buffer("_u", Tensor.randn(Shape.of(matrix.size(0)), rng).to(like.dtype()).to(like.device()));
            v = buffer("_v", Tensor.randn(Shape.of(matrix.size(1)), rng).to(like.dtype()).to(like.device()));
        }

        @Override
        protected Variable compute(Variable x) {
            throw new UnsupportedOperationException("SpectralNorm: has no forward pass of its own");
        }
    }

    @Override
    Variable value() {
        Variable w = current(original());
        if (vectors == null)
            return VectorNorms.normalize(w, 2, eps, 0);
        if (isTraining())
            iterate(w, iterations);
        Variable u = Variable.of(vectors.u.data().copy());           // later calls change the buffers
        Variable v = Variable.of(vectors.v.data().copy());
        return w.div(u.mul(matrix(w).matmul(v)).sum());
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
        Tensor u = vectors.u.data();
        Tensor v = vectors.v.data();
        for (int step = 0; step < steps; step++) {
            u = unit(w.matmul(v));
            v = unit(w.mT().matmul(u));
        }
        vectors.u.set(u);
        vectors.v.set(v);
    }

    private Tensor unit(Tensor x) {
        return x.div(Math.max(x.square().sum().sqrt().item(), eps));
    }

    @Override
    protected String options() {
        return "dim " + dim + (iterations == 1 ? "" : ", iterations " + iterations);
    }
}
