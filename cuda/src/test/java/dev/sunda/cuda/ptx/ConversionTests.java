package dev.sunda.cuda.ptx;

import static dev.sunda.cuda.ptx.PtxType.B16;
import static dev.sunda.cuda.ptx.PtxType.B32;
import static dev.sunda.cuda.ptx.PtxType.B64;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// `cvt` between all types, with each rounding, saturation and NaN.
class ConversionTests {
    private final PtxBench bench = new PtxBench();

    private static PtxType plain(PtxType type) {
        return type.bits() <= 16 ? B16 : type.bits() == 32 ? B32 : B64;
    }

    private static BigInteger value(long raw, int bits, boolean signed) {
        BigInteger unsigned = BigInteger.valueOf(raw).mod(BigInteger.ONE.shiftLeft(bits));
        return signed && unsigned.testBit(bits - 1) ? unsigned.subtract(BigInteger.ONE.shiftLeft(bits)) : unsigned;
    }

    private static long[] words() {
        var random = new Random(3);
        long[] edges = {0, 1, -1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, Integer.MAX_VALUE, Integer.MIN_VALUE, 0xffffffffL,
            1L << 53, Long.MAX_VALUE,
            Long.MIN_VALUE, (1L << 53) + 1, (1L << 24) + 1, 0x7fffff8000000000L, 0xffffff8000000000L};
        long[] result = new long[edges.length + 40];
        for (int k = 0; k < result.length; k++) {
            result[k] = k < edges.length ? edges[k] : random.nextLong() >> random.nextInt(64);
        }
        return result;
    }

    @Test
    void integersAreCutExtendedOrSaturated() {
        List<PtxType> types = List.of(PtxType.S8, PtxType.U8, PtxType.S16, PtxType.U16, PtxType.S32, PtxType.U32, PtxType.S64, PtxType.U64);
        long[] words = words();
        for (PtxType to : types) {
            for (PtxType from : types) {
                for (String saturate : List.of("", ".sat")) {
                    long[] got =
                            bench.run("cvt" + saturate + "." + to + "." + from + " $0, $1", new PtxType[] {plain(to), plain(from)}, words);
                    for (int i = 0; i < got.length; i++) {
                        BigInteger a = value(words[i], from.bits(), from.isSigned());
                        BigInteger least = to.isSigned() ? BigInteger.ONE.shiftLeft(to.bits() - 1).negate() : BigInteger.ZERO;
                        BigInteger most = BigInteger.ONE.shiftLeft(to.isSigned() ? to.bits() - 1 : to.bits()).subtract(BigInteger.ONE);
                        BigInteger want = saturate.isEmpty() ? value(a.longValue(), to.bits(), to.isSigned()) : a.max(least).min(most);
                        int held = Math.max(16, to.bits());
                        assertThat(value(got[i], held, to.isSigned())).as("cvt%s.%s.%s %s", saturate, to, from, a).isEqualTo(want);
                    }
                }
            }
        }
    }

    private static double[] numbers() {
        double[] edges = {0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.49999997f, 126.5, 127.5, -128.5, 255.5, 256, 32767.5, 65535.7, 2147483520f,
            2147483647.5,
            2147483648f, -2147483648f, -2147483904f, 4294967040f, 4294967296f, 9.223372e18f, 0x1p63, -0x1p63, 1.8446744e19f, 1e30f, -1e30f,
            Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 1e-40f, -1e-40f, 0.1f, -3.7f, 8388607.5f};
        return edges;
    }

    @Test
    void numbersBecomeIntegersInEachDirection() {
        double[] numbers = numbers();
        for (PtxType to : List.of(PtxType.S8, PtxType.U8, PtxType.S16, PtxType.U16, PtxType.S32, PtxType.U32, PtxType.S64, PtxType.U64)) {
            for (PtxType from : List.of(PtxType.F32, PtxType.F64)) {
                long[] raw = new long[numbers.length];
                for (int i = 0; i < raw.length; i++) {
                    raw[i] = from == PtxType.F32 ? Float.floatToRawIntBits((float) numbers[i]) & 0xffffffffL
                            : Double.doubleToRawLongBits(numbers[i]);
                }
                for (String direction : List.of("rni", "rzi", "rmi", "rpi")) {
                    long[] got =
                            bench.run("cvt." + direction + "." + to + "." + from + " $0, $1", new PtxType[] {plain(to), plain(from)}, raw);
                    for (int i = 0; i < got.length; i++) {
                        double a = from == PtxType.F32 ? (float) numbers[i] : numbers[i];
                        BigInteger got1 = value(got[i], to.bits(), to.isSigned());
                        assertThat(got1).as("cvt.%s.%s.%s %s", direction, to, from, a).isEqualTo(integer(a, direction, to, from));
                    }
                }
            }
        }
    }

