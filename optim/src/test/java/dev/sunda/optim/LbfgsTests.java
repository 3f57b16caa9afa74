package dev.sunda.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Rosenbrock's valley, and one more parameter coupled to it; expected numbers were computed with PyTorch 2.13.
class LbfgsTests {
    private final Parameter p = new Parameter(Tensor.of(-1.2, 1.0));
    private final Parameter q = new Parameter(Tensor.of(new double[] {0.5}, Shape.of(1, 1)));

    private Variable loss() {
        Variable x = p.select(0, 0);
        Variable y = p.select(0, 1);
        return y.sub(x.square()).square().mul(100).add(x.neg().add(1).square()).add(q.sub(2).square().sum().mul(x.square().add(1)));
    }

    private Lbfgs optimizer(Lbfgs.Options options) {
        return new Lbfgs(List.of(p, q), options);
    }

    private void assertAt(double... expected) {
        assertThat(Tensor.cat(List.of(p.data(), q.data().reshape(1)), 0).toDoubleArray()).containsExactly(expected, Offset.offset(1e-9));
    }

    @Test
    void lineSearch() {
        var optimizer = optimizer(new Lbfgs.Options(1, 4, 20, 1e-7, 1e-9, 100, true));
        assertThat(optimizer.step(this::loss)).isCloseTo(29.689999999999998, Offset.offset(1e-9));
        assertAt(-1.0211744820973163, 1.018048803723557, 0.5833338082674399);
        assertThat(optimizer.step(this::loss)).isCloseTo(8.246173196568918, Offset.offset(1e-9));
        assertAt(-0.7815492064091615, 0.5753029905165198, 1.8124921869480666);
        assertThat(optimizer.evaluations()).isEqualTo(11);
    }

    @Test
    void fixedStepsAndAShortHistory() {
        var optimizer = optimizer(new Lbfgs.Options(0.1, 5, 6, 1e-7, 1e-9, 2, false));
        for (int i = 0; i < 3; i++)
            optimizer.step(this::loss);
        assertAt(-1.0450658416244463, 1.0502970240789367, 0.5513380753561724);
        assertThat(optimizer.evaluations()).isEqualTo(15);
    }

    @Test
    void findsTheMinimum() {
        for (DType dtype : List.of(DType.F64, DType.F32)) {
            p.convertTo(dtype);
            q.convertTo(dtype);
            p.set(Tensor.of(-1.2, 1.0));
            q.set(Tensor.of(new double[] {0.5}, Shape.of(1, 1)));
            var optimizer = optimizer(Lbfgs.Options.DEFAULT.withStrongWolfe());
            for (int i = 0; i < 5; i++)
                try (var _ = StepScope.open()) {
                    optimizer.step(this::loss);
                }
            assertThat(p.data().toDoubleArray()).containsExactly(new double[] {0.9999963713595318, 0.9999926660573004},
                    Offset.offset(dtype == DType.F64 ? 1e-9 : 1e-2));
        }
    }

    @Test
    void goesOnWithTheSameBitsAfterRestoring() {
        var options = new Lbfgs.Options(0.5, 2, 10, 1e-7, 1e-9, 3, true);
        var whole = optimizer(options);
        var twin = new LbfgsTests();
        Lbfgs restored = twin.optimizer(options);
        for (int i = 0; i < 6; i++) {
            whole.step(this::loss);
            Lbfgs next = twin.optimizer(options);
            next.loadStateDict(restored.stateDict());
            restored = next;
            restored.step(twin::loss);
            assertThat(twin.p.data().toDoubleArray()).isEqualTo(p.data().toDoubleArray());
        }
        assertThat(restored.evaluations()).isEqualTo(whole.evaluations());
        assertThat(restored.stateDict().keySet()).contains("d", "t", "H_diag", "prev_flat_grad", "old_dirs.0", "old_stps.2", "n_iter");
    }

    @Test
    void frozenParametersStay() {
        q.freeze();
        optimizer(Lbfgs.Options.DEFAULT.withStrongWolfe()).step(this::loss);
        assertThat(q.data().item()).isEqualTo(0.5);
        assertThat(p.data().toDoubleArray()[0]).isNotEqualTo(-1.2);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> new Lbfgs(List.of(), Lbfgs.Options.DEFAULT)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Lbfgs: there is no parameter to train (got 0); pass model.parameters()");
        assertThatThrownBy(() -> new Lbfgs(List.of(p, p), Lbfgs.Options.DEFAULT))
                .hasMessage("Lbfgs: each parameter may appear once (got 2)");
        assertThatThrownBy(() -> new Lbfgs(List.of(p, new Parameter(Tensor.of(1f))), Lbfgs.Options.DEFAULT))
                .hasMessageStartingWith("Lbfgs: all parameters must have one type and device");
        assertThatThrownBy(() -> Lbfgs.Options.DEFAULT.withLearningRate(-1))
                .hasMessage("Lbfgs: learning rate must be 0 or more (got -1.0)");
        var optimizer = optimizer(Lbfgs.Options.DEFAULT);
        optimizer.step(this::loss);
        var state = new LinkedHashMap<>(optimizer.stateDict());
        state.put("x", Tensor.of(1.0));
        assertThatThrownBy(() -> optimizer.loadStateDict(state)).hasMessageContaining("unknown: x");
        state.remove("d");
        state.remove("x");
        assertThatThrownBy(() -> optimizer.loadStateDict(state)).isInstanceOf(IllegalArgumentException.class);
    }
}
