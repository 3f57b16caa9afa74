package dev.sunda.nn;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.RecurrentLayer.Options;
import dev.sunda.nn.functional.OpChecks;
import dev.sunda.nn.functional.Recurrences.Nonlinearity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The expected numbers were computed by PyTorch 2.13 in float64, with parameters `ramp(shape) / 2`.
class RecurrentLayerTests {
    private final Rng rng = new Rng(5);

    private static <L extends Layer> L filled(L layer) {
        layer.to(DType.F64);
        layer.parameters().forEach(p -> p.set(ramp(p.shape().sizes()).mul(0.5)));
        return layer;
    }

    private static Variable input(int... sizes) {
        return Variable.of(ramp(sizes));
    }

    @Test
    void simpleLayersRunInBothDirections() {
        var options = Options.DEFAULT.withLayers(2).withBidirectional(true);
        var result = filled(new Rnn(2, 2, Nonlinearity.RELU, options, rng)).forward(input(3, 2, 2), null);
        assertClose("outputs", result.output().data(), 0.0197143554688, 0.078125, 0.0817260742188, 0.233154296875, 0.078125, 0,
                0.146890640259, 0.144570350647, 0, 0.291946411133, 0, 0.248046875, 0, 0.05712890625, 0, 0.275062561035, 0, 0.067964553833,
                0, 0, 0, 0.353149414062, 0, 0.317443847656);
        assertClose("states", result.h().data(), 0, 1.638671875, 0, 0.48681640625, 0, 1.58154296875, 0, 1.5625, 0, 0.067964553833, 0,
                0.353149414062, 0.0817260742188, 0.233154296875, 0.146890640259, 0.144570350647);
    }

    @Test
    void gatedUnitsStopWhereASampleEnds() {
        var options = Options.DEFAULT.withLayers(2).withBidirectional(true);
        var result = filled(new Gru(2, 1, options, rng)).forward(input(3, 2, 2), null, new int[] {1, 3});
        assertClose("outputs", result.output().data(), -0.103411490954, -0.103411490954, -0.1018987504, -0.214748677838, 0, 0,
                -0.17870221841, -0.188601647691, 0, 0, -0.230406400467, -0.11787245302);
        assertClose("states", result.h().data(), -0.147728038029, 0.0161769273656, -0.147728038029, -0.158702732359, -0.103411490954,
                -0.230406400467, -0.103411490954, -0.214748677838);
    }

    @Test
    void cellsAreProjected() {
        var layer = filled(new Lstm(2, 3, 1, Options.DEFAULT.withLayers(2).withBatchFirst(true), rng));
        var result = layer.forward(input(3, 2, 2), input(2, 3, 1), input(2, 3, 3));
        assertClose("outputs", result.output().data(), -0.318343805419, -0.245247645729, -0.248810473306, -0.209853976135, -0.178887427909,
                -0.167850723123);
        assertClose("states", result.h().data(), 0.0836252794566, -0.254365958725, -0.308641698805, -0.245247645729, -0.209853976135,
                -0.167850723123);
        assertClose("cells", result.c().data(), -0.276680759352, -0.177085205385, -0.0817020826714, 1.0890437468, 0.363859244944,
                -0.576983127846, 0.725129343073, -0.302072662257, -0.597371535006, 0.754228825293, -0.0840092634283, -0.464166975879,
                0.577690119462, -0.152648587504, -0.211041492572, 0.4147734187, -0.218438902265, -0.188582568822);
    }

    @Test
    void gradientsOfSamplesOfDifferentLengths() {
        var layer = filled(new Lstm(2, 2, 0, Options.DEFAULT.withBidirectional(true), rng));
        var result = layer.forward(input(3, 2, 2), null, null, new int[] {3, 2});
        assertClose("outputs", result.output().data(), 0.200825748537, -0.162287220058, 0.198647978326, -0.226890161911, 0.162494728865,
                -0.285068612032, 0.14777049057, -0.334947415735, 0.0866785994471, -0.270112714138, 0.0783667249418, -0.286668633971,
                0.0534562189248, -0.488232769967, -0.0253041549989, -0.245091932129, 0.186879661355, -0.271670863087, 0.187804943735,
                -0.203038902208, 0, 0, 0, 0);
        assertClose("cells", result.c().data(), 0.292325613877, -0.91697269326, 0.0672516206604, -0.934947110402, 0.311677315376,
                -0.841038392666, 0.231515582222, -0.961982458049);
        result.output().sum().add(result.h().mul(input(2, 2, 2)).sum()).add(result.c().square().sum()).backward();
        var gradients = layer.namedParameters();
        assertClose("weight_ih_l0", gradients.get("weight_ih_l0").grad(), -0.376925237648, 0.315307603356, -0.0987904431521, 0.268330042715,
                0.0402842414664, -0.0415647755806, -0.0730535479996, 0.108749905731, -0.234167290378, 0.187421706636, 0.209412210985,
                -0.390695499293, -0.0808563487479, 0.0694898480568, 0.0951142352822, -0.363628801918);
        assertClose("weight_hh_l0_reverse", gradients.get("weight_hh_l0_reverse").grad(), 0.00320418902533, -0.124481284438, 0.013974012121,
                -0.127237613377, 0.0187641256522, -0.0232757819083, 0.0212234157341, -0.103744128954, 0.0406667092587, -0.172056336364,
                -0.0818390378012, 0.32442138289, 0.00669121893129, -0.0526018237447, -0.0403316448933, 0.101508034951);
        assertClose("bias_hh_l0", gradients.get("bias_hh_l0").grad(), 0.31200330232, 0.536639432176, 0.109915727705, 0.323886665636,
                0.488500561445, -1.24571884023, 0.11869548415, -1.12783387193);
    }

