package dev.sunda.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.type.DeviceOutOfMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// The bindings of [Cuda] called from end to end, and the driver made for tests doing what the real one would.
class FakeDriverTests {
    private static final String COPY = """
            .version 7.0
            .target sm_75
            .address_size 64
            .visible .entry copy(.param .u64 copy_param_0, .param .u64 copy_param_1)
            {
                .reg .b32 %r<2>;
                .reg .b64 %rd<7>;
                ld.param.u64 %rd1, [copy_param_0];
                ld.param.u64 %rd2, [copy_param_1];
                mov.u32 %r1, %tid.x;
                mul.wide.u32 %rd3, %r1, 4;
                add.s64 %rd4, %rd1, %rd3;
                add.s64 %rd5, %rd2, %rd3;
                ld.global.u32 %r1, [%rd4];
                st.global.u32 [%rd5], %r1;
                ret;
            }
            """;

    private final FakeDriver fake = new FakeDriver(FakeMachine.LEAST);
    private final Cuda cuda = started(fake);

    private static Cuda started(FakeDriver fake) {
        var cuda = new Cuda(fake);
        cuda.initialise();
        cuda.ctxSetCurrent(cuda.primaryCtxRetain(0));
        return cuda;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment pinned(Cuda cuda, long bytes) {
        return MemorySegment.ofAddress(cuda.memHostAlloc(bytes, 1)).reinterpret(bytes);
    }

    /// Copies 1, 2, 3, 4 within the device with a kernel and back, without waiting.
    private static MemorySegment copyOnDevice(Cuda cuda, long stream) {
        MemorySegment host = pinned(cuda, 32);
        MemorySegment.copy(new int[] {1, 2, 3, 4}, 0, host, ValueLayout.JAVA_INT, 0, 4);
        long a = cuda.memAlloc(16);
        long b = cuda.memAlloc(16);
        cuda.memcpyHtoDAsync(a, host.address(), 16, stream);
        launchCopy(cuda, a, b, stream);
        cuda.memcpyDtoHAsync(host.address() + 16, b, 16, stream);
        return host.asSlice(16, 16);
    }

    private static void launchCopy(Cuda cuda, long from, long to, long stream) {
        try (Arena arena = Arena.ofConfined()) {
            long module = cuda.moduleLoadData(arena.allocateFrom(COPY, StandardCharsets.US_ASCII));
            MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_LONG, from, to);
            MemorySegment pointers = arena.allocateFrom(ValueLayout.JAVA_LONG, values.address(), values.address() + 8);
            cuda.launchKernel(cuda.moduleGetFunction(module, "copy"), 1, 1, 1, 4, 1, 1, 0, stream, pointers);
        }
    }

    @Test
    void deviceIsWhatItWasSaidToBe() {
        assertThat(cuda.deviceGetCount()).isEqualTo(1);
        assertThat(cuda.deviceGetName(0)).isEqualTo("Fake T4");
        assertThat(cuda.deviceTotalMem(0)).isEqualTo(1L << 30);
        assertThat(cuda.deviceGetAttribute(Cuda.CAPABILITY_MAJOR, 0)).isEqualTo(7);
        assertThat(cuda.driverGetVersion()).isEqualTo(13000);
        assertThat(cuda.memGetInfo()).containsExactly(1L << 30, 1L << 30);
    }

    @Test
    void kernelRunsAtTheCall() {
        MemorySegment result = copyOnDevice(cuda, cuda.streamCreate());
        assertThat(result.toArray(ValueLayout.JAVA_INT)).containsExactly(1, 2, 3, 4);
        assertThat(fake.launches()).containsExactly("copy");
    }

    @Test
    void whoReadsWithoutWaitingReadsPoison() {
        Cuda late = started(new FakeDriver(FakeMachine.LEAST.asQueue()));
        long stream = late.streamCreate();
        MemorySegment result = copyOnDevice(late, stream);
        assertThat(result.get(ValueLayout.JAVA_FLOAT, 0)).isNaN();
        late.streamSynchronize(stream);
        assertThat(result.toArray(ValueLayout.JAVA_INT)).containsExactly(1, 2, 3, 4);
    }

