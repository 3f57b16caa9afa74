package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import java.util.List;

/// Eigenvalues and singular values that differ, by functions that do not depend on the signs of the vectors.
final class SpectralCases {
    private SpectralCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("eigh", "b,a,a", x -> joined(LinearAlgebra.eigh(symmetric(x.get(0)))))
                        .refusing(device -> LinearAlgebra.eigh(zeros(device, 2, 3)))
                        .refusing(device -> LinearAlgebra.eigh(zeros(device, 3))),
                OpCase.of("eigvalsh", "b,3,3", x -> LinearAlgebra.eigvalsh(symmetric(x.get(0))))
                        .refusing(device -> LinearAlgebra.eigvalsh(zeros(device, 2, 3))),
                OpCase.of("svd", "b,3,3", x -> joined(LinearAlgebra.svd(spread(x.get(0)), false)))
                        .refusing(device -> LinearAlgebra.svd(zeros(device, 2), false))
                        .refusing(device -> LinearAlgebra.svd(zeros(device, 2, 2).add(Double.NaN), true)),
                OpCase.of("svd", "4,2", x -> joined(LinearAlgebra.svd(spread(x.get(0)), false))),
                OpCase.of("svd", "b,2,4", x -> joined(LinearAlgebra.svd(spread(x.get(0)), false))),
                OpCase.of("svd", "3,2", x -> joined(partsOf(LinearAlgebra.svd(spread(x.get(0)), true), 2))),
                OpCase.of("svdvals", "b,a,3", x -> LinearAlgebra.svdvals(spread(x.get(0))))
                        .refusing(device -> LinearAlgebra.svdvals(zeros(device, 2))),
                OpCase.of("pinv", "b,4,2", x -> LinearAlgebra.pinv(spread(x.get(0))))
                        .refusing(device -> LinearAlgebra.pinv(zeros(device, 2)))
                        .refusing(device -> LinearAlgebra.pinv(zeros(device, 2, 2), -1, 0))
                        .refusing(device -> LinearAlgebra.pinv(zeros(device, 2, 2), 0, Double.NaN)),
                OpCase.of("pinv", "2,a", x -> LinearAlgebra.pinv(spread(x.get(0)), 1e-3, 0)),
                OpCase.of("pinv", "3,1 1,3", x -> LinearAlgebra.pinv(spread(x.get(0)).matmul(spread(x.get(1))))),
                OpCase.of("matrixNorm", "b,3,2", x -> LinearAlgebra.matrixNorm(spread(x.get(0)), MatrixNorm.NUCLEAR))
                        .refusing(device -> LinearAlgebra.matrixNorm(zeros(device, 2), MatrixNorm.FROBENIUS))
                        .refusing(device -> LinearAlgebra.matrixNorm(zeros(device, 2, 2), MatrixNorm.TWO, 0, -2, false))
                        .refusing(device -> LinearAlgebra.matrixNorm(zeros(device, 2, 2), MatrixNorm.TWO, 0, 2, false))
                        .refusing(device -> LinearAlgebra.matrixNorm(zeros(device, 2, 0), MatrixNorm.TWO)),
                OpCase.of("matrixNorm", "3,b,2", x -> LinearAlgebra.matrixNorm(spread(x.get(0)), MatrixNorm.TWO, 2, 0, true)),
                OpCase.of("matrixNorm", "2,3", x -> Variable.stack(List.of(MatrixNorm.values()).stream()
                        .map(order -> LinearAlgebra.matrixNorm(spread(x.get(0)), order)).toList(), 0)),
                OpCase.of("cond", "3,3", x -> Variable.stack(List.of(MatrixNorm.values()).stream()
                        .map(order -> LinearAlgebra.cond(spread(x.get(0)), order)).toList(), 0))
                        .refusing(device -> LinearAlgebra.cond(zeros(device, 2, 3), MatrixNorm.ONE))
                        .refusing(device -> LinearAlgebra.cond(zeros(device, 0, 3), MatrixNorm.TWO)));
    }

    /// Small random numbers around 2, 4, 6, .. on the diagonal.
    private static Variable spread(Variable x) {
        Tensor places = Tensor.eye(x.size(-2), x.size(-1), x.dtype(), x.device()).cumsum(-2).cumsum(-1).triu(0);
        Tensor diagonal = Tensor.eye(x.size(-2), x.size(-1), x.dtype(), x.device()).mul(places).mul(2);
        return x.tanh().mul(0.3).add(Variable.of(diagonal));
    }

    private static Variable symmetric(Variable x) {
        Variable around = spread(x);
        return around.add(around.mT());
    }

    private static Variable joined(LinearAlgebra.Eigh eigh) {
        return Variable.cat(List.of(eigh.values().flatten(0, -1), outer(eigh.vectors(), eigh.vectors())), 0);
    }

    private static Variable joined(LinearAlgebra.Svd svd) {
        Variable right = svd.vh().mT();
        return Variable.cat(List.of(svd.s().flatten(0, -1), outer(svd.u(), right), outer(svd.u(), svd.u()), outer(right, right)), 0);
    }

    private static LinearAlgebra.Svd partsOf(LinearAlgebra.Svd full, int k) {
        return new LinearAlgebra.Svd(full.u().narrow(-1, 0, k), full.s(), full.vh().narrow(-2, 0, k));
    }

    /// Every element of a column of one times every element of that of the other.
    private static Variable outer(Variable x, Variable y) {
        return x.unsqueeze(-2).mul(y.unsqueeze(-3)).flatten(0, -1);
    }
}
