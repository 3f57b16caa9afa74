package dev.sunda.optim;

import static dev.sunda.optim.Trajectory.gradient;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTests {
    static List<Function<List<Parameter>, Optimizer>> kinds() {
        return List.of(p -> new Sgd(p, 0.1), p -> new Sgd(p, 0.1, Sgd.Options.DEFAULT.withMomentum(0.9)), p -> new Adam(p, 0.01),
                p -> new AdamW(p, 0.01, new AdamOptions(0.9, 0.99, 1e-8, 0.1, true, false)), p -> new NAdam(p, 0.01),
                p -> new RAdam(p, 0.01), p -> new Adamax(p, 0.01),
                p -> new RmsProp(p, 0.01, new RmsProp.Options(0.9, 1e-8, 0, 0.9, true, false)),
                p -> new Adagrad(p, 0.01, new Adagrad.Options(0.1, 0, 0.5, 1e-10, false)), p -> new Adadelta(p, 1), p -> new Rprop(p, 0.01),
                p -> new Asgd(p, 0.01, new Asgd.Options(0.1, 0.5, 3, 0, false)), p -> new Lion(p, 0.01), p -> new Lamb(p, 0.01));
    }

    @ParameterizedTest @MethodSource("kinds")
    void goesOnWithTheSameBitsAfterRestoring(Function<List<Parameter>, Optimizer> kind) {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            var parameter = new Parameter(Trajectory.start().to(dtype));
            Optimizer optimizer = kind.apply(List.of(parameter));
            steps(optimizer, parameter, 0, 4);
            optimizer.setLearningRate(0, 0.05);
            Map<String, Tensor> saved = optimizer.stateDict();
            var copy = new Parameter(parameter.data().copy());
            Optimizer restored = kind.apply(List.of(copy));
            steps(optimizer, parameter, 4, 9);                       // must not change what was saved
            restored.loadStateDict(saved);
            steps(restored, copy, 4, 9);
            assertThat(copy.data().toDoubleArray()).isEqualTo(parameter.data().toDoubleArray());
            assertThat(restored.learningRate()).isEqualTo(0.05);
        }
    }

    @ParameterizedTest @MethodSource("kinds")
    void stateSurvivesStepScopes(Function<List<Parameter>, Optimizer> kind) {
        List<double[]> expected = Trajectory.of(kind);
        var parameter = new Parameter(Trajectory.start());
        Optimizer optimizer = kind.apply(List.of(parameter));
        for (int t = 0; t < Trajectory.STEPS; t++)
            try (var _ = StepScope.open()) {
                Trajectory.step(optimizer, parameter, t);
                Tensor.full(parameter.shape(), Double.NaN, DType.F64, Device.CPU);   // what a recycled buffer would hold
            }
        assertThat(parameter.data().toDoubleArray()).isEqualTo(expected.getLast());
    }

    @Test
    void namesItsState() {
        var first = new Parameter(Tensor.of(1f, 2f));
        var second = new Parameter(Tensor.of(3f));
        var optimizer = new AdamW(List.of(first, second), 0.01);
        second.setGrad(Tensor.of(1f));
        optimizer.step();
        Map<String, Tensor> state = optimizer.stateDict();
        assertThat(state.keySet()).containsExactly("group.0.lr", "group.0.initial_lr", "1.step", "1.exp_avg", "1.exp_avg_sq");
        assertThat(state.get("1.step").dtype()).isEqualTo(DType.I64);
        assertThat(state.get("1.step").item()).isEqualTo(1);
        assertThat(state.get("group.0.lr").dtype()).isEqualTo(DType.F64);
        assertThat(state.get("1.exp_avg").toFloatArray()).containsExactly(0.1f);
    }

    @Test
    void refusesForeignStateAndKeepsItsOwn() {
        var parameter = new Parameter(Trajectory.start());
        var optimizer = new Adam(List.of(parameter), 0.01);
        steps(optimizer, parameter, 0, 2);
        var good = optimizer.stateDict();
        assertRefused(optimizer, with(good, "0.exp_avg", null), "Adam: the saved state lacks 0.exp_avg");
        assertRefused(optimizer, with(good, "group.0.lr", null), "Adam: the saved state lacks group.0.lr");
        assertRefused(optimizer, with(good, "0.exp_avg", Tensor.of(1.0)), "Adam: the saved 0.exp_avg must have shape [3] (got [1])");
        assertRefused(optimizer, with(good, "7.step", Tensor.of(1L)), "unknown: 7.step");
        assertRefused(optimizer, with(good, "group.0.lr", Tensor.scalar(-1, DType.F64, Device.CPU)),
                "Adam: group.0.lr must be 0 or more (got -1.0)");
        assertThat(optimizer.stateDict()).hasSameSizeAs(good);
        assertThat(optimizer.stateDict().get("0.exp_avg").toDoubleArray()).isEqualTo(good.get("0.exp_avg").toDoubleArray());
    }

    @Test
    void groupsHaveTheirOwnRatesAndOptions() {
        var decayed = new Parameter(Tensor.of(10.0));
        var plain = new Parameter(Tensor.of(10.0));
        var optimizer = new Sgd(List.of(new ParameterGroup<>(List.of(decayed), 0.1, Sgd.Options.DEFAULT.withWeightDecay(0.5)),
                new ParameterGroup<>(List.of(plain), 0.2, Sgd.Options.DEFAULT)));
        decayed.setGrad(Tensor.of(1.0));
        plain.setGrad(Tensor.of(1.0));
        optimizer.step();
        assertThat(decayed.data().item()).isEqualTo(10 - 0.1 * (1 + 0.5 * 10));
        assertThat(plain.data().item()).isEqualTo(10 - 0.2);
        Schedule.exponential(0.5).apply(optimizer, 2);
        assertThat(optimizer.learningRate(0)).isEqualTo(0.025);
        assertThat(optimizer.learningRate(1)).isEqualTo(0.05);
        assertThat(optimizer.baseLearningRate(1)).isEqualTo(0.2);
    }

    /// As from the start, where the parameters had no gradient before.
    @Test
    void aGroupCanBeAddedAndRestored() {
        var expected = new Trio();
        var whole = new AdamW(List.of(expected.group(0, 0.1), expected.group(1, 0.01)));
        var actual = new Trio();
        var grown = new AdamW(List.of(actual.group(0, 0.1)));
        expected.step(whole, 0, 1);
        actual.step(grown, 0, 1);
        Map<String, Tensor> before = grown.stateDict();
        grown.setLearningRate(0, 0.05);
        whole.setLearningRate(0, 0.05);
        grown.addGroup(actual.group(1, 0.01));
        for (int t = 1; t < 4; t++) {
            expected.step(whole, t, 3);
            actual.step(grown, t, 3);
        }
        assertThat(actual.numbers()).isEqualTo(expected.numbers());
        assertThat(grown.groups()).isEqualTo(2);
        assertThat(grown.learningRate(1)).isEqualTo(grown.baseLearningRate(1)).isEqualTo(0.01);
        assertThat(grown.stateDict().keySet()).isEqualTo(whole.stateDict().keySet());
        var copy = new Trio();
        for (int i = 0; i < 3; i++)
            copy.all.get(i).set(actual.all.get(i).data());
        var resumed = new AdamW(List.of(copy.group(0, 0.1), copy.group(1, 0.01)));
        resumed.loadStateDict(grown.stateDict());
        actual.step(grown, 4, 3);
        copy.step(resumed, 4, 3);
        assertThat(copy.numbers()).isEqualTo(actual.numbers());
        assertRefused(grown, before, "AdamW: the saved state lacks group.1.lr");
    }

    @Test
    void aGroupThatDoesNotFitChangesNothing() {
        var trio = new Trio();
        var optimizer = new AdamW(List.of(trio.group(0, 0.1)));
        var twice = new ParameterGroup<>(List.of(trio.all.get(1), trio.all.get(0)), 0.1, AdamW.DEFAULT);
        assertThatThrownBy(() -> optimizer.addGroup(twice)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("AdamW: each parameter may appear once (parameter 2 of shape [3] appeared before)");
        assertThatThrownBy(() -> optimizer.addGroup(trio.group(1, -1))).hasMessage("AdamW: learning rate must be 0 or more (got -1.0)");
        assertThat(optimizer.groups()).isEqualTo(1);
        var amsgrad = new ParameterGroup<>(List.of(trio.all.get(1)), 0.1, AdamW.DEFAULT.withAmsgrad(true));
        var lamb = new Lamb(List.of(trio.all.get(0)), 0.1);
        assertThatThrownBy(() -> lamb.addGroup(amsgrad)).hasMessageContaining("no AMSGrad form");
        assertThat(lamb.groups()).isEqualTo(1);
        optimizer.addGroup(amsgrad);
        var sgd = new Sgd(List.of(trio.all.get(0)), 0.1);
        sgd.addGroup(new ParameterGroup<>(List.of(trio.all.get(1)), 1, Sgd.Options.DEFAULT.withMomentum(0.5)));
        assertThat(sgd.momentum(1)).isEqualTo(0.5);
    }

    /// Three parameters, of which the second and third form a group.
    private static final class Trio {
        private final List<Parameter> all =
                List.of(new Parameter(Trajectory.start()), new Parameter(Trajectory.start()), new Parameter(Trajectory.start()));

        ParameterGroup<AdamOptions> group(int number, double rate) {
            return new ParameterGroup<>(number == 0 ? all.subList(0, 1) : all.subList(1, 3), rate, AdamW.DEFAULT);
        }

        void step(Optimizer optimizer, int t, int used) {
            all.subList(0, used).forEach(parameter -> parameter.setGrad(gradient(t)));
            optimizer.step();
        }

        List<Double> numbers() {
            return all.stream().flatMapToDouble(parameter -> Arrays.stream(parameter.data().toDoubleArray())).boxed().toList();
        }
    }

    @Test
    void leavesFrozenParametersAndThoseWithoutGradientAlone() {
        var frozen = new Parameter(Tensor.of(1.0));
        var unused = new Parameter(Tensor.of(2.0));
        var used = new Parameter(Tensor.of(3.0));
        var optimizer = new Sgd(List.of(frozen, unused, used), 1, Sgd.Options.DEFAULT.withWeightDecay(0.1));
        frozen.setGrad(Tensor.of(1.0));
        used.setGrad(Tensor.of(1.0));
        frozen.freeze();
        optimizer.step();
        assertThat(List.of(frozen.data().item(), unused.data().item(), used.data().item())).containsExactly(1.0, 2.0, 3 - 1.3);
        optimizer.zeroGrad();
        assertThat(used.grad()).isNull();
    }

    @Test
    void aStepMakesOlderGraphsStale() {
        var parameter = new Parameter(Tensor.of(3.0));
        var loss = parameter.square().sum();
        parameter.setGrad(Tensor.of(1.0));
        new Sgd(List.of(parameter), 0.1).step();
        assertThatThrownBy(loss::backward).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesNoParametersAndTwins() {
        var parameter = new Parameter(Tensor.of(3.0));
        assertThatThrownBy(() -> new Sgd(List.of(), 0.1)).hasMessageStartingWith("Sgd: there is no parameter to train");
        assertThatThrownBy(() -> new Sgd(List.of(parameter, parameter), 0.1)).hasMessageStartingWith("Sgd: each parameter may appear once");
    }

    @Test
    void refusesToStepAfterMovingBeforeAnythingChanges() {
        var stays = new Parameter(Tensor.of(1.0));
        var moves = new Parameter(Tensor.of(1.0));
        var optimizer = new Adam(List.of(stays, moves), 0.1);
        stays.setGrad(gradient(0).narrow(0, 0, 1));
        moves.setGrad(gradient(0).narrow(0, 0, 1));
        optimizer.step();
        double before = stays.data().item();
        moves.moveTo(Device.REFERENCE);
        assertThatThrownBy(optimizer::step).isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Adam: parameter 1 is float64 on reference but its state is not; "
                                + "make the optimizer after moving or converting the model");
        assertThat(stays.data().item()).isEqualTo(before);
    }

    @Test
    void refusesAGradientOfAnotherTypeBeforeAnythingChanges() {
        var first = new Parameter(Tensor.of(1.0));
        var second = new Parameter(Tensor.of(1.0));
        var optimizer = new Adam(List.of(first, second), 0.1);
        first.setGrad(Tensor.of(1.0));
        second.setGrad(Tensor.of(1.0).to(Device.REFERENCE));
        assertThatThrownBy(optimizer::step).isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Adam: parameter 1 and its gradient differ in type or device");
        assertThat(first.data().item()).isEqualTo(1);
    }

    @Test
    void savedStateOutlivesTheStepScopeItWasTakenIn() {
        var parameter = new Parameter(Tensor.of(1.0));
        var optimizer = new Adam(List.of(parameter), 0.1);
        parameter.setGrad(Tensor.of(1.0));
        optimizer.step();
        Map<String, Tensor> state;
        try (var _ = StepScope.open()) {
            state = optimizer.stateDict();
        }
        assertThat(state.values()).allSatisfy(x -> assertThat(x.toDoubleArray()).isNotEmpty());
    }

    @Test
    void momentumIsSetSavedAndRestored() {
        var parameter = new Parameter(Trajectory.start());
        var optimizer = new Adam(List.of(parameter), 0.01);
        assertThat(optimizer.momentum(0)).isEqualTo(0.9);
        assertThat(optimizer.stateDict()).doesNotContainKey("group.0.momentum");
        optimizer.setMomentum(0, 0.7);
        assertThat(optimizer.baseMomentum(0)).isEqualTo(0.9);
        var restored = new Adam(List.of(parameter), 0.01);
        restored.loadStateDict(optimizer.stateDict());
        assertThat(restored.momentum(0)).isEqualTo(0.7);
        var plain = new Sgd(List.of(parameter), 0.1);
        assertThat(plain.momentum(0)).isZero();
        assertThatThrownBy(() -> plain.setMomentum(0, 0.9)).isInstanceOf(IllegalArgumentException.class).hasMessage(
                "Sgd: there is no momentum to set in group 0 (got 0.9); "
                        + "use an optimizer that has one, and make it with a momentum above 0");
        assertThatThrownBy(() -> optimizer.setMomentum(0, 1)).hasMessage("Adam: momentum must be at least 0 and less than 1 (got 1.0)");
    }

    @ParameterizedTest @MethodSource("kinds")
    void momentumThatWasSetTakesPart(Function<List<Parameter>, Optimizer> kind) {
        var parameter = new Parameter(Trajectory.start());
        var twin = new Parameter(Trajectory.start());
        Optimizer optimizer = kind.apply(List.of(parameter));
        Optimizer other = kind.apply(List.of(twin));
        if (optimizer.momentum(0) == 0)
            return;
        other.setMomentum(0, 0.99);
        steps(optimizer, parameter, 0, 9);
        steps(other, twin, 0, 9);
        assertThat(twin.data().toDoubleArray()).isNotEqualTo(parameter.data().toDoubleArray());
    }

    private static void steps(Optimizer optimizer, Parameter parameter, int from, int to) {
        for (int t = from; t < to; t++) {
            parameter.setGrad(gradient(t).to(parameter.dtype()));
            optimizer.step();
        }
    }

    private static void assertRefused(Optimizer optimizer, Map<String, Tensor> state, String message) {
        assertThatThrownBy(() -> optimizer.loadStateDict(state)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    private static Map<String, Tensor> with(Map<String, Tensor> state, String name, Tensor value) {
        var changed = new LinkedHashMap<>(state);
        if (value == null)
            changed.remove(name);
        else
            changed.put(name, value);
        return changed;
    }

    /// What is saved after a step that broke off can be loaded.
    @Test
    void aFirstStepThatBreaksOffIsNone() {
        var parameter = new Parameter(Tensor.of(1.0));
        var optimizer = new Optimizer(List.of(new ParameterGroup<>(List.of(parameter), 0.1, 0))) {
            @Override
            protected List<String> buffers(int group) {
                return List.of("mean");
            }

            @Override
            protected void update(List<Turn> turns) {
                throw new IllegalStateException("the device is lost");
            }
        };
        parameter.setGrad(Tensor.of(1.0));
        assertThatThrownBy(optimizer::step).hasMessage("the device is lost");
        Map<String, Tensor> state = optimizer.stateDict();
        assertThat(state).containsOnlyKeys("group.0.lr", "group.0.initial_lr");
        optimizer.loadStateDict(state);
    }

    @Test
    void groupsThatAreNotThereAreNamed() {
        var optimizer = new Sgd(List.of(new Parameter(Tensor.ones(1))), 0.1, Sgd.Options.DEFAULT.withMomentum(0.9));
        for (int group : new int[] {-1, 1}) {
            String message = "Sgd: the groups are 0 to 0 (got " + group + ")";
            assertThatThrownBy(() -> optimizer.learningRate(group)).hasMessage(message);
            assertThatThrownBy(() -> optimizer.baseLearningRate(group)).hasMessage(message);
            assertThatThrownBy(() -> optimizer.setLearningRate(group, 1)).hasMessage(message);
            assertThatThrownBy(() -> optimizer.momentum(group)).hasMessage(message);
            assertThatThrownBy(() -> optimizer.baseMomentum(group)).hasMessage(message);
            assertThatThrownBy(() -> optimizer.setMomentum(group, 0.5)).hasMessage(message);
        }
    }
}
