package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.UnaryOp;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Vector code and scalar code give the same bits on the same inputs, at any alignment and length.
class TwinProperties {
    private static final int MARGIN = 5;

    /// Floats of every kind: random bits, moderate numbers, and special ones.
    private static float[] floats(SplittableRandom random, int n) {
        var x = new float[n + 2 * MARGIN];
        for (int i = 0; i < x.length; i++)
            x[i] = switch (random.nextInt(4)) {
                case 0 -> Float.intBitsToFloat(random.nextInt());
                case 1 -> random.nextInt(3) - 1;
                default -> (float) (random.nextGaussian() * 4);
            };
        return x;
    }

    /// Runs both twins on copies of `out` and compares all of it.
    private static void assertSameBits(float[] out, Consumer<float[]> simd, Consumer<float[]> scalar) {
        float[] a = out.clone();
        float[] b = out.clone();
        simd.accept(a);
        scalar.accept(b);
        assertThat(Arrays.equals(a, b)).as(() -> "SIMD " + Arrays.toString(a) + "\nscalar " + Arrays.toString(b)).isTrue();
    }

    @Property(tries = 1000)
    void unary(@ForAll UnaryOp op, @ForAll @IntRange(max = 100) int n, @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] x = floats(random, n);
        assertSameBits(floats(random, n), out -> new SimdUnaryMath().apply(op, x, shift, out, 1, n),
                out -> new ScalarUnaryMath().apply(op, x, shift, out, 1, n));
    }

    @Property(tries = 1000)
    void unaryBackward(@ForAll UnaryOp op, @ForAll @IntRange(max = 100) int n,
            @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] kept = floats(random, n);
        float[] dy = floats(random, n);
        assertSameBits(floats(random, n), out -> new SimdUnaryMath().backward(op, kept, shift, dy, 2, out, 1, n),
                out -> new ScalarUnaryMath().backward(op, kept, shift, dy, 2, out, 1, n));
    }

    @Property(tries = 1000)
    void binary(@ForAll BinaryOp op, @ForAll @IntRange(max = 100) int n, @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] a = floats(random, n);
        float[] b = floats(random, n);
        float[] before = floats(random, n);
        var simd = new SimdBinaryMath();
        var scalar = new ScalarBinaryMath();
        assertSameBits(before, out -> simd.vectors(op, a, shift, b, 2, out, 1, n), out -> scalar.vectors(op, a, shift, b, 2, out, 1, n));
        assertSameBits(before, out -> simd.vectorScalar(op, a, shift, b[0], out, 1, n),
                out -> scalar.vectorScalar(op, a, shift, b[0], out, 1, n));
        assertSameBits(before, out -> simd.scalarVector(op, a[0], b, shift, out, 1, n),
                out -> scalar.scalarVector(op, a[0], b, shift, out, 1, n));
    }

    @Property(tries = 1000)
    void formulas(@ForAll @IntRange(max = 100) int n, @ForAll @IntRange(max = MARGIN) int shift, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] a = floats(random, n);
        float[] b = floats(random, n);
        float[] c = floats(random, n);
        float[] before = floats(random, n);
        var simd = new SimdFormulaMath();
        var scalar = new ScalarFormulaMath();
        assertSameBits(before, out -> simd.sum(a, shift, c[0], b, 2, c[1], out, 1, n),
                out -> scalar.sum(a, shift, c[0], b, 2, c[1], out, 1, n));
        assertSameBits(before, out -> simd.sumWithProduct(a, shift, c[0], b, 2, c, 3, c[1], out, 1, n),
                out -> scalar.sumWithProduct(a, shift, c[0], b, 2, c, 3, c[1], out, 1, n));
        assertSameBits(before, out -> simd.lerp(a, shift, b, 2, c[0], out, 1, n), out -> scalar.lerp(a, shift, b, 2, c[0], out, 1, n));
        assertSameBits(before, out -> simd.quotient(a, shift, c[0], b, 2, c[1], c[2], out, 1, n),
                out -> scalar.quotient(a, shift, c[0], b, 2, c[1], c[2], out, 1, n));
        assertSameBits(before, out -> simd.descent(c, 3, c[3], a, shift, c[0], b, 2, c[1], c[2], out, 1, n),
                out -> scalar.descent(c, 3, c[3], a, shift, c[0], b, 2, c[1], c[2], out, 1, n));
        assertSameBits(before, out -> simd.plainDescent(c, 3, c[3], a, shift, b, 2, out, 1, n),
                out -> scalar.plainDescent(c, 3, c[3], a, shift, b, 2, out, 1, n));
        assertSameBits(before, out -> simd.decayingMaximum(a, shift, c[0], b, 2, c[1], out, 1, n),
                out -> scalar.decayingMaximum(a, shift, c[0], b, 2, c[1], out, 1, n));
        assertSameBits(before, out -> simd.clamp(a, shift, c[0], c[1], out, 1, n), out -> scalar.clamp(a, shift, c[0], c[1], out, 1, n));
        assertSameBits(before, out -> simd.choose(c, 3, a, shift, b, 2, out, 1, n), out -> scalar.choose(c, 3, a, shift, b, 2, out, 1, n));
    }

    @Property(tries = 1000)
    void reductions(@ForAll @IntRange(max = 300) int n, @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll boolean special,
            @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] x = floats(random, n);
        float[] y = floats(random, n);
        for (int i = 0; !special && i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
            y[i] = (float) random.nextGaussian();
        }
        var simd = new SimdReduceMath();
        var scalar = new ScalarReduceMath();
        assertThat(Float.floatToIntBits(simd.sum(x, shift, n))).isEqualTo(Float.floatToIntBits(scalar.sum(x, shift, n)));
        assertThat(Float.floatToIntBits(simd.dot(x, shift, y, 1, n))).isEqualTo(Float.floatToIntBits(scalar.dot(x, shift, y, 1, n)));
        assertSameBits(y, out -> simd.sumRows(x, shift, 3, n / 5, out, 2, n / 5), out -> scalar.sumRows(x, shift, 3, n / 5, out, 2, n / 5));
        assertThat(Float.floatToIntBits(simd.max(x, shift, n))).isEqualTo(Float.floatToIntBits(scalar.max(x, shift, n)));
        assertThat(Float.floatToIntBits(simd.min(x, shift, n))).isEqualTo(Float.floatToIntBits(scalar.min(x, shift, n)));
    }

    @Property(tries = 100)
    void blockSums(@ForAll @IntRange(max = 5) int blocks, @ForAll @IntRange(max = MARGIN) int shift, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] x = new float[blocks * ReduceMath.BLOCK + MARGIN];
        for (int i = 0; i < x.length; i++)
            x[i] = (float) random.nextGaussian();
        var scalar = new ScalarReduceMath();
        var each = new float[blocks + 2];
        for (int i = 0; i < blocks; i++)
            each[i + 1] = scalar.sum(x, shift + i * ReduceMath.BLOCK, ReduceMath.BLOCK);
        assertSameBits(new float[blocks + 2], out -> new SimdReduceMath().blockSums(x, shift, blocks, out, 1),
                out -> System.arraycopy(each, 0, out, 0, each.length));
        assertSameBits(new float[blocks + 2], out -> new SimdReduceMath().blockSums(x, shift, blocks, out, 1),
                out -> scalar.blockSums(x, shift, blocks, out, 1));
    }

    @Property
    void softmax(@ForAll @IntRange(max = 100) int n, @ForAll @IntRange(max = MARGIN) int shift, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] y = floats(random, n);
        float[] dy = floats(random, n);
        float[] before = floats(random, n);
        for (int i = 0; i < y.length; i++)
            y[i] = Math.min(y[i], 40);
        var simd = new SimdSoftmaxMath();
        var scalar = new ScalarSoftmaxMath();
        assertSameBits(before, out -> simd.expShifted(y, shift, 0.3f, out, 1, n), out -> scalar.expShifted(y, shift, 0.3f, out, 1, n));
        assertSameBits(before, out -> simd.divide(out, shift, 0.7f, n), out -> scalar.divide(out, shift, 0.7f, n));
        assertSameBits(before, out -> simd.shift(y, shift, 0.7f, 1.3f, out, 1, n), out -> scalar.shift(y, shift, 0.7f, 1.3f, out, 1, n));
        assertSameBits(y, out -> simd.expShifted(out, shift, 0.3f, out, shift, n),
                out -> scalar.expShifted(out, shift, 0.3f, out, shift, n));
        assertSameBits(before, out -> simd.backward(y, shift, dy, 2, 0.7f, out, 1, n),
                out -> scalar.backward(y, shift, dy, 2, 0.7f, out, 1, n));
        assertSameBits(before, out -> simd.logBackward(y, shift, dy, 2, 0.7f, out, 1, n),
                out -> scalar.logBackward(y, shift, dy, 2, 0.7f, out, 1, n));
    }

    @Property
    void rowsOfSoftmax(@ForAll @IntRange(min = 1, max = 100) int n, @ForAll @IntRange(max = MARGIN) int shift, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] y = floats(random, 2 * n);
        float[] dy = floats(random, 2 * n);
        for (int i = 0; i < y.length; i++) {
            y[i] = Float.isNaN(y[i]) ? 0 : Math.clamp(y[i], -120, 40);
            dy[i] = Float.isFinite(dy[i]) ? dy[i] % 100 : 1;
        }
        var simd = new SimdSoftmaxMath();
        var scalar = new ScalarSoftmaxMath();
        float[] before = floats(random, n);
        var lanes = new float[16];
        var sums = new double[2];
        assertThat(simd.largest(y, shift, n) + 0f).isEqualTo(scalar.largest(y, shift, n) + 0f);
        assertSameBits(before, out -> sums[0] = simd.exponentials(y, shift, 0.3f, out, 1, n, lanes),
                out -> sums[1] = scalar.exponentials(y, shift, 0.3f, out, 1, n, lanes));
        assertThat(sums[0]).isEqualTo(sums[1]);
        assertSameBits(before, out -> sums[0] = simd.backward(y, shift, n + 2, dy, 2, n + 1, 0.7f, out, 1, n, lanes),
                out -> sums[1] = scalar.backward(y, shift, n + 2, dy, 2, n + 1, 0.7f, out, 1, n, lanes));
        assertThat(sums[0]).isEqualTo(sums[1]);
        assertSameBits(before, out -> sums[0] = simd.logBackward(y, shift, dy, 2, n + 1, 0.7f, out, 1, n, lanes),
                out -> sums[1] = scalar.logBackward(y, shift, dy, 2, n + 1, 0.7f, out, 1, n, lanes));
        assertThat(sums[0]).isEqualTo(sums[1]);
    }

    @Property
    void steps(@ForAll @IntRange(max = 100) int n, @ForAll @IntRange(max = MARGIN) int shift, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] g = floats(random, n);
        float[] other = floats(random, n);
        float[] third = floats(random, n);
        float[] before = floats(random, n);
        var simd = new SimdStepMath();
        var scalar = new ScalarStepMath();
        var sgd = new StepMath.Sgd(-1, 0.01f, 0.1f, 0.9f, 0.8f, 0.9f, 1);
        var adam = new StepMath.Adam(1, 0.01f, 0.001f, 0.1f, 0.999f, 0.001f, 0.02f, 1.3f, 1e-8f);
        assertSameBits(before, p -> simd.sgd(sgd, p, shift, g, 1, n), p -> scalar.sgd(sgd, p, shift, g, 1, n));
        assertSameBits(before, p -> simd.momentum(sgd, p, shift, g, 1, other.clone(), 2, n),
                p -> scalar.momentum(sgd, p, shift, g, 1, other.clone(), 2, n));
        assertSameBits(before, b -> simd.momentum(sgd, other.clone(), shift, g, 1, b, 2, n),
                b -> scalar.momentum(sgd, other.clone(), shift, g, 1, b, 2, n));
        assertSameBits(before, m -> simd.moments(adam, other, shift, g, 1, m, 2, third.clone(), 3, n),
                m -> scalar.moments(adam, other, shift, g, 1, m, 2, third.clone(), 3, n));
        assertSameBits(before, v -> simd.moments(adam, other, shift, g, 1, third.clone(), 2, v, 3, n),
                v -> scalar.moments(adam, other, shift, g, 1, third.clone(), 2, v, 3, n));
        assertSameBits(before, p -> simd.update(adam, p, shift, g, 1, other, 2, n), p -> scalar.update(adam, p, shift, g, 1, other, 2, n));
    }

    @Property
    void rowsOfTaps(@ForAll @IntRange(min = 1, max = 100) int n, @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll @IntRange(max = 7) int taps,
            @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] x = floats(random, 3 * n);
        double[] weights = random.doubles(taps).toArray();
        Taps map = Taps.of(List.of(AxisMap.of(3, new int[][] {random.ints(taps, 0, 3).toArray(), {}, {1}},
                new double[][] {weights, {}, {1}})));
        assertSameBits(new float[x.length], out -> new SimdTapMath().rows(map, x, shift, n, out, 1, 0, 3),
                out -> new ScalarTapMath().rows(map, x, shift, n, out, 1, 0, 3));
    }

    @Property
    void randomNumbers(@ForAll @IntRange(max = 100) int n, @ForAll @IntRange(max = MARGIN) int shift, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        float[] x = floats(random, n);
        long start = random.nextLong();
        long step = random.nextLong();
        var simd = new long[n];
        var scalar = new long[n];
        new SimdRandomMath().bits(start, step, simd, n);
        new ScalarRandomMath().bits(start, step, scalar, n);
        assertThat(simd).isEqualTo(scalar);
        assertSameBits(x, out -> new SimdRandomMath().keep(simd, new int[n], 1L << 52, 1.5f, x, shift, out, 1, n),
                out -> new ScalarRandomMath().keep(scalar, new int[n], 1L << 52, 1.5f, x, shift, out, 1, n));
    }

    @Property
    void functionsOfDoubles(@ForAll @IntRange(max = 100) int n, @ForAll @IntRange(max = MARGIN) int shift, @ForAll long seed) {
        double[] x = doubles(new SplittableRandom(seed), n);
        var simd = new SimdFunctions64();
        var scalar = new ScalarFunctions64();
        assertSameDoubles(x, out -> simd.exp(x, shift, 0.3, out, 1, n), out -> scalar.exp(x, shift, 0.3, out, 1, n));
        assertSameDoubles(x, out -> simd.log(x, shift, out, 1, n), out -> scalar.log(x, shift, out, 1, n));
        assertSameDoubles(x, out -> simd.tanh(x, shift, out, 1, n), out -> scalar.tanh(x, shift, out, 1, n));
        assertSameDoubles(x, out -> simd.sigmoid(x, shift, out, 1, n), out -> scalar.sigmoid(x, shift, out, 1, n));
    }

    @Property
    void rowsOfSoftmaxOfDoubles(@ForAll @IntRange(min = 1, max = 100) int n, @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll boolean special, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        double[] x = special ? doubles(random, 2 * n) : random.doubles(2 * n + 2 * MARGIN, -800, 0).toArray();
        double[] before = doubles(random, n);
        Softmax64Kernel simd = new SimdSoftmax64();
        Softmax64Kernel scalar = new ScalarSoftmax64();
        var ours = new Softmax64Kernel.Lanes();
        var theirs = new Softmax64Kernel.Lanes();
        var sums = new double[2];
        assertSameDoubles(before, out -> sums[0] = simd.exponentials(x, shift, n + 2, 0.3, out, 1, n, ours),
                out -> sums[1] = scalar.exponentials(x, shift, n + 2, 0.3, out, 1, n, theirs));
        assertThat(Double.valueOf(sums[0])).isEqualTo(Double.valueOf(sums[1]));
        if (Arrays.stream(x).noneMatch(Double::isNaN)) {
            double most = Arrays.stream(x, n + 2, 2 * n + 2).max().orElseThrow() + 0.0;
            assertThat(ours.largest()[0] + 0.0).isEqualTo(most);
            assertThat(theirs.largest()[0] + 0.0).isEqualTo(most);
            assertThat(simd.largest(x, n + 2, n) + 0.0).isEqualTo(most);
        }
        assertSameDoubles(before, out -> simd.divide(out, shift, 0.7, n), out -> scalar.divide(out, shift, 0.7, n));
        assertSameDoubles(before, out -> simd.shift(x, shift, 0.7, 1.3, out, 1, n), out -> scalar.shift(x, shift, 0.7, 1.3, out, 1, n));
    }

    @Property
    void gradientsOfSoftmaxOfDoubles(@ForAll @IntRange(min = 1, max = 100) int n, @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll boolean special, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        double[] y = special ? doubles(random, 2 * n) : random.doubles(2 * n + 2 * MARGIN, -20, 0).toArray();
        double[] dy = special ? doubles(random, 2 * n) : random.doubles(2 * n + 2 * MARGIN).toArray();
        double[] before = doubles(random, n);
        Softmax64Kernel simd = new SimdSoftmax64();
        Softmax64Kernel scalar = new ScalarSoftmax64();
        var lanes = new Softmax64Kernel.Lanes();
        var sums = new double[2];
        assertSameDoubles(before, out -> sums[0] = simd.backward(y, shift, n + 2, dy, 2, n + 1, 0.7, out, 1, n, lanes),
                out -> sums[1] = scalar.backward(y, shift, n + 2, dy, 2, n + 1, 0.7, out, 1, n, lanes));
        assertThat(Double.valueOf(sums[0])).isEqualTo(Double.valueOf(sums[1]))
                .isEqualTo(Double.valueOf(simd.dot(y, n + 2, dy, n + 1, n, lanes)));
        assertSameDoubles(before, out -> sums[0] = simd.logBackward(y, shift, dy, 2, n + 1, 0.7, out, 1, n, lanes),
                out -> sums[1] = scalar.logBackward(y, shift, dy, 2, n + 1, 0.7, out, 1, n, lanes));
        assertThat(Double.valueOf(sums[0])).isEqualTo(Double.valueOf(sums[1])).isEqualTo(Double.valueOf(Reduce64.sum(dy, n + 1, n)));
    }

    /// Longer than a block.
    @Property(tries = 200)
    void errorFunctionsOfDoubles(@ForAll @IntRange(max = 1100) int n, @ForAll @IntRange(max = MARGIN) int shift, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        double[] x = doubles(random, n);
        double[] dy = doubles(random, n);
        var simd = new SimdFunctions64();
        var scalar = new ScalarFunctions64();
        for (UnaryOp op : new UnaryOp[] {UnaryOp.ERF, UnaryOp.GELU, UnaryOp.GELU_TANH}) {
            assertSameDoubles(dy, out -> simd.erf(op, x, shift, out, 1, n), out -> scalar.erf(op, x, shift, out, 1, n));
            assertSameDoubles(x, out -> simd.erfSlopes(op, x, shift, dy, 2, out, 1, n),
                    out -> scalar.erfSlopes(op, x, shift, dy, 2, out, 1, n));
        }
    }

    @Property(tries = 1000)
    void arithmeticOfDoubles(@ForAll UnaryOp op, @ForAll @IntRange(max = 60) int n, @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll long seed) {
        var random = new SplittableRandom(seed);
        double[] x = doubles(random, n);
        double[] dy = doubles(random, n);
        int values = SimdUnary64.apply(op, x, shift, new double[n + 1], 1, n);
        assertSameDoubles(dy, out -> SimdUnary64.apply(op, x, shift, out, 1, n), out -> Unary64.scalarValues(op, x, shift, out, 1, values));
        int slopes = SimdUnaryBackward64.apply(op, x, shift, dy, 2, new double[n + 1], 1, n);
        assertSameDoubles(x, out -> SimdUnaryBackward64.apply(op, x, shift, dy, 2, out, 1, n),
                out -> Unary64.scalarSlopes(op, x, shift, dy, 2, out, 1, slopes));
    }

    @Property(tries = 1000)
    void arithmeticOfTwoDoubles(@ForAll BinaryOp op, @ForAll @IntRange(max = 60) int n, @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll long seed) {
        var random = new SplittableRandom(seed);
        double[] a = doubles(random, n);
        double[] b = doubles(random, n);
        double[] target = doubles(random, n);
        int vectors = SimdBinary64.vectors(op, a, shift, b, 2, new double[n + 1], 1, n);
        assertSameDoubles(target, out -> SimdBinary64.vectors(op, a, shift, b, 2, out, 1, n),
                out -> Binary64.scalarValues(op, a, shift, b, 2, out, 1, vectors));
        int scalar = SimdBinary64.vectorScalar(op, a, shift, b[0], new double[n + 1], 1, n);
        assertSameDoubles(target, out -> SimdBinary64.vectorScalar(op, a, shift, b[0], out, 1, n),
                out -> Binary64.scalarValues(op, a, shift, b[0], out, 1, scalar));
    }

    @Property(tries = 300)
    void reductionsOfDoubles(@ForAll @IntRange(min = 1, max = 20) int eights, @ForAll @IntRange(max = MARGIN) int shift,
            @ForAll boolean numbers, @ForAll long seed) {
        int n = 8 * eights;
        double[] x = doubles(new SplittableRandom(seed), n);
        for (int i = 0; numbers && i < x.length; i++)
            x[i] = Double.isNaN(x[i]) ? -0.0 : x[i];
        assertSameDoubles(new double[8], lanes -> SimdReduce64.sum(lanes, x, shift, n), lanes -> Reduce64.chains(lanes, x, shift, n));
        assertSameDoubles(new double[8], lanes -> SimdReduce64.max(lanes, x, shift, n), lanes -> extremes(lanes, x, shift, n, Math::max));
        assertSameDoubles(new double[8], lanes -> SimdReduce64.min(lanes, x, shift, n), lanes -> extremes(lanes, x, shift, n, Math::min));
        double most = Arrays.stream(x, shift, shift + n - 3).reduce(Double.NEGATIVE_INFINITY, Math::max);
        double least = Arrays.stream(x, shift, shift + n - 3).reduce(Double.POSITIVE_INFINITY, Math::min);
        assertThat(Double.valueOf(Reduce64.max(x, shift, n - 3))).isEqualTo(Double.valueOf(most));
        assertThat(Double.valueOf(Reduce64.min(x, shift, n - 3))).isEqualTo(Double.valueOf(least));
    }

    private static void extremes(double[] lanes, double[] x, int xi, int n, DoubleBinaryOperator more) {
        System.arraycopy(x, xi, lanes, 0, 8);
        for (int j = 8; j < n; j++)
            lanes[j % 8] = more.applyAsDouble(lanes[j % 8], x[xi + j]);
    }

    private static double[] doubles(SplittableRandom random, int n) {
        var x = new double[n + 2 * MARGIN];
        for (int i = 0; i < x.length; i++)
            x[i] = switch (random.nextInt(5)) {
                case 0 -> Double.longBitsToDouble(random.nextLong());
                case 1 -> random.nextInt(3) - 1;
                default -> random.nextGaussian() * 4;
            };
        return x;
    }

    private static void assertSameDoubles(double[] out, Consumer<double[]> simd, Consumer<double[]> scalar) {
        double[] a = out.clone();
        double[] b = out.clone();
        simd.accept(a);
        scalar.accept(b);
        assertThat(Arrays.equals(a, b)).as(() -> "SIMD " + Arrays.toString(a) + "\nscalar " + Arrays.toString(b)).isTrue();
    }
}
