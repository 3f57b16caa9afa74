package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwoDevices.CPU;
import static dev.sunda.cuda.kernel.TwoDevices.KERNELS;
import static dev.sunda.cuda.kernel.TwoDevices.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.Update;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Formulas give what their operations give one by one.
class FormulasTests {
    private static final List<DType> TYPES = List.of(DType.F32, DType.F64);
    private static final Term P = Term.tensor(0);
    private static final Term G = Term.tensor(1);
    private static final Term M = Term.tensor(2);

    @ParameterizedTest
    @EnumSource(UnaryOp.class)
    void everyFunctionOfOneTerm(UnaryOp op) {
        for (DType dtype : TYPES)
            new TwoDevices(REFERENCE, op.ordinal()).with(dtype, Layout.contiguous(Shape.of(70)))
                    .compare(dtype == DType.F32 ? 2 : 8, 1, (backend, x) -> backend.formula(new Formula().assign(0, P.apply(op)), x));
    }

    @ParameterizedTest
    @EnumSource(BinaryOp.class)
    void everyFunctionOfTwoTerms(BinaryOp op) {
        for (DType dtype : TYPES)
            new TwoDevices(REFERENCE, op.ordinal()).with(dtype, Layout.contiguous(Shape.of(70)))
                    .with(dtype, Layout.contiguous(Shape.of(70)))
                    .compare(dtype == DType.F32 ? 2 : 8, 1, (backend, x) -> backend.formula(new Formula().assign(0, P.apply(op, G)), x));
    }

    @Test
    void slopesAreThoseOfABackwardPass() {
        var formula = new Formula().assign(0, P.through(UnaryOp.TANH, G)).assign(1, P.through(UnaryOp.SIGMOID, G));
        for (DType dtype : TYPES)
            new TwoDevices(CPU, 5).with(dtype, Layout.contiguous(Shape.of(70))).with(dtype, Layout.contiguous(Shape.of(70)))
                    .compare(0, (backend, x) -> backend.formula(formula, x));
    }

    /// Adam as its optimizer would write it: the bits of the CPU.
    private static Formula step(double rate) {
        Term mean = M.lerp(G, 0.1);
        Term square = Term.tensor(3).mul(0.99).add(G.square().mul(0.01));
        return new Formula().assign(2, mean).assign(3, square)
                .assign(0, P.sub(mean.div(square.sqrt().add(1e-8)).mul(rate)));
    }

    @Test
    void stepsOfAnOptimizer() {
        for (DType dtype : TYPES)
            for (Shape shape : List.of(Shape.of(1), Shape.of(3), Shape.of(131), Shape.of(4, 8), Shape.of(0)))
                new TwoDevices(dtype == DType.F32 ? CPU : REFERENCE, 3).with(dtype, Layout.contiguous(shape))
                        .with(dtype, Layout.contiguous(shape)).with(dtype, Layout.contiguous(shape)).with(dtype, Layout.contiguous(shape))
                        .compare(0, (backend, x) -> backend.formula(step(1e-3), x));
    }

    @Test
    void choicesAndZerosOfEitherSign() {
        var formula = new Formula().assign(0, P.gt(0.25).choose(P.maximum(G), P.minimum(G))).assign(1, P.sign());
        for (DType dtype : TYPES)
            new TwoDevices(REFERENCE, 4).with(dtype, Layout.contiguous(Shape.of(300))).with(dtype, Layout.contiguous(Shape.of(300)))
                    .compare(0, (backend, x) -> backend.formula(formula, x));
    }

    /// A tensor that is read only may be one number for all; the first tensor need not be one that is written.
    @Test
    void broadcastTensorsAreOnlyRead() {
        var formula = new Formula().assign(1, G.sub(P.mul(M)));
        for (DType dtype : TYPES)
            new TwoDevices(dtype == DType.F32 ? CPU : REFERENCE, 5).with(dtype, Layout.strided(Shape.of(5, 7), new int[] {0, 0}, 0))
                    .with(dtype, Layout.contiguous(Shape.of(5, 7))).with(dtype, Layout.strided(Shape.of(5, 7), new int[] {0, 1}, 1))
                    .compare(0, (backend, x) -> backend.formula(formula, x));
    }

    /// The kernel of the last call is remembered, for tensors that lie as those did.
    @Test
    void oneFormulaForTensorsThatLieOtherwise() {
        var formula = new Formula().assign(0, P.add(G.mul(3)));
        Shape shape = Shape.of(6, 10);
        var lying = List.of(Layout.contiguous(shape), Layout.dense(shape, 1, 0), Layout.strided(shape, new int[] {0, 0}, 2),
                Layout.strided(shape, new int[] {20, 2}, 1), Layout.contiguous(shape));
        for (DType dtype : TYPES)
            for (Layout from : lying)
                new TwoDevices(dtype == DType.F32 ? CPU : REFERENCE, 7).with(dtype, Layout.contiguous(shape)).with(dtype, from)
                        .compare(0, (backend, x) -> backend.formula(formula, x));
    }

    @Test
    void anotherConstantNeedsNoOtherKernel() {
        var access = new FormulaText.Access(-1, new boolean[4], true);
        int[] order = {0, 1, 2, 3};
        assertThat(new FormulaText(step(0.1), order, DType.F32, access, false).key())
                .isEqualTo(new FormulaText(step(0.2), order, DType.F32, access, false).key())
                .isNotEqualTo(new FormulaText(new Formula().assign(0, P), order, DType.F32, access, false).key());
    }

    @Test
    void aFormulaThatAssignsNothingDoesNothing() {
        KERNELS.formula(new Formula());
    }

    /// More sets of tensors than a launch takes, some of which no launch of many takes; formulas of two kinds, with constants of their own.
    @Property(tries = 6)
    void manyAtOnce(@ForAll long seed, @ForAll @IntRange(max = 120) int count, @ForAll boolean wide) {
        DType dtype = wide ? DType.F64 : DType.F32;
        var devices = new TwoDevices(wide ? REFERENCE : CPU, seed);
        for (int k = 0; k < count; k++) {
            Shape shape = devices.smallShape();
            boolean plain = devices.between(0, 2) > 0;
            for (int n = 0; n < 4; n++)
                devices.with(dtype, plain ? Layout.contiguous(shape) : n == 1 ? devices.source(shape) : devices.layout(shape));
        }
        devices.compare(0, (backend, x) -> {
            var updates = new ArrayList<Update<Formula>>();
            for (int k = 0; k < count; k++) {
                Formula formula = k % 3 == 0 ? new Formula().assign(2, P.sub(G.mul(0.25)).add(k)) : step(1e-3 * (k / 4));
                updates.add(Update.of(formula, x[4 * k], x[4 * k + 1], x[4 * k + 2], x[4 * k + 3]));
            }
            backend.formulas(updates);
        });
    }

    /// Too many constants for the arguments of a launch of many.
    @Test
    void longFormulas() {
        Term sum = P;
        for (int i = 0; i < 500; i++)
            sum = sum.sub(G).mul(1 + i * 1e-3);
        var formula = new Formula().assign(0, sum);
        new TwoDevices(REFERENCE, 6).withOnes(DType.F64, Layout.contiguous(Shape.of(5))).withOnes(DType.F64, Layout.contiguous(Shape.of(5)))
                .withOnes(DType.F64, Layout.contiguous(Shape.of(5)))
                .compare(0, (backend, x) -> backend.formulas(List.of(Update.of(formula, x[0], x[1]), Update.of(formula, x[2], x[1]))));
    }
}
