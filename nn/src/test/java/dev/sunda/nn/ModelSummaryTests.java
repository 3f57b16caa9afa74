package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.DepthwiseSeparableConv2d.Options;
import org.junit.jupiter.api.Test;

class ModelSummaryTests {
    private static final String TABLE = """
    layer                                                                   output              parameters  multiply-adds  receptive field
    0            Conv2d(1 -> 8, kernel 3, padding 1)                        [1, 8, 28, 28]              80         56,448                3
    1            BatchNorm2d(8)                                             [1, 8, 28, 28]              16          6,272                3
    2            Relu()                                                     [1, 8, 28, 28]               0              0                3
    3            MaxPool2d(kernel 2, stride 2)                              [1, 8, 14, 14]               0              0                4
    4.depthwise  Conv2d(8 -> 8, kernel 3, padding 2, dilation 2, groups 8)  [1, 8, 14, 14]              80         14,112               12
    4.pointwise  Conv2d(8 -> 16, kernel 1)                                  [1, 16, 14, 14]            144         25,088               12
    5            Relu()                                                     [1, 16, 14, 14]              0              0               12
    6            MaxPool2d(kernel 2, stride 2)                              [1, 16, 7, 7]                0              0               14
    7            Flatten()                                                  [1, 784]                     0              0                -
    8            Dropout(p 0.25)                                            [1, 784]                     0              0                -
    9            Linear(784 -> 10)                                          [1, 10]                  7,850          7,840                -
    total                                                                   for [1, 1, 28, 28]       8,170        109,760
    trainable parameters: 8,170
    """;

    /// A network for handwritten digits: depthwise-separable dilated blocks, then a classifier.
    private static Sequential digits() {
        var rng = new Rng(1);
        return new Sequential(
                new Conv2d(1, 8, 3, Conv2d.Options.DEFAULT.withPadding(1), rng), new BatchNorm2d(8), new Relu(), new MaxPool2d(2),
                new DepthwiseSeparableConv2d(8, 16, 3, Options.DEFAULT.withPadding(2).withDilation(2), rng), new Relu(), new MaxPool2d(2),
                new Flatten(), new Dropout(0.25, rng), new Linear(16 * 7 * 7, 10, rng));
    }

    @Test
    void tellsWhatTheNetConsistsOf() {
        var net = digits();
        assertThat(ModelSummary.of(net, Shape.of(1, 1, 28, 28))).hasToString(TABLE);
    }

    @Test
    void leavesTheModelAsItWas() {
        var net = digits();
        net.children().get(1).eval();
        long position = net.randomStates().get("8.rng").position();
        var before = net.stateDict();
        ModelSummary.of(net, Shape.of(1, 1, 28, 28));
        assertThat(net.isTraining()).isTrue();
        assertThat(net.children().get(0).isTraining()).isTrue();
        assertThat(net.children().get(1).isTraining()).isFalse();
        assertThat(net.randomStates().get("8.rng").position()).isEqualTo(position);
        assertThat(net.stateDict().get("1.running_mean").toFloatArray()).isEqualTo(before.get("1.running_mean").toFloatArray());
    }

    @Test
    void countsWhatIsSharedOnceAndFrozenApart() {
        var linear = new Linear(3, 3, new Rng(1));
        var net = new Sequential(linear, linear);
        linear.weight().freeze();
        var summary = ModelSummary.of(net, Shape.of(1, 3));
        assertThat(summary.rows()).extracting(ModelSummary.Row::parameters).containsExactly(12L, 0L);
        assertThat(summary.rows()).extracting(ModelSummary.Row::path).containsExactly("0", "0");
        assertThat(summary.parameters()).isEqualTo(12);
        assertThat(summary.trainable()).isEqualTo(3);
        assertThat(summary.multiplyAdds()).isEqualTo(18);
    }