    private static BigInteger integer(double a, String direction, PtxType to, PtxType from) {
        BigInteger least = to.isSigned() ? BigInteger.ONE.shiftLeft(to.bits() - 1).negate() : BigInteger.ZERO;
        BigInteger most = BigInteger.ONE.shiftLeft(to.isSigned() ? to.bits() - 1 : to.bits()).subtract(BigInteger.ONE);
        if (Double.isNaN(a)) {
            // As the manual has it: half of the range unless both types are narrow.
            boolean zero = from == PtxType.F32 && to.bits() != 64;
            return zero ? BigInteger.ZERO : value(1L << to.bits() - 1, to.bits(), to.isSigned());
        }
        if (Double.isInfinite(a)) {
            return a > 0 ? most : least;
        }
        RoundingMode mode = switch (direction) {
            case "rni" -> RoundingMode.HALF_EVEN;
            case "rzi" -> RoundingMode.DOWN;
            case "rmi" -> RoundingMode.FLOOR;
            default -> RoundingMode.CEILING;
        };
        return new BigDecimal(a).setScale(0, mode).toBigInteger().max(least).min(most);
    }

    @Test
    void integersBecomeNumbersInEachDirection() {
        long[] words = words();
        for (PtxType from : List.of(PtxType.S8, PtxType.U16, PtxType.S32, PtxType.U32, PtxType.S64, PtxType.U64)) {
            for (String direction : List.of("rn", "rz", "rm", "rp")) {
                long[] got = bench.run("cvt." + direction + ".f32." + from + " $0, $1", new PtxType[] {B32, plain(from)}, words);
                long[] wide = bench.run("cvt." + direction + ".f64." + from + " $0, $1", new PtxType[] {B64, plain(from)}, words);
                for (int i = 0; i < got.length; i++) {
                    BigDecimal exact = new BigDecimal(value(words[i], from.bits(), from.isSigned()));
                    float f = Float.intBitsToFloat((int) got[i]);
                    double d = Double.longBitsToDouble(wide[i]);
                    String about = "cvt." + direction + "." + from + " " + exact;
                    if (direction.equals("rn")) {
                        assertThat(f).as(about).isEqualTo(exact.floatValue());
                        assertThat(d).as(about).isEqualTo(exact.doubleValue());
                    } else {
                        assertThat(between(f, Math.nextUp(f), Math.nextDown(f), exact, direction)).as(about + " got " + f).isTrue();
                        assertThat(between(d, Math.nextUp(d), Math.nextDown(d), exact, direction)).as(about + " got " + d).isTrue();
                    }
                }
            }
        }
    }

    private static boolean between(double got, double next, double before, BigDecimal exact, String direction) {
        boolean down = direction.equals("rm") || direction.equals("rz") && exact.signum() >= 0;
        return down ? new BigDecimal(got).compareTo(exact) <= 0 && new BigDecimal(next).compareTo(exact) > 0
                : new BigDecimal(got).compareTo(exact) >= 0 && new BigDecimal(before).compareTo(exact) < 0;
    }

