package dev.sunda.cuda.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Loads, stores and atomic instructions in all spaces.
class MemoryTests {
    private final PtxBench bench = new PtxBench();

    @Test
    void vectorsOfElements() {
        long in = bench.ints(IntStream.range(0, 256).toArray());
        long out = bench.fresh(64 * 16);
        bench.launch(PtxBench.kernel(2, PtxBench.at(0, 16) + PtxBench.at(1, 16) + """
                ld.global.nc.v4.u32 {%r1, %r2, %r3, %r4}, [%d0];
                st.global.v2.u32 [%d1], {%r4, %r3};
                ld.global.v2.u64 {%d5, %d6}, [%d0];
                st.global.u64 [%d1+8], %d5;
                """), 1, 64, in, out);
        assertThat(bench.readInts(out, 256))
                .isEqualTo(IntStream.range(0, 256).map(k -> k / 4 * 4 + new int[] {3, 2, 0, 1}[k % 4]).toArray());
    }

    @Test
    void narrowElementsAreExtendedByTheirSign() {
        long in = bench.ints(0x80ff7f01);
        long out = bench.fresh(48);
        bench.launch(PtxBench.kernel(2, """
                ld.param.u64 %d0, [p0]; ld.param.u64 %d1, [p1];
                ld.global.s8 %r1, [%d0+3]; ld.global.u8 %r2, [%d0+3]; ld.global.s16 %r3, [%d0+2]; ld.global.u16 %r4, [%d0+2];
                ld.global.s8 %h1, [%d0+2]; cvt.s32.s16 %r5, %h1; ld.global.s32 %d2, [%d0];
                st.global.v4.u32 [%d1], {%r1, %r2, %r3, %r4}; st.global.u32 [%d1+16], %r5; st.global.u64 [%d1+24], %d2;
                st.global.u8 [%d1+32], %r1; st.global.u16 [%d1+34], %d2; st.global.v4.u8 [%d1+36], {%r2, %h1, %r3, %r4};
                """), 1, 1, in, out);
        assertThat(bench.readInts(out, 5)).containsExactly(-128, 128, (short) 0x80ff, 0x80ff, -1);
        assertThat(bench.longs(out + 24, 1)).containsExactly(0xffffffff80ff7f01L);
        assertThat(bench.readInts(out + 36, 1)).containsExactly(0xffffff80);
        assertThat(bench.memory.isWritten(out + 32, 1)).isTrue();
        assertThat(bench.memory.isWritten(out + 33, 1)).isFalse();
    }

    @Test
    void parametersByValueWithArrays() {
        String text = PtxBench.kernel(".param .align 8 .b8 s[24], .param .u8 small, .param .u64 out", """
                mov.b64 %d1, s; mov.u32 %r1, %tid.x; mul.wide.u32 %d2, %r1, 4; add.s64 %d3, %d1, %d2;
                ld.param.u32 %r2, [%d3+8]; ld.param.u8 %r3, [small]; ld.param.v2.u32 {%r4, %r5}, [s];
                add.u32 %r2, %r2, %r3; add.u32 %r2, %r2, %r5;
                ld.param.u64 %d4, [out]; add.s64 %d4, %d4, %d2; st.global.u32 [%d4], %r2;
                """);
        PtxModule.Entry entry = PtxModule.parse(text).entry("k");
        assertThat(entry.parameters()).containsExactly(new PtxModule.Parameter("b8", 24, 8), new PtxModule.Parameter("u8", 1, 1),
                new PtxModule.Parameter("u64", 8, 8));
        assertThat(entry.parameterBytes()).isEqualTo(40);
        long out = bench.fresh(16);
        byte[] parameters = PtxBench.parameters(7L << 32, 11L << 32 | 10, 13L << 32 | 12, 100, out);
        bench.machine.launch(entry, 1, 1, 1, 4, 1, 1, 0, parameters);
        assertThat(bench.readInts(out, 4)).containsExactly(117, 118, 119, 120);
    }

