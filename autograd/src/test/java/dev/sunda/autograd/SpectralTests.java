package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Eigenvalues and singular values: what the factors give back, degenerate matrices, values of PyTorch.
class SpectralTests {
    private static Variable matrix(int rows, double... values) {
        return Variable.of(Tensor.of(values, Shape.of(rows, values.length / rows)));
    }

    private static void assertClose(Variable actual, Variable expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.data().toDoubleArray()).containsExactly(expected.data().toDoubleArray(), within(tolerance));
    }

    private static void assertOrthonormal(Variable columns, double tolerance) {
        int n = columns.size(-1);
        Variable one = Variable.of(Tensor.eye(n, n, columns.dtype(), columns.device()).expand(columns.shape().with(-2, n)));
        assertClose(columns.mT().matmul(columns), one, tolerance);
    }

    private static void assertFactors(Variable a, boolean full, double tolerance) {
        LinearAlgebra.Svd svd = LinearAlgebra.svd(a, full);
        int k = Math.min(a.size(-2), a.size(-1));
        assertThat(svd.u().shape()).isEqualTo(a.shape().with(-1, full ? a.size(-2) : k));
        assertThat(svd.vh().shape()).isEqualTo(a.shape().with(-2, full ? a.size(-1) : k));
        assertOrthonormal(svd.u(), tolerance);
        assertOrthonormal(svd.vh().mT(), tolerance);
        double[] s = svd.s().data().toDoubleArray();
        for (int i = 0; i < s.length; i++)
            assertThat(s[i]).isBetween(0.0, i % k == 0 ? Double.MAX_VALUE : s[i - 1]);
        assertClose(svd.u().narrow(-1, 0, k).mul(svd.s().unsqueeze(-2)).matmul(svd.vh().narrow(-2, 0, k)), a,
                tolerance * Math.max(1e-300, a.data().abs().amax(Dims.all()).item()));
        assertClose(LinearAlgebra.svdvals(a), svd.s(), tolerance);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,5", "5,1", "4,4", "7,4", "4,7", "33,20", "40,40"})
    void factorsGiveTheMatrixBack(int m, int n) {
        Variable a = Variable.of(Tensor.randn(Shape.of(2, m, n), new Rng(3), DType.F64, Device.CPU));
        for (boolean full : new boolean[] {false, true}) {
            assertFactors(a, full, 3e-14);
            assertFactors(a.mul(1e-200), full, 3e-14);
        }
    }

    @Test
    void matricesWithoutFullRankHaveOrthonormalVectorsToo() {
        Variable column = Variable.of(Tensor.randn(Shape.of(6, 2), new Rng(4), DType.F64, Device.CPU));
        for (boolean full : new boolean[] {false, true}) {
            assertFactors(column.matmul(column.mT()), full, 1e-14);
            assertFactors(Variable.cat(List.of(column, column), 1), full, 1e-14);
            assertFactors(matrix(3, 0, 0, 0, 0, 0, 0), full, 1e-14);
            assertFactors(matrix(2, 0, 0, 0, 0, 5, 0), full, 1e-14);
            assertFactors(matrix(3, 1, 0, 0, 0, 1e-170, 0, 0, 0, 1e170), full, 1e-14);
        }
    }

    @ParameterizedTest @ValueSource(ints = {1, 2, 3, 10, 41})
    void eigenvectorsAreOrthonormalAndGiveTheMatrixBack(int n) {
        Variable x = Variable.of(Tensor.randn(Shape.of(2, n, n), new Rng(5), DType.F64, Device.CPU));
        Variable a = x.add(x.mT());
        LinearAlgebra.Eigh eigh = LinearAlgebra.eigh(a.tril(0));                 // the other triangle is not read
        assertOrthonormal(eigh.vectors(), 1e-13);
        assertClose(eigh.vectors().mul(eigh.values().unsqueeze(-2)).matmul(eigh.vectors().mT()), a, 2e-13);
        assertThat(eigh.values().data().allClose(eigh.values().data().sort(-1, false).values(), 0, 0, false)).isTrue();
        assertClose(LinearAlgebra.eigvalsh(a), eigh.values(), 1e-13);
        assertThat(eigh.vectors().data().abs().amax(Dims.of(-2))
                .allClose(eigh.vectors().data().amax(Dims.of(-2)))).isTrue();
    }

    @Test
    void knownValues() {
        LinearAlgebra.Eigh eigh = LinearAlgebra.eigh(matrix(2, 2, 9, 1, 2));
        assertClose(eigh.values(), Variable.of(Tensor.of(1.0, 3)), 1e-15);
        double half = Math.sqrt(0.5);
        assertThat(eigh.vectors().data().abs().toDoubleArray()).containsExactly(new double[] {half, half, half, half}, within(1e-15));
        assertClose(LinearAlgebra.eigvalsh(matrix(3, 0, 0, 0, 0, 0, 0, 0, 0, 0)), Variable.of(Tensor.of(0.0, 0, 0)), 0);
        assertClose(LinearAlgebra.svdvals(matrix(2, 3, 0, 4, 5)), Variable.of(Tensor.of(Math.sqrt(45), Math.sqrt(5))), 1e-14);
        assertClose(LinearAlgebra.eigvalsh(matrix(2, Double.NaN, 0, 0, 1)), Variable.of(Tensor.of(Double.NaN, Double.NaN)), 0);
        assertThatThrownBy(() -> LinearAlgebra.svdvals(matrix(1, 1, Double.POSITIVE_INFINITY)))
                .hasMessage("svdvals: matrix 0 has elements that are not finite (got float64 [1, 2])");
    }

    /// Computed by PyTorch.
    @Test
    void gradientsAreThoseOfPyTorch() {
        Variable a = Variable.tracked(Tensor.of(new double[] {4, 1, 0, 1, 3, 0.5, 0, 0.5, 1}, Shape.of(3, 3)));
        Variable weights = matrix(3, 0, 1, 5, 3, -4, 5, 6, 7, 0);
        Variable projected = LinearAlgebra.eigh(a).vectors().square().mul(weights).sum();
        assertClose(Variable.gradients(projected, List.of(a), false).getFirst(),
                matrix(3, -0.9191841815334509, 0.5830586060182266, -0.41687436530064514, 0.5830586060182267, 0.36546340994172677,
                        0.8605085126804461, -0.4168743653006452, 0.8605085126804465, 0.5537207715917242),
                1e-14);
        Variable singular = Variable.tracked(Tensor.of(new double[] {1, 2, 2, 4}, Shape.of(2, 2)));
        assertClose(Variable.gradients(LinearAlgebra.det(singular), List.of(singular), false).getFirst(), matrix(2, 4, -2, -2, 1), 1e-14);
        Variable tied = Variable.tracked(Tensor.of(new double[] {2, 0, 0, 2}, Shape.of(2, 2)));
        assertClose(Variable.gradients(LinearAlgebra.matrixNorm(tied, MatrixNorm.TWO), List.of(tied), false).getFirst(),
                matrix(2, 0.5, 0, 0, 0.5), 1e-15);
        assertClose(Variable.gradients(LinearAlgebra.matrixNorm(tied, MatrixNorm.NUCLEAR), List.of(tied), false).getFirst(),
                matrix(2, 1, 0, 0, 1), 1e-15);
        assertClose(Variable.gradients(LinearAlgebra.eigvalsh(tied).sum(), List.of(tied), false).getFirst(), matrix(2, 1, 0, 0, 1), 1e-15);
    }

    /// The derivative of the determinant in every rank: that of the polynomial.
    @Test
    void theDeterminantIsSmoothWhateverTheRank() {
        Variable zero = Variable.tracked(Tensor.zeros(Shape.of(3, 3), DType.F64, Device.CPU));
        Variable first = Variable.gradients(LinearAlgebra.det(zero), List.of(zero), true).getFirst();
        assertClose(first, Variable.zerosLike(zero), 0);
        Variable one = Variable.tracked(Tensor.of(new double[] {0, 0, 0, 0, 0, 0, 0, 0, 7}, Shape.of(3, 3)));
        Variable gradient = Variable.gradients(LinearAlgebra.det(one), List.of(one), true).getFirst();
        assertClose(gradient, Variable.zerosLike(one), 0);
        Variable second = Variable.gradients(gradient.select(0, 0).select(0, 0), List.of(one), false).getFirst();
        assertClose(second, matrix(3, 0, 0, 0, 0, 7, 0, 0, 0, 0), 1e-14);
    }

    @Test
    void pseudoInversesAndRanks() {
        Variable a = matrix(3, 1, 2, 2, 4, 3, 6);
        assertClose(LinearAlgebra.pinv(a), matrix(2, 1 / 70.0, 2 / 70.0, 3 / 70.0, 2 / 70.0, 4 / 70.0, 6 / 70.0), 1e-16);
        assertClose(LinearAlgebra.lstsq(a, matrix(3, 1, 1, 1)), matrix(2, 6 / 70.0, 12 / 70.0), 1e-15);
        assertClose(LinearAlgebra.lstsq(matrix(1, 3, 4), matrix(1, 50)), matrix(2, 6, 8), 1e-14);
        assertThat(LinearAlgebra.matrixRank(a.data()).toLongArray()).containsExactly(1);
        assertThat(LinearAlgebra.matrixRank(Tensor.zeros(2, 3, 3)).toLongArray()).containsExactly(0, 0);
        assertThat(LinearAlgebra.matrixRank(Tensor.eye(3, 3, DType.F32, Device.CPU)).item()).isEqualTo(3);
        assertThat(LinearAlgebra.matrixRank(matrix(2, 5, 0, 0, 1).data(), 2, 0).item()).isEqualTo(1);
        assertThat(LinearAlgebra.cond(matrix(2, 1, 2, 2, 4), MatrixNorm.ONE).item()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(LinearAlgebra.cond(matrix(2, 4, 0, 0, 2), MatrixNorm.TWO).item()).isEqualTo(2);
    }

    @Test
    void factorsWithExchanges() {
        Variable a = Variable.of(Tensor.randn(Shape.of(2, 5, 3), new Rng(6), DType.F64, Device.CPU));
        for (Variable x : List.of(a, a.mT(), a.narrow(-2, 0, 3))) {
            LinearAlgebra.Lu lu = LinearAlgebra.lu(x);
            assertClose(Variable.of(lu.p()).matmul(lu.l()).matmul(lu.u()), x, 1e-14);
            assertThat(lu.l().data().abs().amax(Dims.all()).item()).isEqualTo(1);
        }
        assertClose(LinearAlgebra.lu(matrix(2, 0, 1, 2, 0)).u(), matrix(2, 2, 0, 0, 1), 0);
    }

    @Test
    void emptyMatrices() {
        Variable none = Variable.of(Tensor.zeros(3, 0));
        assertClose(LinearAlgebra.svd(none, true).u(), Variable.of(Tensor.eye(3, 3, DType.F32, Device.CPU)), 0);
        assertThat(LinearAlgebra.svd(none, false).u().shape()).isEqualTo(Shape.of(3, 0));
        assertThat(LinearAlgebra.pinv(none).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(LinearAlgebra.matrixRank(none.data()).item()).isZero();
        assertThat(LinearAlgebra.eigh(Variable.of(Tensor.zeros(2, 0, 0))).vectors().shape()).isEqualTo(Shape.of(2, 0, 0));
        assertThat(LinearAlgebra.lu(none).u().shape()).isEqualTo(Shape.of(0, 0));
        assertThat(LinearAlgebra.lstsq(none, Variable.of(Tensor.zeros(3, 2))).shape()).isEqualTo(Shape.of(0, 2));
    }

    @Test
    void bitsDoNotDependOnTheThreads() {
        Tensor a = Tensor.randn(Shape.of(150, 150), new Rng(7), DType.F64, Device.CPU);
        double[] alone = Parallel.withThreads(1, () -> LinearAlgebra.svd(Variable.of(a), false).u().data().toDoubleArray());
        double[] together = Parallel.withThreads(3, () -> LinearAlgebra.svd(Variable.of(a), false).u().data().toDoubleArray());
        assertThat(together).isEqualTo(alone);
    }

    @Test
    void productsOfSeveralMatrices() {
        Variable row = Variable.of(Tensor.of(1.0, 2));
        Variable a = matrix(2, 1, 0, 1, 1, 1, 0);
        Variable column = Variable.of(Tensor.of(1.0, -1, 2));
        assertThat(LinearAlgebra.multiDot(List.of(row, a, column)).item()).isEqualTo(3);
        assertThat(LinearAlgebra.multiDot(List.of(a.mT(), a, a.mT())).shape()).isEqualTo(Shape.of(3, 2));
        assertClose(LinearAlgebra.vander(Variable.of(Tensor.of(2.0, 3)), 3, false), matrix(2, 4, 2, 1, 9, 3, 1), 0);
    }
}
