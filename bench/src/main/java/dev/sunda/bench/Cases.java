package dev.sunda.bench;

import static dev.sunda.bench.Workloads.block;
import static dev.sunda.bench.Workloads.conv2d;
import static dev.sunda.bench.Workloads.gemm;
import static dev.sunda.bench.Workloads.images;
import static dev.sunda.bench.Workloads.layer;
import static dev.sunda.bench.Workloads.model;
import static dev.sunda.bench.Workloads.unary;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.BatchNorm2d;
import dev.sunda.nn.Conv1d;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.ConvTranspose2d;
import dev.sunda.nn.LayerNorm;
import dev.sunda.nn.MaxPool2d;
import dev.sunda.optim.AdamW;
import dev.sunda.optim.Sgd;
import java.util.List;
import java.util.stream.Stream;

/// The table of cases: one line each, with the names and the order of `bench/peers/pytorch.py`.
final class Cases {
    private static final Conv2d.Options PLAIN = Conv2d.Options.DEFAULT;
    private static final Conv1d.Options CAUSAL = Conv1d.Options.DEFAULT.withPadding(Padding.CAUSAL);
    private static final Shape ROWS = Shape.of(4096, 1000);
    private static final Sgd.Options MOMENTUM = Sgd.Options.DEFAULT.withMomentum(0.9);

    /// Numbers that a step reads and writes for each parameter: itself, its gradient and one or two averages; all written but the gradient.
    static final int SGD = 5;
    static final int ADAM = 7;

    /// Sizes of a matrix product: rows of the result, its columns, terms of a sum. Of a convolution: batch, input channels, rows and
    /// columns of the image, output channels, rows and columns of the kernel.
    private static final List<Case> BASE = List.of(
            gemm("gemm/256", 256, 256, 256),
            gemm("gemm/512", 512, 512, 512),
            gemm("gemm/1024", 1024, 1024, 1024),
            gemm("gemm/2048", 2048, 2048, 2048),
            gemm("gemm/128x10x6272", 128, 10, 6272),
            gemm("gemm/1024x768x3072", 1024, 768, 3072),
            conv2d("conv2d/3x3-64x16x28-32", 64, 16, 28, 32, 3, PLAIN.withPadding(1)),
            conv2d("conv2d/3x3-16x64x56-64", 16, 64, 56, 64, 3, PLAIN.withPadding(1)),
            conv2d("conv2d/3x3d2-16x64x56-64", 16, 64, 56, 64, 3, PLAIN.withPadding(2).withDilation(2)),
            conv2d("conv2d/3x3s2-16x64x56-128", 16, 64, 56, 128, 3, PLAIN.withStride(2).withPadding(1)),
            conv2d("conv2d/3x3-16x128x14-128", 16, 128, 14, 128, 3, PLAIN.withPadding(1)),
            conv2d("conv2d/1x1-64x64x28-128", 64, 64, 28, 128, 1, PLAIN),
            conv2d("conv2d/7x7s2-8x3x224-64", 8, 3, 224, 64, 7, PLAIN.withStride(2).withPadding(3)),
            conv2d("depthwise/3x3-64x64x28", 64, 64, 28, 64, 3, PLAIN.withPadding(1).withGroups(64)),
            conv2d("depthwise/3x3d2-64x64x28", 64, 64, 28, 64, 3, PLAIN.withPadding(2).withDilation(2).withGroups(64)),
            conv2d("depthwise/3x3d4-64x64x28", 64, 64, 28, 64, 3, PLAIN.withPadding(4).withDilation(4).withGroups(64)),
            conv2d("depthwise/3x3d2-16x256x56", 16, 256, 56, 256, 3, PLAIN.withPadding(2).withDilation(2).withGroups(256)),
            conv2d("depthwise/5x5s2-16x128x28", 16, 128, 28, 128, 5, PLAIN.withStride(2).withPadding(2).withGroups(128)),
            conv2d("depthwise/7x7-16x256x28", 16, 256, 28, 256, 7, PLAIN.withPadding(3).withGroups(256)),
            images("transposed/2x2s2-16x64x28-32", () -> new ConvTranspose2d(64, 32, 2, PLAIN.withStride(2), new Rng(1)), 16, 64, 28, 28),
            images("conv1d/causal-k2d16-16x64x1024", () -> new Conv1d(64, 64, 2, CAUSAL.withDilation(16), new Rng(1)), 16, 64, 1024),
            images("conv1d/depthwise-k7d4-16x256x1024",
                    () -> new Conv1d(256, 256, 7, CAUSAL.withDilation(4).withGroups(256), new Rng(1)), 16, 256, 1024),
            unary("op/relu-4096x1000", Variable::relu, ROWS, 2, 5),
            unary("op/gelu-4096x1000", Variable::gelu, ROWS, 2, 5),
            unary("op/tanh-4096x1000", Variable::tanh, ROWS, 2, 5),
            unary("op/sigmoid-4096x1000", Variable::sigmoid, ROWS, 2, 5),
            unary("op/softmax-4096x1000", x -> x.softmax(1), ROWS, 2, 5),
            unary("op/log_softmax-4096x1000", x -> x.logSoftmax(1), ROWS, 2, 5),
            unary("op/sum-4096x1000", Variable::sum, ROWS, 1, 1),
            unary("op/add-4096x1000", x -> x.add(x), ROWS, 2, 4),
            layer("op/layer_norm-4096x1000", _ -> new LayerNorm(1000), ROWS),
            images("op/batch_norm-64x64x28x28", () -> new BatchNorm2d(64), 64, 64, 28, 28),
            images("op/max_pool2-64x64x28x28", () -> new MaxPool2d(2), 64, 64, 28, 28),
            block("model/transformer-block-8x128x256", TransformerBlock::new, Shape.of(8, 128, 256)),
            model("model/mnist-sgd-128", Networks::mnist, Shape.of(128, 1, 28, 28), 10, p -> new Sgd(p, 0.01, MOMENTUM), SGD),
            model("model/mnist-adamw-128", Networks::mnist, Shape.of(128, 1, 28, 28), 10, p -> new AdamW(p, 1e-3), ADAM),
            model("model/mobilenet025-16", Networks::mobileNetQuarter, Shape.of(16, 3, 224, 224), 1000, p -> new Sgd(p, 0.01, MOMENTUM),
                    SGD));

    static final List<Case> ALL = Stream.of(BASE, FamilyCases.ALL).flatMap(List::stream).toList();

    private Cases() {
    }

    /// The cases for a device whose name contains `part`, in order; all for an empty one.
    static List<Case> containing(String part, Device device) {
        List<Case> large = device.equals(Device.CPU) ? List.of() : LargeCases.ALL;
        return Stream.of(ALL, large).flatMap(List::stream).filter(c -> c.name().contains(part)).toList();
    }
}
