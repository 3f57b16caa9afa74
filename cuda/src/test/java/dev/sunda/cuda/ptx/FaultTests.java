package dev.sunda.cuda.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/// Everything a device would not forgive is found, and the message says where.
class FaultTests {
    private static final String SHARED = """
            .shared .align 4 .b8 s[512];
            mov.u32 %r1, %tid.x; mov.u32 %r2, s; shl.b32 %r3, %r1, 2; add.u32 %r4, %r2, %r3;
            """;

    private final PtxBench bench = new PtxBench();

    private AbstractThrowableAssert<?, ? extends Throwable> fault(String body, int blocks, int threads, long... parameters) {
        return assertThatThrownBy(() -> bench.launch(PtxBench.kernel(Math.max(1, parameters.length), body), blocks, threads,
                parameters.length == 0 ? new long[1] : parameters)).isInstanceOf(DeviceFault.class);
    }

    private void fine(String body, int blocks, int threads, long... parameters) {
        assertThatCode(() -> bench.launch(PtxBench.kernel(Math.max(1, parameters.length), body), blocks, threads,
                parameters.length == 0 ? new long[1] : parameters)).doesNotThrowAnyException();
    }

    @Test
    void accessBeyondTheEnd() {
        long out = bench.fresh(4 * 40);
        fault(PtxBench.at(0, 4) + "mov.u32 %r1, 1;\nst.global.u32 [%d0], %r1;", 1, 64, out).hasMessageContaining("kernel k")
                .hasMessageContaining("block (0, 0, 0)")
                .hasMessageContaining("thread (40, 0, 0)").hasMessageContaining("`st.global.u32 [%d0], %r1`")
                .hasMessageContaining("no live allocation");
        fault(PtxBench.at(0, 4) + "mov.u64 %d1, 1; st.global.u64 [%d0+156], %d1;", 1, 1, out).hasMessageContaining("beyond the end");
        fault(PtxBench.at(0, 4) + "mov.u32 %r1, 1; st.global.u32 [%d0+-4], %r1;", 1, 1, out).hasMessageContaining("no live allocation");
        fault("mov.u64 %d0, 0; ld.global.u32 %r1, [%d0];", 1, 1).hasMessageContaining("at 0x0");
        fault(SHARED + "st.shared.u32 [%r4+16], %r1;", 1, 128).hasMessageContaining("of shared memory")
                .hasMessageContaining("thread (124, 0, 0)");
        fault(".local .align 4 .b8 depot[8]; mov.u64 %d0, depot; mov.u32 %r1, 1; st.local.u32 [%d0+16], %r1;", 1, 1)
                .hasMessageContaining("of local memory");
    }

    @Test
    void aFreedAllocation() {
        long out = bench.fresh(256);
        fine(PtxBench.at(0, 4) + "st.global.u32 [%d0], 1;", 1, 64, out);
        bench.memory.free(out);
        fault(PtxBench.at(0, 4) + "st.global.u32 [%d0], 1;", 1, 64, out).hasMessageContaining("no live allocation");
    }

    @Test
    void misalignedAccess() {
        long in = bench.ints(1, 2, 3, 4, 5, 6, 7, 8);
        fault("ld.param.u64 %d0, [p0]; ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%d0+4];", 1, 1, in)
                .hasMessageContaining("misaligned access of 16 bytes");
        fault("ld.param.u64 %d0, [p0]; ld.global.u16 %r1, [%d0+1];", 1, 1, in).hasMessageContaining("misaligned");
        fault(PtxBench.at(0, 4) + "ld.global.u64 %d1, [%d0];", 1, 2, in).hasMessageContaining("misaligned")
                .hasMessageContaining("thread (1, 0, 0)");
        fault(SHARED + "st.shared.u32 [%r4+2], %r1;", 1, 1).hasMessageContaining("misaligned");
    }