    @Test
    void streamsMeetAtEventsAlone() {
        Cuda late = started(new FakeDriver(FakeMachine.LEAST.asQueue()));
        long first = late.streamCreate();
        long second = late.streamCreate();
        long event = late.eventCreate(2);
        MemorySegment result = copyOnDevice(late, first);
        late.streamSynchronize(second);
        assertThat(result.get(ValueLayout.JAVA_INT, 0)).isNotEqualTo(1);
        late.eventRecord(event, first);
        assertThat(late.eventQuery(event)).isFalse();
        late.streamWaitEvent(second, event);
        late.streamSynchronize(second);
        assertThat(result.get(ValueLayout.JAVA_INT, 0)).isEqualTo(1);
        assertThat(late.eventQuery(event)).isTrue();
    }

    @Test
    void whoAsksAgainAndAgainSeesTheEnd() {
        Cuda late = started(new FakeDriver(FakeMachine.LEAST.asQueue()));
        long stream = late.streamCreate();
        MemorySegment result = copyOnDevice(late, stream);
        int asked = 1;
        while (!late.streamQuery(stream))
            asked++;
        assertThat(asked).isEqualTo(3);
        assertThat(result.get(ValueLayout.JAVA_INT, 0)).isEqualTo(1);
    }

    @Test
    void recordingRunsWhenItIsLaunched() {
        long stream = cuda.streamCreate();
        long from = cuda.memAlloc(16);
        long to = cuda.memAlloc(16);
        cuda.memsetD32Async(from, 7, 4, stream);
        MemorySegment host = pinned(cuda, 16);
        cuda.streamBeginCapture(stream, 2);
        launchCopy(cuda, from, to, stream);
        cuda.memcpyDtoHAsync(host.address(), to, 16, stream);
        long graph = cuda.streamEndCapture(stream);
        long executable = cuda.graphInstantiate(graph);
        assertThat(host.get(ValueLayout.JAVA_INT, 12)).isNotEqualTo(7);
        cuda.graphLaunch(executable, stream);
        assertThat(host.get(ValueLayout.JAVA_INT, 12)).isEqualTo(7);
        cuda.memsetD32Async(from, 8, 4, stream);
        cuda.graphLaunch(executable, stream);
        assertThat(host.get(ValueLayout.JAVA_INT, 12)).isEqualTo(8);
        cuda.graphExecDestroy(executable);
        cuda.graphDestroy(graph);
    }

    @Test
    void recordingForbidsWaitingAndAllocating() {
        long stream = cuda.streamCreate();
        cuda.streamBeginCapture(stream, 1);
        assertResult(900, () -> cuda.memAlloc(16));
        assertResult(901, () -> cuda.streamEndCapture(stream));
        cuda.streamBeginCapture(stream, 1);
        assertResult(900, () -> cuda.streamSynchronize(stream));
        assertResult(901, () -> cuda.streamEndCapture(stream));
    }

