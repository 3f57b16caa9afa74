package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.OptimizerKernels;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// In float64 the bits are those of the reference backend, in float32 those of the operations one after the other.
class FormulaProperties {
    private static final Term P = Term.tensor(0), Q = Term.tensor(1), R = Term.tensor(2);

    private final CpuBackend cpu = new CpuBackend();
    private final ReferenceBackend naive = new ReferenceBackend(Device.REFERENCE);

    /// Every kind of instruction, shared terms and constants.
    private static Formula formula() {
        Term mean = P.lerp(Q, 0.25);
        Term size = R.abs().sqrt().maximum(Q.square()).minimum(Term.of(3)).add(0.5);
        return new Formula().assign(0, mean.div(size).sub(P.mul(0.125)))
                .assign(2, Q.mul(R).lt(0).choose(mean.neg().sign(), R.apply(BinaryOp.SUB, size).apply(UnaryOp.RECIPROCAL)));
    }

    @Property(tries = 200)
    void doublesAreThoseOfTheReference(@ForAll @IntRange(max = 4) int rank, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View p = views.target(DType.F64, shape);
        View q = views.source(DType.F64, shape);
        View r = views.target(DType.F64, shape);
        View[] expected = {RandomViews.copy(p), q, RandomViews.copy(r)};
        cpu.formula(formula(), p, q, r);
        naive.formula(formula(), expected);
        assertThat(bits(p)).isEqualTo(bits(expected[0]));
        assertThat(bits(r)).isEqualTo(bits(expected[2]));
    }

    @Property(tries = 200)
    void floatsAreThoseOfSingleOperations(@ForAll @IntRange(max = 1500) int n, @ForAll @IntRange(min = 1, max = 3) int step,
            @ForAll long seed) {
        var rng = new Rng(seed);
        Tensor p = Tensor.randn(Shape.of(n * step), rng).slice(0, 0, n * step, step);
        Tensor q = Tensor.randn(Shape.of(n), rng);
        Tensor r = Tensor.randn(Shape.of(n), rng);
        Tensor[] expected = oneByOne(formula(), p, q, r);
        OptimizerKernels.formula(formula(), p, q, r);
        assertThat(p.toFloatArray()).isEqualTo(expected[0].toFloatArray());
        assertThat(q.toFloatArray()).isEqualTo(expected[1].toFloatArray());
        assertThat(r.toFloatArray()).isEqualTo(expected[2].toFloatArray());
    }

    private static Tensor[] oneByOne(Formula formula, Tensor... tensors) {
        var values = new ArrayList<Tensor>();
        for (Formula.Instruction instruction : formula.instructions())
            values.add(switch (instruction) {
                case Formula.Load(int k) -> tensors[k].copy();
                case Formula.Constant(double value) -> Tensor.full(tensors[0].shape(), value, DType.F32, Device.CPU);
                case Formula.Unary(var op, int x) -> values.get(x).apply(op);
                case Formula.Binary(var op, int a, int b) -> values.get(a).apply(op, values.get(b)).to(DType.F32);
                case Formula.Choice(int condition, int a, int b) -> values.get(a).where(values.get(condition).ne(0), values.get(b));
            });
        Tensor[] results = tensors.clone();
        for (Formula.Assignment assignment : formula.assignments())
            results[assignment.tensor()] = values.get(assignment.value());
        return results;
    }

    private static double[] bits(View x) {
        double[] elements = new double[x.storage().numel()];
        for (int i = 0; i < elements.length; i++)
            elements[i] = x.heap().getDouble(i);
        return elements;
    }

    @Example
    void allAssignmentsSeeTheOldValues() {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            Tensor a = Tensor.of(1.0, 2.0).to(dtype).copy();
            Tensor b = Tensor.of(3.0, 4.0).to(dtype).copy();
            OptimizerKernels.formula(new Formula().assign(0, Q).assign(1, P), a, b);
            assertThat(a.toDoubleArray()).containsExactly(3, 4);
            assertThat(b.toDoubleArray()).containsExactly(1, 2);
        }
    }

    @Example
    void aTermThatIsUsedTwiceIsComputedOnce() {
        Term square = P.square();
        assertThat(new Formula().assign(0, square.add(square)).instructions()).hasSize(3);
    }

    @Example
    void refusesWhatDoesNotFit() {
        var formula = new Formula().assign(0, P.add(Q));
        assertThatThrownBy(() -> OptimizerKernels.formula(formula, Tensor.ones(2))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("formula: it needs 2 tensors (got 1)");
        assertThatThrownBy(() -> OptimizerKernels.formula(formula, Tensor.ones(2), Tensor.ones(3))).isInstanceOf(ShapeException.class)
                .hasMessageContaining("formula: gradient and state must have the parameter's shape (got [2], [3])");
        assertThatThrownBy(() -> OptimizerKernels.formula(formula, Tensor.of(1L), Tensor.of(1L))).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> OptimizerKernels.formula(formula, Tensor.ones(2), Tensor.ones(2).to(DType.F64)))
                .isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> OptimizerKernels.formula(formula, Tensor.ones(2), Tensor.ones(2).to(Device.REFERENCE)))
                .isInstanceOf(RuntimeException.class).hasMessageContaining("formula");
        assertThatThrownBy(() -> new Formula().assign(0, P).assign(0, Q)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a tensor is assigned once");
    }
}
