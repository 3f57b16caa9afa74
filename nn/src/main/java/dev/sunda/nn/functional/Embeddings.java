package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/// Rows of a table, looked up by their numbers.
///
/// The lookup is a gather, linear in the table; its gradient adds each row of `dy` to the row of the table it came from, and the gradient
/// of that looks up again. No argument is modified but by [#renormalize].
public final class Embeddings {
    private Embeddings() {
    }

    /// How the gradient of a table is made.
    ///
    /// @param paddingIndex number of a row that gets no gradient, negative counts from the end; null for none
    /// @param scaleGradByFreq whether a row's gradient is divided by how often the row was looked up in this call
    public record Options(Integer paddingIndex, boolean scaleGradByFreq) {
        /// No padding, no scaling.
        public static final Options DEFAULT = new Options(null, false);

        /// These options with a padding index, or none if null.
        public Options withPaddingIndex(Integer paddingIndex) {
            return new Options(paddingIndex, scaleGradByFreq);
        }

        /// These options with or without scaling.
        public Options withScaleGradByFreq(boolean scaleGradByFreq) {
            return new Options(paddingIndex, scaleGradByFreq);
        }

        /// The padding index counted from the start, or -1.
        ///
        /// @param rows of the table
        int padding(String operation, int rows) {
            if (paddingIndex == null)
                return -1;
            if (paddingIndex < -rows || paddingIndex >= rows)
                throw new IllegalArgumentException(
                        operation + ": the padding index must be one of the table's " + rows + " rows (got " + paddingIndex + ")");
            return Math.floorMod(paddingIndex, rows);
        }
    }

    /// The rows that `index` names: `[...]` to `[..., D]`.
    ///
    /// @param index int64 or int32, from 0 to below `V`
    /// @param weight `[V, D]`
    /// @throws ShapeException if an index is outside the table
    public static Variable embedding(Tensor index, Variable weight) {
        return embedding(index, weight, Options.DEFAULT);
    }

    /// The same, with another gradient: the row of the padding index gets none, and with scaling
    /// `dweight[v] = sum of dy[i] / count(v)` over the `count(v)` positions `i` that name `v`.
    public static Variable embedding(Tensor index, Variable weight, Options options) {
        Objects.requireNonNull(options, "embedding: options is null; use Options.DEFAULT");
        return embedding("embedding", index, weight, options);
    }

    private static Variable embedding(String operation, Tensor index, Variable weight, Options options) {
        check(operation, index, weight);
        int padding = options.padding(operation, weight.size(0));
        Shape table = weight.shape();
        int[] sizes = Arrays.copyOf(index.shape().sizes(), index.rank() + 1);
        sizes[index.rank()] = table.size(1);
        Tensor flat = index.reshape(Shape.of(index.numel()));
        Tensor rows = lookUp(operation, weight.data(), flat).reshape(Shape.of(sizes));
        return output(operation, rows, wrt(weight, dy -> {
            Variable share = dy.reshape(Shape.of(flat.numel(), table.size(1)));
            if (padding >= 0)
                share = share.where(flat.ne(padding).unsqueeze(1), zero(share));
            if (options.scaleGradByFreq)
                share = share.div(Variable.of(frequencies(flat, table.size(0), dy.dtype()).unsqueeze(1)));
            return added(share, flat, table);
        }));
    }

    /// How often the row of each position is named.
    private static Tensor frequencies(Tensor flat, int rows, DType dtype) {
        Tensor ones = Tensor.ones(flat.shape(), dtype, flat.device());
        return Tensor.zeros(Shape.of(rows), dtype, flat.device()).scatterAdd(0, flat, ones).gather(0, flat);
    }

    /// Zeros of shape `[V, D]` with row `i` of `rows` added to row `flat[i]`.
    private static Variable added(Variable rows, Tensor flat, Shape into) {
        return zero(rows).expand(into).scatterAdd(0, flat.unsqueeze(1).expand(rows.shape()), rows);
    }

