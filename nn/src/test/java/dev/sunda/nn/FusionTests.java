package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.GradCheck;
import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// What is computed together is what the layers compute one after the other.
class FusionTests {
    private static final Shape IMAGES = Shape.of(3, 5, 7, 6);

    private final Rng rng = new Rng(7);

    /// Value, then the gradients of input and parameters, in training and in evaluation.
    private void agrees(Sequential net, Tensor x) {
        for (boolean training : new boolean[] {true, false}) {
            if (training)
                net.train();
            else
                net.eval();
            var joined = run(net::forward, net, x);
            var apart = run(input -> {
                for (Layer layer : net.children())
                    input = layer.forward(input);
                return input;
            }, net, x);
            assertThat(joined.getFirst()).isEqualTo(apart.getFirst());
            for (int i = 1; i < apart.size(); i++)
                assertThat(joined.get(i)).usingComparatorWithPrecision(0f).containsExactly(apart.get(i));
            assertThat(GradMode.noGrad(() -> net.forward(x)).data().toFloatArray()).isEqualTo(apart.getFirst());
        }
    }

    private static List<float[]> run(UnaryOperator<Variable> net, Layer layers, Tensor x) {
        var leaves = new ArrayList<Variable>(layers.parameters());
        leaves.add(Variable.tracked(x));
        Variable y = net.apply(leaves.getLast());
        Tensor dy = Tensor.randn(y.shape(), new Rng(3)).to(y.dtype());
        var results = new ArrayList<float[]>();
        results.add(y.data().to(DType.F32).toFloatArray());
        for (Variable gradient : Gradients.gradients(List.of(y), List.of(Variable.of(dy)), leaves, false))
            results.add(gradient.data().to(DType.F32).toFloatArray());
        return results;
    }

    @Test
    void normAndRelu() {
        agrees(new Sequential(new BatchNorm2d(5), new Relu()), Tensor.randn(IMAGES, rng));
        agrees(new Sequential(new BatchNorm2d(5), new Relu(), new MaxPool2d(2)), Tensor.randn(IMAGES, rng));
        agrees(new Sequential(new MaxPool2d(2), new BatchNorm2d(5), new Relu(), new Relu()), Tensor.randn(IMAGES, rng));
    }

    @Test
    void convolutionAndRelu() {
        agrees(new Sequential(new Conv2d(5, 7, 3, rng), new Relu()), Tensor.randn(IMAGES, rng));
        agrees(new Sequential(new Conv2d(5, 4, 1, Conv2d.Options.DEFAULT.withBias(false), rng), new Relu(), new Relu(), new MaxPool2d(2)),
                Tensor.randn(IMAGES, rng));
        agrees(new Sequential(new Conv2d(5, 5, 3, Conv2d.Options.DEFAULT.withGroups(5), rng), new Relu(), new MaxPool2d(2)),
                Tensor.randn(IMAGES, rng));
        agrees(new Sequential(new Conv1d(5, 6, 3, rng), new Relu()), Tensor.randn(Shape.of(3, 5, 9), rng));
        agrees(new Sequential(new ConvTranspose2d(5, 6, 3, rng), new Relu()), Tensor.randn(IMAGES, rng));
        agrees(new Sequential(new Conv2d(5, 7, 3, rng), new Relu()), Tensor.randn(Shape.of(5, 7, 6), rng));
    }

    @Test
    void convolutionNormAndRelu() {
        for (boolean bias : new boolean[] {true, false}) {
            var conv = new Conv2d(5, 7, 3, Conv2d.Options.DEFAULT.withBias(bias), rng);
            var norm = new BatchNorm2d(7);
            norm.forward(conv.forward(Tensor.randn(IMAGES, rng)));   // statistics that are not 0 and 1
            agrees(new Sequential(conv, norm, new Relu()), Tensor.randn(IMAGES, rng));
            agrees(new Sequential(conv, norm, new Relu(), new MaxPool2d(2)), Tensor.randn(IMAGES, rng));
            agrees(new Sequential(conv, norm), Tensor.randn(IMAGES, rng));
            agrees(new Sequential(conv, new BatchNorm2d(7, new BatchNorm2d.Options(1e-3, 0.1, false, false)), new Relu()),
                    Tensor.randn(IMAGES, rng));
        }
    }