    @Test
    void seesLayersCalledByHand() {
        var net = new Layer() {
            private final Linear inner = child("inner", new Linear(2, 5, new Rng(1)));

            @Override
            protected Variable compute(Variable x) {
                return inner.forward(x).relu();
            }
        };
        assertThat(ModelSummary.of(net, Shape.of(1, 2)).rows()).singleElement()
                .isEqualTo(new ModelSummary.Row("inner", "Linear(2 -> 5)", Shape.of(1, 5), 15, 10, null));
    }

    @Test
    void receptiveFieldsFollowStridesAndDilations() {
        var rng = new Rng(1);
        var net = new Sequential(new Conv2d(1, 1, new Pair(3, 5), Conv2d.Options.DEFAULT.withStride(2), rng),
                new Conv2d(1, 1, 3, Conv2d.Options.DEFAULT.withDilation(3).withPadding(3), rng));
        assertThat(ModelSummary.of(net, Shape.of(1, 1, 20, 20)).rows()).extracting(ModelSummary.Row::receptiveField)
                .containsExactly(ModelSummary.Field.of(3, 5), ModelSummary.Field.of(15, 17));
    }

    @Test
    void sequencesAndVolumesHaveTheirOwnAxes() {
        var rng = new Rng(1);
        var causal = Conv1d.Options.DEFAULT.withPadding(Padding.CAUSAL);
        var sequence = new Sequential(new Conv1d(1, 4, 2, causal, rng), new Conv1d(4, 4, 2, causal.withDilation(2).withGroups(4), rng));
        var rows = ModelSummary.of(sequence, Shape.of(1, 1, 9)).rows();
        assertThat(rows).extracting(ModelSummary.Row::receptiveField).containsExactly(ModelSummary.Field.of(2), ModelSummary.Field.of(4));
        assertThat(rows).extracting(ModelSummary.Row::multiplyAdds).containsExactly(4L * 9 * 2, 4L * 9 * 2);
        var volume = new Sequential(new Conv3d(1, 2, new Triple(1, 3, 5), Conv3d.Options.DEFAULT.withStride(2), rng), new Relu());
        assertThat(ModelSummary.of(volume, Shape.of(1, 1, 4, 8, 8)).rows()).last().extracting(ModelSummary.Row::receptiveField)
                .isEqualTo(ModelSummary.Field.of(1, 3, 5)).hasToString("1x3x5");
    }

    /// Down by 2, up by 2, then a 3x3 convolution over pixels that lie half an input step apart: counted out on paper.
    @Test
    void transposedConvolutionsTakeSmallerSteps() {
        var rng = new Rng(1);
        var half = Conv2d.Options.DEFAULT.withStride(2);
        var net =
                new Sequential(new ConvTranspose2d(1, 2, 2, half, rng), new Conv2d(2, 1, 3, rng), new ConvTranspose2d(1, 1, 3, half, rng));
        var rows = ModelSummary.of(net, Shape.of(1, 1, 4, 4)).rows();
        assertThat(rows).extracting(row -> row.receptiveField().toString()).containsExactly("1", "2", "3");
        assertThat(rows).extracting(ModelSummary.Row::multiplyAdds).containsExactly(16L * 2 * 4, 36L * 2 * 9, 36L * 9);
        assertThat(rows).extracting(ModelSummary.Row::output).containsExactly(Shape.of(1, 2, 8, 8), Shape.of(1, 1, 6, 6),
                Shape.of(1, 1, 13, 13));
    }

    @Test
    void modelsThatTakeWordsAreRunOnWords() {
        var rng = new Rng(1);
        var net = new Sequential(new Embedding(5, 3, rng), new Linear(3, 2, rng));
        var summary = ModelSummary.of(net, Tensor.zeros(Shape.of(1, 4), DType.I64, Device.CPU));
        assertThat(summary.rows()).extracting(ModelSummary.Row::output).containsExactly(Shape.of(1, 4, 3), Shape.of(1, 4, 2));
        assertThat(summary.parameters()).isEqualTo(15 + 8);
        assertThat(summary.input()).isEqualTo(Shape.of(1, 4));
    }
}
