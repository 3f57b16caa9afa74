package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class FunctionalTests {
    private static final Rng RNG = new Rng(1);
    private static final Tensor MATRIX = randn(4, 3);
    /// From `[3]` and `[2]` to `[4]`, curved in both.
    private static final Function<List<Variable>, Variable> CURVED = x -> Variable.of(MATRIX).matmul(x.get(0).tanh())
            .mul(x.get(1).square().sum());

    private static Tensor randn(int... sizes) {
        return Tensor.randn(Shape.of(sizes), RNG, DType.F64, Device.CPU);
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().sum().item()).isCloseTo(0, Offset.offset(1e-12));
    }

    private static List<Variable> inputs() {
        return List.of(Variable.of(randn(3)), Variable.of(randn(2)));
    }

    @Test
    void theJacobianOfALinearMapIsItsMatrix() {
        Variable j = Functional.jacobian(x -> Variable.of(MATRIX).matmul(x), Variable.of(randn(3)));
        assertClose(j.data(), MATRIX);
        assertThat(j.requiresGrad()).isFalse();
        assertThat(Functional.jacobian(x -> x.mul(2), Variable.of(randn(2, 3))).shape()).isEqualTo(Shape.of(2, 3, 2, 3));
        assertThat(Functional.jacobian(x -> Variable.of(MATRIX), Variable.of(randn(2))).data().toDoubleArray()).containsOnly(0).hasSize(24);
        assertThat(Functional.jacobian(x -> x.narrow(0, 0, 0), Variable.of(randn(2))).shape()).isEqualTo(Shape.of(0, 2));
    }

    @Test
    void theHessianOfAQuadraticFormIsTwiceItsSymmetricPart() {
        Tensor a = randn(3, 3);
        Variable h = Functional.hessian(x -> x.mul(Variable.of(a).matmul(x)).sum(), Variable.of(randn(3)));
        assertClose(h.data(), a.add(a.mT()));
        List<List<Variable>> blocks = Functional.hessian(x -> CURVED.apply(x).sum(), inputs(), false);
        assertThat(blocks.get(0).get(1).shape()).isEqualTo(Shape.of(3, 2));
        assertClose(blocks.get(0).get(1).data(), blocks.get(1).get(0).data().mT());
        assertThat(Functional.hessian(Variable::sum, Variable.of(randn(2))).data().toDoubleArray()).containsOnly(0).hasSize(4);
        assertThatThrownBy(() -> Functional.hessian(x -> x, Variable.of(randn(2)))).isInstanceOf(ShapeException.class)
                .hasMessage("hessian: the function must give a single number; reduce it with sum() or mean() (got [2])");
    }

    @Test
    void productsAreThoseOfTheMatrices() {
        List<Variable> x = inputs();
        List<Variable> j = Functional.jacobian(CURVED, x, false);
        Variable v = Variable.of(randn(4));
        var vjp = Functional.vjp(CURVED, x, v, false);
        assertClose(vjp.value().data(), CURVED.apply(x).data());
        for (int i = 0; i < 2; i++)
            assertClose(vjp.gradients().get(i).data(), v.matmul(j.get(i)).data());
        List<Variable> w = inputs();
        var jvp = Functional.jvp(CURVED, x, w, false);
        assertClose(jvp.tangent().data(), j.get(0).matmul(w.get(0)).add(j.get(1).matmul(w.get(1))).data());
        assertThat(jvp.tangent().requiresGrad()).isFalse();
        List<List<Variable>> h = Functional.hessian(u -> CURVED.apply(u).sum(), x, false);
        var hvp = Functional.hvp(u -> CURVED.apply(u).sum(), x, w, false);
        for (int i = 0; i < 2; i++)
            assertClose(hvp.gradients().get(i).data(), h.get(i).get(0).matmul(w.get(0)).add(h.get(i).get(1).matmul(w.get(1))).data());
    }

    @Test
    void resultsCanBeDifferentiatedOnRequest() {
        var x = Variable.tracked(Tensor.of(2.0, 3));
        Variable outer = x.square();
        Variable j = Functional.jacobian(u -> u.getFirst().pow(3), List.of(outer), true).getFirst();
        assertThat(Variable.gradients(j.sum(), List.of(x), false).getFirst().data().toDoubleArray()).as("of 3 x^4").containsExactly(96,
                324);
        Variable tangent = Functional.jvp(u -> u.getFirst().pow(3), List.of(x), List.of(Variable.of(Tensor.of(1.0, 1))), true).tangent();
        assertThat(Variable.gradients(tangent.sum(), List.of(x), false).getFirst().data().toDoubleArray()).as("of 3 x^2")
                .containsExactly(12, 18);
        assertThat(GradMode.noGrad(() -> Functional.jacobian(u -> u.pow(3), x)).data().toDoubleArray()).containsExactly(12, 0, 0, 27);
    }

    @Test
    void everySampleHasItsGradient() {
        var weight = new Parameter(Tensor.of(1.0, 2));
        var bias = new Parameter(Tensor.scalar(0.5, DType.F64, Device.CPU));
        Tensor x = randn(5, 2);
        Tensor labels = randn(5);
        Function<List<Tensor>, Variable> loss =
                b -> Variable.of(b.get(0)).matmul(weight).add(bias).sub(Variable.of(b.get(1))).square().mean();
        List<Tensor> each = Functional.perSampleGradients(loss, List.of(x, labels), List.of(weight, bias));
        assertThat(each.get(0).shape()).isEqualTo(Shape.of(5, 2));
        assertThat(each.get(1).shape()).isEqualTo(Shape.of(5));
        List<Variable> all = Variable.gradients(loss.apply(List.of(x, labels)), List.of(weight, bias), false);
        assertClose(each.get(0).mean(Dims.of(0)), all.get(0).data());
        assertClose(each.get(1).mean(), all.get(1).data());
        assertThat(weight.grad()).isNull();
        assertThatThrownBy(() -> Functional.perSampleGradients(loss, List.of(x, randn(4)), List.of(weight)))
                .hasMessage("perSampleGradients: all tensors of the batch must have as many samples (got [5, 2], [4])");
        assertThatThrownBy(() -> Functional.perSampleGradients(loss, List.of(), List.of(weight))).isInstanceOf(ShapeException.class);
    }

    @Test
    void vectorsMustFit() {
        List<Variable> x = inputs();
        assertThatThrownBy(() -> Functional.jvp(CURVED, x, List.of(x.get(0)), false)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("jvp: needs one vector for each of the inputs (got 1 for 2)");
        assertThatThrownBy(() -> Functional.hvp(CURVED, x, x.reversed(), false)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Functional.vjp(CURVED, x, x.get(0), false)).isInstanceOf(ShapeException.class);
    }
}
