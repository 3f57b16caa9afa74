package dev.sunda.nn.distribution;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// One of `n` classes, numbered from 0. The last dimension of the parameters runs over the classes. A class may be impossible, with
/// probability 0 or a logit of minus infinity.
public final class Categorical implements Distribution {
    private final Variable probs;                                    // with sum 1; null if logits were given
    private final Variable logits;                                   // logarithms of probabilities; null if probabilities were given

    private Categorical(Variable probs, Variable logits) {
        this.probs = probs;
        this.logits = logits;
    }

    /// @param probs `[..., n]`, not negative, in proportion to the probabilities: they are divided by their sum, which must be positive
    public static Categorical ofProbs(Variable probs) {
        check(probs);
        Arguments.each("Categorical", "probabilities must be finite and not negative", probs.data(),
                p -> p >= 0 && p < Double.POSITIVE_INFINITY);
        Variable sum = probs.sum(Dims.keep(-1));
        Arguments.each("Categorical", "one class must be possible, so the sum of the probabilities positive", sum.data(), s -> s > 0);
        return new Categorical(probs.div(sum), null);
    }

    /// @param logits `[..., n]`, the logarithms of the probabilities, but for a number that is added to all of a row
    public static Categorical ofLogits(Variable logits) {
        check(logits);
        return new Categorical(null, logits.logSoftmax(-1));
    }

    private static void check(Variable x) {
        Arguments.floating("Categorical", x);
        if (x.rank() < 1 || x.size(-1) < 1)
            throw new ShapeException("Categorical", "the parameters must be [..., classes] with at least one class", x.shape());
    }

    private Variable given() {
        return probs != null ? probs : logits;
    }

    /// The number of classes.
    public int classes() {
        return given().size(-1);
    }

    /// The probabilities, `[..., n]`, with sum 1.
    public Variable probs() {
        return probs != null ? probs : logits.exp();
    }

    /// The logarithms of the probabilities, `[..., n]`.
    public Variable logits() {
        return logits != null ? logits : probs.log();
    }

    @Override
    public Shape batchShape() {
        int[] sizes = given().shape().sizes();
        return Shape.of(Arrays.copyOf(sizes, sizes.length - 1));
    }

    /// Class numbers, int64.
    @Override
    public Tensor sample(Shape shape, Rng rng) {
        Shape result = Arguments.joined(shape, batchShape());
        Tensor p = probs().data();
        if (result.numel() == 0)
            return Tensor.zeros(result, DType.I64, p.device());
        Tensor rows = Tensor.multinomial(p.reshape(batchShape().numel(), classes()), shape.numel(), true, rng);
        return rows.transpose(0, 1).reshape(result.sizes());
    }

    /// @param value class numbers, int64 or int32
    @Override
    public Variable logProb(Tensor value) {
        Tensor.checkSameDevice("Categorical", given().data(), value);
        if (!value.dtype().isInteger())
            throw new DTypeException("Categorical: class numbers must be int64 or int32 (got " + value.describe()
                    + "); convert with to(DType.I64)");
        Arguments.each("Categorical", "class numbers must be from 0 to " + (classes() - 1), value, c -> c >= 0 && c < classes());
        Shape shape = Shape.broadcast("Categorical", value.shape(), batchShape());
        Variable rows = given().expand(Arguments.joined(shape, Shape.of(classes())));
        Variable chosen = rows.gather(-1, value.to(DType.I64).expand(shape).unsqueeze(-1)).squeeze(-1);
        return probs != null ? chosen.log() : chosen;
    }

    /// The logarithms of the probabilities, but 0 where they do not count, so that no infinity meets a factor 0.
    ///
    /// @param ignored broadcasts with the parameters
    Variable logits(Tensor ignored) {
        return probs != null ? Arguments.constant(probs, 1).where(ignored, probs).log()
                : Arguments.constant(logits, 0).where(ignored, logits);
    }

    @Override
    public Variable entropy() {
        Variable p = probs();
        return p.mul(logits(p.data().eq(0))).sum(Dims.of(-1)).neg();
    }
}
