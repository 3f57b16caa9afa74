package dev.sunda.cuda.ptx;

import static dev.sunda.cuda.ptx.PtxType.B32;
import static dev.sunda.cuda.ptx.PtxType.B64;
import static dev.sunda.cuda.ptx.PtxType.PRED;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// Floating-point instructions: to nearest against Java, in the other directions against exact decimals, the approximate ones within
/// their bounds.
class FloatInstructionTests {
    private static final PtxType[] ONE = {B32, B32};
    private static final PtxType[] TWO = {B32, B32, B32};
    private static final PtxType[] THREE = {B32, B32, B32, B32};
    private static final PtxType[] THREE64 = {B64, B64, B64, B64};

    private final PtxBench bench = new PtxBench();

    private interface Exact {
        BigDecimal of(BigDecimal a, BigDecimal b, BigDecimal c);
    }

    private static long[] floats(int random) {
        float[] edges = {0, -0f, 1, -1, 0.5f, 3, -7, 1e-40f, -1e-40f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE,
            -Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 1 + Math.ulp(1f), 16777217f, 1e30f, -1e-30f};
        var generator = new Random(1);
        long[] result = new long[edges.length + random];
        for (int k = 0; k < result.length; k++) {
            float value = k < edges.length ? edges[k] : Float.intBitsToFloat(generator.nextInt() & 0xbfffffff | 0x20000000);
            result[k] = Float.floatToRawIntBits(value) & 0xffffffffL;
        }
        return result;
    }

    private static long[] doubles(int random) {
        double[] edges = {0, -0.0, 1, -1, 0.5, 3, -7, 1e-310, -1e-310, Double.MIN_VALUE, -Double.MIN_VALUE, Double.MIN_NORMAL,
            Double.MAX_VALUE,
            -Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 1 + Math.ulp(1.0), 9007199254740993e3};
        var generator = new Random(2);
        long[] result = new long[edges.length + random];
        for (int k = 0; k < result.length; k++) {
            result[k] = Double
                    .doubleToRawLongBits(k < edges.length ? edges[k] : generator.nextGaussian() * Math.pow(2, generator.nextInt(120) - 60));
        }
        return result;
    }

