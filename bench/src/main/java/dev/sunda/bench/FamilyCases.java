package dev.sunda.bench;

import static dev.sunda.bench.Cases.ADAM;
import static dev.sunda.bench.Cases.SGD;
import static dev.sunda.bench.Workloads.forward;
import static dev.sunda.bench.Workloads.images;
import static dev.sunda.bench.Workloads.layer;
import static dev.sunda.bench.Workloads.optimizer;
import static dev.sunda.bench.Workloads.several;
import static dev.sunda.bench.Workloads.unary;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
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
import dev.sunda.nn.functional.Activations;
import dev.sunda.nn.functional.Attentions;
import dev.sunda.nn.functional.Embeddings;
import dev.sunda.nn.functional.Interpolation.Mode;
import dev.sunda.nn.functional.Interpolation;
import dev.sunda.nn.functional.Losses;
import dev.sunda.nn.functional.SequenceLosses;
import dev.sunda.optim.Adadelta;
import dev.sunda.optim.Adagrad;
import dev.sunda.optim.Adam;
import dev.sunda.optim.AdamOptions;
import dev.sunda.optim.AdamW;
import dev.sunda.optim.Adamax;
import dev.sunda.optim.Asgd;
import dev.sunda.optim.NAdam;
import dev.sunda.optim.RAdam;
import dev.sunda.optim.RmsProp;
import dev.sunda.optim.Rprop;
import dev.sunda.optim.Sgd;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Cases of the rest of the operator family, with the names and the order of `bench/peers/pytorch.py`.
final class FamilyCases {
    private static final Shape HEADS = Shape.of(8, 8, 512, 64);
    private static final Shape LONG_HEADS = Shape.of(2, 8, 1024, 64);
    private static final Shape SCORES = Shape.of(8, 8, 256, 64);
    private static final Map<Device, Tensor> WORDS = onDevices(integers(0, 50_000, 32, 512));
    private static final Map<Device, Tensor> LABELS = onDevices(integers(1, 50, 32, 20));
    private static final Map<Device, Tensor> CLASSES = onDevices(integers(0, 1000, 4096));
    private static final double PICKED = 32 * 512 * 256;
    private static final Shape LOGITS = Shape.of(100, 32, 50);
    private static final Shape ROWS = Shape.of(4096, 1000);
    private static final Shape STEPS = Shape.of(50, 64, 128);
    private static final Sgd.Options MOMENTUM = Sgd.Options.DEFAULT.withMomentum(0.9);
    private static final AdamOptions AMSGRAD = new AdamOptions(0.9, 0.999, 1e-8, 0, true, false);
    private static final Conv3d.Options PLAIN_3D = Conv3d.Options.DEFAULT;

    /// Eight layers of 512 to 512 with bias and two weights of 1024 to 1024.
    private static final List<Shape> PARAMETERS = Stream.concat(
            Collections.nCopies(8, List.of(Shape.of(512, 512), Shape.of(512))).stream().flatMap(List::stream),
            Collections.nCopies(2, Shape.of(1024, 1024)).stream()).toList();

