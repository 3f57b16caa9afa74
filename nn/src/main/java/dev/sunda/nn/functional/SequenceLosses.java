package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.fused;
import static dev.sunda.autograd.Operation.output;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.CtcKernels;
import dev.sunda.core.op.CtcSpec;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Losses of sequences.
public final class SequenceLosses {
    private SequenceLosses() {
    }

    /// The mean of [#ctcLoss(Variable, Tensor, int\[\], int\[\], int, Reduction, boolean)], class 0 being the blank.
    public static Variable ctcLoss(Variable logProbs, Tensor targets, int[] inputLengths, int[] targetLengths) {
        return ctcLoss(logProbs, targets, inputLengths, targetLengths, 0, Reduction.MEAN, false);
    }

    /// Connectionist temporal classification: the negative log-likelihood of a sequence of labels, whatever the time steps they stand at.
    /// [CtcSpec] has the formulas. Sums and differences are taken in double precision, so that long sequences keep their digits.
    ///
    /// The gradient is the one of the log-probabilities themselves, also where they do not add up to 1; passed on through
    /// [Variable#logSoftmax] it is that of the logits. (PyTorch's has the softmax in it already, and is the same for logits.)
    ///
    /// The mean divides each loss by the number of its labels, at least 1, before it averages over the batch.
    ///
    /// @param logProbs log-probabilities, `[T, N, C]`, or `[T, C]` for a single sequence
    /// @param targets labels, int64 or int32: `[N, S]` with any padding behind the labels, or all labels one after the other; classes other
    ///     than the blank
    /// @param inputLengths time steps of each sequence, from 0 to `T`
    /// @param targetLengths labels of each sequence
    /// @param blank the class that stands for no label
    /// @param zeroInfinity whether losses of labels that do not fit into their time steps become 0 without a gradient, in place of infinite
    ///     with a gradient of NaN
    /// @return a scalar, or for `NONE` `[N]`
    /// @throws ShapeException if the shapes do not fit
    /// @throws IllegalArgumentException if lengths or labels are out of range
    public static Variable ctcLoss(Variable logProbs, Tensor targets, int[] inputLengths, int[] targetLengths, int blank,
            Reduction reduction, boolean zeroInfinity) {
        Objects.requireNonNull(inputLengths, "ctcLoss: inputLengths is null; give one for each sequence");
        Objects.requireNonNull(targetLengths, "ctcLoss: targetLengths is null; give one for each sequence");
        LossTerms.present("ctcLoss", reduction);
        if (logProbs.rank() == 2) {
            Variable one = ctcLoss(logProbs.unsqueeze(1), targets.rank() == 1 ? targets.unsqueeze(0) : targets, inputLengths, targetLengths,
                    blank, reduction, zeroInfinity);
            return one.reshape(Shape.SCALAR);
        }
        var spec = new CtcSpec(blank, Arrays.stream(inputLengths).boxed().toList(), Arrays.stream(targetLengths).boxed().toList());
        Variable losses = losses(spec, logProbs, CtcKernels.padded(spec, logProbs.data(), targets), zeroInfinity);
        if (reduction != Reduction.MEAN)
            return LossTerms.reduce("ctcLoss", losses, reduction);
        Tensor counts = Tensor.of(Arrays.stream(targetLengths).mapToDouble(n -> Math.max(1, n)).toArray());
        return losses.div(Variable.of(counts.to(losses.dtype()).to(losses.device()))).mean();
    }

    private static Variable losses(CtcSpec spec, Variable logProbs, Tensor targets, boolean zeroInfinity) {
        boolean differentiated = GradMode.isRecording() && logProbs.requiresGrad();
        var result = CtcKernels.ctc(spec, logProbs.data(), targets, differentiated);
        Tensor impossible = result.losses().eq(Double.POSITIVE_INFINITY);
        Tensor value = zeroInfinity ? zeroed(result.losses(), impossible) : result.losses();
        if (!differentiated)
            return Variable.of(value);
        int n = impossible.numel();
        Tensor slope = zeroInfinity ? zeroed(result.gradient(), impossible.reshape(1, n, 1)) : result.gradient();
        return output("ctcLoss", value, List.of(logProbs), fused(
                dy -> List.of(slope.mul(dy.reshape(1, n, 1))),
                dy -> {
                    Variable again = recursion(spec, logProbs, targets);
                    Variable dx = Gradients.gradients(List.of(again), List.of(dy), List.of(logProbs), true).getFirst();
                    return List.of(dx.add(Variable.of(slope.mul(0))));               // NaN where the kernel says so
                }));
    }