    @Test
    void readOfMemoryNobodyWrote() {
        long some = bench.fresh(64 * 4);
        bench.memory.markWritten(some, 37 * 4);
        fault(PtxBench.at(0, 4) + "ld.global.u32 %r1, [%d0];", 1, 64, some).hasMessageContaining("global memory nobody has written")
                .hasMessageContaining("thread (37, 0, 0)").hasMessageContaining("offset 148");
        bench.memory.markWritten(some + 37 * 4, 3);
        fault(PtxBench.at(0, 4) + "ld.global.u32 %r1, [%d0];", 1, 64, some).hasMessageContaining("thread (37, 0, 0)");
        bench.memory.markWritten(some + 37 * 4, 64 * 4 - 37 * 4);
        fine(PtxBench.at(0, 4) + "ld.global.u32 %r1, [%d0];", 1, 64, some);
        fault(SHARED + "setp.ne.u32 %p1, %r1, 5; @%p1 st.shared.u32 [%r4], %r1; bar.sync 0; ld.shared.u32 %r5, [%r4];", 1, 64)
                .hasMessageContaining("shared memory nobody has written").hasMessageContaining("thread (5, 0, 0)");
        fault(".local .align 4 .b8 depot[8]; mov.u64 %d0, depot; mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 9; "
                + "@%p1 st.local.u32 [%d0], %r1; "
                + "ld.local.u32 %r2, [%d0];", 1, 32).hasMessageContaining("local memory it has not written")
                .hasMessageContaining("thread (9, 0, 0)");
    }

    @Test
    void sharedMemoryOfTheBlockBeforeIsForgotten() {
        fault(SHARED
                + "mov.u32 %r5, %ctaid.x; setp.eq.u32 %p1, %r5, 0; @%p1 st.shared.u32 [%r4], %r1; bar.sync 0; ld.shared.u32 %r5, [%r4];", 2,
                64)
                .hasMessageContaining("shared memory nobody has written").hasMessageContaining("block (1, 0, 0)");
    }

    @Test
    void racesInSharedMemory() {
        String other = "xor.b32 %r5, %r3, 128; add.u32 %r5, %r2, %r5; ";
        String neighbour = "xor.b32 %r5, %r3, 4; add.u32 %r5, %r2, %r5; ";
        fault(SHARED + other + "st.shared.u32 [%r4], %r1; bar.sync 0; ld.shared.u32 %r6, [%r5]; setp.ge.u32 %p1, %r1, 32; "
                + "@%p1 st.shared.u32 [%r4], %r6;", 1, 64).hasMessageContaining("race in shared memory: writes")
                .hasMessageContaining("reads with no barrier");
        fault(SHARED + neighbour + "st.shared.u32 [%r4], %r1; ld.shared.u32 %r6, [%r5];", 1, 64)
                .hasMessageContaining("race in shared memory: reads")
                .hasMessageContaining("writes with no barrier");
        fault(SHARED + neighbour + "st.shared.u32 [%r4], %r1; bar.warp.sync -1; ld.shared.u32 %r6, [%r5]; st.shared.u32 [%r4], %r6;", 1, 32)
                .hasMessageContaining("of the same warp reads");
        fault(SHARED + "mov.u32 %r5, 7; st.shared.u32 [%r2], %r5;", 1, 2).hasMessageContaining("race in shared memory: writes");
        fault(SHARED
                + "setp.eq.u32 %p1, %r1, 0; @%p1 st.shared.u32 [%r2], %r1; bar.sync 0; "
                + "atom.shared.add.u32 %r5, [%r2], 1; ld.shared.u32 %r6, [%r2];",
                1, 64)
                .hasMessageContaining("race in shared memory: reads");
        // Shuffles order nothing.
        fault(SHARED + neighbour + "st.shared.u32 [%r4], %r1; shfl.sync.bfly.b32 %r7, %r1, 1, 31, -1; ld.shared.u32 %r6, [%r5];", 1, 32)
                .hasMessageContaining("race in shared memory");
    }

    @Test
    void orderedAccessesAreNoRaces() {
        String neighbour = "xor.b32 %r5, %r3, 4; add.u32 %r5, %r2, %r5; ";
        fine(SHARED + neighbour
                + "st.shared.u32 [%r4], %r1; bar.warp.sync -1; ld.shared.u32 %r6, [%r5]; bar.warp.sync -1; st.shared.u32 [%r4], %r6;", 1,
                64);
        fine(SHARED + "setp.eq.u32 %p1, %r1, 0; @%p1 st.shared.u32 [%r2], %r1; bar.sync 0; atom.shared.add.u32 %r5, [%r2], 1; bar.sync 0; "
                + "ld.shared.u32 %r6, [%r2];", 1, 64);
        fine(SHARED + "add.u32 %r4, %r2, %r1; st.shared.u8 [%r4], %r1; ld.shared.u8 %r5, [%r4]; bar.sync 0; ld.shared.u8 %r5, [%r2];", 1,
                64);
        fault(SHARED + "add.u32 %r4, %r2, %r1; st.shared.u8 [%r4], %r1; ld.shared.u8 %r5, [%r2];", 1, 64)
                .hasMessageContaining("race in shared memory");
    }

