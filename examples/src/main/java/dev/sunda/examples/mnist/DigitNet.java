package dev.sunda.examples.mnist;

import dev.sunda.core.Rng;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.BatchNorm2d;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.DepthwiseSeparableConv2d;
import dev.sunda.nn.Flatten;
import dev.sunda.nn.Layer;
import dev.sunda.nn.Linear;
import dev.sunda.nn.MaxPool2d;
import dev.sunda.nn.Relu;
import dev.sunda.nn.Sequential;
import java.util.LinkedHashMap;

/// The network: a dense convolution, two depthwise-separable dilated blocks, and a linear layer on what is left of the image.
///
/// Shapes: images `[n, 1, 28, 28]` to logits `[n, classes]`. A pixel before the linear layer sees 30x30
/// pixels, the whole image.
public final class DigitNet {
    /// Name of the architecture in `model.json`.
    public static final String NAME = "digit-net";
    /// Shape of one image as a batch.
    public static final Shape INPUT = Shape.of(1, 1, 28, 28);

    private DigitNet() {
    }

    /// A network with random weights. Pooling comes before norm and activation: they then work on a quarter of the pixels, and since both
    /// keep the order of a channel's values (as long as the norm's weight is positive) the same pixels win.
    public static Sequential create(int classes, Rng rng) {
        var layers = new LinkedHashMap<String, Layer>();
        layers.put("conv1", new Conv2d(1, 32, 3, Conv2d.Options.DEFAULT.withPadding(Padding.SAME).withBias(false), rng));
        layers.put("pool1", new MaxPool2d(2));
        layers.put("norm1", new BatchNorm2d(32));
        layers.put("relu1", new Relu());
        layers.put("block2", block(32, 64, rng));
        layers.put("pool2", new MaxPool2d(2));
        layers.put("norm2", new BatchNorm2d(64));
        layers.put("relu2", new Relu());
        layers.put("block3", block(64, 128, rng));
        layers.put("norm3", new BatchNorm2d(128));
        layers.put("relu3", new Relu());
        layers.put("flatten", new Flatten());
        layers.put("linear", new Linear(128 * 7 * 7, classes, rng));
        return new Sequential(layers);
    }

    /// 3x3 with dilation 2, which spans 5x5 pixels, then 1x1; the size stays. Norms follow, so biases would have no effect.
    private static DepthwiseSeparableConv2d block(int in, int out, Rng rng) {
        var options = DepthwiseSeparableConv2d.Options.DEFAULT.withDilation(2).withPadding(Padding.SAME).withBias(false).withNorm(true)
                .withActivation(true);
        return new DepthwiseSeparableConv2d(in, out, 3, options, rng);
    }
}
