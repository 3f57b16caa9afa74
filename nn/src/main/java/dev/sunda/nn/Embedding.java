package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Embeddings;
import java.util.Objects;
import java.util.Set;

/// A table of vectors, looked up by number: `[...]` of int64 or int32 to `[..., width]`.
///
/// Parameter: `weight` `[rows, width]`, standard normal at first. The row of the padding index is 0 at first and gets no gradient, so it
/// stays 0.
public final class Embedding extends Layer {
    private final Options options;
    private final Parameter weight;

    /// @param paddingIndex number of the row that stands for nothing, negative counts from the end; null for none
    /// @param maxNorm longest norm of a row: those that are longer are shortened in place when they are looked up; null for no limit
    /// @param normType the `p` of that norm
    /// @param scaleGradByFreq whether a row's gradient is divided by how often the row was looked up in a call
    public record Options(Integer paddingIndex, Double maxNorm, double normType, boolean scaleGradByFreq) {
        /// No padding, no limit (norm type 2), no scaling.
        public static final Options DEFAULT = new Options(null, null, 2, false);

        /// These options with a padding index, or none if null.
        public Options withPaddingIndex(Integer paddingIndex) {
            return new Options(paddingIndex, maxNorm, normType, scaleGradByFreq);
        }

        /// These options with a longest norm, or none if null.
        public Options withMaxNorm(Double maxNorm) {
            return new Options(paddingIndex, maxNorm, normType, scaleGradByFreq);
        }

        /// These options with another kind of norm.
        public Options withNormType(double normType) {
            return new Options(paddingIndex, maxNorm, normType, scaleGradByFreq);
        }

        /// These options with or without scaling.
        public Options withScaleGradByFreq(boolean scaleGradByFreq) {
            return new Options(paddingIndex, maxNorm, normType, scaleGradByFreq);
        }
    }

    /// With the default options.
    public Embedding(int rows, int width, Rng rng) {
        this(rows, width, Options.DEFAULT, rng);
    }

    /// @param rows how many vectors there are, at least 1
    /// @param width of a vector, at least 1
    public Embedding(int rows, int width, Options options, Rng rng) {
        Objects.requireNonNull(options, "Embedding: options is null; use Options.DEFAULT");
        this(table("Embedding", rows, width, options.paddingIndex, rng), options);
    }

    /// A table that exists already, for example one trained elsewhere. Freeze the layer if it should stay as it is.
    ///
    /// @param table `[rows, width]`, of a floating type; the layer takes it over
    public Embedding(Tensor table, Options options) {
        Objects.requireNonNull(table, "Embedding: table is null");
        Objects.requireNonNull(options, "Embedding: options is null; use Options.DEFAULT");
        checkTable("Embedding", table, options.paddingIndex);
        this.options = options;
        weight = parameter("weight", table);
    }

    /// Normal numbers, with zeros in the row of the padding index.
    static Tensor table(String layer, int rows, int width, Integer padding, Rng rng) {
        Require.atLeast(layer, "number of rows", rows, 1);
        Require.atLeast(layer, "width", width, 1);
        Tensor table = Initializers.normal(Shape.of(rows, width), 0, 1, rng);
        checkTable(layer, table, padding);
        if (padding != null)
            table.select(0, padding).copyFrom(Tensor.zeros(width));
        return table;
    }

    static void checkTable(String layer, Tensor table, Integer padding) {
        if (table.rank() != 2)
            throw new ShapeException(layer, "the table must be [rows, width]", table.shape());
        int rows = table.size(0);
        if (padding != null && (padding < -rows || padding >= rows))
            throw new IllegalArgumentException(
                    layer + ": the padding index must be one of the table's " + rows + " rows (got " + padding + ")");
    }

    /// Shortens the rows of a table in place before they are looked up.
    ///
    /// @param table what is looked up in this call, which must be the parameter
    static void shorten(String layer, Parameter weight, Variable table, Tensor index, double maxNorm, double normType) {
        if (table != weight)
            throw new IllegalArgumentException(layer + ": a largest norm (got " + maxNorm + ") shortens rows in place, which only a "
                    + "parameter takes; leave it out where the table is parametrised or stands in for the parameter");
        weight.update(rows -> Embeddings.renormalize(rows, index, maxNorm, normType));
    }

    /// `[rows, width]`.
    public Parameter weight() {
        return weight;
    }

    /// @param x int64 or int32
    @Override
    protected Variable compute(Variable x) {
        Variable table = current(weight);
        if (options.maxNorm != null)
            shorten("Embedding", weight, table, x.data(), options.maxNorm, options.normType);
        return Embeddings.embedding(x.data(), table, new Embeddings.Options(options.paddingIndex, options.scaleGradByFreq));
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return weight.size(0) + " rows of " + weight.size(1) + (options.paddingIndex == null ? "" : ", padding " + options.paddingIndex)
                + (options.maxNorm == null ? "" : ", max norm " + options.maxNorm)
                + (options.normType == 2 ? "" : ", norm type " + options.normType)
                + (options.scaleGradByFreq ? ", gradients scaled by frequency" : "");
    }
}
