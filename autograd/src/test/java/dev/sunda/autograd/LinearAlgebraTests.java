package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Linear algebra: known values, what the factors give back, and matrices that have no factors.
class LinearAlgebraTests {
    private static Variable matrix(int rows, double... values) {
        return Variable.of(Tensor.of(values, Shape.of(rows, values.length / rows)));
    }

    private static void assertClose(Variable actual, Variable expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.data().toDoubleArray()).containsExactly(expected.data().toDoubleArray(), within(tolerance));
    }

    @Test
    void knownValues() {
        Variable a = matrix(2, 4, 2, 2, 3);
        assertClose(LinearAlgebra.cholesky(a), matrix(2, 2, 0, 1, Math.sqrt(2)), 1e-15);
        assertThat(LinearAlgebra.det(a).item()).isCloseTo(8, within(1e-14));
        assertClose(LinearAlgebra.inverse(a), matrix(2, 0.375, -0.25, -0.25, 0.5), 1e-15);
        assertClose(LinearAlgebra.solve(a, matrix(2, 8, 8)), matrix(2, 1, 2), 1e-14);
        LinearAlgebra.Qr qr = LinearAlgebra.qr(matrix(2, 3, 1, 4, 2));
        assertClose(qr.q(), matrix(2, -0.6, -0.8, -0.8, 0.6), 1e-15);
        assertClose(qr.r(), matrix(2, -5, -2.2, 0, 0.4), 1e-15);
        assertClose(LinearAlgebra.solveTriangular(matrix(2, 2, 9, 1, 4), matrix(2, 2, 9), false, false), matrix(2, 1, 2), 1e-15);
        assertClose(LinearAlgebra.solveTriangular(matrix(2, 7, 2, 9, 7), matrix(2, 5, 2), true, true), matrix(2, 1, 2), 1e-15);
        assertClose(LinearAlgebra.lstsq(matrix(3, 1, 0, 1, 1, 1, 2), matrix(3, 1, 2, 4)), matrix(2, 5 / 6.0, 1.5), 1e-14);
        assertClose(LinearAlgebra.matrixPower(matrix(2, 1, 1, 1, 0), 10), matrix(2, 89, 55, 55, 34), 0);
        assertClose(LinearAlgebra.matrixPower(matrix(2, 1, 1, 1, 0), -2), matrix(2, 1, -1, -1, 2), 1e-14);
        assertClose(LinearAlgebra.matrixPower(a, 0), matrix(2, 1, 0, 0, 1), 0);
        assertClose(LinearAlgebra.matrixExp(matrix(2, 0, -20, 20, 0)),
                matrix(2, Math.cos(20), -Math.sin(20), Math.sin(20), Math.cos(20)), 1e-13);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void factorsOfManyMatricesGiveThemBack(String name) {
        Variable x = Variable.of(Tensor.randn(Shape.of(3, 40, 40), new Rng(1), DType.F32, Device.parse(name)));
        LinearAlgebra.Qr qr = LinearAlgebra.qr(x);
        assertClose(qr.q().matmul(qr.r()), x, 2e-5);
        Variable positive = x.matmul(x.mT()).add(Variable.of(Tensor.scalar(1, DType.F32, Device.parse(name))));
        Variable l = LinearAlgebra.cholesky(positive);
        assertClose(l.matmul(l.mT()), positive, 2e-4);
        assertClose(x.matmul(LinearAlgebra.solve(x, x.narrow(-1, 0, 5))), x.narrow(-1, 0, 5), 1e-2);
        LinearAlgebra.SlogDet parts = LinearAlgebra.slogDet(x);
        double[] det = LinearAlgebra.det(x.to(DType.F64)).data().toDoubleArray();
        for (int i = 0; i < det.length; i++) {
            assertThat(parts.sign().toDoubleArray()[i]).isEqualTo(Math.signum(det[i]));
            assertThat(parts.logAbs().data().toDoubleArray()[i]).isCloseTo(Math.log(Math.abs(det[i])), within(1e-4));
        }
    }

    @Test
    void whatHasNoFactorsIsRefused() {
        Variable singular = matrix(2, 1, 2, 2, 4);
        assertThatThrownBy(() -> LinearAlgebra.inverse(singular)).hasMessage("inverse: matrix 0 is singular (got float64 [2, 2])");
        assertThatThrownBy(() -> LinearAlgebra.cholesky(matrix(2, 1, 2, 2, 1)))
                .hasMessage("cholesky: matrix 0 is not positive definite (got float64 [2, 2])");
        assertThat(LinearAlgebra.det(singular).item()).isZero();
        assertThat(LinearAlgebra.slogDet(singular).logAbs().item()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(LinearAlgebra.slogDet(singular).sign().item()).isZero();
        Variable tracked = Variable.tracked(singular.data());
        assertThatThrownBy(() -> Variable.gradients(LinearAlgebra.slogDet(tracked).logAbs(), List.of(tracked), false))
                .hasMessageContaining("no gradient for a singular matrix");
    }

    @Test
    void emptyMatrices() {
        Variable nothing = Variable.of(Tensor.zeros(0, 0));
        assertThat(LinearAlgebra.det(nothing).item()).isEqualTo(1);
        assertThat(LinearAlgebra.inverse(nothing).shape()).isEqualTo(Shape.of(0, 0));
        assertThat(LinearAlgebra.solve(Variable.of(Tensor.zeros(0, 2, 2)), Variable.of(Tensor.zeros(0, 2, 3))).shape())
                .isEqualTo(Shape.of(0, 2, 3));
        assertThat(LinearAlgebra.qr(Variable.of(Tensor.zeros(3, 0))).q().shape()).isEqualTo(Shape.of(3, 0));
        assertThat(LinearAlgebra.qr(Variable.of(Tensor.zeros(0, 3))).r().shape()).isEqualTo(Shape.of(0, 3));
    }
}