    @Test
    void racesBetweenBlocks() {
        long cell = bench.ints(0, 0);
        String zero = "ld.param.u64 %d0, [p0]; mov.u32 %r1, %ctaid.x; ";
        fault(zero + "st.global.u32 [%d0], %r1;", 3, 1, cell).hasMessageContaining("race between blocks")
                .hasMessageContaining("`st.global.u32 [%d0], %r1`");
        fault(zero + "setp.eq.u32 %p1, %r1, 0; @%p1 st.global.u32 [%d0], %r1; @!%p1 ld.global.u32 %r2, [%d0];", 2, 1, cell)
                .hasMessageContaining("the block reads").hasMessageContaining("block (1, 0, 0)");
        fault(zero + "setp.eq.u32 %p1, %r1, 1; @%p1 st.global.u32 [%d0], %r1; @!%p1 ld.global.u32 %r2, [%d0];", 2, 1, cell)
                .hasMessageContaining("the block writes");
        fault(zero + "setp.eq.u32 %p1, %r1, 1; @%p1 atom.global.add.u32 %r2, [%d0], %r1; @!%p1 ld.global.u32 %r2, [%d0];", 2, 1, cell)
                .hasMessageContaining("updates atomically");
        fine(zero + "atom.global.add.u32 %r2, [%d0], %r1;", 3, 64, cell);
        fine(zero + "mul.wide.u32 %d1, %r1, 1; add.s64 %d0, %d0, %d1; st.global.u8 [%d0], %r1;", 8, 1, cell);
        bench.machine.checkBlockRaces(false);
        fine(zero + "st.global.u32 [%d0], %r1;", 3, 1, cell);
    }

    @Test
    void theLastBlockMayReadWhatOthersPublished() {
        long cells = bench.fresh(4 * 8);
        long count = bench.ints(0);
        String body = """
                ld.param.u64 %d0, [p0]; ld.param.u64 %d1, [p1]; mov.u32 %r1, %ctaid.x; mul.wide.u32 %d2, %r1, 4; add.s64 %d3, %d0, %d2;
                st.global.u32 [%d3], %r1; FENCE atom.global.add.u32 %r2, [%d1], 1; setp.ne.u32 %p1, %r2, 7; @%p1 bra END;
                ld.global.u32 %r3, [%d0]; ld.global.u32 %r4, [%d0+12];
                END: ret;
                """;
        fine(body.replace("FENCE", "membar.gl;"), 8, 1, cells, count);
        fault(body.replace("FENCE", ""), 8, 1, cells, bench.ints(0)).hasMessageContaining("race between blocks");
    }

    @Test
    void theConstantCacheSeesNoWritesOfTheLaunch() {
        long cell = bench.ints(0);
        fault(PtxBench.at(0, 4) + "st.global.u32 [%d0], 1; ld.global.nc.u32 %r1, [%d0];", 1, 1, cell)
                .hasMessageContaining("constant cache");
    }

    @Test
    void barriersThatSomeThreadsMiss() {
        fault("mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 32; @%p1 ret; bar.sync 0;", 1, 64).hasMessageContaining("barrier divergence")
                .hasMessageContaining("have exited");
        fault("mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 5; @%p1 ret; bar.sync 0;", 1, 32).hasMessageContaining("have exited");
        fault("mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 32; @%p1 bra A; bar.sync 0; bra E; A: bar.sync 0; E: ret;", 1, 64)
                .hasMessageContaining("barrier divergence").hasMessageContaining("but warp");
        fault("mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 7; @%p1 bra A; bar.sync 0; bra E; A: bar.sync 0; E: ret;", 1, 32)
                .hasMessageContaining("barrier divergence").hasMessageContaining("lanes 0x7f");
    }

