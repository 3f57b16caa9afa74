package dev.sunda.core.op;

import java.util.List;
import java.util.Objects;

/// What connectionist temporal classification is asked for: how long every sequence of a batch and its labels are, and which class is the
/// blank.
///
/// A path names one class for each time step. It stands for the labels that are left when runs of one class become one and blanks are taken
/// out, so `a a _ a b` stands for `a a b`. The loss of a sequence is `-log` of the sum, over all paths that stand for its labels, of the
/// product of their probabilities.
///
/// The sum is found step by step over the states `s = 0 ... 2 S` of the labels with blanks around each (`l_s` is the blank for even `s`,
/// else label `(s - 1) / 2`), in logarithms: with `p_t` the log-probabilities of step `t`
///
/// `a_t(s) = log(exp a_{t-1}(s) + exp a_{t-1}(s-1) + [s odd, l_s != l_{s-2}] exp a_{t-1}(s-2)) + p_t(l_s)`, at first `p_0(l_s)` for `s < 2`
///
/// `b_t(s) = log` of the same sum over the states that follow `s`, of `b_{t+1} + p_{t+1}`, at last 0 for the last two states
///
/// `-loss = log Z = log(exp a_{T-1}(2 S) + exp a_{T-1}(2 S - 1))`
///
/// The share of paths in state `s` at step `t` is `exp(a_t(s) + b_t(s) - log Z)`, and so the derivative with respect to `p_t(c)` is
/// minus the sum of that over the states with `l_s = c`. If no path stands for the labels the loss is infinite and the derivative NaN. A
/// sequence of no steps has loss 0 if it has no labels.
///
/// Source: Graves, Fernández, Gomez, Schmidhuber 2006, Connectionist Temporal Classification.
///
/// @param blank the class that stands for no label
/// @param inputLengths time steps of each sequence
/// @param targetLengths labels of each sequence
public record CtcSpec(int blank, List<Integer> inputLengths, List<Integer> targetLengths) {
    public CtcSpec {
        Objects.requireNonNull(inputLengths, "CtcSpec: inputLengths is null");
        Objects.requireNonNull(targetLengths, "CtcSpec: targetLengths is null");
        inputLengths = List.copyOf(inputLengths);
        targetLengths = List.copyOf(targetLengths);
    }
}
