package dev.sunda.cuda.ptx;

import static dev.sunda.cuda.ptx.PtxType.B16;
import static dev.sunda.cuda.ptx.PtxType.B32;
import static dev.sunda.cuda.ptx.PtxType.B64;
import static dev.sunda.cuda.ptx.PtxType.PRED;
import static dev.sunda.cuda.ptx.PtxType.U32;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;

/// Integer instructions against big integers, for the edges of each type and random values.
class IntegerInstructionTests {
    private final PtxBench bench = new PtxBench();

    private interface Three {
        BigInteger of(BigInteger a, BigInteger b, BigInteger c);
    }

    private static long[] values(int bits, int random) {
        List<Long> values =
                new ArrayList<>(List.of(0L, 1L, 2L, 3L, 7L, -1L, -2L, -7L, 1L << bits - 1, (1L << bits - 1) - 1, (1L << bits - 1) + 1));
        var generator = new Random(bits);
        for (int k = 0; k < random; k++) {
            values.add(generator.nextLong() >> generator.nextInt(60));
        }
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    private static BigInteger value(long raw, PtxType type) {
        BigInteger unsigned = BigInteger.valueOf(raw).mod(BigInteger.ONE.shiftLeft(type.bits()));
        return type.isSigned() && unsigned.testBit(type.bits() - 1) ? unsigned.subtract(BigInteger.ONE.shiftLeft(type.bits())) : unsigned;
    }

    private static PtxType plain(int bits) {
        return bits == 16 ? B16 : bits == 32 ? B32 : B64;
    }

    private void two(String opcode, PtxType type, PtxType result, BinaryOperator<BigInteger> expected) {
        long[][] operands = PtxBench.pairs(values(type.bits(), 14));
        PtxType[] types = {plain(result.bits()), plain(type.bits()), plain(type.bits())};
        long[] got = bench.run(opcode + "." + type + " $0, $1, $2", types, operands);
        for (int i = 0; i < got.length; i++) {
            BigInteger a = value(operands[0][i], type);
            BigInteger b = value(operands[1][i], type);
            BigInteger want = expected.apply(a, b);
            if (want != null) {
                assertThat(value(got[i], result)).as("%s.%s %s, %s", opcode, type, a, b).isEqualTo(value(want.longValue(), result));
            }
        }
    }

    private void three(String opcode, PtxType type, PtxType result, Three expected) {
        long[][] operands = PtxBench.tuples(3, values(type.bits(), 3));
        PtxType[] types = {plain(result.bits()), plain(type.bits()), plain(type.bits()), plain(result.bits())};
        long[] got = bench.run(opcode + "." + type + " $0, $1, $2, $3", types, operands);
        for (int i = 0; i < got.length; i++) {
            BigInteger a = value(operands[0][i], type);
            BigInteger b = value(operands[1][i], type);
            BigInteger c = value(operands[2][i], result);
            assertThat(value(got[i], result)).as("%s.%s %s, %s, %s", opcode, type, a, b, c)
                    .isEqualTo(value(expected.of(a, b, c).longValue(), result));
        }
    }

    private static List<PtxType> integers() {
        return List.of(PtxType.S16, PtxType.U16, PtxType.S32, PtxType.U32, PtxType.S64, PtxType.U64);
    }

    @Test
    void sumsProductsAndExtremes() {
        for (PtxType type : integers()) {
            two("add", type, type, BigInteger::add);
            two("sub", type, type, BigInteger::subtract);
            two("mul.lo", type, type, BigInteger::multiply);
            two("mul.hi", type, type, (a, b) -> a.multiply(b).shiftRight(type.bits()));
            two("min", type, type, BigInteger::min);
            two("max", type, type, BigInteger::max);
        }
        two("add.sat", PtxType.S32, PtxType.S32,
                (a, b) -> BigInteger.valueOf(Math.clamp(a.add(b).longValue(), Integer.MIN_VALUE, Integer.MAX_VALUE)));
        two("sub.sat", PtxType.S32, PtxType.S32,
                (a, b) -> BigInteger.valueOf(Math.clamp(a.subtract(b).longValue(), Integer.MIN_VALUE, Integer.MAX_VALUE)));
    }

    @Test
    void quotientsAndRemainders() {
        for (PtxType type : integers()) {
            two("div", type, type, (a, b) -> b.signum() == 0 ? BigInteger.ONE.negate() : a.divide(b));
            two("rem", type, type, (a, b) -> b.signum() == 0 ? a : a.remainder(b));
        }
    }

    @Test
    void wideProductsAndProductSums() {
        two("mul.wide", PtxType.S16, PtxType.S32, BigInteger::multiply);
        two("mul.wide", PtxType.U16, PtxType.U32, BigInteger::multiply);
        two("mul.wide", PtxType.S32, PtxType.S64, BigInteger::multiply);
        two("mul.wide", PtxType.U32, PtxType.U64, BigInteger::multiply);
        three("mad.wide", PtxType.S16, PtxType.S32, (a, b, c) -> a.multiply(b).add(c));
        three("mad.wide", PtxType.U16, PtxType.U32, (a, b, c) -> a.multiply(b).add(c));
        three("mad.wide", PtxType.S32, PtxType.S64, (a, b, c) -> a.multiply(b).add(c));
        three("mad.wide", PtxType.U32, PtxType.U64, (a, b, c) -> a.multiply(b).add(c));
        for (PtxType type : integers()) {
            three("mad.lo", type, type, (a, b, c) -> a.multiply(b).add(c));
            three("mad.hi", type, type, (a, b, c) -> a.multiply(b).shiftRight(type.bits()).add(c));
        }
        three("sad", PtxType.S32, PtxType.S32, (a, b, c) -> a.subtract(b).abs().add(c));
        three("sad", PtxType.U32, PtxType.U32, (a, b, c) -> a.subtract(b).abs().add(c));
        three("sad", PtxType.S64, PtxType.S64, (a, b, c) -> a.subtract(b).abs().add(c));
        two("mul24.lo", PtxType.S32, PtxType.S32, (a, b) -> value24(a, true).multiply(value24(b, true)));
        two("mul24.lo", PtxType.U32, PtxType.U32, (a, b) -> value24(a, false).multiply(value24(b, false)));
    }

    private static BigInteger value24(BigInteger a, boolean signed) {
        BigInteger low = a.mod(BigInteger.ONE.shiftLeft(24));
        return signed && low.testBit(23) ? low.subtract(BigInteger.ONE.shiftLeft(24)) : low;
    }

    @Test
    void bitsOfWords() {
        for (PtxType type : List.of(B16, B32, B64)) {
            two("and", type, type, BigInteger::and);
            two("or", type, type, BigInteger::or);
            two("xor", type, type, BigInteger::xor);
            BigInteger ones = BigInteger.ONE.shiftLeft(type.bits()).subtract(BigInteger.ONE);
            one("not", type, type, a -> ones.subtract(a));
            one("cnot", type, type, a -> a.signum() == 0 ? BigInteger.ONE : BigInteger.ZERO);
        }
        for (PtxType type : List.of(B32, B64)) {
            one("popc", type, U32, a -> BigInteger.valueOf(a.bitCount()));
            one("clz", type, U32, a -> BigInteger.valueOf(type.bits() - a.bitLength()));
            one("brev", type, type, a -> {
                BigInteger result = BigInteger.ZERO;
                for (int k = 0; k < type.bits(); k++) {
                    result = a.testBit(k) ? result.setBit(type.bits() - 1 - k) : result;
                }
                return result;
            });
        }
        for (PtxType type : List.of(PtxType.S16, PtxType.S32, PtxType.S64)) {
            one("abs", type, type, BigInteger::abs);
            one("neg", type, type, BigInteger::negate);
        }
        for (PtxType type : List.of(PtxType.S32, PtxType.U32, PtxType.S64, PtxType.U64)) {
            one("bfind", type, PtxType.S32, a -> BigInteger.valueOf(a.bitLength() - 1L));
            one("bfind.shiftamt", type, PtxType.S32, a -> BigInteger.valueOf(a.bitLength() == 0 ? -1 : type.bits() - a.bitLength()));
        }
    }

    private void one(String opcode, PtxType type, PtxType result, java.util.function.UnaryOperator<BigInteger> expected) {
        long[] operand = values(type.bits(), 60);
        long[] got = bench.run(opcode + "." + type + " $0, $1", new PtxType[] {plain(result.bits()), plain(type.bits())}, operand);
        for (int i = 0; i < got.length; i++) {
            BigInteger a = value(operand[i], type);
            assertThat(value(got[i], result)).as("%s.%s %s", opcode, type, a).isEqualTo(value(expected.apply(a).longValue(), result));
        }
    }

    @Test
    void shiftsBeyondTheWidthAreClamped() {
        long[] amounts = {0, 1, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 0x80000000L, 0xffffffffL};
        for (PtxType type : List.of(B16, B32, B64, PtxType.S16, PtxType.S32, PtxType.S64, PtxType.U16, PtxType.U32, PtxType.U64)) {
            long[] words = values(type.bits(), 9);
            long[][] operands = new long[2][words.length * amounts.length];
            for (int i = 0; i < operands[0].length; i++) {
                operands[0][i] = words[i / amounts.length];
                operands[1][i] = amounts[i % amounts.length];
            }
            boolean left = type.name().startsWith("B");
            PtxType[] types = {plain(type.bits()), plain(type.bits()), B32};
            long[] got = bench.run((left ? "shl." : "shr.") + type + " $0, $1, $2", types, operands);
            for (int i = 0; i < got.length; i++) {
                int by = (int) Math.min(operands[1][i], 200);
                BigInteger a = value(operands[0][i], type);
                BigInteger want = left ? a.shiftLeft(by) : a.shiftRight(by);
                assertThat(value(got[i], type)).as("%s by %d, %s", a, operands[1][i], type).isEqualTo(value(want.longValue(), type));
            }
        }
    }

    @Test
    void funnelShiftsJoinTwoWords() {
        long[] words = {0x12345678L, 0x9abcdef0L, 0xffffffffL, 0};
        long[] amounts = {0, 1, 31, 32, 33, 40, 0xffffffffL};
        for (String form : List.of("l.wrap", "l.clamp", "r.wrap", "r.clamp")) {
            for (long amount : amounts) {
                long[][] operands = PtxBench.pairs(words);
                long[] by = new long[operands[0].length];
                java.util.Arrays.fill(by, amount);
                long[] got =
                        bench.run("shf." + form + ".b32 $0, $1, $2, $3", new PtxType[] {B32, B32, B32, B32}, operands[0], operands[1], by);
                for (int i = 0; i < got.length; i++) {
                    BigInteger pair = BigInteger.valueOf(operands[1][i]).shiftLeft(32).or(BigInteger.valueOf(operands[0][i]));
                    int n = form.endsWith("wrap") ? (int) amount & 31 : (int) Math.min(amount, 32);
                    long want = form.startsWith("l") ? pair.shiftLeft(n).shiftRight(32).longValue() : pair.shiftRight(n).longValue();
                    assertThat(got[i]).as("%s by %d", form, amount).isEqualTo(want & 0xffffffffL);
                }
            }
        }
    }

    @Test
    void fieldsAreTakenOutAndPutIn() {
        long[] places = {0, 1, 8, 31, 32, 33, 63, 64, 200, 256 + 4};
        long[] lengths = {0, 1, 5, 31, 32, 33, 63, 64, 255, 256 + 4};
        for (PtxType type : List.of(PtxType.S32, PtxType.U32, PtxType.S64, PtxType.U64)) {
            for (long place : places) {
                long[] words = values(type.bits(), 5);
                long[][] operands = new long[3][words.length * lengths.length];
                for (int i = 0; i < operands[0].length; i++) {
                    operands[0][i] = words[i % words.length];
                    operands[1][i] = place;
                    operands[2][i] = lengths[i / words.length];
                }
                PtxType wide = plain(type.bits());
                long[] got = bench.run("bfe." + type + " $0, $1, $2, $3", new PtxType[] {wide, wide, B32, B32}, operands);
                for (int i = 0; i < got.length; i++) {
                    BigInteger want = field(value(operands[0][i], plain(type.bits())), type, (int) place & 255, (int) operands[2][i] & 255);
                    assertThat(value(got[i], wide)).as("bfe.%s %x at %d, %d", type, operands[0][i], place, operands[2][i])
                            .isEqualTo(value(want.longValue(), wide));
                }
                long[] into = new long[operands[0].length];
                java.util.Arrays.fill(into, 0x5a5a_a5a5_1234_8765L);
                long[] put = bench.run("bfi.b" + type.bits() + " $0, $1, $2, $3, $4", new PtxType[] {wide, wide, wide, B32, B32},
                        operands[0], into,
                        operands[1], operands[2]);
                for (int i = 0; i < put.length; i++) {
                    BigInteger want = value(into[i], wide);
                    for (int k = 0; k < ((int) operands[2][i] & 255) && k + (place & 255) < type.bits(); k++) {
                        boolean bit = value(operands[0][i], wide).testBit(k);
                        int at = k + (int) place & 255;
                        want = bit ? want.setBit(at) : want.clearBit(at);
                    }
                    assertThat(value(put[i], wide)).as("bfi %x at %d, %d", operands[0][i], place, operands[2][i]).isEqualTo(want);
                }
            }
        }
    }

    /// As the definition in the PTX manual spells it, bit by bit.
    private static BigInteger field(BigInteger a, PtxType type, int place, int length) {
        int last = type.bits() - 1;
        boolean sign = type.isSigned() && length > 0 && a.testBit(Math.min(place + length - 1, last));
        BigInteger result = BigInteger.ZERO;
        for (int k = 0; k <= last; k++) {
            boolean bit = k < length && place + k <= last ? a.testBit(place + k) : sign;
            result = bit ? result.setBit(k) : result;
        }
        return result;
    }

    @Test
    void bytesArePermuted() {
        long[] selectors = {0x3210, 0x7654, 0x0123, 0x6420, 0xba98, 0xfedc, 0x8080, 0x1111};
        long[] a = new long[selectors.length];
        long[] b = new long[selectors.length];
        java.util.Arrays.fill(a, 0x83_02_81_00L);
        java.util.Arrays.fill(b, 0x07_86_05_84L);
        long[] got = bench.run("prmt.b32 $0, $1, $2, $3", new PtxType[] {B32, B32, B32, B32}, a, b, selectors);
        assertThat(got).containsExactly(0x83028100L, 0x07860584L, 0x00810283L, 0x86840200L, 0xff00ff00L, 0x00ff00ffL, 0x00000000L,
                0x81818181L);
        long[] turns = {0, 1, 2, 3};
        long[] low = {0x33221100L, 0x33221100L, 0x33221100L, 0x33221100L};
        long[] high = {0x77665544L, 0x77665544L, 0x77665544L, 0x77665544L};
        PtxType[] types = {B32, B32, B32, B32};
        assertThat(bench.run("prmt.b32.f4e $0, $1, $2, $3", types, low, high, turns)).containsExactly(0x33221100L, 0x44332211L, 0x55443322L,
                0x66554433L);
        assertThat(bench.run("prmt.b32.b4e $0, $1, $2, $3", types, low, high, turns)).containsExactly(0x55667700L, 0x66770011L, 0x77001122L,
                0x00112233L);
        assertThat(bench.run("prmt.b32.rc8 $0, $1, $2, $3", types, low, high, turns)).containsExactly(0x00000000L, 0x11111111L, 0x22222222L,
                0x33333333L);
        assertThat(bench.run("prmt.b32.ecl $0, $1, $2, $3", types, low, high, turns)).containsExactly(0x33221100L, 0x33221111L, 0x33222222L,
                0x33333333L);
        assertThat(bench.run("prmt.b32.ecr $0, $1, $2, $3", types, low, high, turns)).containsExactly(0x00000000L, 0x11111100L, 0x22221100L,
                0x33221100L);
        assertThat(bench.run("prmt.b32.rc16 $0, $1, $2, $3", types, low, high, turns)).containsExactly(0x11001100L, 0x33223322L,
                0x11001100L, 0x33223322L);
    }

    @Test
    void anyFunctionOfThreeBits() {
        long[][] operands = PtxBench.tuples(3, 0xf0f0_1234L, 0xcccc_0000L, 0xaaaa_ffffL);
        for (int table : new int[] {0, 0x80, 0xfe, 0x96, 0xe8, 0xca, 0x1b, 0xff}) {
            long[] got = bench.run("lop3.b32 $0, $1, $2, $3, " + table, new PtxType[] {B32, B32, B32, B32}, operands);
            for (int i = 0; i < got.length; i++) {
                long want = 0;
                for (int k = 0; k < 32; k++) {
                    long index = (operands[0][i] >> k & 1) << 2 | (operands[1][i] >> k & 1) << 1 | operands[2][i] >> k & 1;
                    want |= (table >> index & 1L) << k;
                }
                assertThat(got[i]).isEqualTo(want);
            }
        }
    }

    @Test
    void dotProductsOfBytes() {
        long[][] operands = PtxBench.tuples(3, 0x80ff017fL, 0x7f80ff01L, 5L);
        for (boolean signedA : new boolean[] {true, false}) {
            for (boolean signedB : new boolean[] {true, false}) {
                String opcode = "dp4a." + (signedA ? "s32." : "u32.") + (signedB ? "s32" : "u32");
                long[] got = bench.run(opcode + " $0, $1, $2, $3", new PtxType[] {B32, B32, B32, B32}, operands);
                for (int i = 0; i < got.length; i++) {
                    int want = (int) operands[2][i];
                    for (int k = 0; k < 4; k++) {
                        int a = (int) (operands[0][i] >> 8 * k) & 255;
                        int b = (int) (operands[1][i] >> 8 * k) & 255;
                        want += (signedA && a > 127 ? a - 256 : a) * (signedB && b > 127 ? b - 256 : b);
                    }
                    assertThat((int) got[i]).as(opcode).isEqualTo(want);
                }
            }
        }
    }

    @Test
    void carriesPassFromWordToWord() {
        long[][] operands = PtxBench.pairs(0, 1, -1, 0xffffffffL, 0x1_0000_0000L, Long.MIN_VALUE, Long.MAX_VALUE, 0x89abcdef_76543210L);
        String split = "mov.b64 {%r11, %r12}, $1; mov.b64 {%r13, %r14}, $2; ";
        PtxType[] types = {B64, B64, B64};
        long[] sums =
                bench.run(split + "add.cc.u32 %r15, %r11, %r13; addc.u32 %r16, %r12, %r14; mov.b64 $0, {%r15, %r16}", types, operands);
        long[] differences =
                bench.run(split + "sub.cc.u32 %r15, %r11, %r13; subc.u32 %r16, %r12, %r14; mov.b64 $0, {%r15, %r16}", types, operands);
        long[] products =
                bench.run(split + "mul.lo.u32 %r15, %r11, %r13; mul.hi.u32 %r16, %r11, %r13; mad.lo.cc.u32 %r16, %r11, %r14, %r16; "
                        + "madc.hi.u32 %r17, %r11, %r14, 0; mad.lo.cc.u32 %r16, %r12, %r13, %r16; madc.hi.u32 %r18, %r12, %r13, %r17; "
                        + "mov.b64 $0, {%r15, %r16}", types, operands);
        long[] upper = bench.run("mov.u64 %d20, 0; add.cc.u64 %d21, $1, $2; addc.u64 $0, %d20, %d20", types, operands);
        for (int i = 0; i < sums.length; i++) {
            long a = operands[0][i];
            long b = operands[1][i];
            assertThat(sums[i]).isEqualTo(a + b);
            assertThat(differences[i]).isEqualTo(a - b);
            assertThat(products[i]).isEqualTo(a * b);
            assertThat(upper[i]).isEqualTo(value(a, PtxType.U64).add(value(b, PtxType.U64)).shiftRight(64).longValue());
        }
    }

    @Test
    void comparisonsOfIntegers() {
        for (PtxType type : integers()) {
            long[][] operands = PtxBench.pairs(values(type.bits(), 6));
            for (String comparison : List.of("eq", "ne", "lt", "le", "gt", "ge")) {
                PtxType[] types = {PRED, plain(type.bits()), plain(type.bits())};
                long[] got = bench.run("setp." + comparison + "." + type + " $0, $1, $2", types, operands);
                for (int i = 0; i < got.length; i++) {
                    int order = value(operands[0][i], type).compareTo(value(operands[1][i], type));
                    boolean want = switch (comparison) {
                        case "eq" -> order == 0;
                        case "ne" -> order != 0;
                        case "lt" -> order < 0;
                        case "le" -> order <= 0;
                        case "gt" -> order > 0;
                        default -> order >= 0;
                    };
                    assertThat(got[i]).as("%s.%s", comparison, type).isEqualTo(want ? 1 : 0);
                }
            }
        }
    }

    @Test
    void comparisonsJoinAPredicateAndWriteTwo() {
        long[][] operands = PtxBench.tuples(3, 0, 1, 2);
        for (String join : List.of("and", "or", "xor")) {
            long[] got = bench.run("setp.ne.u32 %p3, $3, 0; setp.lt." + join + ".u32 %p4|%p5, $1, $2, !%p3; selp.u32 %r20, 2, 0, %p4; "
                    + "selp.u32 %r21, 1, 0, %p5; or.b32 $0, %r20, %r21", new PtxType[] {B32, B32, B32, B32}, operands);
            for (int i = 0; i < got.length; i++) {
                boolean less = operands[0][i] < operands[1][i];
                boolean with = operands[2][i] == 0;
                assertThat(got[i]).isEqualTo((join(join, less, with) ? 2 : 0) + (join(join, !less, with) ? 1 : 0));
            }
        }
    }

    private static boolean join(String name, boolean a, boolean b) {
        return name.equals("and") ? a & b : name.equals("or") ? a | b : a ^ b;
    }
}
