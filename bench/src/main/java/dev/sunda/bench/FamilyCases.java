package dev.sunda.bench;

import static dev.sunda.bench.Workloads.forward;
import static dev.sunda.bench.Workloads.images;
import static dev.sunda.bench.Workloads.layer;
import static dev.sunda.bench.Workloads.optimizer;
import static dev.sunda.bench.Workloads.several;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.Conv3d;
import dev.sunda.nn.ConvTranspose2d;
import dev.sunda.nn.ConvTranspose3d;
import dev.sunda.nn.GroupNorm;
import dev.sunda.nn.Gru;
import dev.sunda.nn.InstanceNorm2d;
import dev.sunda.nn.Lstm;
import dev.sunda.nn.RmsNorm;
import dev.sunda.nn.Upsample;
import dev.sunda.nn.functional.Attentions;
import dev.sunda.nn.functional.Embeddings;
import dev.sunda.nn.functional.Interpolation.Mode;
import dev.sunda.nn.functional.Interpolation;
import dev.sunda.nn.functional.SequenceLosses;
import dev.sunda.optim.Adagrad;
import dev.sunda.optim.Adam;
import dev.sunda.optim.AdamW;
import dev.sunda.optim.NAdam;
import dev.sunda.optim.RmsProp;
import dev.sunda.optim.Sgd;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/// Cases of the rest of the operator family, with the names and the order of `bench/peers/pytorch_family.py`.
final class FamilyCases {
    private static final Shape HEADS = Shape.of(8, 8, 512, 64);
    private static final Shape LONG_HEADS = Shape.of(2, 8, 1024, 64);
    private static final Shape SCORES = Shape.of(8, 8, 256, 64);
    private static final Tensor WORDS = integers(0, 50_000, 32, 512);
    private static final Tensor LABELS = integers(1, 50, 32, 20);
    private static final Shape STEPS = Shape.of(50, 64, 128);
    private static final Sgd.Options MOMENTUM = Sgd.Options.DEFAULT.withMomentum(0.9);
    private static final Conv3d.Options PLAIN_3D = Conv3d.Options.DEFAULT;

    /// Eight layers of 512 to 512 with bias and two weights of 1024 to 1024.
    private static final List<Shape> PARAMETERS = Stream.concat(
            Collections.nCopies(8, List.of(Shape.of(512, 512), Shape.of(512))).stream().flatMap(List::stream),
            Collections.nCopies(2, Shape.of(1024, 1024)).stream()).toList();

    static final List<Case> ALL = List.of(
            several("family/attention-8x8x512x64",
                    x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2)), HEADS, HEADS, HEADS),
            several("family/attention-causal-2x8x1024x64", x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2), null,
                    Attentions.Options.DEFAULT.withCausal(true)), LONG_HEADS, LONG_HEADS, LONG_HEADS),
            layer("family/lstm-50x64x128-256", rng -> new Lstm(128, 256, rng), STEPS),
            layer("family/gru-50x64x128-256", rng -> new Gru(128, 256, rng), STEPS),
            images("family/group_norm8-16x64x56x56", () -> new GroupNorm(8, 64), 16, 64, 56, 56),
            images("family/instance_norm-16x64x56x56",
                    () -> new InstanceNorm2d(64, InstanceNorm2d.Options.DEFAULT.withAffine(true)), 16,
                    64,
                    56, 56),
            layer("family/rms_norm-4096x1000", _ -> new RmsNorm(1000), Shape.of(4096, 1000)),
            layer("family/conv3d-3x3x3-4x16x16x28x28-32", rng -> new Conv3d(16, 32, 3, PLAIN_3D.withPadding(1), rng),
                    Shape.of(4, 16, 16, 28, 28)),
            images("family/conv_transpose2d-4x4s2-16x64x28-32",
                    () -> new ConvTranspose2d(64, 32, 4, Conv2d.Options.DEFAULT.withStride(2).withPadding(1), new Rng(1)), 16, 64, 28, 28),
            layer("family/conv_transpose3d-2x2x2s2-4x32x8x14x14-16", rng -> new ConvTranspose3d(32, 16, 2, PLAIN_3D.withStride(2), rng),
                    Shape.of(4, 32, 8, 14, 14)),
            several("family/embedding-32x512-50000x256", x -> Embeddings.embedding(WORDS, x.get(0)), Shape.of(50_000, 256)),
            images("family/bilinear-16x64x28-56", () -> new Upsample(Interpolation.byFactor(Mode.BILINEAR, 2)), 16, 64, 28, 28),
            images("family/nearest-16x64x28-56", () -> new Upsample(Interpolation.byFactor(Mode.NEAREST, 2)), 16, 64, 28, 28),
            several("family/einsum-bhid,bhjd-bhij", x -> Variable.einsum("bhid,bhjd->bhij", x.get(0), x.get(1)), SCORES, SCORES),
            several("family/ctc-100x32x50-20", x -> SequenceLosses.ctcLoss(x.get(0).logSoftmax(-1), LABELS, all(100), all(20)),
                    Shape.of(100, 32, 50)),
            forward("family/sort-4096x1000", x -> x.sort(-1, false).values(), Shape.of(4096, 1000)),
            forward("family/topk10-4096x1000", x -> x.topK(10, -1, true).values(), Shape.of(4096, 1000)),
            optimizer("family/optim-sgd-4M", p -> new Sgd(p, 1e-3, MOMENTUM), PARAMETERS),
            optimizer("family/optim-adam-4M", p -> new Adam(p, 1e-3), PARAMETERS),
            optimizer("family/optim-adamw-4M", p -> new AdamW(p, 1e-3), PARAMETERS),
            optimizer("family/optim-rmsprop-4M", p -> new RmsProp(p, 1e-3), PARAMETERS),
            optimizer("family/optim-adagrad-4M", p -> new Adagrad(p, 1e-3), PARAMETERS),
            optimizer("family/optim-nadam-4M", p -> new NAdam(p, 1e-3), PARAMETERS));

    private FamilyCases() {
    }

    /// The same length for each sequence of a batch.
    private static int[] all(int length) {
        int[] lengths = new int[32];
        Arrays.fill(lengths, length);
        return lengths;
    }

    /// Random numbers from `low` to below `high`.
    private static Tensor integers(int low, int high, int... sizes) {
        var rng = new Rng(1);
        long[] values = new long[Shape.of(sizes).numel()];
        Arrays.setAll(values, _ -> low + rng.nextInt(high - low));
        return Tensor.of(values, Shape.of(sizes));
    }
}