    private static Tensor zeroed(Tensor x, Tensor where) {
        return Tensor.zeros(x.shape(), x.dtype(), x.device()).where(where, x);
    }

    // ---------------------------------------------------------------------------------------------------------- to be differentiated again

    /// The losses as differentiable operations: the recursion of `a` in [CtcSpec] for all sequences at once. States behind the labels of a
    /// shorter sequence cannot lead back and do not count; after its last time step a sequence keeps its row.
    private static Variable recursion(CtcSpec spec, Variable logProbs, Tensor targets) {
        Tensor labels = states(spec, targets);
        int n = labels.size(0);
        int states = labels.size(1);
        Tensor skips = skips(labels);
        Tensor lengths = column(spec.inputLengths(), logProbs);
        Tensor start = Tensor.arange(states).to(logProbs.device()).lt(2);
        Variable never = Variable.of(Tensor.full(Shape.of(n, states), Double.NEGATIVE_INFINITY, logProbs.dtype(), logProbs.device()));
        Variable a = logProbs.select(0, 0).gather(1, labels).where(start, never);
        for (int t = 1; t < logProbs.size(0); t++) {
            Variable next = logSum(List.of(a, later(a, 1, never), later(a, 2, never).where(skips, never)))
                    .add(logProbs.select(0, t).gather(1, labels));
            a = next.where(lengths.gt(t), a);
        }
        Variable last = a.gather(1, column(spec.targetLengths(), logProbs).mul(2));
        Variable before = a.gather(1, column(spec.targetLengths().stream().map(s -> Math.max(0, 2 * s - 1)).toList(), logProbs));
        Tensor unlabelled = column(spec.targetLengths(), logProbs).eq(0);
        Variable none = never.narrow(1, 0, 1);
        Variable total = logSum(List.of(last, none.where(unlabelled, before)));
        Variable ofNothing = Variable.zerosLike(none).where(unlabelled, none);
        return ofNothing.where(lengths.eq(0), total).squeeze(1).neg();
    }

    /// Labels with blanks around each, `[N, 2 S + 1]`.
    private static Tensor states(CtcSpec spec, Tensor targets) {
        int n = targets.size(0);
        int width = targets.size(1);
        long[] given = targets.toLongArray();
        var states = new long[n * (2 * width + 1)];
        Arrays.fill(states, spec.blank());
        for (int row = 0; row < n; row++)
            for (int s = 0; s < width; s++)
                states[row * (2 * width + 1) + 2 * s + 1] = given[row * width + s];
        return Tensor.of(states, Shape.of(n, 2 * width + 1)).to(targets.device());
    }

    /// Whether each state may follow the one two before it: not if that has the same class, blanks included.
    private static Tensor skips(Tensor labels) {
        int n = labels.size(0);
        int states = labels.size(1);
        if (states < 2)
            return Tensor.of(new boolean[n * states], labels.shape()).to(labels.device());
        Tensor no = Tensor.of(new boolean[2 * n], Shape.of(n, 2)).to(labels.device());
        return Tensor.cat(List.of(no, labels.narrow(1, 2, states - 2).ne(labels.narrow(1, 0, states - 2))), 1);
    }

    private static Tensor column(List<Integer> values, Variable like) {
        return Tensor.of(values.stream().mapToLong(Integer::longValue).toArray()).unsqueeze(1).to(like.device());
    }

    /// `a` moved by `by` states, minus infinity coming in.
    private static Variable later(Variable a, int by, Variable never) {
        int kept = Math.max(0, a.size(1) - by);
        return Variable.cat(List.of(never.narrow(1, 0, a.size(1) - kept), a.narrow(1, 0, kept)), 1);
    }

    /// `log(sum(exp(terms)))`. Where all are minus infinity so is the result, without a gradient.
    private static Variable logSum(List<Variable> terms) {
        Tensor max = terms.stream().map(Variable::data).reduce(Tensor::maximum).orElseThrow();
        Tensor dead = max.eq(Double.NEGATIVE_INFINITY);
        Variable shift = Variable.of(zeroed(max, dead));
        Variable sum = terms.stream().map(x -> x.sub(shift).exp()).reduce(Variable::add).orElseThrow();
        Variable safe = LossTerms.constant(sum, 1).where(dead, sum);
        return Variable.of(max).where(dead, safe.log().add(shift));
    }
}
