package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.CtcSpec;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Collections;
import java.util.List;

/// Connectionist temporal classification; formulas stand with [CtcSpec].
public final class CtcKernels {
    private CtcKernels() {
    }

    /// @param losses `[N]`
    /// @param gradient of each loss with respect to the log-probabilities of its sequence, `[T, N, C]`; null if it was not wanted
    public record Ctc(Tensor losses, Tensor gradient) {
    }

    /// Losses of all sequences.
    ///
    /// @param logProbs `[T, N, C]`
    /// @param targets from [#padded]
    /// @param withGradient whether the gradient is wanted, too
    public static Ctc ctc(CtcSpec spec, Tensor logProbs, Tensor targets, boolean withGradient) {
        Tensor losses = Tensor.empty(Layout.contiguous(Shape.of(logProbs.size(1))), logProbs.dtype(), logProbs.device());
        Tensor gradient = withGradient ? Tensor.empty(Layout.contiguous(logProbs.shape()), logProbs.dtype(), logProbs.device()) : null;
        logProbs.backend().ctc(spec, logProbs.view(), targets.view(), losses.view(), withGradient ? gradient.view() : null);
        return new Ctc(losses, gradient);
    }

    /// Checks all arguments and gives the labels as int64 `[N, S]`, one row for each sequence, `S` being the largest length. What follows
    /// the labels of a row has no meaning.
    ///
    /// @param logProbs `[T, N, C]`
    /// @param targets int64 or int32, `[N, S]` with padding, or all labels one after the other
    /// @throws ShapeException if shapes or lengths do not fit
    /// @throws IllegalArgumentException if a label is no class, or is the blank
    public static Tensor padded(CtcSpec spec, Tensor logProbs, Tensor targets) {
        check(spec, logProbs, targets);
        List<Integer> lengths = spec.targetLengths();
        int width = lengths.isEmpty() ? 0 : Math.max(0, Collections.max(lengths));
        long[] given = targets.toLongArray();
        var rows = new long[lengths.size() * width];
        int next = 0;
        for (int n = 0; n < lengths.size(); n++) {
            int from = targets.rank() == 1 ? next : n * targets.size(1);
            for (int s = 0; s < lengths.get(n); s++)
                rows[n * width + s] = label(spec, logProbs, given[from + s], n);
            next += lengths.get(n);
        }
        return Tensor.of(rows, Shape.of(lengths.size(), width)).to(logProbs.device());
    }

    private static long label(CtcSpec spec, Tensor logProbs, long label, int n) {
        if (label < 0 || label >= logProbs.size(2) || label == spec.blank())
            throw new IllegalArgumentException("ctcLoss: labels must be below the " + logProbs.size(2) + " classes and not the blank "
                    + spec.blank() + " (got " + label + " in sequence " + n + ")");
        return label;
    }

    private static void check(CtcSpec spec, Tensor logProbs, Tensor targets) {
        if (!logProbs.dtype().isFloating())
            throw new DTypeException("ctcLoss: needs a floating type (got " + logProbs.describe() + "); convert with to(DType.F32)");
        if (!targets.dtype().isInteger())
            throw new DTypeException("ctcLoss: labels must be int64 or int32 (got " + targets.describe() + ")");
        Tensor.checkSameDevice("ctcLoss", logProbs, targets);
        if (logProbs.rank() != 3 || logProbs.numel() == 0)
            throw new ShapeException("ctcLoss", "log-probabilities must be [time, batch, classes] and not empty", logProbs.shape());
        if (spec.blank() < 0 || spec.blank() >= logProbs.size(2))
            throw new IllegalArgumentException(
                    "ctcLoss: the blank must be below the " + logProbs.size(2) + " classes (got " + spec.blank() + ")");
        lengths("input", spec.inputLengths(), logProbs.size(1), logProbs.size(0));
        if (targets.rank() != 1 && (targets.rank() != 2 || targets.size(0) != logProbs.size(1)))
            throw new ShapeException("ctcLoss", "labels must be [batch, length], or all one after the other", logProbs.shape(),
                    targets.shape());
        lengths("target", spec.targetLengths(), logProbs.size(1), targets.size(-1));
        int total = spec.targetLengths().stream().mapToInt(Integer::intValue).sum();
        if (targets.rank() == 1 && total != targets.numel())
            throw new ShapeException("ctcLoss", "the target lengths add up to " + total, targets.shape());
    }

    private static void lengths(String name, List<Integer> lengths, int batch, int most) {
        if (lengths.size() != batch)
            throw new IllegalArgumentException("ctcLoss: there must be one " + name + " length for each of the " + batch
                    + " sequences (got " + lengths.size() + ")");
        for (int n = 0; n < batch; n++)
            if (lengths.get(n) < 0 || lengths.get(n) > most)
                throw new IllegalArgumentException(
                        "ctcLoss: every " + name + " length must be from 0 to " + most + " (got " + lengths.get(n) + " for sequence " + n
                                + ")");
    }
}
