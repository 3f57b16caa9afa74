package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Float32 functions that kernels compute in float32 and the CPU in double lie within 2 ulp of the exact value, here that of doubles, at
/// arguments of every magnitude.
class FloatAccuracyTests {
    private static final Backend KERNELS = TwoDevices.KERNELS;
    private static final double MOST_ULPS = 2;
    private static final double MOST_ULPS_OF_DERIVATIVES = 7;
    private static final Set<BinaryOp> OF_TWO =
            EnumSet.of(BinaryOp.POW, BinaryOp.ATAN2, BinaryOp.HYPOT, BinaryOp.LOGADDEXP, BinaryOp.LOGADDEXP2, BinaryOp.XLOGY);
    private static final float[] EDGES = {0, -0f, 1, -1, 2, -2, 3, -3, 0.5f, -0.5f, 2.5f, 0.625f, 89.5f, -89.5f, 128, -150, 10_000, 10_001,
        0x1p24f, 0x1.fffffep23f, -0x1.fffffep23f, Math.nextDown(1f), Math.nextUp(1f), Float.MIN_VALUE, -Float.MIN_VALUE, 1e-40f,
        Float.MAX_VALUE, -Float.MAX_VALUE, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};

    private final Random random = new Random(1);

    static Stream<UnaryFunction> functionsOfOneNumber() {
        Stream<UnaryFunction> plain = Arrays.stream(UnaryOp.values()).map(op -> op);
        Stream<UnaryFunction> parametric = Stream.of(ParametricOp.logit(), ParametricOp.logit(0.1), ParametricOp.logit(1e-17),
                ParametricOp.logit(0.7), ParametricOp.softplus(0.7, 15.3), ParametricOp.softplus(-30.3, 20),
                ParametricOp.softplus(0x1p-99, 0.1), ParametricOp.softplus(3, Double.POSITIVE_INFINITY));
        return Stream.concat(plain, parametric).filter(op -> Unary.isMore(op, DType.F32) || Unary.isRare(op, DType.F32));
    }

    @ParameterizedTest
    @MethodSource
    void functionsOfOneNumber(UnaryFunction op) {
        float[] x = arguments();
        float[] y = run(x.length, (in, out) -> KERNELS.unary(op, in[0], out), x);
        for (int i = 0; i < x.length; i++)
            if (!(error(y[i], exact(op, x[i]), op == UnaryOp.LGAMMA && x[i] < 0 ? 1 : 0) <= MOST_ULPS))
                fail("%s(%s): got %s, expected %s", op.label(), x[i], y[i], exact(op, x[i]));
    }

    /// Where the definition loses digits near 0, a series.
    private static double exact(UnaryFunction op, double x) {
        double z = x * x;
        return op == UnaryOp.TANHSHRINK && z < 1e-4 ? x * z * (1.0 / 3 - z * (2.0 / 15 - z * 17 / 315)) : op.value(x);
    }

    static Stream<UnaryFunction> derivatives() {
        return Stream.of(UnaryOp.ERFC, UnaryOp.ERFINV, UnaryOp.ERFCX, UnaryOp.NDTRI, UnaryOp.TANHSHRINK, ParametricOp.logit(),
                ParametricOp.logit(0.2));
    }

    /// With gradients so large or small that the product of both is a float where the derivative is none.
    @ParameterizedTest
    @MethodSource
    void derivatives(UnaryFunction op) {
        float[] dys = {1, -3e38f, 1e-38f, 1e-44f, Float.NaN, Float.POSITIVE_INFINITY, 0};
        var k = new float[700];
        var dy = new float[k.length];
        for (int i = 0; i < k.length; i++) {
            dy[i] = dys[i % dys.length];
            k[i] = i < 7 * EDGES.length ? EDGES[i / 7] : random.nextFloat(-1, 1) * (i % 2 == 0 ? 1 : 14);
        }
        float[] dx = run(k.length, (in, out) -> KERNELS.unaryBackward(op, in[0], in[1], out), k, dy);
        for (int i = 0; i < k.length; i++)
            if (!(error(dx[i], dy[i] * slope(op, k[i]), 0) <= MOST_ULPS_OF_DERIVATIVES))
                fail("%s: derivative at %s times %s: got %s, expected %s", op.label(), k[i], dy[i], dx[i], dy[i] * slope(op, k[i]));
    }

    /// Where the definition loses digits far from 0, a series: in what it adds the halves of odd numbers.
    private static double slope(UnaryFunction op, double k) {
        double s = 0.5 / (k * k);
        boolean series = op == UnaryOp.ERFCX && k > 40 && k < Double.POSITIVE_INFINITY;
        return series ? -2 / Math.sqrt(Math.PI) * s * (1 - 3 * s * (1 - 5 * s)) : op.derivative(k);
    }

    static Stream<BinaryOp> functionsOfTwoNumbers() {
        return OF_TWO.stream();
    }