    static final List<Case> ALL = List.of(
            several("family/attention-8x8x512x64",
                    x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2)), attention(HEADS, 1),
                    attention(HEADS, 3.5), HEADS, HEADS, HEADS),
            several("family/attention-causal-2x8x1024x64", x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2), null,
                    Attentions.Options.DEFAULT.withCausal(true)), attention(LONG_HEADS, 0.5), attention(LONG_HEADS, 1.75), LONG_HEADS,
                    LONG_HEADS, LONG_HEADS),
            layer("family/lstm-50x64x128-256", rng -> new Lstm(128, 256, rng), STEPS),
            layer("family/gru-50x64x128-256", rng -> new Gru(128, 256, rng), STEPS),
            images("family/group_norm8-16x64x56x56", () -> new GroupNorm(8, 64), 16, 64, 56, 56),
            images("family/instance_norm-16x64x56x56",
                    () -> new InstanceNorm2d(64, InstanceNorm2d.Options.DEFAULT.withAffine(true)), 16,
                    64,
                    56, 56),
            layer("family/rms_norm-4096x1000", _ -> new RmsNorm(1000), ROWS),
            layer("family/conv3d-3x3x3-4x16x16x28x28-32", rng -> new Conv3d(16, 32, 3, PLAIN_3D.withPadding(1), rng),
                    Shape.of(4, 16, 16, 28, 28)),
            images("family/conv_transpose2d-4x4s2-16x64x28-32",
                    () -> new ConvTranspose2d(64, 32, 4, Conv2d.Options.DEFAULT.withStride(2).withPadding(1), new Rng(1)), 16, 64, 28, 28),
            layer("family/conv_transpose3d-2x2x2s2-4x32x8x14x14-16", rng -> new ConvTranspose3d(32, 16, 2, PLAIN_3D.withStride(2), rng),
                    Shape.of(4, 32, 8, 14, 14)),
            several("family/embedding-32x512-50000x256", x -> Embeddings.embedding(at(x, WORDS), x.get(0)), Work.moving(2 * PICKED),
                    Work.moving(3 * PICKED + 50_000 * 256), Shape.of(50_000, 256)),
            images("family/bilinear-16x64x28-56", () -> new Upsample(Interpolation.byFactor(Mode.BILINEAR, 2)), 16, 64, 28, 28),
            images("family/nearest-16x64x28-56", () -> new Upsample(Interpolation.byFactor(Mode.NEAREST, 2)), 16, 64, 28, 28),
            several("family/einsum-bhid,bhjd-bhij", x -> Variable.einsum("bhid,bhjd->bhij", x.get(0), x.get(1)), scores(1), scores(3),
                    SCORES, SCORES),
            several("family/ctc-100x32x50-20", x -> SequenceLosses.ctcLoss(x.get(0).logSoftmax(-1), at(x, LABELS), all(100), all(20)),
                    Work.moving(LOGITS.numel()), Work.moving(2 * LOGITS.numel()), LOGITS),
            several("family/cross_entropy-4096x1000", x -> Losses.crossEntropy(x.get(0), at(x, CLASSES)), Work.moving(ROWS.numel()),
                    Work.moving(3 * ROWS.numel()), ROWS),
            forward("family/sort-4096x1000", x -> x.sort(-1, false).values(), ROWS, Work.moving(2 * ROWS.numel())),
            forward("family/topk10-4096x1000", x -> x.topK(10, -1, true).values(), ROWS, Work.moving(ROWS.numel())),
            unary("family/silu-4096x1000", Activations::silu, ROWS, 2, 5),
            unary("family/mish-4096x1000", Activations::mish, ROWS, 2, 5),
            unary("family/softplus-4096x1000", x -> Activations.softplus(x, 1, 20), ROWS, 2, 5),
            unary("family/elu-4096x1000", x -> Activations.elu(x, 1), ROWS, 2, 5),
            optimizer("family/optim-sgd-4M", p -> new Sgd(p, 1e-3, MOMENTUM), PARAMETERS, SGD),
            optimizer("family/optim-adam-4M", p -> new Adam(p, 1e-3), PARAMETERS, ADAM),
            optimizer("family/optim-adam-amsgrad-4M", p -> new Adam(p, 1e-3, AMSGRAD), PARAMETERS, 9),
            optimizer("family/optim-adamw-4M", p -> new AdamW(p, 1e-3), PARAMETERS, ADAM),
            optimizer("family/optim-rmsprop-4M", p -> new RmsProp(p, 1e-3), PARAMETERS, SGD),
            optimizer("family/optim-adagrad-4M", p -> new Adagrad(p, 1e-3), PARAMETERS, SGD),
            optimizer("family/optim-nadam-4M", p -> new NAdam(p, 1e-3), PARAMETERS, ADAM),
            optimizer("family/optim-radam-4M", p -> new RAdam(p, 1e-3), PARAMETERS, ADAM),
            optimizer("family/optim-adamax-4M", p -> new Adamax(p, 1e-3), PARAMETERS, ADAM),
            optimizer("family/optim-adadelta-4M", p -> new Adadelta(p, 1e-3), PARAMETERS, ADAM),
            optimizer("family/optim-rprop-4M", p -> new Rprop(p, 1e-3), PARAMETERS, ADAM),
            optimizer("family/optim-asgd-4M", p -> new Asgd(p, 1e-3), PARAMETERS, SGD));

    private FamilyCases() {
    }

    /// Products of queries with keys and of probabilities with values, `times` as many; backwards there are five of them for two forwards.
    private static Work attention(Shape heads, double times) {
        return Work.of(times * 2 * heads.numel() * heads.size(2), 4.0 * heads.numel() * (times > 1 ? 2 : 1));
    }

    private static Work scores(int times) {
        double results = (double) SCORES.numel() / SCORES.size(3) * SCORES.size(2);
        return Work.of(times * results * SCORES.size(3), 2.0 * SCORES.numel() * (times > 1 ? 3 : 1) + results * (times > 1 ? 2 : 1));
    }

    /// The numbers on the device of the other inputs.
    private static Tensor at(List<Variable> inputs, Map<Device, Tensor> numbers) {
        return numbers.computeIfAbsent(inputs.getFirst().data().device(), numbers.get(Device.CPU)::to);
    }

    private static Map<Device, Tensor> onDevices(Tensor numbers) {
        return new HashMap<>(Map.of(Device.CPU, numbers));
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
