package dev.sunda.core;

import dev.sunda.core.type.DType;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/// Writes a tensor the way NumPy 2 writes an array with `str`: nested brackets, columns aligned, lines of at most 75 characters,
/// and beyond 1000 elements only the first and last three along each dimension.
///
/// Numbers have the fewest digits that identify them within their type, at most 8 after the point. All of them are in
/// scientific notation if the largest is 1e8 (`float32`: 1e6) or more, the smallest below 1e-4, or the two more than a factor of
/// 1000 apart. Source: NumPy 2.4, `numpy/_core/arrayprint.py`.
final class TensorPrinter {
    private static final int THRESHOLD = 1000;
    private static final int EDGE = 3;
    private static final int WIDTH = 75;
    private static final int PRECISION = 8;

    private final int[] sizes;
    private final boolean[] cut;
    private final IntFunction<String> words;

    private TensorPrinter(int[] sizes, boolean[] cut, IntFunction<String> words) {
        this.sizes = sizes;
        this.cut = cut;
        this.words = words;
    }

    static String print(Tensor x) {
        if (x.shape().numel() == 0)
            return "[]";
        if (x.shape().rank() == 0)
            return scalar(x);
        var cut = new boolean[x.shape().rank()];
        Tensor shown = x;
        for (int d = 0; d < cut.length && x.shape().numel() > THRESHOLD; d++) {
            int size = x.shape().size(d);
            cut[d] = size > 2 * EDGE;
            if (cut[d])
                shown = Tensor.cat(List.of(shown.narrow(d, 0, EDGE), shown.narrow(d, size - EDGE, EDGE)), d);
        }
        return new TensorPrinter(shown.shape().sizes(), cut, words(shown)).block(0, 0, " ", WIDTH);
    }

    /// A number by itself is written in full, in scientific notation from 1e16 (`float32`: 1e6) and below 1e-4.
    private static String scalar(Tensor x) {
        if (x.dtype() == DType.BOOL)
            return x.toLongArray()[0] != 0 ? "True" : "False";
        if (x.dtype().isInteger())
            return Long.toString(x.toLongArray()[0]);
        double value = x.toDoubleArray()[0];
        if (!Double.isFinite(value))
            return special(value);
        double magnitude = Math.abs(value);
        boolean single = x.dtype() == DType.F32;
        if (value != 0 && (magnitude < 1e-4 || magnitude >= (single ? 1e6 : 1e16)))
            return scientific(value, shortest(value, x.dtype()), 0, 2).replace(".e", "e");
        String text = positional(value, shortest(value, x.dtype()));
        return text.endsWith(".") ? text + "0" : text;
    }

    /// The text of element `i` in row-major order, padded so that columns align.
    private static IntFunction<String> words(Tensor x) {
        if (x.dtype().isFloating()) {
            double[] values = x.toDoubleArray();
            FloatFormat format = FloatFormat.of(values, x.dtype());
            return i -> format.word(values[i]);
        }
        long[] values = x.toLongArray();
        if (x.dtype() == DType.BOOL)
            return i -> values[i] != 0 ? " True" : "False";
        int width = 0;
        for (long value : values)
            width = Math.max(width, Long.toString(value).length());
        int widest = width;
        return i -> padLeft(Long.toString(values[i]), widest);
    }

    /// The part of the tensor from element `first` on that spans the dimensions from `dim` on. Lines after the first begin with
    /// `indent`, and none is longer than `width` without the closing brackets of the dimensions outside.
    private String block(int dim, int first, String indent, int width) {
        if (dim == sizes.length - 1)
            return row(first, indent, width);
        int step = 1;
        for (int d = dim + 1; d < sizes.length; d++)
            step *= sizes[d];
        String separator = "\n".repeat(sizes.length - 1 - dim);
        var text = new StringBuilder("[");
        for (int i = 0; i < sizes[dim]; i++) {
            if (i > 0)
                text.append(separator).append(indent);
            if (cut[dim] && i == EDGE)
                text.append("...").append(separator).append(indent);
            text.append(block(dim + 1, first + i * step, indent + " ", width - 1));
        }
        return text.append(']').toString();
    }

    private String row(int first, String indent, int width) {
        int dim = sizes.length - 1;
        var lines = new StringBuilder();
        var line = new StringBuilder(indent);
        for (int i = 0; i < sizes[dim]; i++) {
            if (i > 0)
                line.append(' ');
            if (cut[dim] && i == EDGE) {
                extend(lines, line, "...", indent, width - 1);
                line.append(' ');
            }
            extend(lines, line, words.apply(first + i), indent, width - 1);
        }
        return "[" + lines.append(line).substring(indent.length()) + "]";
    }

