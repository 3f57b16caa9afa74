package dev.sunda.cuda.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Lanes that part and meet again, and what lanes do together.
class ControlFlowTests {
    private final PtxBench bench = new PtxBench();

    /// Runs 64 threads; each stores `%r0` at its place.
    private int[] run(String body) {
        long out = bench.fresh(4 * 64);
        bench.launch(PtxBench.kernel(1, PtxBench.at(0, 4) + "mov.u32 %r1, %tid.x; mov.u32 %r2, %laneid;\n" + body), 1, 64, out);
        return bench.readInts(out, 64);
    }

    private static int[] each(java.util.function.IntUnaryOperator f) {
        return IntStream.range(0, 64).map(f).toArray();
    }

    @Test
    void nestedBranches() {
        int[] got = run("""
                mov.u32 %r0, 0;
                and.b32 %r3, %r1, 1; setp.ne.u32 %p1, %r3, 0; @%p1 bra ODD;
                and.b32 %r3, %r1, 2; setp.ne.u32 %p1, %r3, 0; @%p1 bra TWO;
                add.u32 %r0, %r0, 100; bra JOIN1;
                TWO: add.u32 %r0, %r0, 200;
                JOIN1: add.u32 %r0, %r0, 7; bra.uni JOIN;
                ODD: and.b32 %r3, %r1, 4; setp.eq.u32 %p1, %r3, 0; @!%p1 bra FOUR;
                add.u32 %r0, %r0, 300; bra JOIN;
                FOUR: add.u32 %r0, %r0, 400;
                JOIN: add.u32 %r0, %r0, %r1; activemask.b32 %r4; popc.b32 %r4, %r4; shl.b32 %r4, %r4, 16; add.u32 %r0, %r0, %r4;
                st.global.u32 [%d0], %r0; ret;
                """);
        assertThat(got).isEqualTo(each(t -> (32 << 16) + t + ((t & 1) != 0 ? (t & 4) == 0 ? 300 : 400 : 7 + ((t & 2) != 0 ? 200 : 100))));
    }

    @Test
    void loopsWithTripCountsOfTheirOwn() {
        int[] got = run("""
                mov.u32 %r0, 0; mov.u32 %r3, 0; rem.u32 %r5, %r1, 11;
                LOOP: setp.ge.u32 %p1, %r3, %r5; @%p1 bra DONE;
                mov.u32 %r6, 0;
                INNER: setp.gt.u32 %p2, %r6, %r3; @%p2 bra NEXT;
                add.u32 %r0, %r0, %r6; add.u32 %r6, %r6, 1; bra INNER;
                NEXT: add.u32 %r3, %r3, 1; and.b32 %r7, %r1, 7; setp.eq.u32 %p3, %r7, %r3; @%p3 bra DONE; bra.uni LOOP;
                DONE: activemask.b32 %r4; popc.b32 %r4, %r4; shl.b32 %r4, %r4, 16; add.u32 %r0, %r0, %r4;
                st.global.u32 [%d0], %r0;
                """);
        assertThat(got).isEqualTo(each(t -> {
            int sum = 32 << 16;
            for (int k = 0; k < t % 11;) {
                for (int j = 0; j <= k; j++) {
                    sum += j;
                }
                k++;
                if ((t & 7) == k) {
                    break;
                }
            }
            return sum;
        }));
    }

    @Test
    void someLanesReturnEarly() {
        int[] got = run("""
                st.global.u32 [%d0], -1;
                and.b32 %r3, %r1, 3; setp.eq.u32 %p1, %r3, 1; @%p1 ret;
                activemask.b32 %r4; setp.lt.u32 %p2, %r1, 10; @%p2 exit;
                popc.b32 %r4, %r4; st.global.u32 [%d0], %r4;
                """);
        assertThat(got).isEqualTo(each(t -> (t & 3) == 1 || t < 10 ? -1 : 24));
    }

    @Test
    void jumpTables() {
        int[] got = run("""
                and.b32 %r3, %r1, 3; mov.u32 %r0, 0;
                TABLE: .branchtargets A, B, C, A;
                brx.idx %r3, TABLE;
                C: add.u32 %r0, %r0, 1;
                B: add.u32 %r0, %r0, 10; bra END;
                A: add.u32 %r0, %r0, 100;
                END: st.global.u32 [%d0], %r0;
                """);
        assertThat(got).isEqualTo(each(t -> new int[] {100, 10, 11, 100}[t & 3]));
    }