    private static Variable zero(Variable like) {
        return Variable.of(Tensor.zeros(Shape.of(1, 1), like.dtype(), like.device()));
    }

    /// The rows, or an error in words of a table.
    private static Tensor lookUp(String operation, Tensor weight, Tensor flat) {
        try {
            return weight.indexSelect(0, flat);
        } catch (ShapeException e) {                                 // nobody looked at the numbers before the kernel did
            for (long i : flat.toLongArray())
                if (i < 0 || i >= weight.size(0))
                    throw new ShapeException(operation, "index " + i + " is outside the table of " + weight.size(0) + " rows",
                            weight.shape(), flat.shape());
            throw e;
        }
    }

    private static void check(String operation, Tensor index, Variable weight) {
        if (!index.dtype().isInteger())
            throw new DTypeException(
                    operation + ": the index must be int64 or int32 (got " + index.describe() + "); convert with to(DType.I64)");
        if (weight.rank() != 2)
            throw new ShapeException(operation, "the table must be [rows, width]", weight.shape());
        Tensor.checkSameDevice(operation, weight.data(), index);
    }

    /// Overwrites those rows of a table that `index` names and that are longer than `maxNorm`, so that their norm becomes `maxNorm`: a row
    /// is multiplied by `maxNorm / (norm + 1e-7)`. Graphs that used the old numbers cannot be differentiated any more.
    ///
    /// @param table `[V, D]`, modified
    /// @param index int64 or int32, of any shape
    /// @param normType the `p` of the norm `(sum |x|^p)^(1/p)`, which may be infinite
    public static void renormalize(Tensor table, Tensor index, double maxNorm, double normType) {
        check("renormalize", index, Variable.of(table));
        long[] named = Arrays.stream(index.toLongArray()).sorted().distinct().toArray();
        Tensor rows = lookUp("renormalize", table, Tensor.of(named).to(table.device()));
        double[] norms = norms(rows, normType).toDoubleArray();
        for (int i = 0; i < named.length; i++)
            if (norms[i] > maxNorm) {
                Tensor row = table.narrow(0, (int) named[i], 1);
                row.copyFrom(row.mul(maxNorm / (norms[i] + 1e-7)));
            }
    }

    private static Tensor norms(Tensor rows, double p) {
        if (p == 2)
            return rows.square().sum(Dims.of(1)).sqrt();
        if (p == Double.POSITIVE_INFINITY)
            return rows.abs().amax(Dims.of(1));
        return p == 1 ? rows.abs().sum(Dims.of(1)) : rows.abs().pow(p).sum(Dims.of(1)).pow(1 / p);
    }

    // ---------------------------------------------------------------------------------------------------------- bags

    /// What becomes of the rows of a bag.
    public enum Mode {
        /// They are added.
        SUM,
        /// They are added and divided by their number.
        MEAN,
        /// The largest number of each column stays; of equal ones the first gets the gradient, NaN wins over everything.
        MAX
    }

    /// How bags are made.
    ///
    /// @param paddingIndex number of a row that does not count as part of any bag, negative counts from the end; null for none
    /// @param scaleGradByFreq whether a row's gradient is divided by how often the row was looked up in this call; not for [Mode#MAX]
    /// @param includeLastOffset whether the offsets end with the number of indices, behind the last bag
    public record BagOptions(Mode mode, Integer paddingIndex, boolean scaleGradByFreq, boolean includeLastOffset) {
        /// Means, no padding, no scaling, every offset begins a bag.
        public static final BagOptions DEFAULT = new BagOptions(Mode.MEAN, null, false, false);

        public BagOptions {
            Objects.requireNonNull(mode, "Embeddings.BagOptions: mode is null; use Mode.SUM, MEAN or MAX");
            if (mode == Mode.MAX && scaleGradByFreq)
                throw new IllegalArgumentException("embeddingBag: gradients of maxima are not scaled by frequency (got mode " + mode + ")");
        }