    /// Appends a word to the line, or to a new one if it does not fit and the line holds something already.
    private static void extend(StringBuilder lines, StringBuilder line, String word, String indent, int width) {
        if (line.length() + word.length() > width && line.length() > indent.length()) {
            lines.append(line.toString().stripTrailing()).append('\n');
            line.setLength(0);
            line.append(indent);
        }
        line.append(word);
    }

    /// How all numbers of one tensor are written.
    ///
    /// @param scientific whether with an exponent
    /// @param left characters before the point
    /// @param right characters after the point, exponent included
    /// @param fraction digits after the point in scientific notation
    /// @param exponent digits of the exponent in scientific notation
    private record FloatFormat(DType dtype, boolean scientific, int left, int right, int fraction, int exponent) {

        static FloatFormat of(double[] values, DType dtype) {
            boolean scientific = isScientific(values, dtype);
            int left = 0;
            int right = 0;
            int exponent = 0;
            for (double value : values) {
                if (!Double.isFinite(value))
                    continue;
                String text = scientific ? TensorPrinter.scientific(value, digits(value, dtype, true), 0, 2)
                        : positional(value, digits(value, dtype, false));
                int e = scientific ? text.indexOf('e') : text.length();
                left = Math.max(left, text.indexOf('.'));
                right = Math.max(right, e - text.indexOf('.') - 1);
                exponent = Math.max(exponent, text.length() - e - 2);
            }
            int fraction = right;
            if (scientific)
                right += exponent + 2;
            for (double value : values)
                if (!Double.isFinite(value))
                    left = Math.max(left, special(value).length() - right - 1);
            return new FloatFormat(dtype, scientific, left, right, fraction, exponent);
        }

        private static boolean isScientific(double[] values, DType dtype) {
            double max = 0;
            double min = Double.POSITIVE_INFINITY;
            for (double value : values)
                if (Double.isFinite(value) && value != 0) {
                    max = Math.max(max, Math.abs(value));
                    min = Math.min(min, Math.abs(value));
                }
            if (max == 0)
                return false;
            return dtype == DType.F32 ? max >= 1e6 || (float) min < 1e-4f || (float) max / (float) min > 1000
                    : max >= 1e8 || min < 1e-4 || max / min > 1000;
        }

        String word(double value) {
            if (!Double.isFinite(value))
                return padLeft(special(value), left + right + 1);
            String text = scientific ? TensorPrinter.scientific(value, digits(value, dtype, true), fraction, exponent)
                    : positional(value, digits(value, dtype, false));
            int point = text.indexOf('.');
            String padded = padLeft(text, left - point + text.length());
            return padded + " ".repeat(left + 1 + right - padded.length());
        }
    }

    /// The shortest decimal that identifies `|value|` within its type.
    private static BigDecimal shortest(double value, DType dtype) {
        String text = dtype == DType.F32 ? Float.toString((float) Math.abs(value)) : Double.toString(Math.abs(value));
        return new BigDecimal(text).stripTrailingZeros();
    }

    /// [#shortest], or where that takes too many digits the exact value, rounded to 8 digits after the point.
    private static BigDecimal digits(double value, DType dtype, boolean scientific) {
        BigDecimal shortest = shortest(value, dtype);
        BigDecimal exact = new BigDecimal(Math.abs(value));
        BigDecimal kept = shortest;
        if (scientific && shortest.precision() > PRECISION + 1)
            kept = exact.round(new MathContext(PRECISION + 1, RoundingMode.HALF_EVEN));
        else if (!scientific && shortest.scale() > PRECISION)
            kept = exact.setScale(PRECISION, RoundingMode.HALF_EVEN);
        return kept.signum() == 0 ? BigDecimal.ZERO : kept.stripTrailingZeros();
    }

    /// For example `12.5`, `3.` or `-0.`.
    private static String positional(double value, BigDecimal digits) {
        String text = digits.toPlainString();
        return sign(value) + (text.contains(".") ? text : text + ".");
    }

    /// For example `1.25e+01`, with `fraction` digits after the point or more, taken from the exact value where the shortest decimal
    /// has fewer, and `exponent` digits or more in the exponent.
    private static String scientific(double value, BigDecimal digits, int fraction, int exponent) {
        BigDecimal shown = digits.precision() > fraction ? digits
                : new BigDecimal(Math.abs(value)).round(new MathContext(fraction + 1, RoundingMode.HALF_EVEN));
        String text = shown.unscaledValue().toString();
        int power = shown.signum() == 0 ? 0 : text.length() - 1 - shown.scale();
        String tail = text.substring(1);
        return sign(value) + text.charAt(0) + "." + tail + "0".repeat(Math.max(0, fraction - tail.length())) + "e" + (power < 0 ? '-' : '+')
                + String.format(Locale.ROOT, "%0" + exponent + "d", Math.abs(power));
    }

    private static String sign(double value) {
        return Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    }

    private static String special(double value) {
        return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }

    private static String padLeft(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