    @Test
    void barriersInALoopOrderTheWarps() {
        long out = bench.fresh(4 * 64);
        bench.launch(PtxBench.kernel(1, PtxBench.at(0, 4) + """
                .shared .align 4 .b8 s[256];
                mov.u32 %r1, %tid.x; mov.u32 %r2, s; shl.b32 %r3, %r1, 2; add.u32 %r4, %r2, %r3;
                xor.b32 %r5, %r3, 252; add.u32 %r5, %r2, %r5; mov.u32 %r0, %r1; mov.u32 %r6, 0;
                LOOP: st.shared.u32 [%r4], %r0; bar.sync 0; ld.shared.u32 %r7, [%r5]; bar.sync 0;
                mad.lo.u32 %r0, %r7, 3, %r1; add.u32 %r6, %r6, 1; setp.lt.u32 %p1, %r6, 5; @%p1 bra LOOP;
                st.global.u32 [%d0], %r0;
                """), 1, 64, out);
        int[] want = each(t -> t);
        for (int k = 0; k < 5; k++) {
            int[] before = want;
            want = each(t -> before[63 - t] * 3 + t);
        }
        assertThat(bench.readInts(out, 64)).isEqualTo(want);
    }

    @Test
    void shufflesInEachMode() {
        assertThat(run(
                "shfl.sync.up.b32 %r0|%p1, %r1, 3, 0, -1; selp.u32 %r3, 1000, 0, %p1; add.u32 %r0, %r0, %r3; st.global.u32 [%d0], %r0;"))
                .isEqualTo(each(t -> t % 32 >= 3 ? 1000 + t - 3 : t));
        assertThat(run(
                "shfl.sync.down.b32 %r0|%p1, %r1, 5, 31, -1; selp.u32 %r3, 1000, 0, %p1; add.u32 %r0, %r0, %r3; st.global.u32 [%d0], %r0;"))
                .isEqualTo(each(t -> t % 32 + 5 < 32 ? 1000 + t + 5 : t));
        assertThat(run("shfl.sync.bfly.b32 %r0, %r1, 6, 31, -1; st.global.u32 [%d0], %r0;")).isEqualTo(each(t -> t ^ 6));
        assertThat(run("shfl.sync.idx.b32 %r0, %r1, 9, 31, -1; st.global.u32 [%d0], %r0;")).isEqualTo(each(t -> t / 32 * 32 + 9));
        // Segments of eight lanes: mask 0x18 in the upper byte.
        assertThat(run("shfl.sync.down.b32 %r0, %r1, 2, 6175, -1; st.global.u32 [%d0], %r0;"))
                .isEqualTo(each(t -> t % 8 + 2 < 8 ? t + 2 : t));
        assertThat(run("shfl.sync.idx.b32 %r0, %r1, 3, 6175, -1; st.global.u32 [%d0], %r0;")).isEqualTo(each(t -> t / 8 * 8 + 3));
        assertThat(run("shfl.sync.up.b32 %r0, %r1, 2, 6144, -1; st.global.u32 [%d0], %r0;")).isEqualTo(each(t -> t % 8 >= 2 ? t - 2 : t));
        assertThat(run("shfl.sync.bfly.b32 %r0, %r1, 4, 7199, -1; st.global.u32 [%d0], %r0;"))
                .isEqualTo(each(t -> t % 8 < 4 ? t : t - 4));
    }

    @Test
    void aShuffleWaitsForLanesThatComeAnotherWay() {
        int[] got = run("""
                and.b32 %r3, %r1, 1; setp.eq.u32 %p1, %r3, 0; mov.u32 %r5, %r1; @%p1 bra JOIN;
                mov.u32 %r6, 0;
                LOOP: add.u32 %r6, %r6, 1; add.u32 %r5, %r5, 100; setp.lt.u32 %p2, %r6, %r2; @%p2 bra LOOP;
                bra JOIN;
                JOIN: shfl.sync.bfly.b32 %r0, %r5, 1, 31, -1; st.global.u32 [%d0], %r0;
                """);
        assertThat(got).isEqualTo(each(t -> (t & 1) == 0 ? t + 1 + 100 * Math.max(1, t % 32 + 1) : t - 1));
    }