        /// These options with another mode.
        public BagOptions withMode(Mode mode) {
            return new BagOptions(mode, paddingIndex, scaleGradByFreq, includeLastOffset);
        }

        /// These options with a padding index, or none if null.
        public BagOptions withPaddingIndex(Integer paddingIndex) {
            return new BagOptions(mode, paddingIndex, scaleGradByFreq, includeLastOffset);
        }

        /// These options with or without scaling.
        public BagOptions withScaleGradByFreq(boolean scaleGradByFreq) {
            return new BagOptions(mode, paddingIndex, scaleGradByFreq, includeLastOffset);
        }

        /// These options with or without a last offset behind all bags.
        public BagOptions withIncludeLastOffset(boolean includeLastOffset) {
            return new BagOptions(mode, paddingIndex, scaleGradByFreq, includeLastOffset);
        }
    }

    /// The sums, means or maxima of the rows of each bag: `[B, D]`. A bag without rows gives zeros.
    ///
    /// @param index int64 or int32: `[B, L]`, a row for each bag, or `[n]`, cut into bags by the offsets
    /// @param offsets where each bag begins in a vector of indices, ascending from 0, int64 or int32; null for a matrix
    /// @param weight `[V, D]`
    /// @param perSampleWeights factors of the rows, of the shape of `index`; only for [Mode#SUM]; null for ones
    public static Variable embeddingBag(Tensor index, Tensor offsets, Variable weight, Variable perSampleWeights, BagOptions options) {
        Objects.requireNonNull(options, "embeddingBag: options is null; use BagOptions.DEFAULT");
        check("embeddingBag", index, weight);
        int padding = new Options(options.paddingIndex, false).padding("embeddingBag", weight.size(0));
        checkWeights(index, weight, perSampleWeights, options.mode);
        int[] starts = starts(index, offsets, options.includeLastOffset);
        Tensor flat = index.reshape(Shape.of(index.numel()));
        long[] words = flat.toLongArray();
        var bags = new Bags(starts, words, padding);
        Variable rows = perSampleWeights == null ? null : perSampleWeights.reshape(flat.shape());
        if (options.mode == Mode.MAX)
            return largest(bags, flat, weight);
        Variable sums = sums(bags, flat, weight, rows, options.scaleGradByFreq);
        return options.mode == Mode.SUM ? sums : sums.div(bags.counts(weight));
    }

    /// Which positions belong to which bag.
    ///
    /// @param starts of each bag, and behind the last one
    /// @param words number of the row at each position
    /// @param padding number of the row that counts nowhere, or -1
    private record Bags(int[] starts, long[] words, int padding) {
        int count() {
            return starts.length - 1;
        }

        boolean takes(int position) {
            return words[position] != padding;
        }

        /// The positions that count.
        long[] positions() {
            return IntStream.range(starts[0], starts[count()]).filter(this::takes).asLongStream().toArray();
        }

        /// The bag of each position that counts.
        long[] bags() {
            long[] bags = new long[positions().length];
            int at = 0;
            for (int bag = 0; bag < count(); bag++)
                for (int i = starts[bag]; i < starts[bag + 1]; i++)
                    if (takes(i))
                        bags[at++] = bag;
            return bags;
        }

        /// Number of rows in each bag, at least 1: `[B, 1]` in the type of the table.
        Variable counts(Variable table) {
            double[] counts = new double[count()];
            for (long bag : bags())
                counts[(int) bag]++;
            Arrays.setAll(counts, bag -> Math.max(1, counts[bag]));
            return Variable.of(Tensor.of(counts, Shape.of(count(), 1)).to(table.dtype()).to(table.device()));
        }
    }

    private static Variable sums(Bags bags, Tensor flat, Variable table, Variable factors, boolean scaled) {
        Tensor positions = Tensor.of(bags.positions()).to(table.device());
        Variable rows = embedding("embeddingBag", flat.indexSelect(0, positions), table, Options.DEFAULT.withScaleGradByFreq(scaled));
        if (factors != null)
            rows = rows.mul(factors.indexSelect(0, positions).unsqueeze(1));
        return added(rows, Tensor.of(bags.bags()).to(table.device()), Shape.of(bags.count(), table.size(1)));
    }