    @Test
    void contextBelongsToAThread() throws InterruptedException {
        var seen = new AtomicReference<Throwable>();
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                cuda.memAlloc(16);
            } catch (CudaException e) {
                seen.set(e);
            }
        });
        other.join();
        assertThat(((CudaException) seen.get()).result()).isEqualTo(201);
    }

    @Test
    void memoryIsGivenBackAndRunsOut() {
        long address = cuda.memAlloc(1000);
        assertThat(address % 256).isZero();
        assertThat(fake.leaks()).contains("the context of device 0").anyMatch(leak -> leak.contains("1000 bytes"));
        cuda.memFree(address);
        assertThat(fake.leaks()).containsExactly("the context of device 0");
        cuda.primaryCtxRelease(0);
        assertThat(fake.leaks()).isEmpty();
        assertResult(1, () -> cuda.memFree(address));
        assertResult(1, () -> cuda.memAlloc(0));
        assertResult(2, () -> cuda.memAlloc((1L << 30) + 1));
    }

    @Test
    void poolsGiveMemoryInTheOrderOfAStream() {
        Cuda late = started(new FakeDriver(FakeMachine.LEAST.asQueue()));
        long stream = late.streamCreate();
        assertThat(late.hasPools()).isTrue();
        late.memPoolSetAttribute(late.deviceGetDefaultMemPool(0), Cuda.RELEASE_THRESHOLD, -1);
        long address = late.memAllocAsync(64, stream);
        late.memsetD8Async(address, (byte) 1, 64, stream);
        late.memFreeAsync(address, stream);
        late.streamSynchronize(stream);
        assertThat(late.memGetInfo()[0]).isEqualTo(1L << 30);
    }

    @Test
    void driverSaysWhatAKernelDidWrong() {
        long stream = cuda.streamCreate();
        long from = cuda.memAlloc(16);
        long to = cuda.memAlloc(16);
        assertThatThrownBy(() -> launchCopy(cuda, from, to, stream)).isInstanceOf(CudaException.class).hasMessageContaining("copy")
                .hasMessageContaining("999");
        assertThat(fake.failure()).isNotNull();
        assertThat(fake.failure()).isNull();
    }

    @Test
    void copiesNeedPinnedMemoryAndWrittenBytes() {
        long stream = cuda.streamCreate();
        long device = cuda.memAlloc(16);
        try (Arena arena = Arena.ofConfined()) {
            long host = arena.allocate(16).address();
            assertThatThrownBy(() -> cuda.memcpyHtoDAsync(device, host, 16, stream)).hasMessageContaining("not pinned");
        }
        MemorySegment host = pinned(cuda, 16);
        assertThatThrownBy(() -> cuda.memcpyDtoHAsync(host.address(), device, 16, stream)).hasMessageContaining("never written");
        cuda.memsetD8Async(device, (byte) 5, 16, stream);
        cuda.memcpyDtoHAsync(host.address(), device, 16, stream);
        assertThat(host.get(ValueLayout.JAVA_BYTE, 15)).isEqualTo((byte) 5);
        assertThatThrownBy(() -> cuda.memcpyDtoHAsync(host.address(), device + 8, 16, stream)).hasMessageContaining("reach beyond");
    }

    @Test
    void compilerSaysWhatItDoesNotLike() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(".version 7.0\n.target sm_75\n.address_size 64\n.nonsense\n");
            assertThatThrownBy(() -> cuda.moduleLoadData(text)).hasMessageContaining("218").hasMessageContaining("nonsense");
            MemorySegment good = arena.allocateFrom(COPY);
            long module = cuda.moduleLoadData(good);
            assertResult(500, () -> cuda.moduleGetFunction(module, "absent"));
        }
    }

    @Test
    void launchesKeepToTheLimits() {
        long stream = cuda.streamCreate();
        try (Arena arena = Arena.ofConfined()) {
            long function = cuda.moduleGetFunction(cuda.moduleLoadData(arena.allocateFrom(COPY)), "copy");
            MemorySegment pointers = arena.allocate(16);
            assertResult(1, () -> cuda.launchKernel(function, 0, 1, 1, 4, 1, 1, 0, stream, pointers));
            assertResult(1, () -> cuda.launchKernel(function, 1, 65536, 1, 4, 1, 1, 0, stream, pointers));
            assertResult(1, () -> cuda.launchKernel(function, 1, 1, 1, 1025, 1, 1, 0, stream, pointers));
            assertResult(1, () -> cuda.launchKernel(function, 1, 1, 1, 4, 1, 1, 48 * 1024 + 1, stream, pointers));
            assertResult(1, () -> cuda.funcSetAttribute(function, Cuda.MAX_DYNAMIC_SHARED_BYTES, 64 * 1024 + 1));
            assertResult(400, () -> cuda.launchKernel(stream, 1, 1, 1, 4, 1, 1, 0, stream, pointers));
        }
    }

    @Test
    void oldDriversMissFunctions() {
        var old = new FakeDriver(FakeMachine.LEAST.without("cuMemAllocAsync").without("cuEventElapsedTime_v2"));
        assertThatThrownBy(() -> new Cuda(old)).isInstanceOf(NoSuchElementException.class).hasMessage("cuEventElapsedTime");
        assertThat(new Cuda(new FakeDriver(FakeMachine.LEAST.without("cuMemAllocAsync"))).hasPools()).isFalse();
    }

    @Test
    void failuresComeWhenAskedFor() {
        fake.fail("cuMemAlloc_v2", 2, 2);
        cuda.memAlloc(16);
        assertResult(2, () -> cuda.memAlloc(16));
        cuda.memAlloc(16);
        fake.fail(null, 100, 2);
        assertThat(fake.noFailure()).isTrue();
        fake.failForEver(null, 1, 700);
        assertResult(700, () -> cuda.memAlloc(16));
        assertResult(700, cuda::ctxSynchronize);
    }

    private static void assertResult(int result, Runnable call) {
        assertThatThrownBy(call::run).hasMessageMatching("(?s)cuda: .*\\(got CUDA_ERROR_.*").satisfies(e -> assertThat(result(e)).isEqualTo(
                result));
    }

    /// The driver's result behind an exception.
    private static int result(Throwable e) {
        return switch (e) {
            case CudaException known -> known.result();
            case DeviceOutOfMemoryException _ -> CudaException.OUT_OF_MEMORY;
            default -> result(e.getCause());
        };
    }
}
