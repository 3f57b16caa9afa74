package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.fused;
import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class EngineTests {
    private static final Tensor ONE = Tensor.ones(1);

    @Test
    void gradientsOfAProductAreTheOtherFactors() {
        var x = Variable.tracked(Tensor.of(2f, 3f));
        var y = Variable.tracked(Tensor.of(5f, 7f));
        var gradients = Variable.gradients(x.mul(y).sum(), List.of(x, y), false);
        assertThat(gradients.get(0).data().toFloatArray()).containsExactly(5, 7);
        assertThat(gradients.get(1).data().toFloatArray()).containsExactly(2, 3);
    }

    @Test
    void aValueUsedTwiceCollectsBothGradients() {
        var x = new Parameter(Tensor.of(3f));
        x.mul(x).add(x).backward(ONE);
        assertThat(x.grad().item()).isEqualTo(7);
    }

    @Test
    void backwardAddsToTheGradientUntilItIsZeroed() {
        var p = new Parameter(Tensor.of(3f));
        p.square().sum().backward();
        p.square().sum().backward();
        assertThat(p.grad().item()).isEqualTo(12);
        p.zeroGrad();
        assertThat(p.grad()).isNull();
    }

    @Test
    void broadcastGradientsAreSummedBackToEachInput() {
        var matrix = new Parameter(Tensor.ones(3, 2));
        var row = new Parameter(Tensor.ones(2));
        var number = new Parameter(Tensor.scalar(1, DType.F32, Device.CPU));
        matrix.mul(row).mul(number).sum().backward();
        assertThat(matrix.grad().shape()).isEqualTo(Shape.of(3, 2));
        assertThat(row.grad().toFloatArray()).containsExactly(3, 3);
        assertThat(number.grad().item()).isEqualTo(6);
    }

    @Test
    void gradientsComeBackInTheInputsType() {
        var single = new Parameter(Tensor.ones(2));
        single.mul(Variable.of(Tensor.of(2.0, 4.0))).sum().backward();
        assertThat(single.grad().dtype()).isEqualTo(DType.F32);
        assertThat(single.grad().toFloatArray()).containsExactly(2, 4);
    }

    @Test
    void gradientsTravelBackBetweenDevices() {
        var p = new Parameter(Tensor.of(3f));
        Variable moved = p.to(Device.REFERENCE);
        assertThat(moved.device()).isEqualTo(Device.REFERENCE);
        moved.square().sum().backward();
        assertThat(p.grad().device()).isEqualTo(Device.CPU);
        assertThat(p.grad().item()).isEqualTo(6);
    }

    @Test
    void thirdDerivativesComeFromTheSameRules() {
        var x = Variable.tracked(Tensor.of(2.0));
        Variable first = Variable.gradients(x.pow(4).sum(), List.of(x), true).getFirst();
        Variable second = Variable.gradients(first.sum(), List.of(x), true).getFirst();
        Variable third = Variable.gradients(second.sum(), List.of(x), false).getFirst();
        assertThat(List.of(first.item(), second.item(), third.item())).containsExactly(32.0, 48.0, 48.0);
    }

    @Test
    void anInputWithoutInfluenceGetsZeros() {
        var x = Variable.tracked(Tensor.of(1f));
        var y = Variable.tracked(Tensor.ones(2, 2));
        assertThat(Variable.gradients(x.square().sum(), List.of(y), false).getFirst().data().toFloatArray()).containsOnly(0).hasSize(4);
    }

    @Test
    void nothingIsRecordedWithoutGradOrForConstants() {
        var p = new Parameter(Tensor.ones(2));
        assertThat(GradMode.noGrad(() -> p.mul(2)).requiresGrad()).isFalse();
        assertThat(p.detach().mul(2).requiresGrad()).isFalse();
        p.freeze();
        assertThat(p.mul(2).requiresGrad()).isFalse();
        p.unfreeze();
        assertThat(p.mul(2).requiresGrad()).isTrue();
    }

    @Test
    void gradModeEndsWithTheCallAlsoWhenItThrows() {
        assertThatThrownBy(() -> GradMode.noGrad((Runnable) () -> {
            throw new IllegalStateException("inside");
        })).hasMessage("inside");
        assertThat(GradMode.isRecording()).isTrue();
    }

    @Test
    void rulesNobodyAskedForDoNotRun() {
        var x = Variable.tracked(Tensor.of(2f));
        var y = Variable.tracked(Tensor.of(3f));
        var ran = new ArrayList<String>();
        var z = output("both", x.data().mul(y.data()), wrt(x, dy -> {
            ran.add("x");
            return dy;
        }), wrt(y, dy -> {
            ran.add("y");
            return dy;
        }));
        Variable.gradients(z.sum(), List.of(y), false);
        assertThat(ran).containsExactly("y");
    }

    @Test
    void aFusedRuleUsesTheKernelUnlessThePassIsRecorded() {
        var x = Variable.tracked(Tensor.of(2.0));
        var ran = new ArrayList<String>();
        Variable y = output("cube", x.data().pow(3), List.of(x), fused(dy -> {
            ran.add("kernel");
            return List.of(dy.mul(x.data().square()).mul(3));
        }, dy -> {
            ran.add("composite");
            return List.of(dy.mul(x.square()).mul(3));
        }));
        Variable dx = Variable.gradients(y.sum(), List.of(x), true).getFirst();
        assertThat(Variable.gradients(dx.sum(), List.of(x), false).getFirst().item()).isEqualTo(12);
        assertThat(Variable.gradients(y.sum(), List.of(x), false).getFirst().item()).isEqualTo(12);
        assertThat(ran).containsExactly("composite", "kernel");
    }

    @Test
    void aDeepGraphNeedsNoStack() {
        var x = new Parameter(Tensor.of(1.0));
        Variable y = x;
        for (int i = 0; i < 100_000; i++)
            y = y.mul(1.0001).add(0.5);
        y.backward(Tensor.of(1.0));
        assertThat(x.grad().item()).isCloseTo(Math.pow(1.0001, 100_000), Percentage.withPercentage(1e-6));
    }

    @Test
    void capturedTensorsAreReleasedByTheBackwardPass() throws Exception {
        var p = new Parameter(Tensor.ones(1000));
        var captured = new ArrayList<WeakReference<Tensor>>();
        Variable loss = lossThatCaptures(p, captured);
        loss.backward();
        for (int i = 0; i < 100 && captured.stream().anyMatch(r -> r.get() != null); i++) {
            System.gc();
            Thread.onSpinWait();
        }
        assertThat(captured).allMatch(r -> r.get() == null);
        assertThat(loss.item()).isPositive();                        // the graph itself is still held
    }

    private static Variable lossThatCaptures(Parameter p, List<WeakReference<Tensor>> captured) {
        Variable y = p;
        for (int i = 0; i < 5; i++) {
            Variable before = y;
            y = output("scaled", before.data().mul(2), wrt(before, dy -> dy.mul(before).mul(0).add(dy.mul(2))));
            if (before != p)
                captured.add(new WeakReference<>(before.data()));
        }
        return y.sum();
    }

    @Test
    void aSecondPassOverAReleasedGraphSaysSo() {
        var p = new Parameter(Tensor.ones(1));
        Variable loss = p.square().sum();
        loss.backward();
        assertThatThrownBy(loss::backward).isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "sum: the graph was released by an earlier backward pass; compute the value again, "
                                + "or keep the graph with retainGraph or createGraph");
    }

    @Test
    void aParameterChangedSinceItWasUsedIsRefused() {
        var p = new Parameter(Tensor.ones(2));
        Variable loss = p.square().sum();
        p.update(value -> value.copyFrom(Tensor.of(5f)));
        assertThatThrownBy(loss::backward).isInstanceOf(IllegalStateException.class)
                .hasMessage("square: an input of shape [2] was changed in place after it was used; run backward before the optimizer step");
        assertThat(p.grad()).isNull();
    }

    /// Whatever way the old numbers got into the graph, a gradient with the new ones would be silently wrong.
    @Test
    void valuesOverwrittenSinceTheyWereUsedAreNoticedThroughEveryPath() {
        assertStale((x, p) -> {
            p.freeze();
            return x.mul(p);
        });
        assertStale((x, p) -> x.mul(p.detach()));
        assertStale((x, p) -> x.mul(p.reshape(1)));
        assertStale((x, p) -> x.matmul(p.expand(Shape.of(1, 1))));
    }

    @Test
    void aConstantOverwrittenSinceItWasUsedIsNoticed() {
        var x = Variable.tracked(Tensor.of(3f, 4));
        Tensor factor = Tensor.of(2f, 2);
        Variable y = x.mul(Variable.of(factor)).sum();
        factor.select(0, 1).copyFrom(Tensor.of(100f).squeeze());
        assertThatThrownBy(() -> Variable.gradients(y, List.of(x), false)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was changed in place after it was used");
    }

    private static void assertStale(BiFunction<Variable, Parameter, Variable> use) {
        var x = Variable.tracked(Tensor.of(3f));
        var p = new Parameter(Tensor.of(2f));
        Variable y = use.apply(x, p).sum();
        p.set(Tensor.of(100f));
        assertThatThrownBy(() -> Variable.gradients(y, List.of(x), false)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was changed in place after it was used");
    }

    @Test
    void theGradientThatArrivesIsCheckedAndNotShared() {
        var p = new Parameter(Tensor.of(1f));
        var q = new Parameter(Tensor.of(1f));
        Tensor upstream = Tensor.of(2f);
        p.add(q).backward(upstream);
        upstream.copyFrom(Tensor.of(9f));
        assertThat(p.grad().item()).isEqualTo(2);
        assertThat(p.grad().view().storage()).isNotSameAs(q.grad().view().storage());
        assertThatThrownBy(() -> p.square().backward(Tensor.of(1.0))).isInstanceOf(DTypeException.class)
                .hasMessage(
                        "gradients: output and upstream gradient must have one type "
                                + "(got float32 [1], float64 [1]); convert the gradient with to(dtype)");
    }

    @Test
    void gradientsSurviveTheStepScope() {
        var p = new Parameter(Tensor.ones(3));
        Variable loss;
        try (var _ = StepScope.open()) {
            loss = p.square().sum();
            loss.backward();
        }
        assertThat(p.grad().toFloatArray()).containsExactly(2, 2, 2);
        assertThatThrownBy(loss::item).isInstanceOf(IllegalStateException.class).hasMessageContaining("EngineTests.java")
                .hasMessageContaining("was recycled when the step scope opened at");
    }

    @Test
    void aBackwardPassNeedsMemoryForTheGradientsUnderWayOnly() {
        var p = new Parameter(Tensor.ones(1000));
        Set<Object> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        try (var _ = StepScope.open()) {
            Variable x = p;
            for (int i = 0; i < 30; i++)
                x = output("double", x.data().mul(2), wrt(x, dy -> {
                    arrays.add(dy.data().view().heap().array());
                    return dy.mul(2);
                }));
            x.backward(Tensor.ones(1000));
        }
        assertThat(arrays).hasSizeLessThanOrEqualTo(3);              // the one that was passed in, and two that take turns
        assertThat(p.grad().toFloatArray()).containsOnly(1 << 30);
    }

    @Test
    void aGradientThatARuleTookAsideIsGoneAfterItsLastUse() {
        var p = new Parameter(Tensor.ones(3));
        var aside = new ArrayList<Tensor>();
        try (var _ = StepScope.open()) {
            Variable y = output("spy", p.data().mul(1), wrt(p, dy -> {
                aside.add(dy.data());
                return dy.mul(1);
            }));
            y.square().sum().backward();
            assertThatThrownBy(aside.getFirst()::toFloatArray).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("was recycled by the backward pass that made it")
                    .hasMessageContaining("StepScope.retain(tensor)");
            assertThat(p.grad().toFloatArray()).containsExactly(2, 2, 2);
        }
        assertThat(p.grad().toFloatArray()).containsExactly(2, 2, 2);
    }

    @Test
    void gradientsThatShareMemorySurviveEachOther() {
        var p = new Parameter(Tensor.of(1f, 2, 3, 4));
        float[] plain = sharedMemory(p);
        p.zeroGrad();
        try (var _ = StepScope.open()) {
            assertThat(sharedMemory(p)).isEqualTo(plain);
        }
    }

    /// Additions, reshapes and parts hand on the gradient they get, or views of it, along several paths.
    private static float[] sharedMemory(Parameter p) {
        Variable x = p.mul(3);
        Variable sum = x.add(x.reshape(2, 2).transpose(0, 1).reshape(4)).add(p).add(x);
        List<Variable> parts = sum.chunk(2, 0);
        Variable y = parts.get(0).mul(parts.get(1)).add(parts.get(0)).expand(Shape.of(3, 2)).sum(Dims.of(0)).add(x.narrow(0, 1, 2));
        Variable z = Variable.cat(List.of(y, sum, y), 0).square().mean();
        var dx = Variable.gradients(z, List.of(x, sum, p), false);
        var all = new float[12];
        for (int i = 0; i < 3; i++)
            System.arraycopy(dx.get(i).data().toFloatArray(), 0, all, 4 * i, 4);
        return all;
    }

    @Test
    void recycledBuffersGiveTheSameBits() {
        float[] plain = train(false);
        assertThat(train(true)).isEqualTo(plain);
    }

    private static float[] train(boolean scoped) {
        var rng = new Rng(4);
        var w = new Parameter(Tensor.randn(Shape.of(8, 3), rng));
        for (int step = 0; step < 20; step++) {
            StepScope scope = scoped ? StepScope.open() : null;
            Tensor x = Tensor.randn(Shape.of(16, 8), rng);
            w.zeroGrad();
            Variable.of(x).matmul(w).tanh().square().mean().backward();
            w.update(value -> value.copyFrom(value.sub(w.grad().mul(0.5))));
            if (scope != null)
                scope.close();
        }
        return w.data().toFloatArray();
    }

    @Test
    void graphsOfDifferentThreadsDoNotMeet() throws Exception {
        try (var pool = Executors.newFixedThreadPool(4)) {
            var tasks = new ArrayList<Callable<Double>>();
            for (int t = 0; t < 16; t++) {
                double start = t;
                tasks.add(() -> {
                    var x = Variable.tracked(Tensor.of(start));
                    return Variable.gradients(x.pow(3).sum(), List.of(x), false).getFirst().item();
                });
            }
            var results = pool.invokeAll(tasks);
            for (int t = 0; t < 16; t++)
                assertThat(results.get(t).get()).isEqualTo(3.0 * t * t);
        }
    }

    @Test
    void wrongUseIsNamed() {
        var x = Variable.tracked(Tensor.ones(2));
        assertThatThrownBy(() -> x.backward()).isInstanceOf(ShapeException.class)
                .hasMessage(
                        "backward: the loss must be a single number; reduce it with sum() or mean(), "
                                + "or pass the upstream gradient (got [2])");
        assertThatThrownBy(() -> Variable.gradients(x.sum(), List.of(Variable.of(ONE)), false)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is a constant");
        assertThatThrownBy(() -> x.backward(Tensor.ones(3))).isInstanceOf(ShapeException.class)
                .hasMessage("gradients: output and upstream gradient differ in shape (got [2], [3])");
        assertThatThrownBy(() -> Variable.tracked(Tensor.of(1, 2))).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> new Parameter(Tensor.of(1L))).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> new Parameter(ONE).setGrad(Tensor.ones(2))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> new Parameter(ONE).set(Tensor.ones(2))).isInstanceOf(ShapeException.class);
    }
}