    @Test
    void variablesOfTheModule() {
        String text = """
                .version 7.0
                .target sm_75
                .address_size 64
                .const .align 4 .b8 table[8] = {1, 2, 3, 4, 255};
                .const .align 8 .f64 third = 0d3FD5555555555555;
                .global .align 4 .u32 counter = 5;
                .global .align 4 .f32 list[3] = {0f3F800000, 0f40000000};
                """ + PtxBench.kernel(1, """
                ld.param.u64 %d0, [p0]; ld.const.u32 %r1, [table]; ld.const.u8 %r2, [table+4]; mov.u64 %d1, list;
                ld.global.f32 %r3, [%d1+4];
                atom.global.add.u32 %r4, [counter], 3; ld.global.u32 %r5, [counter]; ld.const.f64 %g1, [third]; mov.b64 %d2, %g1;
                mov.u64 %d3, table; cvta.const.u64 %d3, %d3; ld.u8 %r6, [%d3+1];
                st.global.v4.u32 [%d0], {%r1, %r2, %r3, %r4}; st.global.v2.u32 [%d0+16], {%r5, %r6}; st.global.u64 [%d0+24], %d2;
                """).replaceFirst("(?s).*(?=\\.visible)", "");
        long out = bench.fresh(32);
        PtxModule module = PtxModule.parse(text);
        assertThat(module.globals().keySet()).containsExactly("table", "third", "counter", "list");
        bench.machine.launch(module.entry("k"), 1, 1, 1, 1, 1, 1, 0, PtxBench.parameters(out));
        assertThat(bench.readInts(out, 6)).containsExactly(0x04030201, 255, Float.floatToRawIntBits(2), 5, 8, 2);
        assertThat(bench.longs(out + 24, 1)).containsExactly(0x3fd5555555555555L);
        assertThat(bench.readInts(bench.machine.load(module).get("counter").base(), 1)).containsExactly(8);
    }

    @Test
    void staticAndDynamicSharedMemoryByGenericAddresses() {
        String text = """
                .version 7.0
                .target sm_75
                .address_size 64
                .extern .shared .align 16 .b8 dynamic[];
                """ + PtxBench.kernel(1, PtxBench.at(0, 4) + """
                .shared .align 4 .b8 fixed[132];
                mov.u32 %r1, %tid.x; mov.u32 %r2, fixed; mov.u32 %r3, dynamic; shl.b32 %r4, %r1, 2;
                add.u32 %r5, %r2, %r4; add.u32 %r6, %r3, %r4; st.shared.u32 [%r5], %r1;
                cvt.u64.u32 %d3, %r6; cvta.shared.u64 %d3, %d3; neg.s32 %r7, %r1; st.u32 [%d3], %r7; bar.warp.sync -1;
                xor.b32 %r4, %r4, 4; add.u32 %r5, %r2, %r4; ld.shared.u32 %r8, [%r5]; cvta.to.shared.u64 %d4, %d3; ld.shared.u32 %r9, [%d4];
                sub.u32 %r10, %r3, %r2; mad.lo.u32 %r0, %r10, 1000, %r8; add.u32 %r0, %r0, %r9; st.global.u32 [%d0], %r0;
                """).replaceFirst("(?s).*(?=\\.visible)", "");
        long out = bench.fresh(128);
        PtxModule.Entry entry = PtxModule.parse(text).entry("k");
        assertThat(entry.staticSharedBytes()).isEqualTo(144);
        bench.machine.launch(entry, 1, 1, 1, 32, 1, 1, 128, PtxBench.parameters(out));
        assertThat(bench.readInts(out, 32)).isEqualTo(IntStream.range(0, 32).map(t -> 144_000 + (t ^ 1) - t).toArray());
    }

    @Test
    void atomicInstructions() {
        record Case(String opcode, int start, int operand, int want) {
        }
        for (Case c : new Case[] {new Case("add.u32", 5, 3, 5 + 64 * 3), new Case("min.s32", 5, -3, -3), new Case("min.u32", 5, -3, 5),
            new Case("max.s32", 5, -3, 5),
            new Case("max.u32", 5, -3, -3), new Case("and.b32", 7, 3, 3), new Case("or.b32", 8, 3, 11), new Case("xor.b32", 8, 3, 8),
            new Case("exch.b32", 8, 3, 3), new Case("inc.u32", 0, 9, 4), new Case("dec.u32", 0, 9, 6)}) {
            long cell = bench.ints(c.start);
            long old = bench.fresh(256);
            bench.launch(PtxBench.kernel(3,
                    PtxBench.at(1, 4) + "ld.param.u64 %d0, [p0]; ld.param.u64 %d5, [p2]; cvt.u32.u64 %r2, %d5; atom.global." + c.opcode
                            + " %r1, [%d0], %r2; st.global.u32 [%d1], %r1;"),
                    1, 64, cell, old, c.operand);
            assertThat(bench.readInts(cell, 1)).as(c.opcode).containsExactly(c.want);
            assertThat(bench.readInts(old, 1)).as(c.opcode).containsExactly(c.start);
        }
        long wide = bench.buffer(1L << 40);
        bench.launch(PtxBench.kernel(1, "ld.param.u64 %d0, [p0]; mov.u64 %d1, 2; red.global.add.u64 [%d0], %d1;"), 3, 64, wide);
        assertThat(bench.longs(wide, 1)).containsExactly((1L << 40) + 384);
        long cell = bench.ints(0);
        bench.launch(PtxBench.kernel(1, """
                ld.param.u64 %d0, [p0]; mov.u32 %r1, %tid.x; setp.ne.u32 %p1, %r1, 0; @%p1 bra END;
                atom.global.cas.b32 %r2, [%d0], 0, 77; atom.global.cas.b32 %r3, [%d0], 0, 88;
                END: ret;
                """), 1, 32, cell);
        assertThat(bench.readInts(cell, 1)).containsExactly(77);
    }

