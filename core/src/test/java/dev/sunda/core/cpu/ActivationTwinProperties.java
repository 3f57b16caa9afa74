package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryOp;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/// Activations give the same bits with vectors and without, in runs longer than a block too, at kinks and bounds, and where the result lies
/// where the operand lies.
class ActivationTwinProperties {
    private static final int MARGIN = 5;
    private static final double[] SPECIAL = {0, -0.0, 1, -1, 3, -3, 0.1, -0.1, 0.5, -0.5, 6, 20, -20, 89, -104, Double.NaN,
        Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MIN_VALUE, 1e-9, -1e-9, 1e-17};
    private static final List<UnaryOp> ACTIVATIONS = List.of(UnaryOp.SILU, UnaryOp.MISH, UnaryOp.SOFTSIGN, UnaryOp.LOG_SIGMOID,
            UnaryOp.HARDSIGMOID, UnaryOp.HARDSWISH);

    @Provide
    Arbitrary<UnaryOp> activations() {
        return Arbitraries.of(ACTIVATIONS);
    }

    @Provide
    Arbitrary<ParametricOp> parametric() {
        Arbitrary<Double> bounds = Arbitraries.of(Arrays.stream(SPECIAL).boxed().toList());
        return Arbitraries.of(ParametricOp.Kind.LEAKY_RELU, ParametricOp.Kind.ELU, ParametricOp.Kind.CLAMP, ParametricOp.Kind.HARDTANH,
                ParametricOp.Kind.SOFTPLUS, ParametricOp.Kind.SOFTSHRINK, ParametricOp.Kind.HARDSHRINK, ParametricOp.Kind.THRESHOLD)
                .flatMap(kind -> bounds.flatMap(a -> bounds.flatMap(b -> bounds.map(c -> new ParametricOp(kind, a, b, c)))));
    }

    /// Numbers of every kind, among them the neighbours of special ones.
    private static float[] floats(SplittableRandom random, int n) {
        var x = new float[n + 2 * MARGIN];
        for (int i = 0; i < x.length; i++)
            x[i] = switch (random.nextInt(4)) {
                case 0 -> Float.intBitsToFloat(random.nextInt());
                case 1 -> {
                    float special = (float) SPECIAL[random.nextInt(SPECIAL.length)];
                    yield random.nextBoolean() ? special : random.nextBoolean() ? Math.nextUp(special) : Math.nextDown(special);
                }
                default -> (float) (random.nextGaussian() * 4);
            };
        return x;
    }