    @Test
    void reluAndPool() {
        agrees(new Sequential(new Relu(), new MaxPool2d(2)), Tensor.randn(IMAGES, rng));
        agrees(new Sequential(new Relu(), new MaxPool2d(MaxPool2d.Options.of(3).withStride(2).withCeilMode(true))),
                Tensor.randn(IMAGES, rng));
    }

    /// Another order of the sums, so the comparison is one of float64; derivatives of both orders against central differences.
    @Test
    void flattenAndLinear() {
        for (boolean bias : new boolean[] {true, false}) {
            var net = new Sequential(new Flatten(), new Linear(5 * 7 * 6, 3, bias, rng));
            net.to(DType.F64);
            Tensor x = Tensor.randn(IMAGES, rng, DType.F64, Device.CPU).channelsLast();
            var joined = run(net::forward, net, x);
            var apart = run(input -> net.children().getLast().forward(net.children().getFirst().forward(input)), net, x);
            for (int i = 0; i < apart.size(); i++)
                assertThat(joined.get(i)).usingComparatorWithPrecision(1e-5f).containsExactly(apart.get(i));
            GradCheck.gradcheck(v -> net.forward(v.getFirst()), List.of(x));
            GradCheck.gradgradcheck(v -> net.forward(v.getFirst()).square(), List.of(x));
            assertThat(net.forward(x.contiguous()).data().to(DType.F32).toFloatArray()).usingComparatorWithPrecision(1e-5f)
                    .containsExactly(apart.getFirst());
            assertThat(ModelSummary.of(net, IMAGES).rows().stream().map(ModelSummary.Row::output))
                    .containsExactly(Shape.of(3, 210), Shape.of(3, 3));
        }
    }

    /// Whole numbers from -2 to 2: windows without a positive number, and windows where several pixels share the largest.
    @Test
    void reluAndPoolWithTies() {
        agrees(new Sequential(new Relu(), new MaxPool2d(2)), Tensor.randn(IMAGES, rng).mul(1.2).apply(UnaryOp.ROUND));
        agrees(new Sequential(new Relu(), new MaxPool2d(MaxPool2d.Options.of(3).withStride(1))),
                Tensor.randn(IMAGES, rng).apply(UnaryOp.ROUND));
    }

    /// A window that lies in the padding altogether gives minus infinity, of which relu behind the pool would make 0.
    @Test
    void reluStaysBeforeAPoolWithPadding() {
        var pool = new MaxPool2d(MaxPool2d.Options.of(2).withPadding(1).withDilation(3));
        Variable x = Variable.of(Tensor.ones(1, 1, 2, 2));
        assertThat(new Sequential(new Relu(), pool).forward(x).data().toFloatArray())
                .isEqualTo(pool.forward(x).data().toFloatArray()).contains(Float.NEGATIVE_INFINITY);
    }

    @Test
    void runningStatisticsMoveAsBefore() {
        Tensor x = Tensor.randn(IMAGES, rng);
        var joined = new BatchNorm2d(5);
        var apart = new BatchNorm2d(5);
        new Sequential(joined, new Relu()).forward(x);
        apart.forward(x);
        assertThat(joined.stateDict().get("running_mean").toFloatArray()).isEqualTo(apart.stateDict().get("running_mean").toFloatArray());
        assertThat(joined.stateDict().get("running_var").toFloatArray()).isEqualTo(apart.stateDict().get("running_var").toFloatArray());
    }

    @Test
    void errorsNameTheLayerTheyArose() {
        var net = new Sequential(new BatchNorm2d(3), new Relu(), new Relu(), new MaxPool2d(4));
        assertThatThrownBy(() -> net.forward(Tensor.zeros(1, 2, 4, 4))).hasMessage(
                "in 0 BatchNorm2d(3): batchNorm: the input must be [batch, 3, height, width] (got [1, 2, 4, 4])");
        assertThatThrownBy(() -> net.forward(Tensor.zeros(1, 3, 2, 2))).hasMessageStartingWith("in 3 MaxPool2d(kernel 4, stride 4): ");
    }

    @Test
    void theSummaryListsEveryLayer() {
        var net = new Sequential(new BatchNorm2d(3), new Relu(), new Relu(), new MaxPool2d(2));
        assertThat(ModelSummary.of(net, Shape.of(1, 3, 4, 4)).rows().stream().map(ModelSummary.Row::output)).containsExactly(
                Shape.of(1, 3, 4, 4), Shape.of(1, 3, 4, 4), Shape.of(1, 3, 4, 4), Shape.of(1, 3, 2, 2));
    }
}