    @Test
    void registersArePackedAndUnpacked() {
        long[] got = bench.run(
                "mov.b64 {%r11, %r12}, $1; mov.b32 {%h11, %h12}, %r11; mov.b32 %r13, {%h12, %h11}; "
                        + "mov.b64 {_, %r14}, $1; mov.b64 $0, {%r14, %r13}",
                new PtxType[] {PtxType.B64, PtxType.B64}, new long[] {0x1122_3344_5566_7788L});
        assertThat(got).containsExactly(0x7788_5566_1122_3344L);
    }

    @Test
    void selections() {
        long[][] o = PtxBench.tuples(3, 0, 1, -5);
        long[] selp = bench.run("setp.gt.s64 %p1, $3, 0; selp.b64 $0, $1, $2, %p1",
                new PtxType[] {PtxType.B64, PtxType.B64, PtxType.B64, PtxType.B64}, o);
        long[] slct = bench.run("slct.u64.s32 $0, $1, $2, $3", new PtxType[] {PtxType.B64, PtxType.B64, PtxType.B64, PtxType.B32}, o);
        for (int i = 0; i < selp.length; i++) {
            assertThat(selp[i]).isEqualTo(o[2][i] > 0 ? o[0][i] : o[1][i]);
            assertThat(slct[i]).isEqualTo(o[2][i] >= 0 ? o[0][i] : o[1][i]);
        }
    }

    @Test
    void freshMemoryIsPoisonedAndFreedMemoryForgotten() {
        long address = bench.fresh(12);
        assertThat(Float.intBitsToFloat(bench.readInts(address, 1)[0])).isNaN();
        assertThat(Double.longBitsToDouble(bench.longs(address, 1)[0])).isNaN();
        assertThat(bench.memory.isWritten(address, 12)).isFalse();
        bench.memory.markWritten(address + 4, 8);
        assertThat(bench.memory.isWritten(address + 4, 8)).isTrue();
        assertThat(bench.memory.isWritten(address + 3, 2)).isFalse();
        assertThatThrownBy(() -> bench.memory.locate(address + 8, 8)).isInstanceOf(DeviceFault.class)
                .hasMessageContaining("reach beyond the end");
        bench.memory.free(address);
        assertThatThrownBy(() -> bench.memory.locate(address, 4)).isInstanceOf(DeviceFault.class)
                .hasMessageContaining("no live allocation");
        assertThatThrownBy(() -> bench.memory.free(address)).isInstanceOf(DeviceFault.class);
    }

    @Test
    void statisticsCount() {
        long out = bench.fresh(64 * 4);
        bench.launch(PtxBench.kernel(1, PtxBench.at(0, 4) + """
                .shared .align 4 .b8 s[8192];
                mov.u32 %r1, %tid.x; shl.b32 %r2, %r1, 7; mov.u32 %r3, s; add.u32 %r2, %r2, %r3; st.shared.u32 [%r2], %r1;
                ld.shared.u32 %r4, [%r2]; st.global.u32 [%d0], %r4;
                """), 1, 64, out);
        Statistics s = bench.machine.statistics();
        assertThat(s.launches()).containsEntry("k", 1L);
        assertThat(s.threadInstructions()).isEqualTo(32 * s.warpInstructions());
        assertThat(s.loads()).isEqualTo(64);
        assertThat(s.stores()).isEqualTo(128);
        assertThat(s.bankConflicts()).isEqualTo(4 * 31);
        assertThat(s.opcodes()).contains("st.shared.u32", "mul.wide.u32");
    }
}
