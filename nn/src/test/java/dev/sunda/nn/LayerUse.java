package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.MultiheadAttentions.Masks;
import dev.sunda.nn.functional.PaddingMode;
import java.util.List;
import java.util.function.Supplier;

/// A layer that has parameters, and a call that reads them all.
///
/// @param call the same result each time, but for what running statistics do
record LayerUse(Layer layer, Supplier<Variable> call) {
    private static LayerUse of(Layer layer, Tensor input) {
        return new LayerUse(layer, () -> layer.forward(input));
    }

    /// Every layer that has parameters, by itself and among others it is computed with.
    static List<LayerUse> all(Rng rng) {
        Tensor row = Tensor.randn(Shape.of(2, 4), rng);
        Tensor line = Tensor.randn(Shape.of(2, 4, 5), rng);
        Tensor image = Tensor.randn(Shape.of(2, 4, 5, 5), rng);
        Tensor volume = Tensor.randn(Shape.of(2, 4, 3, 3, 3), rng);
        Tensor steps = Tensor.randn(Shape.of(2, 5, 4), rng);
        Tensor words = Tensor.of(new long[] {0, 3, 2, 2, 1, 0}, Shape.of(2, 3));
        var around = Conv2d.Options.DEFAULT.withPadding(1).withPaddingMode(PaddingMode.REFLECT);
        var affine = InstanceNorm.Options.DEFAULT.withAffine(true);
        var normed = DepthwiseSeparableConv2d.Options.DEFAULT.withNorm(true).withActivation(true);
        var plain = TransformerOptions.DEFAULT.withDropout(0).withFeedForward(8);
        return List.of(of(new Linear(4, 3, rng), row), of(new Conv1d(4, 3, 2, rng), line), of(new Conv2d(4, 3, 3, rng), image),
                of(new Conv2d(4, 3, 3, around, rng), image), of(new Conv3d(4, 3, 2, rng), volume),
                of(new ConvTranspose1d(4, 3, 2, rng), line), of(new ConvTranspose2d(4, 3, 2, rng), image),
                of(new ConvTranspose3d(4, 3, 2, rng), volume),
                of(new Sequential(new Conv2d(4, 3, 3, rng), new BatchNorm2d(3), new Relu()), image),
                of(new Sequential(new BatchNorm2d(4), new Relu()), image),
                of(new Sequential(new Conv2d(4, 3, 3, rng), new Relu(), new Flatten(), new Linear(27, 2, rng)), image),
                of(new DepthwiseSeparableConv1d(4, 3, 3, DepthwiseSeparableConv1d.Options.DEFAULT, rng), line),
                of(new DepthwiseSeparableConv2d(4, 3, 3, normed, rng), image),
                of(new DepthwiseSeparableConv3d(4, 3, 3, DepthwiseSeparableConv3d.Options.DEFAULT, rng), volume),
                of(new BatchNorm1d(4), row), of(new BatchNorm2d(4), image),
                of(new BatchNorm3d(4), volume), of(new GroupNorm(2, 4), image), of(new LayerNorm(4), row),
                of(new InstanceNorm1d(4, affine), line), of(new InstanceNorm2d(4, affine.withTrackRunningStats(true)), image),
                of(new InstanceNorm3d(4, affine), volume), of(new RmsNorm(4), row),
                of(new RmsNorm(Shape.of(4), RmsNorm.Options.DEFAULT.withEps(1e-6)), row), of(new PRelu(4, 0.2), row),
                of(new Bilinear(4, 4, 3, rng), row), of(new Embedding(4, 3, rng), words), of(new EmbeddingBag(4, 3, rng), words),
                of(new Rnn(4, 3, rng), steps),
                of(new Gru(4, 3, Gru.Options.DEFAULT.withLayers(2).withBidirectional(true), rng), steps),
                of(new Lstm(4, 3, 2, Lstm.Options.DEFAULT, rng), steps), rnnCell(Variable.of(row), rng),
                gruCell(Variable.of(row), rng), lstmCell(Variable.of(row), rng),
                of(new MultiheadAttention(4, 2, MultiheadAttention.Options.DEFAULT.withAddBiasKv(true), rng), steps),
                attention(Variable.of(steps), rng), headOf(Variable.of(row), rng),
                of(new AdaptiveLogSoftmaxWithLoss(4, 6, List.of(2, 4), 2, true, rng), row),
                of(new GroupedQueryAttention(4, 2, 1, GroupedQueryAttention.Options.DEFAULT, rng), steps),
                of(new Transformer(4, 2, 1, 1, plain, rng), steps));
    }

    /// Some that compute their parameters from others.
    static List<LayerUse> parametrised(Rng rng) {
        var around = Conv2d.Options.DEFAULT.withPadding(1).withPaddingMode(PaddingMode.REFLECT);
        return List.of(
                of(Parametrizations.weightNorm(new Conv2d(4, 3, 3, around, rng)), Tensor.randn(Shape.of(2, 4, 5, 5), rng)),
                of(Parametrizations.spectralNorm(new Linear(4, 3, rng), rng), Tensor.randn(Shape.of(2, 4), rng)));
    }

    private static LayerUse rnnCell(Variable x, Rng rng) {
        var layer = new RnnCell(4, 3, rng);
        return new LayerUse(layer, () -> layer.forward(x, x.narrow(1, 0, 3)));
    }

    private static LayerUse gruCell(Variable x, Rng rng) {
        var layer = new GruCell(4, 3, rng);
        return new LayerUse(layer, () -> layer.forward(x, x.narrow(1, 0, 3)));
    }

    private static LayerUse lstmCell(Variable x, Rng rng) {
        var layer = new LstmCell(4, 3, rng);
        return new LayerUse(layer, () -> layer.forward(x, x.narrow(1, 0, 3), x.narrow(1, 1, 3)).h());
    }

    private static LayerUse attention(Variable x, Rng rng) {
        var layer = new MultiheadAttention(4, 2, MultiheadAttention.Options.DEFAULT.withKdim(3).withVdim(2), rng);
        return new LayerUse(layer, () -> layer.forward(x, x.narrow(2, 0, 3), x.narrow(2, 1, 2), Masks.NONE));
    }

    private static LayerUse headOf(Variable x, Rng rng) {
        var layer = new LinearCrossEntropyLoss(4, 3, rng);
        return new LayerUse(layer, () -> layer.forward(x, Tensor.of(2L, 0)));
    }
}