    @Test
    void doublesBecomeFloatsInEachDirection() {
        double[] numbers =
                {0, -0.0, 0.1, -0.1, 1e-46, -1e-46, 1e-45, 1e300, -1e300, 1.0000000596046448, 1.000000059604645, Math.PI, Float.MAX_VALUE,
                    3.4028235677973366e38, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE};
        long[] raw = new long[numbers.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = Double.doubleToRawLongBits(numbers[i]);
        }
        for (String direction : List.of("rn", "rz", "rm", "rp")) {
            long[] got = bench.run("cvt." + direction + ".f32.f64 $0, $1", new PtxType[] {B32, B64}, raw);
            for (int i = 0; i < got.length; i++) {
                float f = Float.intBitsToFloat((int) got[i]);
                double a = numbers[i];
                if (direction.equals("rn") || !Double.isFinite(a) || a == 0) {
                    assertThat(f).as("cvt.%s %s", direction, a).isEqualTo(Float.valueOf((float) a));
                } else {
                    boolean down = direction.equals("rm") || direction.equals("rz") && a > 0;
                    assertThat(down ? f <= a && Math.nextUp(f) > a : f >= a && Math.nextDown(f) < a).as("cvt.%s %s got %s", direction, a, f)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void floatsRoundToIntegralFloats() {
        double[] numbers = numbers();
        long[] raw = new long[numbers.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = Float.floatToRawIntBits((float) numbers[i]) & 0xffffffffL;
        }
        PtxType[] types = {B32, B32};
        long[] floor = bench.run("cvt.rmi.f32.f32 $0, $1", types, raw);
        long[] nearest = bench.run("cvt.rni.f32.f32 $0, $1", types, raw);
        long[] cut = bench.run("cvt.rzi.f32.f32 $0, $1", types, raw);
        long[] saturated = bench.run("cvt.sat.f32.f32 $0, $1", types, raw);
        for (int i = 0; i < raw.length; i++) {
            float a = (float) numbers[i];
            assertThat(Float.intBitsToFloat((int) floor[i])).isEqualTo(Float.valueOf((float) Math.floor(a)));
            assertThat(Float.intBitsToFloat((int) nearest[i])).isEqualTo(Float.valueOf((float) Math.rint(a)));
            assertThat(Float.intBitsToFloat((int) cut[i])).isEqualTo(Float.valueOf((float) (a < 0 ? Math.ceil(a) : Math.floor(a))));
            assertThat(Float.intBitsToFloat((int) saturated[i])).isEqualTo(Float.isNaN(a) ? 0 : Math.clamp(a == 0 ? 0f : a, 0f, 1f));
        }
    }

    @Test
    void floatsForTensorCoresRoundHalvesAway() {
        float[] numbers =
                {1, 1 + 0x1p-11f, 1 + 0x1.fp-12f, -1 - 0x1p-11f, 1 + 0x3p-11f, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, 0x1p-149f};
        long[] raw = new long[numbers.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = Float.floatToRawIntBits(numbers[i]) & 0xffffffffL;
        }
        long[] got = bench.run("cvt.rna.tf32.f32 $0, $1", new PtxType[] {B32, B32}, raw);
        float[] want = {1, 1 + 0x1p-10f, 1, -1 - 0x1p-10f, 1 + 0x1p-9f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0};
        for (int i = 0; i < raw.length; i++) {
            assertThat(Float.intBitsToFloat((int) got[i])).as("%s", numbers[i]).isEqualTo(want[i]);
        }
    }

    @Test
    void pairsOfBfloat16RoundHalvesToEven() {
        float[] numbers = {1, 1 + 0x1p-8f, 1 + 0x3p-8f, -1 - 0x1.8p-8f, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, 0x1p-149f, -0f};
        int[] want = {0x3f80, 0x3f80, 0x3f82, 0xbf81, 0x7f80, 0xff80, 0, 0x8000};
        long[] raw = new long[numbers.length];
        long[] nan = new long[numbers.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = Float.floatToRawIntBits(numbers[i]) & 0xffffffffL;
            nan[i] = 0xffc00001L;
        }
        long[] got = bench.run("cvt.rn.bf16x2.f32 $0, $1, $2", new PtxType[] {B32, B32, B32}, nan, raw);
        long[] swapped = bench.run("cvt.rn.bf16x2.f32 $0, $1, $2", new PtxType[] {B32, B32, B32}, raw, nan);
        for (int i = 0; i < raw.length; i++) {
            assertThat((int) got[i]).as("%s", numbers[i]).isEqualTo(0x7fff0000 | want[i]);
            assertThat((int) swapped[i]).as("%s", numbers[i]).isEqualTo(want[i] << 16 | 0x7fff);
        }
    }

    @Test
    void halves() {
        long[] raw = new long[65536];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = i;
        }
        long[] wide = bench.run("cvt.f32.f16 $0, $1", new PtxType[] {B32, B16}, raw);
        long[] back = bench.run("cvt.rn.f16.f32 $0, $1", new PtxType[] {B16, B32}, wide);
        for (int i = 0; i < raw.length; i++) {
            float want = Float.float16ToFloat((short) i);
            assertThat(Float.intBitsToFloat((int) wide[i])).isEqualTo(Float.valueOf(want));
            assertThat(back[i]).isEqualTo(Float.isNaN(want) ? 0x7fff : i);
        }
    }
}