    @Test
    void halfAWarpShufflesAlone() {
        int[] got = run("""
                setp.ge.u32 %p1, %r2, 16; mov.u32 %r0, %r1; @%p1 bra END;
                shfl.sync.down.b32 %r0, %r1, 1, 15, 65535;
                END: st.global.u32 [%d0], %r0;
                """);
        assertThat(got).isEqualTo(each(t -> t % 32 < 15 ? t + 1 : t));
    }

    @Test
    void votes() {
        int[] got = run("""
                and.b32 %r3, %r1, 5; setp.eq.u32 %p1, %r3, 4; setp.lt.u32 %p2, %r1, 32;
                vote.sync.ballot.b32 %r4, %p1, -1; vote.sync.any.pred %p3, %p2, -1; vote.sync.all.pred %p4, !%p2, -1;
                vote.sync.uni.pred %p5, %p1, -1;
                selp.u32 %r5, 1, 0, %p3; selp.u32 %r6, 2, 0, %p4; selp.u32 %r7, 4, 0, %p5;
                xor.b32 %r0, %r4, %r5; xor.b32 %r0, %r0, %r6; xor.b32 %r0, %r0, %r7; st.global.u32 [%d0], %r0;
                """);
        assertThat(got).isEqualTo(each(t -> 0x50505050 ^ (t < 32 ? 1 : 2)));
    }

    @Test
    void lanesWithEqualValuesFindEachOther() {
        int[] got = run("and.b32 %r3, %r1, 3; match.any.sync.b32 %r0, %r3, -1; st.global.u32 [%d0], %r0;");
        assertThat(got).isEqualTo(each(t -> 0x11111111 << (t & 3)));
    }

    @Test
    void productsOfMatrices() {
        long out = bench.fresh(4 * 32 * 4);
        bench.launch(PtxBench.kernel(1, PtxBench.at(0, 16) + """
                mov.u32 %r1, %tid.x; shr.u32 %r2, %r1, 2; and.b32 %r3, %r1, 3; mad.lo.u32 %r4, %r2, 10, %r3; add.u32 %r5, %r4, 80;
                add.u32 %r6, %r4, 4; add.u32 %r7, %r4, 84; mad.lo.u32 %r8, %r3, %r3, %r2; add.u32 %r9, %r8, 1;
                cvt.rn.f32.u32 %f1, %r4; cvt.rn.f32.u32 %f2, %r5; cvt.rn.f32.u32 %f3, %r6; cvt.rn.f32.u32 %f4, %r7; cvt.rn.f32.u32 %f5, %r8;
                cvt.rn.f32.u32 %f6, %r9; cvt.rn.f32.u32 %f7, %r1;
                cvt.rna.tf32.f32 %r14, %f1; cvt.rna.tf32.f32 %r15, %f2; cvt.rna.tf32.f32 %r16, %f3; cvt.rna.tf32.f32 %r17, %f4;
                cvt.rna.tf32.f32 %r18, %f5; cvt.rna.tf32.f32 %r19, %f6;
                mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f8, %f9, %f10, %f11}, {%r14, %r15, %r16, %r17}, {%r18, %r19},
                        {%f7, %f7, %f7, %f7};
                st.global.v4.f32 [%d0], {%f8, %f9, %f10, %f11};
                """), 1, 32, out);
        int[] got = bench.readInts(out, 128);
        for (int row = 0; row < 16; row++) {
            for (int column = 0; column < 8; column++) {
                int lane = row % 8 * 4 + column / 2;
                int want = lane;
                for (int k = 0; k < 8; k++) {
                    want += (10 * row + k) * (k < 4 ? k * k + column : (k - 4) * (k - 4) + column + 1);
                }
                assertThat(Float.intBitsToFloat(got[4 * lane + row / 8 * 2 + column % 2])).as("%d, %d", row, column).isEqualTo(want);
            }
        }
    }

