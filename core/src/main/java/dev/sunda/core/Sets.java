package dev.sunda.core;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Slices that occur once or several times, and elements of one tensor among those of another. Slices are compared on the host.
final class Sets {
    private Sets() {
    }

    /// The distinct slices in the order of their first difference.
    static Tensor.Unique unique(Tensor x, int dim) {
        Rows rows = new Rows("unique", x, dim);
        int[] order = IntStream.range(0, rows.count).boxed().sorted(rows::compare).mapToInt(i -> i).toArray();
        return rows.runs(order);
    }

    static Tensor.Unique uniqueConsecutive(Tensor x, int dim) {
        Rows rows = new Rows("uniqueConsecutive", x, dim);
        return rows.runs(IntStream.range(0, rows.count).toArray());
    }

    /// The slices of a tensor along one dimension, each as a row of numbers.
    private static final class Rows {
        private final Tensor x;
        private final int dim;
        private final int count;
        private final int width;
        private final double[] numbers;                              // null for integers, which may need more than 53 bits
        private final long[] integers;

        Rows(String operation, Tensor x, int dim) {
            this.x = x;
            this.dim = x.shape().dim(operation, dim);
            count = x.size(dim);
            if (x.numel() == 0 && count > 0)
                throw new ShapeException(operation, "the slices along dimension " + dim + " are empty", x.shape());
            width = count == 0 ? 0 : x.numel() / count;
            Tensor first = x.movedim(this.dim, 0);
            numbers = x.dtype().isFloating() ? first.toDoubleArray() : null;
            integers = numbers == null ? first.to(DType.I64).toLongArray() : null;
        }

        int compare(int a, int b) {
            for (int i = 0; i < width; i++) {
                int difference = numbers == null ? Long.compare(integers[a * width + i], integers[b * width + i])
                        : Double.compare(numbers[a * width + i] + 0.0, numbers[b * width + i] + 0.0);   // one zero only
                if (difference != 0)
                    return difference;
            }
            return 0;
        }

        /// NaN differs from itself.
        boolean isEqual(int a, int b) {
            for (int i = 0; i < width && numbers != null; i++)
                if (Double.isNaN(numbers[a * width + i]))
                    return false;
            return compare(a, b) == 0;
        }

        /// Equal neighbours in `order` are one slice.
        Tensor.Unique runs(int[] order) {
            long[] inverse = new long[count];
            long[] first = new long[count];
            long[] counts = new long[count];
            int found = 0;
            for (int i = 0; i < count; i++) {
                if (i == 0 || !isEqual(order[i - 1], order[i]))
                    first[found++] = order[i];
                inverse[order[i]] = found - 1;
                counts[found - 1]++;
            }
            Tensor places = Tensor.of(Arrays.copyOf(first, found)).to(x.device());
            return new Tensor.Unique(x.indexSelect(dim, places), Tensor.of(inverse).to(x.device()),
                    Tensor.of(Arrays.copyOf(counts, found)).to(x.device()));
        }
    }

    static Tensor isIn(Tensor x, Tensor set) {
        Tensor.checkSameDevice("isIn", x, set);
        DType type = DType.promote(x.dtype(), set.dtype());
        Tensor numbers = set.maskedSelect(set.eq(set)).to(type);     // without NaN, which equals nothing
        if (numbers.numel() == 0)
            return Tensor.zeros(x.shape(), DType.BOOL, x.device());
        Tensor sorted = numbers.sort(0, false).values();
        Tensor values = x.to(type).reshape(-1);
        Tensor last = Tensor.scalar(sorted.numel() - 1, DType.I64, x.device());
        Tensor place = sorted.searchSorted(values, false).minimum(last);
        return sorted.gather(0, place).eq(values).reshape(x.shape());
    }

    /// The most frequent element of each row, the smallest of several: in sorted order the one whose number among its equals is largest.
    static Tensor.Indexed mode(Tensor x, int dim, boolean keepDim) {
        if (x.rank() == 0 && (dim == 0 || dim == -1))
            return new Tensor.Indexed(x, Tensor.scalar(0, DType.I64, x.device()));
        int d = x.shape().dim("mode", dim);
        int n = x.size(d);
        if (n == 0)
            throw new ShapeException("mode", "there is no value over zero elements", x.shape());
        Tensor order = x.argsort(d, false);
        Tensor sorted = x.gather(d, order);
        Tensor starts = Tensor.cat(List.of(Tensor.ones(x.shape().with(d, 1), DType.BOOL, x.device()),
                sorted.narrow(d, 1, n - 1).ne(sorted.narrow(d, 0, n - 1))), d);
        int[] along = new int[x.rank()];
        Arrays.fill(along, 1);
        along[d] = n;
        Tensor number = Tensor.arange(n).to(x.device()).reshape(Shape.of(along)).expand(x.shape());
        Tensor begin = number.where(starts, Tensor.zerosLike(number)).cumMax(d).values();
        Tensor index = order.gather(d, number.sub(begin).argmax(d, true));
        return Sorting.dropped(new Tensor.Indexed(x.gather(d, index), index), d, keepDim);
    }
}
