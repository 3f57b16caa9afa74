package dev.sunda.nn;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/// Softmax over very many classes, sorted from frequent to rare, in clusters: a small softmax, the head, chooses a frequent class or a
/// cluster of rare ones, and one softmax for each cluster chooses within it. Training computes a cluster only for rows whose class lies in
/// it.
///
/// With cutoffs `c_1 < ... < c_m` the head has `c_1` classes and `m` clusters, and cluster `i` has the classes from `c_i` on up to, not
/// including, `c_(i+1)`; behind the last cutoff comes the number of classes. Then
///
/// - `log p(k) = logSoftmax(head x)[k]` for a class `k` of the head,
/// - `log p(k) = logSoftmax(head x)[c_1 + i - 1] + logSoftmax(V_i U_i x)[k - c_i]` for a class of cluster `i`,
///
/// where `U_i` maps the input to `floor(in / divValue^i)` features. A cluster left without features gives all its classes the same
/// probability.
///
/// Parameters: `head.weight` `[c_1 + m, in]`, perhaps `head.bias`, and for each cluster, counted from 0, `tail.i.0.weight` and
/// `tail.i.1.weight`; all begin as those of a [Linear].
///
/// Source: Grave, Joulin, Cissé, Grangier, Jégou 2017, Efficient softmax approximation for GPUs, arXiv:1609.04309.
public final class AdaptiveLogSoftmaxWithLoss extends Layer {
    private static final String NAME = "adaptiveLogSoftmax";
    private final int in;
    private final int classes;
    private final int[] ends;                                        // behind the classes of the head and of each cluster
    private final double divValue;
    private final Linear head;
    private final LayerList<Sequential> tail;

    /// What a batch gives.
    ///
    /// @param output `[N]` or `[]`: the log-probability of each row's class
    /// @param loss the mean of `-output`
    public record Result(Variable output, Variable loss) {
    }

    /// With a `divValue` of 4, the head without bias.
    public AdaptiveLogSoftmaxWithLoss(int in, int classes, List<Integer> cutoffs, Rng rng) {
        this(in, classes, cutoffs, 4, false, rng);
    }

    /// @param in size of the last dimension of the input, at least 1
    /// @param classes how many there are
    /// @param cutoffs where the head and the clusters but the last end: ascending, from 1 to `classes - 1`
    /// @param divValue how many times fewer features each cluster has than the one before it, greater than 0
    /// @param headBias whether the head has a bias
    public AdaptiveLogSoftmaxWithLoss(int in, int classes, List<Integer> cutoffs, double divValue, boolean headBias, Rng rng) {
        Objects.requireNonNull(cutoffs, "AdaptiveLogSoftmaxWithLoss: cutoffs is null");
        cutoffs.forEach(cutoff -> Objects.requireNonNull(cutoff, "AdaptiveLogSoftmaxWithLoss: a cutoff is null"));
        Objects.requireNonNull(rng, "AdaptiveLogSoftmaxWithLoss: rng is null; pass new Rng(seed)");
        Require.atLeast("AdaptiveLogSoftmaxWithLoss", "number of inputs", in, 1);
        Require.positive("AdaptiveLogSoftmaxWithLoss", "divValue", divValue);
        ends = IntStream.concat(checked(cutoffs, classes).stream().mapToInt(Integer::intValue), IntStream.of(classes)).toArray();
        this.in = in;
        this.classes = classes;
        this.divValue = divValue;
        head = child("head", new Linear(in, ends[0] + cutoffs.size(), headBias, rng));
        var clusters = new ArrayList<Sequential>();
        for (int i = 1; i < ends.length; i++) {
            int features = features(in, Math.pow(divValue, i));
            clusters.add(new Sequential(plain(features, in, rng), plain(ends[i] - ends[i - 1], features, rng)));
        }
        tail = child("tail", new LayerList<>(clusters));
    }

    private static List<Integer> checked(List<Integer> cutoffs, int classes) {
        boolean fit = !cutoffs.isEmpty();
        for (int i = 0; i < cutoffs.size(); i++)
            fit &= cutoffs.get(i) > (i == 0 ? 0 : cutoffs.get(i - 1)) && cutoffs.get(i) < classes;
        if (!fit)
            throw new IllegalArgumentException("AdaptiveLogSoftmaxWithLoss: the cutoffs must be at least one number, ascending, from 1 to "
                    + (classes - 1) + " for " + classes + " classes (got " + cutoffs + ")");
        return cutoffs;
    }

    /// `floor(in / divisor)`, also where the quotient is rounded up to the next whole number.
    private static int features(int in, double divisor) {
        return (int) Math.rint((in - in % divisor) / divisor);
    }

    private static Linear plain(int out, int in, Rng rng) {
        return new Linear(Initializers.weight(Shape.of(out, in), rng));
    }

    /// The scores of frequent classes and of clusters.
    public Linear head() {
        return head;
    }

    /// The two maps of each cluster.
    public LayerList<Sequential> tail() {
        return tail;
    }

    // ---------------------------------------------------------------------------------------------------------- training

