package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Covariances, areas, ties and combinations. All expected numbers are PyTorch's.
class StatisticsTests {
    private final Variable m = Variable.of(Tensor.of(new double[] {1, 2, 4, 7, 3, 1, 0, 2, 0, 0, 1, 5}, Shape.of(3, 4)));

    private static void assertValues(Variable x, double... expected) {
        assertThat(x.data().toDoubleArray()).containsExactly(expected, within(1e-14));
    }

    private static void assertShape(Variable x, int... sizes) {
        assertThat(x.shape()).isEqualTo(Shape.of(sizes));
    }

    @Test
    void covariances() {
        assertValues(m.cov(1, null, null), 7, -2 / 3.0, 6, -2 / 3.0, 5 / 3.0, 1 / 3.0, 6, 1 / 3.0, 17 / 3.0);
        assertValues(m.cov(0, Tensor.of(1L, 2, 0, 3), Tensor.of(0.5, 1, 2, 0.25)), 4.923076923076923, 0.3076923076923077,
                4.615384615384615, 0.3076923076923077, 0.5562130177514792, 0.5325443786982249, 4.615384615384615, 0.5325443786982249,
                4.437869822485207);
        assertValues(m.select(0, 0).cov(1, null, null), 7);
        assertValues(m.corrcoef(), 1, -0.1951800145897066, 0.9526610232449337, -0.1951800145897066, 1, 0.10846522890932807,
                0.9526610232449337, 0.10846522890932807, 1);
        assertThat(m.narrow(1, 0, 1).cov(1, null, null).data().toDoubleArray()).containsOnly(Double.NaN);
        assertValues(m.select(0, 0).corrcoef(), 1);
    }

    @Test
    void differencesAndAreas() {
        assertValues(m.trapezoid(Variable.of(Tensor.of(0.0, 1, 3, 4)), 1), 13, 4, 4);
        assertValues(m.cumulativeTrapezoid(1, 0), 2, 1.5, 2, 4.5, 3.5, 2, 2.5, 8);
        assertValues(m.diff(2, -1), 1, 1, 1, 3, 1, 3);
        assertShape(m.diff(9, 1), 3, 0);
        assertValues(m.renorm(2, 0, 5), 0.5976142975243398, 1.1952285950486796, 2.3904571900973592, 4.183300082670379, 3, 1, 0, 2, 0, 0,
                0.9805806564601514, 4.902903282300757);
        assertValues(m.renorm(1, 1, 3).select(1, 0), 0.7499999812500004, 2.2499999437500016, 0);
    }

    @Test
    void tiesShareOrNot() {
        Variable x = Variable.tracked(Tensor.of(new double[] {1, 3, 3, 5, 5, 0}, Shape.of(2, 3)));
        Variable.Extremes extremes = x.aminmax(Dims.of(1));
        Variable both = extremes.min().add(extremes.max().mul(10)).sum();
        assertValues(Variable.gradients(both, List.of(x), false).getFirst(), 1, 5, 5, 5, 5, 1);
        Variable v = Variable.tracked(Tensor.of(2.0, 1, 2, 1));
        assertValues(Variable.gradients(v.mode(0, false).values(), List.of(v), false).getFirst(), 0, 0, 0, 1);
    }

    @Test
    void combined() {
        Variable block = Variable.of(Tensor.of(new double[] {1, 2, 3, 4}, Shape.of(2, 2)));
        Variable row = Variable.of(Tensor.of(5.0, 6));
        assertValues(Variable.blockDiag(List.of(block, row, row.select(0, 0))), 1, 2, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0, 5, 6, 0, 0, 0, 0, 0, 5);
        assertValues(Variable.cartesianProd(List.of(row, row)), 5, 5, 5, 6, 6, 5, 6, 6);
        assertValues(m.select(0, 0).narrow(0, 0, 3).combinations(2, false), 1, 2, 1, 4, 2, 4);
        assertValues(row.combinations(2, true), 5, 5, 5, 6, 6, 6);
        assertShape(row.combinations(3, false), 0, 3);
        assertShape(row.combinations(0, false), 0);
        assertValues(Variable.columnStack(List.of(row, block)), 5, 1, 2, 6, 3, 4);
        assertValues(row.floatPower(row), 3125, 46656);
    }
}
