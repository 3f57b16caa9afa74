package dev.sunda.core;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import java.util.Arrays;
import java.util.Objects;

/// One entry of what stands between the brackets in `x[1, ..., 2:8:2, mask]`.
///
/// | Python | here | |
/// |---|---|---|
/// | `3` | `at(3)` | one position, whose dimension vanishes; negative ones count from the end |
/// | `:` | `all()` | the whole dimension |
/// | `2:8:2` | `range(2, 8, 2)` | positions with Python's rules for bounds |
/// | `2:` | `from(2)` | all positions from there on |
/// | `:-1` | `to(-1)` | all positions before |
/// | `...` | `ellipsis()` | as many whole dimensions as are not named |
/// | `None` | `newAxis()` | a new dimension of size 1 |
/// | `t` | `of(t)` | int64, int32: positions; bool: a mask over as many dimensions as it has |
///
/// Tensors are broadcast against each other and taken together. Their dimensions stand where the first of them was if they stood side by
/// side, otherwise in front. As in PyTorch, and unlike NumPy, a number does not count as a tensor here.
public sealed interface Index {

    /// One position.
    record At(int position) implements Index {
    }

    /// Positions `start, start + step, ...` before `end`.
    record Range(int start, int end, int step) implements Index {
    }

    /// As many whole dimensions as are not named.
    record Ellipsis() implements Index {
    }

    /// A new dimension of size 1.
    record NewAxis() implements Index {
    }

    /// Positions or a mask.
    record Chosen(Tensor tensor) implements Index {
        /// @throws DTypeException unless the tensor is int64, int32 or bool
        public Chosen {
            if (tensor.dtype().isFloating())
                throw new DTypeException("index: a tensor must be int64, int32 or bool (got " + tensor.describe() + ")");
        }

        boolean isMask() {
            return tensor.dtype() == DType.BOOL;
        }
    }

    static Index at(int position) {
        return new At(position);
    }

    static Index all() {
        return new Range(0, Integer.MAX_VALUE, 1);
    }

    static Index range(int start, int end) {
        return new Range(start, end, 1);
    }

    static Index range(int start, int end, int step) {
        return new Range(start, end, step);
    }

    static Index from(int start) {
        return new Range(start, Integer.MAX_VALUE, 1);
    }

    static Index to(int end) {
        return new Range(0, end, 1);
    }

    static Index ellipsis() {
        return new Ellipsis();
    }

    static Index newAxis() {
        return new NewAxis();
    }

    static Index of(Tensor tensor) {
        return new Chosen(tensor);
    }

    /// Positions on the CPU.
    static Index of(long... positions) {
        Objects.requireNonNull(positions, "Index.of: positions is null");
        return new Chosen(Tensor.of(positions));
    }

    /// Whether any of them is a tensor, so that places may repeat.
    static boolean anyTensor(Index... items) {
        Objects.requireNonNull(items, "Index.anyTensor: items is null");
        for (Index item : items)
            Objects.requireNonNull(item, "Index.anyTensor: an item is null; use Index.all()");
        return Arrays.stream(items).anyMatch(Chosen.class::isInstance);
    }
}