    /// The log-probabilities of the classes that are right, and their loss.
    ///
    /// @param x `[N, in]` or `[in]`
    /// @param target class indices, int64 or int32, `[N]` or `[]`
    public Result forward(Variable x, Tensor target) {
        var results = new ArrayList<Result>();
        call(x, _ -> {
            results.add(run(x, target));
            return results.getFirst().output;
        });
        return results.getFirst();
    }

    private Result run(Variable x, Tensor target) {
        check(x, target);
        boolean batched = x.rank() == 2;
        Variable output = picked(batched ? x : x.unsqueeze(0), target.toLongArray());
        return new Result(batched ? output : output.squeeze(0), output.neg().mean());
    }

    private void check(Variable x, Tensor target) {
        check(x);
        Tensor.checkSameDevice(NAME, x.data(), target);
        if (!target.dtype().isInteger())
            throw new DTypeException(NAME + ": class indices must be int64 or int32 (got " + target.describe()
                    + "); convert with to(DType.I64)");
        Shape wanted = x.rank() == 2 ? Shape.of(x.size(0)) : Shape.of();
        if (!target.shape().equals(wanted))
            throw new ShapeException(NAME, "an input of this shape needs class indices of shape " + wanted, x.shape(), target.shape());
    }

    private void check(Variable x) {
        if (x.rank() != 1 && x.rank() != 2 || x.size(-1) != in)
            throw new ShapeException(NAME, "the input must be [batch, " + in + "] or [" + in + "]", x.shape());
    }

    /// The log-probability of one class in each row.
    private Variable picked(Variable x, long[] target) {
        int[] part = parts(target);
        long[] choice = new long[target.length];                     // of the head: a class or a cluster
        Arrays.setAll(choice, row -> part[row] == 0 ? target[row] : ends[0] + part[row] - 1);
        Variable output = column(head.forward(x), choice);
        for (int i = 1; i < ends.length; i++) {
            int cluster = i;
            int[] rows = IntStream.range(0, part.length).filter(row -> part[row] == cluster).toArray();
            if (rows.length == 0)
                continue;
            Tensor index = on(x, Arrays.stream(rows).asLongStream().toArray());
            long[] inside = Arrays.stream(rows).mapToLong(row -> target[row] - ends[cluster - 1]).toArray();
            output = output.indexAdd(0, index, column(tail.get(i - 1).forward(x.indexSelect(0, index)), inside));
        }
        return output;
    }

    /// Where the class of each row lies: 0 for the head, or the number of a cluster.
    private int[] parts(long[] target) {
        int[] part = new int[target.length];
        for (int row = 0; row < part.length; row++) {
            if (target[row] < 0 || target[row] >= classes)
                throw new ShapeException(
                        NAME + ": class indices must be from 0 to " + (classes - 1) + " (got " + target[row] + " in row " + row + ")");
            while (target[row] >= ends[part[row]])
                part[row]++;
        }
        return part;
    }

    private static Variable column(Variable scores, long[] choice) {
        return scores.logSoftmax(1).gather(1, on(scores, choice).unsqueeze(1)).squeeze(1);
    }

    private static Tensor on(Variable x, long... numbers) {
        return Tensor.of(numbers).to(x.device());
    }

    // ---------------------------------------------------------------------------------------------------------- prediction

    /// The log-probabilities of all classes, as [#logProb].
    @Override
    protected Variable compute(Variable x) {
        check(x);
        Variable rows = x.rank() == 2 ? x : x.unsqueeze(0);
        Variable y = all(rows, head.forward(rows));
        return x.rank() == 2 ? y : y.squeeze(0);
    }

    /// The log-probabilities of all classes: `[N, classes]` or `[classes]`.
    ///
    /// @param x `[N, in]` or `[in]`
    public Variable logProb(Variable x) {
        return forward(x);
    }

    private Variable all(Variable x, Variable scores) {
        Variable choice = scores.logSoftmax(1);
        var parts = new ArrayList<Variable>();
        parts.add(choice.narrow(1, 0, ends[0]));
        for (int i = 1; i < ends.length; i++)
            parts.add(tail.get(i - 1).forward(x).logSoftmax(1).add(choice.narrow(1, ends[0] + i - 1, 1)));
        return Variable.cat(parts, 1);
    }

    /// The most probable class of each row, `[N]` or `[]`, int64. Clusters are only computed for rows whose head prefers one of them.
    /// Nothing is recorded.
    ///
    /// @param x `[N, in]` or `[in]`
    public Tensor predict(Variable x) {
        return call(x, _ -> GradMode.noGrad(() -> {
            check(x);
            Tensor best = best(x.rank() == 2 ? x : x.unsqueeze(0));
            return Variable.of(x.rank() == 2 ? best : best.squeeze(0));
        })).data();
    }

    private Tensor best(Variable x) {
        Variable scores = head.forward(x);
        Tensor best = scores.data().argmax(1, false);
        Tensor rare = best.ge(ends[0]).nonzero().reshape(-1);
        if (rare.numel() == 0)
            return best;
        Variable some = all(x.indexSelect(0, rare), scores.indexSelect(0, rare));
        return best.indexCopy(0, rare, some.data().argmax(1, false));
    }

    @Override
    protected String options() {
        return in + " -> " + classes + ", cutoffs " + Arrays.toString(Arrays.copyOf(ends, ends.length - 1))
                + (divValue == 4 ? "" : ", div value " + divValue);
    }
}
