package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Losses;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The last linear layer of a classifier and its cross-entropy in one, see
/// [Losses#linearCrossEntropy(Variable, Variable, Variable, Variable, CrossEntropyOptions)].
///
/// Parameters: `linear.weight` `[C * d1 * ..., in]`, perhaps `linear.bias`; they begin as those of a [Linear].
public final class LinearCrossEntropyLoss extends Layer {
    private final int classes;
    private final List<Integer> outFeatures;
    private final CrossEntropyOptions options;
    private final Linear linear;

    /// One class for each row, without bias.
    public LinearCrossEntropyLoss(int in, int classes, Rng rng) {
        this(in, classes, List.of(), false, CrossEntropyOptions.DEFAULT, rng);
    }

    /// @param in size of the last dimension of the input, at least 1
    /// @param classes `C`, at least 1
    /// @param outFeatures `d1, ...`: of how many elements a row has a class each; none for one
    /// @param bias whether the logits have a bias
    public LinearCrossEntropyLoss(int in, int classes, List<Integer> outFeatures, boolean bias, CrossEntropyOptions options, Rng rng) {
        Objects.requireNonNull(outFeatures, "LinearCrossEntropyLoss: outFeatures is null; use List.of() for one number");
        outFeatures.forEach(size -> Objects.requireNonNull(size, "LinearCrossEntropyLoss: one of outFeatures is null"));
        Objects.requireNonNull(options, "LinearCrossEntropyLoss: options is null; use CrossEntropyOptions.DEFAULT");
        Require.atLeast("LinearCrossEntropyLoss", "number of inputs", in, 1);
        Require.atLeast("LinearCrossEntropyLoss", "number of classes", classes, 1);
        outFeatures.forEach(d -> Require.atLeast("LinearCrossEntropyLoss", "out features", d, 1));
        Require.between("LinearCrossEntropyLoss", "label smoothing", options.labelSmoothing(), 0, 1);
        Require.reduction("LinearCrossEntropyLoss", options.reduction());
        if (options.classWeights() != null && !options.classWeights().shape().equals(Shape.of(classes)))
            throw new IllegalArgumentException("LinearCrossEntropyLoss: the class weights must be [" + classes + "] (got "
                    + options.classWeights().shape() + ")");
        this.classes = classes;
        this.outFeatures = List.copyOf(outFeatures);
        this.options = options;
        int elements = outFeatures.stream().reduce(1, Math::multiplyExact);
        linear = child("linear", new Linear(in, Math.multiplyExact(classes, elements), bias, rng));
    }

    /// The map from inputs to logits.
    public Linear linear() {
        return linear;
    }

    /// The loss of a batch.
    ///
    /// @param x `[N, in]` or `[in]`
    /// @param target class indices `[N, d1, ...]`, or probabilities `[N, C, d1, ...]`; without `N` for a single element
    public Variable forward(Variable x, Tensor target) {
        return call(x, input -> {
            Variable weight = linear.current(linear.weight());
            Variable bias = linear.current(linear.bias());
            return Losses.linearCrossEntropy(input, weight.reshape(shape(classes, weight.size(-1))),
                    bias == null ? null : bias.reshape(shape(classes)), Variable.of(target), options);
        });
    }

    private int[] shape(int first, int... last) {
        var sizes = new ArrayList<Integer>();
        sizes.add(first);
        sizes.addAll(outFeatures);
        for (int size : last)
            sizes.add(size);
        return sizes.stream().mapToInt(Integer::intValue).toArray();
    }

    /// The logits, `[N, C * d1 * ...]`.
    @Override
    protected Variable compute(Variable x) {
        return linear.forward(x);
    }

    @Override
    protected String options() {
        return linear.weight().size(-1) + " -> " + classes + (outFeatures.isEmpty() ? "" : " of " + outFeatures);
    }
}
