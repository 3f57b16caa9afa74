package dev.sunda.bench;

import static dev.sunda.bench.Workloads.conv2d;
import static dev.sunda.bench.Workloads.forward;
import static dev.sunda.bench.Workloads.gemm;
import static dev.sunda.bench.Workloads.images;
import static dev.sunda.bench.Workloads.layer;
import static dev.sunda.bench.Workloads.unary;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.BatchNorm2d;
import dev.sunda.nn.Conv1d;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.LayerNorm;
import java.util.List;

/// Cases of a size that fills a large GPU and lies far beyond its cache; those of [Cases] are the right size for a few cores. Measured
/// where `--device` is a GPU.
final class LargeCases {
    private static final Conv2d.Options PLAIN = Conv2d.Options.DEFAULT;
    private static final Shape ROWS = Shape.of(8192, 4096);

    /// Sizes as in [Cases].
    static final List<Case> ALL = List.of(
            gemm("large/gemm-4096", 4096, 4096, 4096),
            forward("large/copy-8192x4096", Tensor::copy, ROWS, Work.moving(2.0 * ROWS.numel())),
            unary("large/relu-8192x4096", Variable::relu, ROWS, 2, 5),
            unary("large/gelu-8192x4096", Variable::gelu, ROWS, 2, 5),
            unary("large/tanh-8192x4096", Variable::tanh, ROWS, 2, 5),
            unary("large/softmax-8192x4096", x -> x.softmax(1), ROWS, 2, 5),
            unary("large/log_softmax-8192x4096", x -> x.logSoftmax(1), ROWS, 2, 5),
            unary("large/sum-8192x4096", Variable::sum, ROWS, 1, 1),
            unary("large/add-8192x4096", x -> x.add(x), ROWS, 2, 4),
            layer("large/layer_norm-8192x4096", _ -> new LayerNorm(4096), ROWS),
            images("large/batch_norm-32x256x56x56", () -> new BatchNorm2d(256), 32, 256, 56, 56),
            conv2d("large/3x3-64x128x56-128", 64, 128, 56, 128, 3, PLAIN.withPadding(1)),
            conv2d("large/3x3-64x256x28-256", 64, 256, 28, 256, 3, PLAIN.withPadding(1)),
            conv2d("large/1x1-64x256x28-512", 64, 256, 28, 512, 1, PLAIN),
            depthwise("large/depthwise-3x3-32x256x112", 256, 112, 3, 1, 1),
            depthwise("large/depthwise-3x3s2-32x256x112", 256, 112, 3, 1, 2),
            depthwise("large/depthwise-3x3d2-32x256x112", 256, 112, 3, 2, 1),
            depthwise("large/depthwise-3x3d4-32x256x112", 256, 112, 3, 4, 1),
            depthwise("large/depthwise-3x3d8-32x512x56", 512, 56, 3, 8, 1),
            depthwise("large/depthwise-5x5-32x512x56", 512, 56, 5, 1, 1),
            depthwise("large/depthwise-5x5d2-32x512x56", 512, 56, 5, 2, 1),
            depthwise("large/depthwise-7x7-32x1024x28", 1024, 28, 7, 1, 1),
            depthwise("large/depthwise-9x9-32x1024x28", 1024, 28, 9, 1, 1),
            images("large/depthwise-causal-k4-16x1024x4096", () -> causal(4), 16, 1024, 4096),
            images("large/depthwise-causal-k31-16x1024x4096", () -> causal(31), 16, 1024, 4096));

    private LargeCases() {
    }

    private static Case depthwise(String name, int channels, int side, int kernel, int dilation, int stride) {
        return conv2d(name, 32, channels, side, channels, kernel,
                PLAIN.withPadding(dilation * (kernel / 2)).withDilation(dilation).withStride(stride).withGroups(channels));
    }

    private static Conv1d causal(int kernel) {
        return new Conv1d(1024, 1024, kernel, Conv1d.Options.DEFAULT.withPadding(Padding.CAUSAL).withGroups(1024), new Rng(1));
    }
}
