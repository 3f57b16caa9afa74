package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Linear algebra, on matrices that are far from singular.
final class LinearAlgebraCases {
    private LinearAlgebraCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("solve", "a,b a,b", x -> LinearAlgebra.solve(regular(x.get(1)), x.get(0))).asLinear()
                        .refusing(device -> LinearAlgebra.solve(zeros(device, 2, 2), zeros(device, 2, 1)))
                        .refusing(device -> LinearAlgebra.solve(zeros(device, 2, 3), zeros(device, 2, 1)))
                        .refusing(device -> LinearAlgebra.solve(zeros(device, 2, 2), zeros(device, 3, 1)))
                        .refusing(device -> LinearAlgebra.solve(zeros(device, 3, 2, 2), zeros(device, 2, 2, 1)))
                        .refusing(device -> LinearAlgebra.solve(zeros(device, 2), zeros(device, 2))),
                OpCase.of("solve", "c,a,2 c,a", x -> LinearAlgebra.solve(regular(x.get(0)), x.get(1))),
                OpCase.of("solve", "c,a,2 a", x -> LinearAlgebra.solve(regular(x.get(0)), x.get(1))),
                OpCase.of("solve", "2,1,a,2 1,a,b", x -> LinearAlgebra.solve(regular(x.get(0)), x.get(1))),
                OpCase.of("solveTriangular", "a,b a,3", x -> LinearAlgebra.solveTriangular(regular(x.get(1)), x.get(0), true, false))
                        .asLinear()
                        .refusing(device -> LinearAlgebra.solveTriangular(zeros(device, 2, 2), zeros(device, 2, 2), true, false))
                        .refusing(device -> LinearAlgebra.solveTriangular(zeros(device, 2, 2), zeros(device, 3, 2), true, true)),
                OpCase.of("solveTriangular", "2,a,b a,2", x -> LinearAlgebra.solveTriangular(regular(x.get(1)), x.get(0), false, true)),
                OpCase.of("lstsq", "4,2 4,b", x -> LinearAlgebra.lstsq(x.get(0).add(tall(x.get(0))), x.get(1)))
                        .refusing(device -> LinearAlgebra.lstsq(zeros(device, 2), zeros(device, 2, 1)))
                        .refusing(device -> LinearAlgebra.lstsq(zeros(device, 3, 2), zeros(device, 2, 1))),
                OpCase.of("lstsq", "4,2 b,2,1", x -> LinearAlgebra.lstsq(x.get(0).add(tall(x.get(0))).mT(), x.get(1))),
                OpCase.of("choleskySolve", "a,b a,a",
                        x -> LinearAlgebra.choleskySolve(x.get(0), LinearAlgebra.cholesky(regular(x.get(1))), false)).asLinear()
                        .refusing(device -> LinearAlgebra.choleskySolve(zeros(device, 2, 1), zeros(device, 3, 3), false))
                        .refusing(device -> LinearAlgebra.choleskySolve(zeros(device, 2, 1), zeros(device, 2, 2), true)),
                OpCase.of("choleskyInverse", "b,a,a",
                        x -> LinearAlgebra.choleskyInverse(LinearAlgebra.cholesky(regular(x.get(0))).mT(), true))
                        .refusing(device -> LinearAlgebra.choleskyInverse(zeros(device, 2, 3), true))
                        .refusing(device -> LinearAlgebra.choleskyInverse(zeros(device, 2, 2), false)),
                OpCase.of("tensorsolve", "6,2 2,3",
                        x -> LinearAlgebra.tensorsolve(regular(x.get(0)).reshape(2, 3, 6), x.get(1)))
                        .refusing(device -> LinearAlgebra.tensorsolve(zeros(device, 2, 3, 5), zeros(device, 2, 3)))
                        .refusing(device -> LinearAlgebra.tensorsolve(zeros(device, 2, 2), zeros(device, 2, 2, 2)))
                        .refusing(device -> LinearAlgebra.tensorsolve(zeros(device, 2, 2), zeros(device, 2))),
                OpCase.of("tensorinv", "4,2", x -> LinearAlgebra.tensorinv(regular(x.get(0)).reshape(2, 2, 4), 2))
                        .refusing(device -> LinearAlgebra.tensorinv(zeros(device, 2, 3, 5), 2))
                        .refusing(device -> LinearAlgebra.tensorinv(zeros(device, 2, 2), 0))
                        .refusing(device -> LinearAlgebra.tensorinv(zeros(device, 2, 2), 1)),
                OpCase.of("inverse", "2,a,2", x -> LinearAlgebra.inverse(regular(x.get(0))))
                        .refusing(device -> LinearAlgebra.inverse(zeros(device, 2, 3)))
                        .refusing(device -> LinearAlgebra.inverse(zeros(device, 2, 2))),
                OpCase.of("cholesky", "b,a,2", x -> LinearAlgebra.cholesky(regular(x.get(0))))
                        .refusing(device -> LinearAlgebra.cholesky(zeros(device, 2, 2)))
                        .refusing(device -> LinearAlgebra.cholesky(zeros(device, 2, 3))),
                OpCase.of("qr", "b,4,2", x -> join(LinearAlgebra.qr(x.get(0).add(tall(x.get(0))))))
                        .refusing(device -> LinearAlgebra.qr(zeros(device, 2))),
                OpCase.of("qr", "2,4", x -> join(LinearAlgebra.qr(x.get(0).add(tall(x.get(0)).mT())))),
                OpCase.of("lu", "b,3,3", x -> join(LinearAlgebra.lu(x.get(0).add(dominant(x.get(0))))))
                        .refusing(device -> LinearAlgebra.lu(zeros(device, 2))),
                OpCase.of("lu", "4,2", x -> join(LinearAlgebra.lu(x.get(0).add(dominant(x.get(0)))))),
                OpCase.of("lu", "2,4", x -> join(LinearAlgebra.lu(x.get(0).add(dominant(x.get(0)))))),
                OpCase.of("det", "b,a,2", x -> LinearAlgebra.det(regular(x.get(0))))
                        .refusing(device -> LinearAlgebra.det(zeros(device, 2, 3)))
                        .refusing(device -> LinearAlgebra.det(zeros(device, 3))),
                OpCase.of("det", "b,3,2", x -> LinearAlgebra.det(x.get(0).matmul(x.get(0).mT()))),
                OpCase.of("det", "3,3", x -> LinearAlgebra.det(withoutARow(x.get(0)))),
                OpCase.of("logDet", "b,a,2", x -> LinearAlgebra.logDet(regular(x.get(0))))
                        .refusing(device -> LinearAlgebra.logDet(zeros(device, 3)))
                        .refusing(device -> gradient(Variable.tracked(zeros(device, 2, 2).data()))),
                OpCase.of("slogDet", "b,a,2", x -> LinearAlgebra.slogDet(regular(x.get(0))).logAbs())
                        .refusing(device -> LinearAlgebra.slogDet(zeros(device, 3))),
                OpCase.of("matrixPower", "a,a", x -> LinearAlgebra.matrixPower(x.get(0), 3)).refusing(
                        device -> LinearAlgebra.matrixPower(zeros(device, 2, 3), 2)),
                OpCase.of("matrixPower", "b,2,a", x -> LinearAlgebra.matrixPower(regular(x.get(0)), -2))
                        .refusing(device -> LinearAlgebra.matrixPower(zeros(device, 2, 2), -1)),
                OpCase.of("multiDot", "a,b b,c c,2 2", x -> LinearAlgebra.multiDot(x)).asLinear()
                        .refusing(device -> LinearAlgebra.multiDot(List.of(zeros(device, 2, 2))))
                        .refusing(device -> LinearAlgebra.multiDot(List.of(zeros(device, 2, 2), zeros(device, 3, 2))))
                        .refusing(device -> LinearAlgebra.multiDot(List.of(zeros(device, 2), zeros(device, 2), zeros(device, 2)))),
                OpCase.of("vecdot", "a,b,2 b,2", x -> LinearAlgebra.vecdot(x.get(0), x.get(1), -2)).asLinear()
                        .refusing(device -> LinearAlgebra.vecdot(zeros(device, 2), zeros(device, 3), 0))
                        .refusing(device -> LinearAlgebra.vecdot(zeros(device, 2), zeros(device, 2), 1)),
                OpCase.of("vander", "a,b", x -> LinearAlgebra.vander(x.get(0), 3, true))
                        .refusing(device -> LinearAlgebra.vander(zeros(device, 2), -1, true))
                        .refusing(device -> LinearAlgebra.vander(zeros(device), 2, true)),
                OpCase.of("matrixExp", "2,2", x -> LinearAlgebra.matrixExp(x.get(0)))
                        .refusing(device -> LinearAlgebra.matrixExp(zeros(device, 2, 3))));
    }

    private static void gradient(Variable a) {
        Variable.gradients(LinearAlgebra.logDet(a), List.of(a), false);
    }

    /// `x xᵀ` plus 3 times the identity: symmetric positive definite, of the rows of `x`.
    private static Variable regular(Variable x) {
        Tensor places = Tensor.arange(x.size(-2)).to(x.device());
        Variable one = Variable.of(places.unsqueeze(1).eq(places).to(x.dtype()));
        return x.matmul(x.mT()).add(one.mul(3));
    }

    /// A matrix without its last row, which is zeros: singular, whatever the numbers.
    private static Variable withoutARow(Variable x) {
        return x.mul(Variable.of(Tensor.of(new double[] {1, 1, 0}, Shape.of(3, 1)).to(x.dtype()).to(x.device())));
    }

    /// What makes rows keep their places in an elimination: 9 on the diagonal.
    private static Variable dominant(Variable x) {
        return Variable.of(Tensor.eye(x.size(-2), x.size(-1), x.dtype(), x.device()).mul(9));
    }

    private static Variable join(LinearAlgebra.Lu lu) {
        return Variable.cat(List.of(lu.l().flatten(0, -1), lu.u().flatten(0, -1)), 0);
    }

    /// What makes the columns of a random `[4, 2]` independent.
    private static Variable tall(Variable x) {
        return Variable.of(Tensor.of(new double[] {4, 0, 0, -4, 1, 1, 0, 0}, Shape.of(4, 2)).to(x.dtype()).to(x.device()));
    }

    private static Variable join(LinearAlgebra.Qr qr) {
        return Variable.cat(List.of(qr.q().flatten(0, -1), qr.r().flatten(0, -1)), 0);
    }
}
