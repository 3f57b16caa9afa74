package dev.sunda.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Expected numbers were computed with the formulas in NumPy; PyTorch's, in bfloat16, agree to two digits.
class MuonTests {
    private static double[] after(int rows, int columns, Muon.Options options) {
        double[] start = IntStream.range(0, 6).mapToDouble(i -> i * 0.25 - 0.5).toArray();
        var parameter = new Parameter(Tensor.of(start, Shape.of(rows, columns)));
        var optimizer = new Muon(List.of(parameter), 0.1, options);
        for (int t = 0; t < 3; t++) {
            int step = t;
            double[] slope = IntStream.range(0, 6).mapToDouble(i -> StrictMath.sin(i + step)).toArray();
            parameter.setGrad(Tensor.of(slope, Shape.of(rows, columns)));
            optimizer.step();
        }
        return parameter.data().toDoubleArray();
    }

    @Test
    void tallMatrices() {
        Trajectory.assertClose(after(3, 2, Muon.Options.DEFAULT), -0.5214546696526842, -0.4328452127709866, -0.1934445745861803,
                0.4514252300537556, 0.6824573651751776, 0.7441697795995418);
    }

    @Test
    void wideMatricesWithOtherOptions() {
        var options = new Muon.Options(0.9, false, 0, 3, 1e-7, Muon.Ratio.MATCH_ADAMW, false);
        Trajectory.assertClose(after(2, 3, options), -0.5699767543021464, -0.29350162231647003, 0.022968700608958975, 0.21423430910554156,
                0.5324991865383033, 0.8208844617454264);
    }

    @Test
    void othersAreTrainedByAdamW() {
        var matrix = new Parameter(Tensor.ones(2, 2));
        var bias = new Parameter(Trajectory.start());
        var twin = new Parameter(Trajectory.start());
        var optimizer = new Muon(List.of(new ParameterGroup<>(List.of(matrix), 0.1, Muon.Options.DEFAULT)),
                List.of(new ParameterGroup<>(List.of(bias), 0.01, AdamW.DEFAULT)));
        var adamW = new AdamW(List.of(twin), 0.01);
        for (int t = 0; t < 4; t++) {
            matrix.setGrad(Tensor.ones(2, 2));
            Trajectory.step(adamW, twin, t);
            bias.setGrad(Trajectory.gradient(t));
            optimizer.step();
        }
        assertThat(bias.data().toDoubleArray()).isEqualTo(twin.data().toDoubleArray());
        assertThat(optimizer.stateDict().keySet()).contains("0.momentum_buffer", "1.exp_avg", "1.exp_avg_sq", "group.1.lr");
        assertThat(optimizer.momentum(0)).isEqualTo(0.95);
        assertThat(optimizer.momentum(1)).isEqualTo(0.9);
    }

    @Test
    void groupsOfBothKindsCanBeAdded() {
        var matrix = new Parameter(Tensor.ones(2, 2));
        var other = new Parameter(Tensor.ones(2, 2));
        var bias = new Parameter(Trajectory.start());
        var optimizer = new Muon(List.of(matrix), 0.1);
        optimizer.addOtherGroup(new ParameterGroup<>(List.of(bias), 0.01, AdamW.DEFAULT));
        optimizer.addGroup(new ParameterGroup<>(List.of(other), 0.1, Muon.Options.DEFAULT));
        assertThatThrownBy(() -> optimizer.addGroup(new ParameterGroup<>(List.of(new Parameter(Tensor.ones(2))), 1, Muon.Options.DEFAULT)))
                .hasMessageContaining("must be matrices");
        for (Parameter p : List.of(matrix, other))
            p.setGrad(Tensor.of(1f, 2, 3, 5).reshape(2, 2));
        bias.setGrad(Trajectory.gradient(0));
        optimizer.step();
        assertThat(other.data().toFloatArray()).isEqualTo(matrix.data().toFloatArray());
        assertThat(optimizer.stateDict().keySet()).contains("0.momentum_buffer", "1.exp_avg", "2.momentum_buffer");
        assertThat(optimizer.groups()).isEqualTo(3);
    }

    @Test
    void zeroAndEmptyMatricesStayWhole() {
        var matrix = new Parameter(Tensor.ones(2, 2));
        var empty = new Parameter(Tensor.ones(0, 2));
        matrix.setGrad(Tensor.zeros(2, 2));
        empty.setGrad(Tensor.zeros(0, 2));
        new Muon(List.of(matrix, empty), 0.1, Muon.Options.DEFAULT.withWeightDecay(0)).step();
        assertThat(matrix.data().toFloatArray()).containsExactly(1, 1, 1, 1);
        assertThat(empty.data().toFloatArray()).isEmpty();
    }

    @Test
    void refusesWhatIsNoMatrix() {
        assertThatThrownBy(() -> new Muon(List.of(new Parameter(Trajectory.start())), 0.1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Muon: the parameters must be matrices (got [3]); give others in groups of AdamOptions");
        assertThatThrownBy(() -> Muon.Options.DEFAULT.withMomentum(1))
                .hasMessage("Muon: momentum must be at least 0 and less than 1 (got 1.0)");
        assertThatThrownBy(() -> new Muon.Options(0.9, true, 0, 100, 0, Muon.Ratio.ORIGINAL, false))
                .hasMessage("Muon: steps must be from 1 to 99 (got 100)");
    }
}
