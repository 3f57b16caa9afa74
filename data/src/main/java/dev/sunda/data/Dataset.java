package dev.sunda.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// A fixed number of elements that can be had one by one, by number: a pure function of the index.
///
/// `get` may be called from several threads at once. The same index gives the same element every time; what should differ
/// from epoch to epoch, such as random crops, is the [Transform] of a [DataLoader].
///
/// @param <T> type of the elements; a `Dataset<Sample>` can be batched
public interface Dataset<T> {
    /// Number of elements.
    int size();

    /// Element number `index`, from 0 to `size() - 1`.
    ///
    /// @throws IndexOutOfBoundsException if there is no such element
    T get(int index);

    /// The samples with these numbers, stacked in the given order. Sets that are held in memory override it, because it can be
    /// many times faster than stacking single samples. A [DataLoader] with a transform, or a collate function of its own, takes
    /// samples one by one.
    ///
    /// @throws DataException if a sample cannot be made (the message names its number), if shapes differ, or if the elements are not
    ///                       samples
    default Batch batch(int... indices) {
        Objects.requireNonNull(indices, "Dataset.batch: indices is null");
        var samples = new ArrayList<Sample>(indices.length);
        for (int index : indices) {
            T element;
            try {
                element = get(index);
            } catch (RuntimeException e) {
                throw new DataException("sample " + index + ": " + e.getMessage(), e);
            }
            if (!(element instanceof Sample sample))
                throw new DataException("sample " + index + ": only a Sample can be batched (got "
                        + (element == null ? "null" : element.getClass().getName()) + "); make samples of the elements with map");
            samples.add(sample);
        }
        return Batch.of(samples);
    }

    /// The same elements, each sent through `function` whenever it is asked for. The function must be pure.
    default <R> Dataset<R> map(Function<? super T, ? extends R> function) {
        return new MappedDataset<>(this, function);
    }

    /// The elements with these numbers, in this order; a number may occur several times.
    ///
    /// @throws IndexOutOfBoundsException if there is no such element
    default Dataset<T> subset(int... indices) {
        Objects.requireNonNull(indices, "Dataset.subset: indices is null");
        return new Subset<>(this, indices.clone());
    }

    /// The elements from number `from` up to, but not including, `to`.
    ///
    /// @throws IndexOutOfBoundsException unless `0 <= from <= to <= size()`
    default Dataset<T> range(int from, int to) {
        return Subset.range(this, from, to);
    }

    /// Cuts the set at random into parts that do not overlap. A part has `floor(fraction * size)` elements, and what is left
    /// over goes one by one to the first parts.
    ///
    /// @param seed      the same seed gives the same parts
    /// @param fractions shares above 0 with sum 1, for example `0.9, 0.1`
    /// @throws IllegalArgumentException if the fractions are not such shares
    default List<Dataset<T>> split(long seed, double... fractions) {
        Objects.requireNonNull(fractions, "Dataset.split: fractions is null");
        return Subset.split(this, seed, fractions);
    }

    /// All elements of the first set, then all of the second, and so on.
    ///
    /// @throws IllegalArgumentException if there is no set, or more than 2^31 - 1 elements in all
    static <T> Dataset<T> concat(List<? extends Dataset<T>> parts) {
        Objects.requireNonNull(parts, "Dataset.concat: parts is null");
        parts.forEach(part -> Objects.requireNonNull(part, "Dataset.concat: a part is null"));
        return new ConcatDataset<>(List.copyOf(parts));
    }

    /// The elements of a list, which is copied.
    static <T> Dataset<T> of(List<? extends T> elements) {
        Objects.requireNonNull(elements, "Dataset.of: elements is null");
        elements.forEach(element -> Objects.requireNonNull(element, "Dataset.of: an element is null"));
        return new ListDataset<>(List.copyOf(elements));
    }
}