    /// Factors are small whole numbers: `A[row][k] = row + k % 3`, `B[k][column] = k - column`, two of them in a register.
    @Test
    void productsOfMatricesOfHalves() {
        long out = bench.fresh(4 * 32 * 4);
        bench.launch(PtxBench.kernel(1, PtxBench.at(0, 16) + """
                mov.u32 %r1, %tid.x; shr.u32 %r2, %r1, 2; and.b32 %r3, %r1, 3; shl.b32 %r3, %r3, 1; mov.u32 %r20, 0;
                add.u32 %r4, %r2, 8; cvt.rn.f32.u32 %f7, %r1;
                """ + halves("%r10", "%r2", 0, "rem") + halves("%r11", "%r4", 0, "rem") + halves("%r12", "%r2", 8, "rem")
                + halves("%r13", "%r4", 8, "rem") + halves("%r14", "%r2", 0, "sub") + halves("%r15", "%r2", 8, "sub") + """
                mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f8, %f9, %f10, %f11}, {%r10, %r11, %r12, %r13}, {%r14, %r15},
                        {%f7, %f7, %f7, %f7};
                st.global.v4.f32 [%d0], {%f8, %f9, %f10, %f11};
                """), 1, 32, out);
        int[] got = bench.readInts(out, 128);
        for (int row = 0; row < 16; row++) {
            for (int column = 0; column < 8; column++) {
                int lane = row % 8 * 4 + column / 2;
                int want = lane;
                for (int k = 0; k < 16; k++) {
                    want += (row + k % 3) * (k - column);
                }
                assertThat(Float.intBitsToFloat(got[4 * lane + row / 8 * 2 + column % 2])).as("%d, %d", row, column).isEqualTo(want);
            }
        }
    }

    /// Into a register the factors of steps `%r3 + first` and the next one: of row `outer`, or of that column.
    private static String halves(String to, String outer, int first, String kind) {
        var text = new StringBuilder();
        for (int e = 0; e < 2; e++) {
            text.append("add.u32 %r5, %r3, ").append(first + e).append("; ");
            text.append(kind.equals("rem") ? "rem.u32 %r5, %r5, 3; add.s32 %r5, %r5, " + outer + "; "
                    : "sub.s32 %r5, %r5, " + outer + "; ");
            text.append("cvt.rn.f32.s32 %f").append(1 + e).append(", %r5; ");
        }
        return text + "cvt.rn.bf16x2.f32 " + to + ", %f2, %f1;\n";
    }