    @Test
    void paddingIsNotLookedAt() {
        var layer = filled(new Gru(2, 2, Options.DEFAULT.withBidirectional(true), rng));
        Tensor x = ramp(3, 2, 2);
        Tensor broken = x.copy();
        broken.narrow(0, 2, 1).copyFrom(Tensor.full(Shape.of(1, 2, 2), Double.NaN, DType.F64, Device.CPU));
        int[] lengths = {2, 1};
        layer.forward(Variable.of(broken), null, lengths).output().sum().backward();
        Tensor gradient = layer.parameters().getFirst().grad().copy();
        layer.zeroGrad();
        layer.forward(Variable.of(x), null, lengths).output().sum().backward();
        assertThat(gradient.toDoubleArray()).isEqualTo(layer.parameters().getFirst().grad().toDoubleArray());
    }

    @Test
    void aSequenceWithoutBatch() {
        var layer = filled(new Gru(2, 2, rng));
        var result = layer.forward(input(3, 2), null);
        assertClose("outputs", result.output().data(), 0.529398739341, -0.234282270309, 0.617776932768, -0.373339610883, 0.16216715874,
                -0.318692411781);
        assertThat(result.h().shape()).isEqualTo(Shape.of(1, 2));
        assertThat(layer.forward(input(4, 0, 2), null).output().shape()).isEqualTo(Shape.of(4, 0, 2));
    }

    @Test
    void aCellIsOneStep() {
        var cell = filled(new LstmCell(2, 2, rng));
        var state = cell.forward(input(1, 2), input(1, 2), input(1, 2));
        assertClose("state", state.h().data(), 0.162307895045, -0.0762101727686);
        assertClose("cells", state.c().data(), 0.31562326392, -0.420162101057);
        assertThat(cell.stateDict().keySet()).containsExactly("weight_ih", "weight_hh", "bias_ih", "bias_hh");
        var layer = new Gru(3, 4, rng);
        var gru = new GruCell(3, 4, rng);
        var rnn = new RnnCell(3, 4, false, Nonlinearity.RELU, rng);
        for (int i = 0; i < 4; i++)
            gru.parameters().get(i).set(layer.parameters().get(i).data());
        Variable x = Variable.of(Tensor.randn(Shape.of(2, 5, 3), rng));
        Variable h = gru.forward(x.select(0, 1), gru.forward(x.select(0, 0)));
        assertThat(h.data().toFloatArray()).isEqualTo(layer.forward(x, null).h().data().toFloatArray());
        assertThat(rnn.describe()).isEqualTo("RnnCell(3 -> 4, no bias, relu)");
        assertThat(rnn.forward(x.select(0, 0)).shape()).isEqualTo(Shape.of(5, 4));
        assertThatThrownBy(() -> rnn.forward(x)).hasMessage(
                "in RnnCell(3 -> 4, no bias, relu): rnnCell: the input must be [batch, width] or [width] (got [2, 5, 3])");
    }

