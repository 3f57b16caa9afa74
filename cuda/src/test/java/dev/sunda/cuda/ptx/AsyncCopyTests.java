package dev.sunda.cuda.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// Copies to shared memory that threads wait for: `cp.async`.
class AsyncCopyTests {
    /// Copies the 16 bytes of each thread; its neighbour's place is `%r5`.
    private static final String START = PtxBench.at(0, 16) + PtxBench.at(1, 16) + """
            .shared .align 16 .b8 s[1024];
            mov.u32 %r1, %tid.x; mov.u32 %r2, s; shl.b32 %r3, %r1, 4; add.u32 %r4, %r2, %r3;
            xor.b32 %r6, %r1, 33; shl.b32 %r6, %r6, 4; add.u32 %r5, %r2, %r6;
            mov.u32 %r7, 16;
            """;
    private static final String COPY = "cp.async.cg.shared.global [%r4], [%d0], 16, %r7;\n";
    private static final String COMMIT = "cp.async.commit_group;\n";
    private static final String BARRIER = "bar.sync 0;\n";

    private final PtxBench bench = new PtxBench();
    private final long out = bench.fresh(64 * 16);

    private static String load(String register) {
        return "ld.shared.v4.u32 {%r10, %r11, %r12, %r13}, [" + register + "]; st.global.v4.u32 [%d1], {%r10, %r11, %r12, %r13};\n";
    }

    private long numbers() {
        int[] numbers = new int[64 * 4];
        for (int i = 0; i < numbers.length; i++)
            numbers[i] = 1000 + i;
        return bench.ints(numbers);
    }

    private void run(String body) {
        bench.launch(PtxBench.kernel(2, START + body), 1, 64, numbers(), out);
    }

    private void fault(String body, String message) {
        assertThatThrownBy(() -> run(body)).isInstanceOf(DeviceFault.class).hasMessageContaining(message);
    }

    @Test
    void othersSeeBytesBehindABarrier() {
        run(COPY + COMMIT + "cp.async.wait_group 0;\n" + BARRIER + load("%r5"));
        int[] got = bench.readInts(out, 256);
        for (int i = 0; i < got.length; i++)
            assertThat(got[i]).isEqualTo(1000 + (i / 4 ^ 33) * 4 + i % 4);
    }

    @Test
    void oneSeesItsOwnBytesAtOnce() {
        run(COPY + "cp.async.wait_all;\n" + load("%r4"));
        assertThat(bench.readInts(out, 256)).startsWith(1000, 1001).endsWith(1254, 1255);
    }

    @Test
    void oneWaitsForGroupsInTheirOrder() {
        String later = "add.u32 %r8, %r4, 0; mov.u32 %r9, 0; setp.eq.u32 %p1, %r9, 1; @%p1 " + COPY + COMMIT;
        run(COPY + COMMIT + later + "cp.async.wait_group 1;\n" + load("%r4"));
        assertThat(bench.readInts(out, 256)).startsWith(1000, 1001).endsWith(1254, 1255);
        fault(COPY + COMMIT + "cp.async.wait_group 1;\n" + load("%r4"), "to which a copy is on its way");
        fault(COPY + "cp.async.wait_group 0;\n" + load("%r4"), "to which a copy is on its way");
    }

    @Test
    void whatIsNotReadIsZero() {
        run("setp.ge.u32 %p1, %r1, 32; selp.u32 %r7, 0, 16, %p1; selp.b64 %d0, 12345, %d0, %p1;\n" + COPY + COMMIT
                + "cp.async.wait_group 0;\n" + load("%r4"));
        int[] got = bench.readInts(out, 256);
        for (int i = 0; i < got.length; i++)
            assertThat(got[i]).isEqualTo(i < 128 ? 1000 + i : 0);
    }

    @Test
    void singleWordsAreCopied() {
        run("mov.u32 %r7, 4; cp.async.ca.shared.global [%r4+4], [%d0+8], 4, %r7; cp.async.ca.shared.global [%r4+8], [%d0], 8;\n"
                + "cp.async.wait_all; ld.shared.u32 %r10, [%r4+4]; ld.shared.v2.u32 {%r11, %r12}, [%r4+8];\n"
                + "st.global.v4.u32 [%d1], {%r10, %r11, %r12, %r10};\n");
        assertThat(bench.readInts(out, 256)).startsWith(1002, 1000, 1001, 1002, 1006, 1004);
    }

    @Test
    void nobodyTouchesBytesOnTheirWay() {
        fault(COPY + COMMIT + load("%r4"), "reads shared memory to which a copy is on its way");
        fault(COPY + COMMIT + "st.shared.u32 [%r4], %r1;", "writes shared memory to which a copy is on its way");
        fault(COPY + COPY, "writes shared memory to which a copy is on its way");
    }

    @Test
    void othersNeedABarrier() {
        String beside = "xor.b32 %r6, %r1, 1; shl.b32 %r6, %r6, 4; add.u32 %r5, %r2, %r6;\n";
        fault(beside + COPY + COMMIT + "cp.async.wait_group 0;\n" + load("%r5"), "race in shared memory");
        fault(COPY + COMMIT + "cp.async.wait_group 0;\n" + load("%r5"), "reads shared memory nobody has written");
        fault(COPY + COMMIT + BARRIER + "cp.async.wait_group 0;\n" + load("%r5"), "shared memory");
        fault(beside + "st.shared.u32 [%r5], %r1;\n" + COPY, "race in shared memory");
    }

    @Test
    void addressesAreChecked() {
        fault("add.u32 %r4, %r4, 1024;\n" + COPY, "of shared memory");
        fault("add.u32 %r4, %r4, 8;\n" + COPY, "misaligned");
        fault("add.s64 %d0, %d0, 8;\n" + COPY, "misaligned");
        fault("add.s64 %d0, %d0, 16;\n" + COPY, "no live allocation");
        fault("add.s64 %d0, %d1, 0;\n" + COPY, "nobody has written");
    }

    @Test
    void othersAreUnknown() {
        fault("cp.async.cg.shared.global [%r4], [%d0], 8;", "does not know");
        fault("cp.async.bulk.commit_group;", "does not know");
        fault("mov.u32 %r7, 8;\n" + COPY, "a copy of 8 of 16 bytes");
    }
}