    /// Which row is the largest in each column is found without a graph; then each number is taken from where it stands.
    private static Variable largest(Bags bags, Tensor flat, Variable weight) {
        double[] rows = lookUp("embeddingBag", weight.data(), flat).toDoubleArray();
        int width = weight.size(1);
        long[] chosen = new long[bags.count() * width];
        boolean[] filled = new boolean[bags.count()];
        double[] best = new double[width];
        for (int bag = 0; bag < filled.length; bag++)
            for (int i = bags.starts[bag]; i < bags.starts[bag + 1]; i++) {
                if (!bags.takes(i))
                    continue;
                for (int d = 0; d < width; d++) {
                    double value = rows[i * width + d];
                    if (!filled[bag] || value > best[d] || Double.isNaN(value) && !Double.isNaN(best[d])) {
                        best[d] = value;
                        chosen[bag * width + d] = bags.words[i];
                    }
                }
                filled[bag] = true;
            }
        Shape shape = Shape.of(filled.length, width);
        if (weight.size(0) == 0)
            return zero(weight).expand(shape);
        Tensor some = Tensor.of(filled).to(weight.device()).unsqueeze(1);
        return weight.gather(0, Tensor.of(chosen, shape).to(weight.device())).where(some, zero(weight));
    }

    private static void checkWeights(Tensor index, Variable weight, Variable perSampleWeights, Mode mode) {
        if (perSampleWeights == null)
            return;
        if (mode != Mode.SUM)
            throw new IllegalArgumentException("embeddingBag: weights of samples go with sums only (got mode " + mode + ")");
        if (!perSampleWeights.shape().equals(index.shape()))
            throw new ShapeException("embeddingBag", "the weights of samples must have the shape of the index", perSampleWeights.shape(),
                    index.shape());
        if (perSampleWeights.dtype() != weight.dtype())
            throw new DTypeException("embeddingBag: the weights of samples must have the type of the table (got "
                    + perSampleWeights.data().describe() + ", " + weight.data().describe() + ")");
    }

    /// Where each bag begins, and where the last one ends.
    private static int[] starts(Tensor index, Tensor offsets, boolean includesLast) {
        if (index.rank() == 2) {
            if (offsets != null)
                throw new ShapeException("embeddingBag", "a matrix of indices has a bag in each row, so there must be no offsets",
                        index.shape(), offsets.shape());
            int[] starts = new int[index.size(0) + 1];
            Arrays.setAll(starts, bag -> bag * index.size(1));
            return starts;
        }
        if (index.rank() != 1)
            throw new ShapeException("embeddingBag", "the index must be a matrix, or a vector with offsets", index.shape());
        if (offsets == null || offsets.rank() != 1 || !offsets.dtype().isInteger())
            throw new ShapeException("embeddingBag", "a vector of indices needs a vector of int64 or int32 offsets" + (offsets == null ? ""
                    : ", not " + offsets.describe()), index.shape());
        long[] given = offsets.toLongArray();
        int n = index.numel();
        int bags = includesLast ? given.length - 1 : given.length;
        boolean fits = bags >= 0 && (given.length == 0 || given[0] == 0) && (!includesLast || given[bags] == n);
        for (int i = 0; fits && i < given.length; i++)
            fits = given[i] <= n && (i == 0 || given[i] >= given[i - 1]);
        if (!fits)
            throw new IllegalArgumentException("embeddingBag: offsets must ascend from 0 to at most the number of indices, " + n
                    + (includesLast ? ", with which they must end" : "") + " (got " + Arrays.toString(given) + ")");
        int[] starts = new int[bags + 1];
        for (int bag = 0; bag < bags; bag++)
            starts[bag] = (int) given[bag];
        starts[bags] = bags == 0 ? 0 : n;
        return starts;
    }
}
