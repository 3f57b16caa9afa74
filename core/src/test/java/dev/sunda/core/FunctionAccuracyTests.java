package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The functions of the CPU backend against exact values: none is further off than its bound in the table below says. Float32 is compared
/// with the reference backend in double at floats of every magnitude, float64 with values of more digits from `functions.csv.gz`, which
/// `src/test/python/functions.py` writes. The table in `docs/functions.md` is made from the same list.
class FunctionAccuracyTests {
    private static final Path DOCUMENT = Path.of("../docs/functions.md");
    private static final String BEGIN = "<!-- table: made by FunctionAccuracyTests -->\n";
    private static final String END = "<!-- end of table -->\n";
    /// Between neighbours lie so many floats, a prime, so that all exponents and mantissas occur.
    private static final long STRIDE = 40009;

    private static final float[] CENTRES =
            {0x1p-12f, 0.25f, 0.5f, 0.625f, 0.70710677f, 1, 1.4142135f, 1.4616321f, 1.5f, 2, 2.5f, 3, 10, 20, 88};

    private interface Operation {
        Tensor apply(Tensor x, Tensor y);
    }

    /// A function with its bounds in units in the last place of the exact value; 0.501 is a value computed in double and rounded.
    ///
    /// @param absolute true where values below 1 are measured by the last place of 1
    /// @param least arguments from here
    /// @param most to here
    private record Function(String name, Operation operation, boolean binary, double bound32, double bound64, boolean absolute,
            double least, double most) {
        Function within(double from, double to) {
            return new Function(name, operation, binary, bound32, bound64, absolute, from, to);
        }

        Function withTails() {
            return new Function(name, operation, binary, bound32, bound64, true, least, most);
        }

        Function named(String other) {
            return new Function(other, operation, binary, bound32, bound64, absolute, least, most);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Function of(UnaryFunction function, double bound32, double bound64) {
        return new Function(function.label(), (x, _) -> x.apply(function), false, bound32, bound64, false, Double.NEGATIVE_INFINITY,
                Double.POSITIVE_INFINITY);
    }

    private static Function of(String name, BinaryOperator<Tensor> function, double bound32, double bound64) {
        return new Function(name, function::apply, true, bound32, bound64, false, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    // @formatter:off
    private static final List<Function> FUNCTIONS = List.of(
            of(UnaryOp.SQRT,        0.501, 0.501),
            of(UnaryOp.RSQRT,       1.5, 1.5),
            of(UnaryOp.EXP,         1, 1),
            of(UnaryOp.EXP2,        0.501, 1),
            of(UnaryOp.EXPM1,       0.501, 1),
            of(UnaryOp.LOG,         1, 1),
            of(UnaryOp.LOG1P,       0.501, 1),
            of(UnaryOp.LOG2,        0.501, 1.5),
            of(UnaryOp.LOG10,       0.501, 1.5),
            of(UnaryOp.SIN,         0.501, 1),
            of(UnaryOp.COS,         0.501, 1),
            of(UnaryOp.TAN,         0.501, 1),
            of(UnaryOp.ASIN,        0.501, 1),
            of(UnaryOp.ACOS,        0.501, 1),
            of(UnaryOp.ATAN,        0.501, 1),
            of(UnaryOp.SINH,        0.501, 2),
            of(UnaryOp.COSH,        0.501, 1),
            of(UnaryOp.TANH,        1.5, 2),
            of(UnaryOp.ASINH,       0.501, 1.5),
            of(UnaryOp.ACOSH,       0.501, 1.5),
            of(UnaryOp.ATANH,       0.501, 1.5),
            of(UnaryOp.SIGMOID,     2, 1.5),
            of(UnaryOp.ERF,         1, 1),
            of(UnaryOp.ERFC,        0.501, 3),
            of(UnaryOp.ERFINV,      0.501, 4),
            of(UnaryOp.LGAMMA,      0.501, 5).within(0, Double.POSITIVE_INFINITY),
            of(UnaryOp.LGAMMA,      0.501, 4).named("lgamma of negatives").within(-1e5, 0).withTails(),
            of(ParametricOp.polygamma(0), 0.501, 2).named("digamma").within(0, Double.POSITIVE_INFINITY),
            of(ParametricOp.polygamma(0), 0.501, 4).named("digamma of negatives").within(-1e5, 0).withTails(),
            of(ParametricOp.polygamma(1), 0.501, 4).named("polygamma 1").within(0, Double.POSITIVE_INFINITY),
            of(ParametricOp.polygamma(2), 0.501, 3).named("polygamma 2").within(0, Double.POSITIVE_INFINITY),
            of(ParametricOp.softplus(1, 20), 2, 2).within(Double.NEGATIVE_INFINITY, 20),
            of(UnaryOp.LOG_SIGMOID, 2, 2),
            of(UnaryOp.SILU,        1.5, 1).withTails(),
            of(UnaryOp.MISH,        1.5, 1).withTails(),
            of(UnaryOp.GELU,        1, 1).withTails(),
            of(UnaryOp.GELU_TANH,   2, 1).withTails(),
            of(UnaryOp.TANHSHRINK,  0.501, 1).withTails(),
            of(UnaryOp.SOFTSIGN,    1.5, 1),
            of(ParametricOp.elu(1), 1, 1),
            of(ParametricOp.selu(), 2, 1.5).named("selu"),
            of("pow", Tensor::pow,             0.501, 1),
            of("atan2", Tensor::atan2,         0.501, 1),
            of("hypot", Tensor::hypot,         0.501, 1),
            of("logaddexp", Tensor::logaddexp, 0.501, 1),
            of("xlogy", Tensor::xlogy,         0.501, 1.5));
    // @formatter:on

    /// The largest error over some arguments, and where it is.
    private record Worst(double error, double x, double y) {
        Worst or(double other, double otherX, double otherY) {
            return other > error ? new Worst(other, otherX, otherY) : this;
        }
    }

    static List<Function> functions() {
        return FUNCTIONS;
    }

    @ParameterizedTest @MethodSource("functions")
    void float32StaysWithinItsBound(Function function) {
        Worst worst = float32(function);
        assertThat(worst.error).as(function + " at " + worst.x + ", " + worst.y).isLessThanOrEqualTo(function.bound32);
    }

    @ParameterizedTest @MethodSource("functions")
    void float64StaysWithinItsBound(Function function) throws IOException {
        Worst worst = float64(function);
        assertThat(worst.error).as(function + " at " + worst.x + ", " + worst.y).isLessThanOrEqualTo(function.bound64);
        assertThat(worst.x).as("values of " + function).isNotNaN();
    }

    // ---------------------------------------------------------------------------------------------------------- float32

    private static Worst float32(Function function) {
        float[] x = floats(function);
        float[] y = function.binary ? shuffled(x) : x;
        Tensor actual = function.operation.apply(Tensor.of(x), Tensor.of(y));
        Tensor exact = function.operation.apply(wide(x), wide(y));
        return worst(function, actual.toFloatArray(), exact.toDoubleArray(), x, y);
    }

    private static Worst worst(Function function, float[] actual, double[] exact, float[] x, float[] y) {
        var worst = new Worst(0, Double.NaN, Double.NaN);
        for (int i = 0; i < x.length; i++)
            worst = worst.or(error(actual[i], exact[i], function.absolute), x[i], y[i]);
        return worst;
    }

    private static Tensor wide(float[] x) {
        return Tensor.of(x).to(DType.F64).to(Device.REFERENCE);
    }

    /// Every so many of all floats in the domain, and those around 1, 2, 0.5 and other points where formulas change.
    private static float[] floats(Function function) {
        var floats = new ArrayList<Float>();
        for (long bits = 0; bits < 1L << 32; bits += STRIDE)
            floats.add(Float.intBitsToFloat((int) bits));
        for (float centre : CENTRES)
            for (int k = -300; k <= 300; k++) {
                floats.add(centre + k * Math.ulp(centre));
                floats.add(-centre - k * k * Math.ulp(centre));
            }
        float[] values = new float[floats.size()];
        int n = 0;
        for (float x : floats)
            if (x >= function.least && x <= function.most || Float.isNaN(x))
                values[n++] = x;
        return Arrays.copyOf(values, n);
    }

    /// A second argument for each, of any magnitude.
    private static float[] shuffled(float[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < y.length; i++)
            y[i] = i % 3 == 0 ? x[(int) (i * 7919L % x.length)] : x[i] * (1 + i % 7 - 3);
        return y;
    }

    /// In units in the last place of the float nearest to the exact value; infinite where a special value is wrong.
    private static double error(float actual, double exact, boolean absolute) {
        float rounded = (float) exact;
        if (Float.isNaN(actual) && Float.isNaN(rounded) || actual == rounded && Float.isInfinite(rounded))
            return 0;
        if (Float.isInfinite(rounded) && Math.abs(actual) == Float.MAX_VALUE || Float.isInfinite(actual) && Math.abs(rounded) > 3.40282e38f)
            return 1;                                                // the next number to the largest is infinity
        if (!Float.isFinite(rounded) || !Float.isFinite(actual))
            return Double.POSITIVE_INFINITY;
        return Math.abs(actual - exact) / Math.ulp(absolute ? Math.max(1, Math.abs(rounded)) : rounded);
    }

    // ---------------------------------------------------------------------------------------------------------- float64

    private static Worst float64(Function function) throws IOException {
        List<double[]> rows = rows(function);
        Tensor x = Tensor.of(rows.stream().mapToDouble(row -> row[0]).toArray());
        Tensor y = Tensor.of(rows.stream().mapToDouble(row -> row[1]).toArray());
        double[] actual = function.operation.apply(x, y).toDoubleArray();
        var worst = new Worst(-1, Double.NaN, Double.NaN);
        for (int i = 0; i < actual.length; i++) {
            double[] row = rows.get(i);
            double last = Math.ulp(function.absolute ? Math.max(1, Math.abs(row[2])) : row[2]);
            double error = Math.abs((actual[i] - row[2] - row[3]) / last);
            worst = worst.or(Double.isNaN(error) ? Double.POSITIVE_INFINITY : error, row[0], row[1]);
        }
        return worst;
    }

    /// Arguments and the two parts of the value.
    private static List<double[]> rows(Function function) throws IOException {
        var rows = new ArrayList<double[]>();
        var packed = FunctionAccuracyTests.class.getResourceAsStream("functions.csv.gz");
        try (var reader = new BufferedReader(new InputStreamReader(new GZIPInputStream(packed)))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String[] parts = line.split(",");
                if (!parts[0].equals(function.name) || Double.parseDouble(parts[1]) > function.most)
                    continue;
                double[] numbers = Arrays.stream(parts).skip(1).mapToDouble(Double::parseDouble).toArray();
                rows.add(function.binary ? numbers : new double[] {numbers[0], numbers[0], numbers[1], numbers[2]});
            }
        }
        return rows;
    }

    // ---------------------------------------------------------------------------------------------------------- the document

    @Test
    void theDocumentShowsEveryFunction() throws IOException {
        String text = Files.readString(DOCUMENT);
        int from = text.indexOf(BEGIN) + BEGIN.length();
        int to = text.indexOf(END);
        assertThat(from >= BEGIN.length() && to >= from).as("the marks around the table in " + DOCUMENT).isTrue();
        String current = text.substring(0, from) + table() + text.substring(to);
        if (Boolean.getBoolean("sunda.docs.write"))
            Files.writeString(DOCUMENT, current);
        assertThat(Files.readString(DOCUMENT)).as(DOCUMENT + " is out of date; write it anew with mvn -pl core test"
                + " -Dtest=FunctionAccuracyTests -Dsunda.docs.write=true").isEqualTo(current);
    }

    private static String table() throws IOException {
        var lines = new StringBuilder("""
                | function | float32: bound | largest | at | float64: bound | largest | at |
                |---|---:|---:|---|---:|---:|---|
                """);
        for (Function f : FUNCTIONS) {
            Worst narrow = float32(f);
            Worst wide = float64(f);
            lines.append(String.format(Locale.ROOT, "| `%s`%s | %s | %.2f | %s | %s | %.2f | %s |%n", f.name, f.absolute ? " *" : "",
                    number(f.bound32), narrow.error, place(f, narrow, true), number(f.bound64), wide.error, place(f, wide, false)));
        }
        return lines.toString().replace(System.lineSeparator(), "\n");
    }

    private static String number(double bound) {
        return bound == Math.rint(bound) ? "" + (long) bound : "" + bound;
    }

    private static String place(Function f, Worst worst, boolean narrow) {
        return f.binary ? text(worst.x, narrow) + ", " + text(worst.y, narrow) : text(worst.x, narrow);
    }

    private static String text(double x, boolean narrow) {
        return narrow ? "" + (float) x : "" + x;
    }
}
