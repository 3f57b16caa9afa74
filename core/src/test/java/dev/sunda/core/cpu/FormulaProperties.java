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
import dev.sunda.core.parallel.Parallel;
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

    /// Random terms, many of them those that one loop takes together, some of them used again; tensors with gaps, neighbours in one memory,
    /// and one twice.
    @Property(tries = 1000)
    void loopsThatTakeSeveralInstructionsChangeNoBit(@ForAll @IntRange(max = 1500) int n, @ForAll long seed) {
        loopsChangeNoBit(n, new Rng(seed));
    }

    /// So many elements that threads share them.
    @Property(tries = 40)
    void chunksChangeNoBit(@ForAll @IntRange(max = 40_000) int n, @ForAll long seed) {
        Parallel.withThreads(3, () -> {
            loopsChangeNoBit(n, new Rng(seed));
            return null;
        });
    }

    /// In one loop, where the operand lies; only where the loop reads that again after writing, in work memory and then by a copy.
    @Property
    void aFunctionOfATensorMayReplaceIt(@ForAll UnaryOp op) {
        Tensor x = Tensor.randn(Shape.of(100), new Rng(1));
        float[] expected = x.apply(op).toFloatArray();
        var formula = new Formula().assign(0, P.apply(op));
        OptimizerKernels.formula(formula, x);
        assertThat(x.toFloatArray()).isEqualTo(expected);
        boolean readsAgain = op == UnaryOp.ERF || op == UnaryOp.GELU_TANH;
        assertThat(new FormulaPlan(formula, new int[] {0}, new int[] {1}).loops()).isEqualTo(readsAgain ? 2 : 1);
    }

    private static void loopsChangeNoBit(int n, Rng rng) {
        Tensor[] tensors = new Tensor[4];
        Tensor shared = rng.nextInt(3) == 0 ? Tensor.randn(Shape.of(4, n), rng) : null;
        for (int k = 0; k < tensors.length; k++) {
            int step = 1 + rng.nextInt(4) / 3;
            Tensor all = Tensor.randn(Shape.of(n * step), rng);
            tensors[k] = shared != null ? shared.select(0, k) : step == 1 ? all : all.slice(0, 0, n * step, step);
        }
        if (rng.nextInt(4) == 0)
            tensors[3] = tensors[0];
        Formula formula = random(new ArrayList<>(), rng);
        Tensor[] copies = new Tensor[tensors.length];
        for (int k = 0; k < copies.length; k++)
            copies[k] = tensors[k].copy();
        Tensor[] expected = oneByOne(formula, copies);
        OptimizerKernels.formula(formula, tensors);
        for (Formula.Assignment assignment : formula.assignments())
            assertThat(tensors[assignment.tensor()].toFloatArray()).as(formula.instructions().toString())
                    .isEqualTo(expected[assignment.tensor()].toFloatArray());
    }

    private static Formula random(List<Term> known, Rng rng) {
        for (int k = 0; k < 4; k++)
            known.add(Term.tensor(k));
        var formula = new Formula();
        for (int k = 0; k < 3; k++)
            if (rng.nextInt(3) > 0)
                formula.assign(k, term(known, rng, 3));
        return formula;
    }

    private static Term term(List<Term> known, Rng rng, int depth) {
        if (depth == 0 || rng.nextInt(8) == 0)
            return rng.nextInt(8) == 0 ? Term.of(0.75) : known.get(rng.nextInt(known.size()));
        Term a = term(known, rng, depth - 1);
        Term b = term(known, rng, depth - 1);
        Term result = switch (rng.nextInt(22)) {
            case 0 -> a.mul(0.3).add(b.mul(0.7));
            case 1 -> a.mul(0.3).sub(b.mul(0.7));
            case 2 -> a.mul(0.9).add(b.square().mul(0.1));
            case 3 -> a.sub(b.square()).add(b.sqrt());
            case 4 -> a.lerp(b, 0.2);
            case 5 -> a.div(b.sqrt().add(0.1));
            case 6 -> a.mul(0.4).div(b.sqrt().mul(3).add(0.1));
            case 7 -> known.get(rng.nextInt(known.size())).sub(a.div(b.sqrt().add(0.1)).mul(0.2));
            case 8 -> a.sign().mul(b);
            case 9 -> a.lt(0.1).choose(b, b.gt(0.2));
            case 10 -> Term.of(2).sub(a).maximum(b.add(0.5)).minimum(Term.of(3));
            case 11 -> a.apply(UnaryOp.SIGMOID);
            case 12 -> a.mul(b).apply(UnaryOp.TANH);
            case 13 -> a.sub(b.div(known.get(rng.nextInt(known.size()))).mul(0.2));
            case 14 -> a.mul(0.9).maximum(b.abs().add(0.1));
            case 15 -> a.add(b).maximum(Term.of(-0.3)).minimum(Term.of(0.4));
            case 16 -> a.gt(0).choose(Term.of(0.5), b.lt(0.3).choose(Term.of(1.2), a));
            case 17 -> a.mul(b).add(b.mul(known.get(rng.nextInt(known.size()))));
            case 18 -> a.mul(0.3).add(a.mul(b).mul(0.7)).sub(b.mul(a));
            case 19 -> a.through(UnaryOp.TANH, b.sub(a));
            case 20 -> a.mul(b).through(UnaryOp.SIGMOID, b);
            default -> a.add(b).sub(a.mul(b));
        };
        known.add(result);
        return result;
    }

    private static Tensor[] oneByOne(Formula formula, Tensor... tensors) {
        var values = new ArrayList<Tensor>();
        for (Formula.Instruction instruction : formula.instructions())
            values.add(switch (instruction) {
                case Formula.Load(int k) -> tensors[k].copy();
                case Formula.Constant(double value) -> Tensor.full(tensors[0].shape(), value, DType.F32, Device.CPU);
                case Formula.Unary(var op, int x) -> values.get(x).apply(op);
                case Formula.Binary(var op, int a, int b) -> values.get(a).apply(op, values.get(b)).to(DType.F32);
                case Formula.Slope(var op, int value, int dy) -> values.get(dy).unaryBackward(op, values.get(value));
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

    /// What optimizers are made of.
    @Example
    void oneLoopTakesSeveralInstructions() {
        assertThat(loops(P.sub(Q.div(R).mul(0.1)))).isOne();
        assertThat(loops(P.mul(0.9).maximum(Q.abs().add(1e-8)))).isOne();
        assertThat(loops(P.maximum(Term.of(-1)).minimum(Term.of(1)))).isOne();
        assertThat(loops(P.sub(Q.mul(R)))).isOne();
        assertThat(loops(Q.square().mul(0.1).add(P.mul(0.9)))).isOne();
        assertThat(loops(Q.mul(R).add(P))).isOne();
        assertThat(loops(Q.choose(Term.of(2), P))).as("constants are written before").isOne();
    }

    private static int loops(Term value) {
        return new FormulaPlan(new Formula().assign(0, value), new int[] {0, 1, 2}, new int[] {1, 1, 1}).loops();
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