    /// Word `w` of row `r` of square `s` is `1000 s + 10 r + w`; the rows lie 48 bytes apart, the squares in falling order.
    @Test
    void squaresAreLoadedFromSharedMemory() {
        long out = bench.fresh(4 * 32 * 4);
        bench.launch(PtxBench.kernel(1, PtxBench.at(0, 16) + """
                .shared .align 16 .b8 tile[1536];
                mov.u32 %r1, %tid.x; and.b32 %r2, %r1, 7; shr.u32 %r3, %r1, 3;
                mov.u32 %r4, tile; sub.u32 %r5, 3, %r3; mad.lo.u32 %r5, %r5, 8, %r2; mad.lo.u32 %r6, %r5, 48, %r4;
                mul.lo.u32 %r7, %r3, 1000; mad.lo.u32 %r7, %r2, 10, %r7;
                add.u32 %r8, %r7, 1; add.u32 %r9, %r7, 2; add.u32 %r10, %r7, 3;
                st.shared.v4.u32 [%r6], {%r7, %r8, %r9, %r10};
                bar.sync 0;
                ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r11, %r12, %r13, %r14}, [%r6];
                st.global.v4.u32 [%d0], {%r11, %r12, %r13, %r14};
                """), 1, 32, out);
        int[] got = bench.readInts(out, 128);
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).as("%d", i).isEqualTo(i % 4 * 1000 + i / 4 / 4 * 10 + i / 4 % 4);
        }
    }

    @Test
    void squaresMustBeAlignedAndWritten() {
        String load = "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r11, %r12, %r13, %r14}, [%r6];";
        String start = ".shared .align 16 .b8 tile[1024]; mov.u32 %r1, %tid.x; mov.u32 %r4, tile; ";
        assertThatThrownBy(() -> bench.launch(PtxBench.kernel(0, start + "mad.lo.u32 %r6, %r1, 24, %r4; " + load), 1, 32))
                .hasMessageContaining("misaligned access of 16 bytes");
        assertThatThrownBy(() -> bench.launch(PtxBench.kernel(0, start + "mad.lo.u32 %r6, %r1, 16, %r4; " + load), 1, 32))
                .hasMessageContaining("reads shared memory nobody has written");
    }

    @Test
    void barriersThatCount() {
        int[] got = run("""
                setp.lt.u32 %p1, %r1, 40; setp.lt.u32 %p2, %r1, 64;
                bar.red.popc.u32 %r0, 0, %p1; bar.red.and.pred %p3, 0, %p2; bar.red.or.pred %p4, 0, !%p2;
                selp.u32 %r3, 100, 0, %p3; selp.u32 %r4, 1000, 0, %p4;
                add.u32 %r0, %r0, %r3; add.u32 %r0, %r0, %r4; st.global.u32 [%d0], %r0;
                """);
        assertThat(got).isEqualTo(each(t -> 140));
    }

    @Test
    void deviceFunctionsAreCalledWithParametersAndResults() {
        String text = """
                .version 7.0
                .target sm_75
                .address_size 64
                .func (.param .align 8 .b8 result[16]) pair (.param .b32 a, .param .align 8 .b8 b[8]);
                .func (.param .b32 result) twice (.param .b32 a)
                {
                    .reg .b32 %r<3>;
                    ld.param.u32 %r1, [a];
                    add.u32 %r2, %r1, %r1;
                    st.param.b32 [result+0], %r2;
                    ret;
                }
                .func (.param .align 8 .b8 result[16]) pair (.param .b32 a, .param .align 8 .b8 b[8])
                {
                    .reg .pred %p<2>;
                    .reg .b32 %r<6>;
                    .reg .b64 %d<3>;
                    .local .align 8 .b8 depot[16];
                    ld.param.u32 %r1, [a];
                    ld.param.v2.u32 {%r2, %r3}, [b];
                    setp.lt.u32 %p1, %r1, 20;
                    @%p1 bra SMALL;
                    mov.u64 %d1, 5;
                    st.param.b64 [result+0], %d1;
                    st.param.b32 [result+8], %r2;
                    ret;
                SMALL:
                    {
                    .param .b32 param0;
                    st.param.b32 [param0+0], %r3;
                    .param .b32 retval0;
                    call.uni (retval0), twice, (param0);
                    ld.param.b32 %r4, [retval0+0];
                    }
                    mov.u64 %d2, depot;
                    st.local.u32 [%d2+4], %r4;
                    ld.local.u32 %r5, [%d2+4];
                    cvt.u64.u32 %d1, %r5;
                    st.param.b64 [result+0], %d1;
                    st.param.b32 [result+8], %r1;
                    ret;
                }
                .visible .entry k(.param .u64 p0)
                {
                    .reg .b32 %r<40>;
                    .reg .b64 %d<40>;
                """ + PtxBench.at(0, 4) + """
                    mov.u32 %r1, %tid.x;
                    add.u32 %r2, %r1, 1;
                    {
                    .reg .b32 temporary;
                    .param .b32 param0;
                    st.param.b32 [param0+0], %r1;
                    .param .align 8 .b8 param1[8];
                    st.param.v2.b32 [param1+0], {%r2, %r1};
                    .param .align 8 .b8 retval0[16];
                    call (retval0), pair, (param0, param1);
                    ld.param.b64 %d3, [retval0+0];
                    ld.param.b32 %r3, [retval0+8];
                    }
                    cvt.u32.u64 %r4, %d3;
                    mad.lo.u32 %r5, %r4, 1000, %r3;
                    st.global.u32 [%d0], %r5;
                    ret;
                }
                """;
        long out = bench.fresh(4 * 64);
        bench.launch(text, 1, 64, out);
        assertThat(bench.readInts(out, 64)).isEqualTo(each(t -> t < 20 ? 2000 * t + t : 5000 + t + 1));
    }
}