    private static float f(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static double d(long bits) {
        return Double.longBitsToDouble(bits);
    }

    private static void same(float got, float want, String about) {
        assertThat(Float.isNaN(want) ? 0x7fffffff : Float.floatToRawIntBits(want)).as(about).isEqualTo(Float.floatToRawIntBits(got));
    }

    private static void same(double got, double want, String about) {
        assertThat(Double.isNaN(want) ? 0xfff8000000000000L : Double.doubleToRawLongBits(want)).as(about)
                .isEqualTo(Double.doubleToRawLongBits(got));
    }

    @Test
    void toNearestAsJava() {
        long[][] o = PtxBench.tuples(3, floats(6));
        long[] add = bench.run("add.rn.f32 $0, $1, $2", TWO, o[0], o[1]);
        long[] sub = bench.run("sub.f32 $0, $1, $2", TWO, o[0], o[1]);
        long[] mul = bench.run("mul.f32 $0, $1, $2", TWO, o[0], o[1]);
        long[] div = bench.run("div.rn.f32 $0, $1, $2", TWO, o[0], o[1]);
        long[] fma = bench.run("fma.rn.f32 $0, $1, $2, $3", THREE, o);
        for (int i = 0; i < add.length; i++) {
            float a = f(o[0][i]);
            float b = f(o[1][i]);
            same(f(add[i]), a + b, "add " + a + " " + b);
            same(f(sub[i]), a - b, "sub " + a + " " + b);
            same(f(mul[i]), a * b, "mul " + a + " " + b);
            same(f(div[i]), a / b, "div " + a + " " + b);
            same(f(fma[i]), Math.fma(a, b, f(o[2][i])), "fma " + a + " " + b + " " + f(o[2][i]));
        }
    }

    @Test
    void toNearestAsJavaInDouble() {
        long[][] o = PtxBench.tuples(3, doubles(3));
        long[] add = bench.run("add.rn.f64 $0, $1, $2", new PtxType[] {B64, B64, B64}, o[0], o[1]);
        long[] mul = bench.run("mul.rn.f64 $0, $1, $2", new PtxType[] {B64, B64, B64}, o[0], o[1]);
        long[] div = bench.run("div.rn.f64 $0, $1, $2", new PtxType[] {B64, B64, B64}, o[0], o[1]);
        long[] fma = bench.run("fma.rn.f64 $0, $1, $2, $3", THREE64, o);
        for (int i = 0; i < add.length; i++) {
            double a = d(o[0][i]);
            double b = d(o[1][i]);
            same(d(add[i]), a + b, "add");
            same(d(mul[i]), a * b, "mul");
            same(d(div[i]), a / b, "div");
            same(d(fma[i]), Math.fma(a, b, d(o[2][i])), "fma");
        }
    }

    /// Whether `got` is the exact value rounded in a direction: the nearest number on that side, with nothing between.
    private static boolean rounded(double got, double next, double before, BigDecimal exact, String direction) {
        String side = direction.equals("rz") ? exact.signum() > 0 ? "rm" : "rp" : direction;
        if (side.equals("rm")) {
            return compare(got, exact) <= 0 && compare(next, exact) > 0;
        }
        return compare(got, exact) >= 0 && compare(before, exact) < 0;
    }

    private static int compare(double value, BigDecimal exact) {
        return Double.isInfinite(value) ? (value > 0 ? 1 : -1) : new BigDecimal(value).compareTo(exact);
    }

    private void directed32(String opcode, Exact exact) {
        long[][] o = PtxBench.tuples(3, floats(9));
        int operands = opcode.equals("fma") ? 3 : 2;
        for (String direction : List.of("rz", "rm", "rp")) {
            String text = opcode + "." + direction + ".f32 $0, $1, $2" + (operands == 3 ? ", $3" : "");
            long[] got = operands == 3 ? bench.run(text, THREE, o) : bench.run(text, TWO, o[0], o[1]);
            long[] nearest = operands == 3 ? bench.run(text.replace(direction, "rn"), THREE, o)
                    : bench.run(text.replace(direction, "rn"), TWO, o[0], o[1]);
            for (int i = 0; i < got.length; i++) {
                float a = f(o[0][i]);
                float b = f(o[1][i]);
                float c = operands == 3 ? f(o[2][i]) : 0;
                String about = text + " for " + a + ", " + b + ", " + c + " got " + f(got[i]);
                BigDecimal value = Float.isFinite(a) && Float.isFinite(b) && Float.isFinite(c) && !(opcode.equals("div") && b == 0)
                        ? exact.of(new BigDecimal(a), new BigDecimal(b), new BigDecimal(c)) : null;
                if (value == null) {
                    same(f(got[i]), f(nearest[i]), about);
                } else if (value.signum() == 0) {
                    zero(f(got[i]), f(nearest[i]), direction, opcode, a, b, c, about);
                } else {
                    float g = f(got[i]);
                    assertThat(rounded(g, Math.nextUp(g), Math.nextDown(g), value, direction)).as(about).isTrue();
                    assertThat(Math.signum(Math.copySign(1, g))).as(about).isEqualTo(value.signum());
                }
            }
        }
    }

    /// An exact zero has the sign of the nearest mode, but a sum of opposite values is -0 downwards.
    private static void zero(float got, float nearest, String direction, String opcode, float a, float b, float c, String about) {
        boolean cancels = opcode.equals("add") ? a != 0 || Math.copySign(1, a) != Math.copySign(1, b)
                : opcode.equals("fma") && (c != 0 || Math.copySign(1, a) * Math.copySign(1, b) != Math.copySign(1, c));
        same(got, direction.equals("rm") && cancels ? -0f : nearest, about);
    }

    @Test
    void towardsZeroDownAndUp() {
        directed32("add", (a, b, c) -> a.add(b));
        directed32("mul", (a, b, c) -> a.multiply(b));
        directed32("fma", (a, b, c) -> a.multiply(b).add(c));
        directed32("div", (a, b, c) -> a.divide(b, new MathContext(120, RoundingMode.DOWN)));
    }

    @Test
    void towardsZeroDownAndUpInDouble() {
        long[][] o = PtxBench.tuples(3, doubles(4));
        for (String direction : List.of("rz", "rm", "rp")) {
            long[] got = bench.run("fma." + direction + ".f64 $0, $1, $2, $3", THREE64, o);
            long[] div = bench.run("div." + direction + ".f64 $0, $1, $2", new PtxType[] {B64, B64, B64}, o[0], o[1]);
            for (int i = 0; i < got.length; i++) {
                double a = d(o[0][i]);
                double b = d(o[1][i]);
                double c = d(o[2][i]);
                if (!Double.isFinite(a) || !Double.isFinite(b) || !Double.isFinite(c)) {
                    continue;
                }
                BigDecimal exact = new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(c));
                double g = d(got[i]);
                if (exact.signum() != 0) {
                    assertThat(rounded(g, Math.nextUp(g), Math.nextDown(g), exact, direction)).as("fma.%s %s %s %s", direction, a, b, c)
                            .isTrue();
                }
                if (b != 0 && a != 0) {
                    double q = d(div[i]);
                    BigDecimal quotient = new BigDecimal(a).divide(new BigDecimal(b), new MathContext(900, RoundingMode.DOWN));
                    assertThat(rounded(q, Math.nextUp(q), Math.nextDown(q), quotient, direction)).as("div.%s %s %s", direction, a, b)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void rootsAndReciprocals() {
        long[] o = floats(300);
        long[] root = bench.run("sqrt.rn.f32 $0, $1", ONE, o);
        long[] reciprocal = bench.run("rcp.rn.f32 $0, $1", ONE, o);
        for (int i = 0; i < o.length; i++) {
            same(f(root[i]), (float) Math.sqrt(f(o[i])), "sqrt " + f(o[i]));
            same(f(reciprocal[i]), 1 / f(o[i]), "rcp " + f(o[i]));
        }
        long[] p = doubles(100);
        long[] inverse = bench.run("rsqrt.approx.f64 $0, $1", new PtxType[] {B64, B64}, p);
        long[] seed = bench.run("rcp.approx.ftz.f64 $0, $1", new PtxType[] {B64, B64}, p);
        for (int i = 0; i < p.length; i++) {
            same(d(inverse[i]), 1 / Math.sqrt(d(p[i])), "rsqrt " + d(p[i]));
            assertThat(seed[i] & 0xffffffffL).isZero();
            double product = d(seed[i]) * d(p[i]);
            boolean ordinary = Math.abs(d(p[i])) > 1e-300 && Math.abs(d(p[i])) < 1e300;
            assertThat(!ordinary || Math.abs(product - 1) < 0x1p-19).as("rcp %s", d(p[i])).isTrue();
        }
        for (String direction : List.of("rz", "rm", "rp")) {
            long[] got = bench.run("sqrt." + direction + ".f32 $0, $1", ONE, o);
            for (int i = 0; i < o.length; i++) {
                float a = f(o[i]);
                float g = f(got[i]);
                if (a > 0 && a < Float.POSITIVE_INFINITY) {
                    BigDecimal square = new BigDecimal(a);
                    boolean down = !direction.equals("rp");
                    float other = down ? Math.nextUp(g) : Math.nextDown(g);
                    assertThat(new BigDecimal(g).pow(2).compareTo(square) * (down ? 1 : -1)).as("sqrt.%s %s", direction, a)
                            .isLessThanOrEqualTo(0);
                    assertThat(new BigDecimal(other).pow(2).compareTo(square) * (down ? 1 : -1)).as("sqrt.%s %s", direction, a)
                            .isPositive();
                }
            }
        }
    }

    @Test
    void theSmallerAndTheLargerNumber() {
        long[][] o = PtxBench.pairs(floats(5));
        long[] min = bench.run("min.f32 $0, $1, $2", TWO, o);
        long[] max = bench.run("max.f32 $0, $1, $2", TWO, o);
        long[] strict = bench.run("min.NaN.f32 $0, $1, $2", TWO, o);
        for (int i = 0; i < min.length; i++) {
            float a = f(o[0][i]);
            float b = f(o[1][i]);
            same(f(min[i]), Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.min(a, b), "min " + a + " " + b);
            same(f(max[i]), Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.max(a, b), "max " + a + " " + b);
            same(f(strict[i]), Math.min(a, b), "min.NaN " + a + " " + b);
        }
    }

    @Test
    void signsAndKinds() {
        long[][] o = PtxBench.pairs(floats(3));
        long[] sign = bench.run("copysign.f32 $0, $1, $2", TWO, o);
        long[] absolute = bench.run("abs.f32 $0, $1", ONE, o[0]);
        long[] negative = bench.run("neg.f32 $0, $1", ONE, o[0]);
        long[] finite = bench.run("testp.finite.f32 $0, $1", new PtxType[] {PRED, B32}, o[0]);
        long[] subnormal = bench.run("testp.subnormal.f32 $0, $1", new PtxType[] {PRED, B32}, o[0]);
        for (int i = 0; i < sign.length; i++) {
            float a = f(o[0][i]);
            assertThat(sign[i]).isEqualTo(o[1][i] & 0x7fffffff | o[0][i] & 0x80000000L);
            assertThat(absolute[i]).isEqualTo(o[0][i] & 0x7fffffff);
            assertThat(negative[i]).isEqualTo(o[0][i] ^ 0x80000000L);
            assertThat(finite[i]).isEqualTo(Float.isFinite(a) ? 1 : 0);
            assertThat(subnormal[i]).isEqualTo(a != 0 && Math.abs(a) < Float.MIN_NORMAL ? 1 : 0);
        }
    }

    @Test
    void flushedAndSaturated() {
        long[][] o = PtxBench.pairs(floats(5));
        long[] flushed = bench.run("mul.ftz.f32 $0, $1, $2", TWO, o);
        long[] saturated = bench.run("add.sat.f32 $0, $1, $2", TWO, o);
        for (int i = 0; i < flushed.length; i++) {
            float a = f(o[0][i]);
            float b = f(o[1][i]);
            same(f(flushed[i]), flush(flush(a) * flush(b)), "mul.ftz " + a + " " + b);
            float sum = a + b;
            same(f(saturated[i]), sum >= 1 ? 1 : sum > 0 ? sum : 0, "add.sat " + a + " " + b);
        }
    }

    private static float flush(float value) {
        return Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0, value) : value;
    }

    @Test
    void approximateFunctions() {
        approximate("ex2.approx.ftz.f32", x -> StrictMath.pow(2, x));
        approximate("lg2.approx.f32", x -> StrictMath.log(x) / StrictMath.log(2));
        approximate("rcp.approx.f32", x -> 1 / x);
        approximate("rsqrt.approx.f32", x -> 1 / StrictMath.sqrt(x));
        approximate("sqrt.approx.f32", StrictMath::sqrt);
        approximate("tanh.approx.f32", StrictMath::tanh);
        approximate("sin.approx.f32", StrictMath::sin);
        approximate("cos.approx.f32", StrictMath::cos);
    }

    private void approximate(String opcode, DoubleUnaryOperator exact) {
        long[] o = floats(100);
        long[] got = bench.run(opcode + " $0, $1", ONE, o);
        for (int i = 0; i < o.length; i++) {
            float a = f(o[i]);
            float x = opcode.contains("ftz") ? flush(a) : a;
            double want = exact.applyAsDouble(x);
            if (Double.isNaN(want)) {
                assertThat(f(got[i])).as(opcode + " " + a).isNaN();
            } else {
                assertThat(Math.abs(f(got[i]) - want) <= 1.0001 * Math.ulp((float) want) || f(got[i]) == (float) want
                        || opcode.contains("ftz") && Math.abs(want) < 2 * Float.MIN_NORMAL).as(opcode + " " + a + " got " + f(got[i]))
                        .isTrue();
            }
        }
    }

    @Test
    void comparisonsWithNaN() {
        long[][] o = PtxBench.pairs(floats(3));
        for (String comparison : List.of("eq", "ne", "lt", "le", "gt", "ge", "num", "nan", "equ", "neu", "ltu", "leu", "gtu", "geu")) {
            long[] got = bench.run("setp." + comparison + ".f32 $0, $1, $2", new PtxType[] {PRED, B32, B32}, o);
            for (int i = 0; i < got.length; i++) {
                float a = f(o[0][i]);
                float b = f(o[1][i]);
                boolean unordered = Float.isNaN(a) || Float.isNaN(b);
                boolean want = switch (comparison) {
                    case "num" -> !unordered;
                    case "nan" -> unordered;
                    default -> unordered ? comparison.endsWith("u") : ordered(comparison.substring(0, 2), a, b);
                };
                assertThat(got[i]).as("%s %s %s", comparison, a, b).isEqualTo(want ? 1 : 0);
            }
        }
    }

    private static boolean ordered(String comparison, double a, double b) {
        return switch (comparison) {
            case "eq" -> a == b;
            case "ne" -> a != b;
            case "lt" -> a < b;
            case "le" -> a <= b;
            case "gt" -> a > b;
            default -> a >= b;
        };
    }
}