    @Test
    void shufflesWithoutAllTheirLanes() {
        fault("mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 7; @%p1 bra A; shfl.sync.down.b32 %r2, %r1, 1, 31, -1; bra E; "
                + "A: shfl.sync.down.b32 %r2, %r1, 1, 31, -1; E: ret;", 1, 32)
                .hasMessageContaining("wait for each other at different places");
        fault("mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 7; @%p1 ret; shfl.sync.bfly.b32 %r2, %r1, 4, 31, -1;", 1, 32)
                .hasMessageContaining("does not take part");
        fault("mov.u32 %r1, %tid.x; shfl.sync.bfly.b32 %r2, %r1, 1, 31, 15;", 1, 32)
                .hasMessageContaining("leaves out the executing lane 4");
    }

    @Test
    void kernelsThatDoNotEnd() {
        bench.machine.instructionLimit(10_000);
        fault("A: mov.u32 %r1, 1; bra A;", 1, 32).hasMessageContaining("runs without end");
        fault("trap;", 1, 32).hasMessageContaining("trap");
    }

    @Test
    void branchesMarkedUniformMustBe() {
        fault("mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 7; @%p1 bra.uni A; mov.u32 %r1, 1; A: ret;", 1, 32)
                .hasMessageContaining("marked .uni");
    }

    @Test
    void limitsOfALaunch() {
        PtxModule.Entry entry = PtxModule.parse(PtxBench.kernel(1, "ret;")).entry("k");
        byte[] one = PtxBench.parameters(0);
        PtxMachine m = bench.machine;
        assertThatThrownBy(() -> m.launch(entry, 1, 1, 1, 1024, 2, 1, 0, one)).hasMessageContaining("2048 threads");
        assertThatThrownBy(() -> m.launch(entry, 1, 1, 1, 1, 1, 65, 0, one)).hasMessageContaining("at most [1024, 1024, 64]");
        assertThatThrownBy(() -> m.launch(entry, 0, 1, 1, 32, 1, 1, 0, one)).hasMessageContaining("grid");
        assertThatThrownBy(() -> m.launch(entry, 1, 65_536, 1, 32, 1, 1, 0, one)).hasMessageContaining("65535");
        assertThatThrownBy(() -> m.launch(entry, 1, 1, 1, 32, 1, 1, 300_000, one)).hasMessageContaining("300000 bytes of shared memory");
        assertThatThrownBy(() -> m.launch(entry, 1, 1, 1, 32, 1, 1, 0, new byte[4]))
                .hasMessageContaining("4 bytes of parameters, the kernel takes 8");
        PtxModule.Entry small =
                PtxModule.parse(PtxBench.kernel(1, "ret;").replace("(.param .u64 p0)", "(.param .u64 p0) .maxntid 64, 1, 1")).entry("k");
        assertThatThrownBy(() -> m.launch(small, 1, 1, 1, 128, 1, 1, 0, one)).hasMessageContaining("at most 64");
        assertThatCode(() -> m.launch(small, 1, 1, 1, 64, 1, 1, 0, one)).doesNotThrowAnyException();
    }

    @Test
    void unknownInstructionsAreFoundWithoutALaunch() {
        PtxModule module = PtxModule.parse(PtxBench.kernel(1, "wgmma.fence.sync.aligned;"));
        assertThatThrownBy(() -> module.entry("k").verify()).isInstanceOf(DeviceFault.class).hasMessageContaining("PTX line")
                .hasMessageContaining("wgmma");
        assertThatThrownBy(() -> module.entry("other")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no kernel other");
        for (String wrong : new String[] {"add.s32 %r1, %r2;", "add.s32 %r1, %d2, %r3;", "bra NOWHERE;", "mov.u32 %zz, 1;",
            "atom.global.add.f32 %f1, [%d1], %f2;",
            "add.frob.s99 %r1, %r2, %r3;"}) {
            PtxModule one = PtxModule.parse(PtxBench.kernel(1, wrong));
            assertThatThrownBy(() -> one.entry("k").verify()).as(wrong).isInstanceOf(DeviceFault.class);
        }
    }

    @Test
    void aMachineGoesOnAfterAFault() {
        long cell = bench.ints(0);
        fault("ld.param.u64 %d0, [p0]; mov.u32 %r1, %tid.x; st.global.u32 [%d0], 1; mov.u64 %d1, 0; ld.global.u32 %r2, [%d1];", 1, 1, cell);
        fine("ld.param.u64 %d0, [p0]; mov.u32 %r1, %ctaid.x; setp.eq.u32 %p1, %r1, 1; @%p1 st.global.u32 [%d0], 2;", 2, 1, cell);
        assertThat(bench.readInts(cell, 1)).containsExactly(2);
    }
}