    @Property(tries = 500)
    void floats(@ForAll("activations") UnaryOp op, @ForAll @IntRange(max = 2100) int n, @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] x = floats(random, n), dy = floats(random, n);
        float[] simd = dy.clone(), scalar = dy.clone(), place = x.clone();
        new SimdUnaryMath().apply(op, x, shift, simd, 1, n);
        new ScalarUnaryMath().apply(op, x, shift, scalar, 1, n);
        assertThat(simd).isEqualTo(scalar);
        new SimdUnaryMath().apply(op, place, shift, place, shift, n);
        assertThat(Arrays.copyOfRange(place, shift, shift + n)).isEqualTo(Arrays.copyOfRange(scalar, 1, 1 + n));
        new SimdUnaryMath().backward(op, x, shift, dy, 2, simd, 1, n);
        new ScalarUnaryMath().backward(op, x, shift, dy, 2, scalar, 1, n);
        assertThat(simd).isEqualTo(scalar);
    }

    @Property(tries = 2000)
    void parametricFloats(@ForAll("parametric") ParametricOp op, @ForAll @IntRange(max = 1100) int n,
            @ForAll @IntRange(max = MARGIN) int shift, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] x = floats(random, n), dy = floats(random, n);
        float[] simd = dy.clone(), scalar = dy.clone();
        int values = SimdParametric.values(op, x, shift, simd, 1, n);
        Parametric.scalarValues(op, x, shift, scalar, 1, values);
        assertThat(simd).isEqualTo(scalar);
        int slopes = SimdParametric.slopes(op, x, shift, dy, 2, simd, 1, n);
        Parametric.scalarSlopes(op, x, shift, dy, 2, scalar, 1, slopes);
        assertThat(simd).isEqualTo(scalar);
    }

    /// Numbers of every kind, some around bounds, turns of `ln 2` and the places where results become subnormal or 0.
    private static double[] doubles(SplittableRandom random, int n) {
        double[] borders = {0.34657359, 1.0397207, 1, 20, 22, 37.4, 40, 708.39, 745.13, 752, 760};
        var x = new double[n + 2 * MARGIN];
        for (int i = 0; i < x.length; i++)
            x[i] = switch (random.nextInt(6)) {
                case 0 -> Double.longBitsToDouble(random.nextLong());
                case 1 -> SPECIAL[random.nextInt(SPECIAL.length)];
                case 2 -> Math.scalb(random.nextGaussian(), random.nextInt(-60, 5));
                case 3 -> (random.nextBoolean() ? 1 : -1) * borders[random.nextInt(borders.length)]
                        * (1 + Math.scalb(random.nextGaussian(), -random.nextInt(50)));
                case 4 -> random.nextDouble() * -770;
                default -> random.nextGaussian() * 4;
            };
        return x;
    }

    @Property(tries = 500)
    void doubles(@ForAll("activations") UnaryOp op, @ForAll @IntRange(max = 2100) int n, @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll long seed) {
        var random = new SplittableRandom(seed);
        double[] x = doubles(random, n), dy = doubles(random, n);
        double[] simd = dy.clone(), scalar = dy.clone(), place = x.clone();
        int values = SimdUnary64.apply(op, x, shift, simd, 1, n);
        assertThat(values).isGreaterThan(n - 8);
        Unary64.scalarValues(op, x, shift, scalar, 1, values);
        assertThat(simd).isEqualTo(scalar);
        SimdUnary64.apply(op, place, shift, place, shift, n);
        assertThat(Arrays.copyOfRange(place, shift, shift + values)).isEqualTo(Arrays.copyOfRange(scalar, 1, 1 + values));
        int slopes = SimdUnaryBackward64.apply(op, x, shift, dy, 2, simd, 1, n);
        assertThat(slopes).isEqualTo(values);
        Unary64.scalarSlopes(op, x, shift, dy, 2, scalar, 1, slopes);
        assertThat(simd).isEqualTo(scalar);
    }

    @Property(tries = 2000)
    void parametricDoubles(@ForAll("parametric") ParametricOp op, @ForAll @IntRange(max = 1100) int n,
            @ForAll @IntRange(max = MARGIN) int shift, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        double[] x = doubles(random, n), dy = doubles(random, n);
        double[] simd = dy.clone(), scalar = dy.clone();
        int values = SimdParametric64.values(op, x, shift, simd, 1, n);
        Parametric64.scalarValues(op, x, shift, scalar, 1, values);
        assertThat(simd).isEqualTo(scalar);
        int slopes = SimdParametric64.slopes(op, x, shift, dy, 2, simd, 1, n);
        Parametric64.scalarSlopes(op, x, shift, dy, 2, scalar, 1, slopes);
        assertThat(simd).isEqualTo(scalar);
    }

    /// What does not rest on exponentials is the definition itself.
    @Property
    void arithmeticIsTheDefinition(@ForAll("parametric") ParametricOp parametric, @ForAll("activations") UnaryOp activation,
            @ForAll long seed) {
        double[] x = doubles(new SplittableRandom(seed), 50), y = new double[x.length], dx = new double[x.length];
        double[] ones = new double[x.length];
        Arrays.fill(ones, 1);
        if (!ScalarActivations64.covers(parametric)) {
            Parametric64.scalarValues(parametric, x, 0, y, 0, x.length);
            Parametric64.scalarSlopes(parametric, x, 0, ones, 0, dx, 0, x.length);
            assertThat(y).isEqualTo(Arrays.stream(x).map(parametric::value).toArray());
            assertThat(dx).isEqualTo(Arrays.stream(x).map(parametric::derivative).toArray());
        }
        if (activation == UnaryOp.SILU || activation == UnaryOp.MISH || activation == UnaryOp.LOG_SIGMOID)
            return;
        Unary64.scalarValues(activation, x, 0, y, 0, x.length);
        Unary64.scalarSlopes(activation, x, 0, ones, 0, dx, 0, x.length);
        assertThat(y).isEqualTo(Arrays.stream(x).map(activation::value).toArray());
        assertThat(dx).isEqualTo(Arrays.stream(x).map(activation::derivative).toArray());
    }

    /// The cases people meet do not fall back on the scalar loops.
    @Property
    void usualNumbersAreComputedInVectors(@ForAll @IntRange(min = 16, max = 100) int n) {
        for (ParametricOp op : List.of(ParametricOp.leakyRelu(0.01), ParametricOp.elu(1), ParametricOp.selu(), ParametricOp.celu(0.5),
                ParametricOp.clamp(-1, 1), ParametricOp.hardtanh(0, 6), ParametricOp.softplus(1, 20), ParametricOp.softshrink(0.5),
                ParametricOp.hardshrink(0.3), ParametricOp.threshold(0.1, 20))) {
            var x = new float[n];
            assertThat(SimdParametric.values(op, x, 0, new float[n], 0, n)).as(op.toString()).isGreaterThan(n - 16);
            assertThat(SimdParametric.slopes(op, x, 0, x, 0, new float[n], 0, n)).as(op.toString()).isGreaterThan(n - 16);
            var y = new double[n];
            assertThat(SimdParametric64.values(op, y, 0, new double[n], 0, n)).as(op.toString()).isGreaterThan(n - 16);
            assertThat(SimdParametric64.slopes(op, y, 0, y, 0, new double[n], 0, n)).as(op.toString()).isGreaterThan(n - 16);
        }
    }
}
