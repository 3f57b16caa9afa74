package dev.sunda.bench;

import dev.sunda.core.Rng;
import dev.sunda.nn.BatchNorm2d;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.Flatten;
import dev.sunda.nn.GlobalAvgPool2d;
import dev.sunda.nn.Layer;
import dev.sunda.nn.Linear;
import dev.sunda.nn.MaxPool2d;
import dev.sunda.nn.Relu;
import dev.sunda.nn.Sequential;
import java.util.ArrayList;
import java.util.List;

/// The networks of the `model/` cases.
final class Networks {
    private Networks() {
    }

    /// Images of 28x28: stem convolution to 32 channels, two depthwise-separable blocks with dilation 2 to 64 and 128 channels, two
    /// max pools, linear head. About 0.3 GFLOP forward for 128 images.
    static Layer mnist(Rng rng) {
        var dilated = Conv2d.Options.DEFAULT.withPadding(2).withDilation(2);
        return new Sequential(new Conv2d(1, 32, 3, Conv2d.Options.DEFAULT.withPadding(1), rng), new Relu(), new MaxPool2d(2),
                new Conv2d(32, 32, 3, dilated.withGroups(32), rng), new Conv2d(32, 64, 1, rng), new Relu(), new MaxPool2d(2),
                new Conv2d(64, 64, 3, dilated.withGroups(64), rng), new Conv2d(64, 128, 1, rng), new Relu(), new Flatten(),
                new Linear(6272, 10, rng));
    }

    /// MobileNet, a quarter of its width, for images of 224x224 and 1000 classes. Source: Howard et al. 2017, arXiv:1704.04861.
    static Layer mobileNetQuarter(Rng rng) {
        int[] channels = {8, 16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256};
        int[] strides = {1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1};
        var stem = Conv2d.Options.DEFAULT.withStride(2).withPadding(1).withBias(false);
        var layers = new ArrayList<Layer>(List.of(new Conv2d(3, 8, 3, stem, rng), new BatchNorm2d(8), new Relu()));
        for (int i = 0; i < strides.length; i++)
            layers.add(separable(channels[i], channels[i + 1], strides[i], rng));
        layers.addAll(List.of(new GlobalAvgPool2d(), new Flatten(), new Linear(256, 1000, rng)));
        return new Sequential(layers);
    }

    private static Layer separable(int in, int out, int stride, Rng rng) {
        var plain = Conv2d.Options.DEFAULT.withBias(false);
        return new Sequential(new Conv2d(in, in, 3, plain.withStride(stride).withPadding(1).withGroups(in), rng), new BatchNorm2d(in),
                new Relu(), new Conv2d(in, out, 1, plain, rng), new BatchNorm2d(out), new Relu());
    }
}