    @ParameterizedTest
    @MethodSource
    void functionsOfTwoNumbers(BinaryOp op) {
        float[][] x = pairs();
        double least = op == BinaryOp.LOGADDEXP || op == BinaryOp.LOGADDEXP2 ? 1 : 0;    // digits cancel near the root
        float[] y = run(x[0].length, (in, out) -> KERNELS.binary(op, in[0], in[1], out), x);
        for (int i = 0; i < y.length; i++)
            if (!(error(y[i], op.value(x[0][i], x[1][i]), least) <= MOST_ULPS))
                fail("%s(%s, %s): got %s, expected %s", op.label(), x[0][i], x[1][i], y[i], op.value(x[0][i], x[1][i]));
    }

    /// Near whole quotients, where a rounded one is a whole number too soon; and where they have more digits than a float.
    @ParameterizedTest
    @MethodSource
    void quotients(BinaryOp op) {
        int n = 600;
        var a = new float[n];
        var b = new float[n];
        for (int i = 0; i < n; i++) {
            b[i] = i % 4 == 0 ? magnitude(random.nextInt(255)) : (float) random.nextGaussian();
            float product = b[i] * (random.nextInt() >> 7 + random.nextInt(24));
            a[i] = Float.intBitsToFloat(Float.floatToRawIntBits(product) + random.nextInt(5) - 2);
        }
        float[] y = run(n, (in, out) -> KERNELS.binary(op, in[0], in[1], out), a, b);
        for (int i = 0; i < n; i++)
            assertThat(Float.floatToIntBits(y[i])).as("%s(%s, %s) = %s", op, a[i], b[i], y[i])
                    .isEqualTo(Float.floatToIntBits((float) op.value(a[i], b[i])));
    }

    static Stream<BinaryOp> quotients() {
        return Stream.of(BinaryOp.TRUNC_DIVIDE, BinaryOp.FLOOR_DIVIDE, BinaryOp.FMOD, BinaryOp.REMAINDER);
    }

    @Test
    void errorsAreMeasuredInLastPlaces() {
        assertThat(error(1 + 0x1p-23f, 1, 0)).isEqualTo(1);
        assertThat(error(0, 0x1p-149, 0)).isEqualTo(1);
        assertThat(error(Float.POSITIVE_INFINITY, Float.MAX_VALUE, 0)).isEqualTo(1);
        assertThat(error(-0f, 0, 0)).isInfinite();
        assertThat(error(Float.NaN, 1, 0)).isNaN();
    }

    // ------------------------------------------------------------------------------------------------------------------------ arguments

    /// Edges, numbers of every exponent, and many of moderate size.
    private float[] arguments() {
        var x = Arrays.copyOf(EDGES, 2000);
        for (int i = EDGES.length; i < x.length; i++)
            x[i] = switch (i % 4) {
                case 0 -> magnitude(i / 4 % 255);
                case 1 -> random.nextFloat(-1, 1);
                case 2 -> (float) random.nextGaussian() * 4;
                default -> random.nextFloat(-100, 100);
            };
        return x;
    }

    /// All pairs of edges, pairs of every magnitude, of moderate size, and such as have powers of every magnitude.
    private float[][] pairs() {
        int edges = EDGES.length * EDGES.length;
        var x = new float[2][edges + 1500];
        for (int i = 0; i < x[0].length; i++) {
            boolean moderate = i % 3 == 0;
            float a = i < edges ? EDGES[i / EDGES.length] : moderate ? random.nextFloat(-4, 4) : magnitude(i % 255);
            double power = random.nextDouble(-150, 130) / (Math.log(Math.abs(a)) / Math.log(2));
            x[0][i] = a;
            x[1][i] = i < edges ? EDGES[i % EDGES.length]
                    : moderate ? random.nextFloat(-4, 4) : i % 3 == 1 ? magnitude(random.nextInt(255)) : (float) power;
        }
        return x;
    }

    /// A number with the exponent field, denormal for 0, and random digits and sign.
    private float magnitude(int exponent) {
        return Float.intBitsToFloat(exponent << 23 | random.nextInt() & 0x807FFFFF);
    }

    private interface Call {
        void run(View[] in, View out);
    }

    private static float[] run(int n, Call call, float[]... operands) {
        Layout layout = Layout.contiguous(Shape.of(n));
        View[] in = Arrays.stream(operands).map(x -> new View(KERNELS.upload(DType.F32, x), layout)).toArray(View[]::new);
        View out = new View(KERNELS.allocate(DType.F32, n), layout);
        call.run(in, out);
        return (float[]) KERNELS.download(out.storage(), 0, n);
    }

    /// In units of the last place that the exact value, or `least` if that is larger, has in float32. Infinity counts as 2^128; zeros of
    /// different sign are infinitely far apart.
    private static double error(float got, double exact, double least) {
        if (Double.isNaN(exact))
            return Float.isNaN(got) ? 0 : Double.POSITIVE_INFINITY;
        if (exact == 0 && least == 0)
            return Float.floatToRawIntBits(got) == Float.floatToRawIntBits((float) exact) ? 0 : Double.POSITIVE_INFINITY;
        double value = Float.isInfinite(got) ? Math.copySign(0x1p128, got) : got;
        double bounded = Math.max(-0x1p128, Math.min(exact, 0x1p128));
        double size = Math.min(Math.max(Math.abs(exact), least), Float.MAX_VALUE);
        return Math.abs(value - bounded) / Math.max(Math.ulp(size) * 0x1p29, Float.MIN_VALUE);
    }
}
