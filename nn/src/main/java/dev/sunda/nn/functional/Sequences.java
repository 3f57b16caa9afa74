package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Sequences of different lengths in one batch.
public final class Sequences {
    private Sequences() {
    }

    /// Sequences of different lengths side by side, the short ones continued with a number.
    ///
    /// @param sequences `[T_i, ...]` each, at least one, equal in all sizes but the first
    /// @param batchFirst whether the result is `[N, T, ...]` instead of `[T, N, ...]`, `T` being the longest length
    /// @param padding what the short ones are continued with
    public static Variable padSequence(List<Variable> sequences, boolean batchFirst, double padding) {
        if (sequences.isEmpty())
            throw new IllegalArgumentException("padSequence: needs at least one sequence (got none)");
        Shape first = sequences.getFirst().shape();
        for (Variable x : sequences)
            if (x.rank() < 1 || x.rank() != first.rank() || !x.shape().with(0, 0).equals(first.with(0, 0)))
                throw new ShapeException("padSequence", "sequences must agree in all sizes but the first", first, x.shape());
        int longest = sequences.stream().mapToInt(x -> x.size(0)).max().orElseThrow();
        var padded = new ArrayList<Variable>();
        for (Variable x : sequences) {
            Tensor rest = Tensor.full(x.shape().with(0, longest - x.size(0)), padding, x.dtype(), x.device());
            padded.add(x.size(0) == longest ? x : Variable.cat(List.of(x, Variable.of(rest)), 0));
        }
        return Variable.stack(padded, batchFirst ? 0 : 1);
    }

    /// The sequences of a batch without their padding: undoes [#padSequence].
    ///
    /// @param padded `[T, N, ...]`, or `[N, T, ...]` with `batchFirst`
    /// @param lengths one for each sequence, from 0 to `T`
    public static List<Variable> unpadSequence(Variable padded, boolean batchFirst, int... lengths) {
        Objects.requireNonNull(lengths, "unpadSequence: lengths is null");
        if (padded.rank() < 2)
            throw new ShapeException("unpadSequence", "needs a dimension of time and one of the batch", padded.shape());
        int batch = batchFirst ? 0 : 1;
        int longest = padded.size(1 - batch);
        if (lengths.length != padded.size(batch) || !Arrays.stream(lengths).allMatch(n -> 0 <= n && n <= longest))
            throw new IllegalArgumentException("unpadSequence: needs " + padded.size(batch) + " lengths from 0 to " + longest + " (got "
                    + Arrays.toString(lengths) + ")");
        var parts = new ArrayList<Variable>();
        for (int i = 0; i < lengths.length; i++)
            parts.add(padded.select(batch, i).narrow(0, 0, lengths[i]));
        return List.copyOf(parts);
    }

    /// `[T, N, 1]`: true where a sequence has not ended.
    static Tensor active(int[] lengths, int steps) {
        var active = new boolean[steps * lengths.length];
        for (int i = 0; i < active.length; i++)
            active[i] = i / lengths.length < lengths[i % lengths.length];
        return Tensor.of(active, Shape.of(steps, lengths.length, 1));
    }
}