    /// So many samples that weights are packed, and samples that end early.
    @Test
    void stepsHaveTheBitsOfSingleOperations() {
        int[] lengths = new int[40];
        Arrays.setAll(lengths, n -> 1 + n % 3);
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            Variable x = Variable.of(Tensor.randn(Shape.of(3, 40, 5), rng, dtype, Device.CPU));
            for (Layer layer : List.of(new Rnn(5, 36, Nonlinearity.TANH, Options.DEFAULT, rng), new Gru(5, 36, rng),
                    new Lstm(5, 36, rng), new Lstm(5, 96, rng))) {
                layer.to(dtype);
                var p = layer.parameters();
                Variable inputs = x.matmul(p.get(0).mT(), p.get(2));
                Variable h = Variable.of(Tensor.zeros(Shape.of(40, p.get(1).size(1)), dtype, Device.CPU));
                var state = List.of(h, h);
                var states = new ArrayList<Variable>();
                for (int t = 0; t < 3; t++) {
                    state = single(inputs.select(0, t), state, state.getFirst().matmul(p.get(1).mT(), p.get(3)));
                    states.add(state.getFirst());
                }
                Tensor expected = Variable.stack(states, 0).data();
                assertClose("recorded", output(layer, x, null), expected, 0);
                assertClose("not recorded", GradMode.noGrad(() -> output(layer, x, null)), expected, 0);
                assertClose("lengths", GradMode.noGrad(() -> output(layer, x, lengths)), output(layer, x, lengths), 0);
            }
        }
    }

    private static Tensor output(Layer layer, Variable x, int[] lengths) {
        return switch (layer) {
            case Rnn rnn -> rnn.forward(x, null, lengths).output().data();
            case Gru gru -> gru.forward(x, null, lengths).output().data();
            case Lstm lstm -> lstm.forward(x, null, null, lengths).output().data();
            default -> throw new AssertionError(layer);
        };
    }

    private static List<Variable> single(Variable x, List<Variable> state, Variable product) {
        Variable h = state.get(0);
        int gates = x.size(1) / h.size(1);
        if (gates == 1)
            return List.of(x.add(product).tanh(), h);
        var a = x.chunk(gates, 1);
        var b = product.chunk(gates, 1);
        Variable first = a.get(0).add(b.get(0)).sigmoid();
        Variable second = a.get(1).add(b.get(1)).sigmoid();
        if (gates == 3) {
            Variable n = a.get(2).add(first.mul(b.get(2))).tanh();
            return List.of(n.add(second.mul(h.sub(n))), h);
        }
        Variable c = second.mul(state.get(1)).add(first.mul(a.get(2).add(b.get(2)).tanh()));
        return List.of(a.get(3).add(b.get(3)).sigmoid().mul(c.tanh()), c);
    }

    @Test
    void parametersAndOptionsArePyTorchs() {
        var layer = new Lstm(3, 4, 2, new Options(2, true, true, 0.5, true), rng);
        assertThat(layer.stateDict().keySet()).startsWith("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_hr_l0",
                "weight_ih_l0_reverse").endsWith("weight_hr_l1_reverse").hasSize(20);
        assertThat(layer.namedParameters().get("weight_ih_l1").shape()).isEqualTo(Shape.of(16, 4));
        assertThat(layer.describe()).isEqualTo("Lstm(3 -> 4, projected to 2, layers 2, batch first, dropout 0.5, bidirectional)");
        assertThat(layer.parameters().getFirst().data().abs().amax(Dims.all()).item()).isBetween(0.2, 0.5);
        assertThatThrownBy(() -> layer.forward(Tensor.zeros(2, 5, 4))).isInstanceOf(ShapeException.class)
                .hasMessageEndingWith("lstm: the input has 4 columns but its weight has 3 (got [2, 5, 4], [16, 3])");
        assertThatThrownBy(() -> new Lstm(3, 2, 2, Options.DEFAULT, rng))
                .hasMessage("Lstm: the projection must be narrower than the state (got 2, 2)");
        assertThatThrownBy(() -> new Gru(0, 2, rng)).hasMessage("Gru: the width of the input must be at least 1 (got 0)");
        assertThatThrownBy(() -> Options.DEFAULT.withLayers(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void dropoutFollowsItsOwnStreamAndOnlyInTraining() {
        var layer = new Gru(3, 4, Options.DEFAULT.withLayers(3).withDropout(0.5), rng);
        Tensor x = Tensor.randn(Shape.of(5, 2, 3), rng);
        float[] first = layer.forward(x).data().toFloatArray();
        assertThat(layer.forward(x).data().toFloatArray()).isNotEqualTo(first);
        layer.randomStates().get("rng").seek(0);
        assertThat(layer.forward(x).data().toFloatArray()).isEqualTo(first);
        layer.eval();
        assertThat(layer.forward(x).data().toFloatArray()).isEqualTo(layer.forward(x).data().toFloatArray());
    }

    @Test
    void gradientsReachEveryParameter() {
        for (Layer layer : List.of(new Rnn(3, 4, rng), new Gru(3, 4, Options.DEFAULT.withBidirectional(true), rng),
                new Lstm(3, 4, 2, Options.DEFAULT.withLayers(2), rng))) {
            layer.to(DType.F64);
            layer.forward(OpChecks.normal(Shape.of(3, 2, 3), rng, 0)).square().sum().backward();
            layer.namedParameters().forEach((name, p) -> assertThat(p.grad().abs().amax(Dims.all()).item()).as(name).isPositive());
        }
    }
}
