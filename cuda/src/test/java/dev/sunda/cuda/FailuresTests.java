package dev.sunda.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceLostException;
import dev.sunda.core.type.DeviceOutOfMemoryException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.FakeMachine;
import dev.sunda.cuda.memory.DeviceMemory;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each call of the driver fails once, in each phase of a device's life: nothing may be lost, and the device must go on.
class FailuresTests {
    private static final int MOST_CALLS = 200;

    private static CudaBackend open(FakeDriver fake) {
        var cuda = new Cuda(fake);
        cuda.initialise();
        return CudaBackend.open(cuda, 0, new Device("ptx", 9), "under test");
    }

    private static CudaBackend opened(FakeDriver fake) {
        CudaBackend backend = open(fake);
        fake.launches();
        return backend;
    }

    private static View view(Storage storage) {
        return new View(storage, Layout.contiguous(Shape.of(storage.numel())));
    }

    /// Copies up, computes, copies down.
    private static void work(CudaBackend backend) {
        Storage x = backend.upload(DType.F32, new float[] {1, 2, 3, 4});
        backend.fill(5, new View(x, Layout.strided(Shape.of(2), new int[] {2}, 1)));
        assertThat((float[]) backend.download(x, 0, 4)).containsExactly(1, 5, 3, 5);
        Storage y = backend.allocate(DType.F64, 3);
        backend.upload(new double[] {7, 8, 9}, y, 0);
        backend.fill(-1, view(y));
        backend.synchronize();
        assertThat((double[]) backend.download(y, 1, 2)).containsExactly(-1, -1);
        x.release();
        y.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 999})
    void openingUnwinds(int result) {
        for (int k = 1;; k++) {
            var fake = new FakeDriver(FakeMachine.LEAST);
            var cuda = new Cuda(fake);
            cuda.initialise();
            fake.fail(null, k, result);
            CudaBackend backend = null;
            try {
                backend = CudaBackend.open(cuda, 0, new Device("ptx", 9), "under test");
            } catch (RuntimeException failed) {
                assertThat(failed).hasMessageStartingWith("cuda: ").hasNoSuppressedExceptions();
            }
            boolean over = fake.noFailure();
            if (backend != null)
                backend.close();
            assertThat(fake.leaks()).as("after call %d", k).isEmpty();
            if (over) {
                assertThat(k).isGreaterThan(5);
                return;
            }
            assertThat(k).isLessThan(MOST_CALLS);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 999})
    void workGoesOnAfterAFailure(int result) {
        for (int k = 1;; k++) {
            var fake = new FakeDriver(FakeMachine.LEAST.asQueue());
            CudaBackend backend = opened(fake);
            fake.fail(null, k, result);
            try {
                work(backend);
            } catch (RuntimeException failed) {
                assertThat(failed).hasMessageStartingWith("cuda: ");
            }
            boolean over = fake.noFailure();
            work(backend);
            assertThat(fake.failure()).isNull();
            backend.close();
            assertThat(fake.leaks()).as("after call %d", k).isEmpty();
            if (over) {
                assertThat(k).isGreaterThan(20);
                return;
            }
            assertThat(k).isLessThan(MOST_CALLS);
        }
    }

    @Test
    void closingGivesBackTheRest() {
        for (int k = 1;; k++) {
            var fake = new FakeDriver(FakeMachine.LEAST);
            CudaBackend backend = opened(fake);
            work(backend);
            fake.fail(null, k, 999);
            try {
                backend.close();
            } catch (RuntimeException failed) {
                assertThat(failed).hasMessageContaining("CUDA_ERROR_UNKNOWN");
            }
            boolean over = fake.noFailure();
            assertThat(fake.leaks()).as("after call %d", k).hasSizeLessThanOrEqualTo(over ? 0 : 1);
            if (over) {
                assertThat(k).isGreaterThan(10);
                return;
            }
            assertThat(k).isLessThan(MOST_CALLS);
        }
    }

    @Test
    void driverThatIsGoneNeedsNoClosing() {
        var fake = new FakeDriver(FakeMachine.LEAST);
        CudaBackend backend = opened(fake);
        work(backend);
        fake.failForEver(null, 1, 4);
        backend.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {226, 700, 702, 714, 715, 716, 717, 718, 719, 721, 810, 911})
    void lostDeviceSaysTheFirstErrorEverAfter(int result) {
        var fake = new FakeDriver(FakeMachine.LEAST);
        CudaBackend backend = opened(fake);
        Storage x = backend.allocate(DType.F32, 4);
        backend.fill(1, view(x));
        backend.fill(2, view(x));
        backend.fill(3, new View(x, Layout.strided(Shape.of(2), new int[] {2}, 0)));
        fake.fail(null, 1, result);
        Throwable first = catchThrowable(backend::synchronize);
        assertThat(first).isInstanceOf(DeviceLostException.class)
                .hasMessageContaining("fill_strided_b32, fill_b32 (2 times); run again with -Dsunda.cuda.sync=true");
        fake.failForEver(null, 1, 719);
        for (Runnable call : new Runnable[] {backend::synchronize, () -> backend.fill(1, view(x)), () -> backend.download(x, 0, 1)})
            assertThatThrownBy(call::run).isInstanceOf(DeviceLostException.class).hasMessage(first.getMessage());
        backend.close();
    }

    @Test
    void waitingForEachLaunchNamesTheOneAtFault() {
        System.setProperty("sunda.cuda.sync", "true");
        try {
            var fake = new FakeDriver(FakeMachine.LEAST.asQueue());
            CudaBackend backend = opened(fake);
            Storage x = backend.allocate(DType.F32, 4);
            fake.fail("cuStreamSynchronize", 1, 700);
            assertThatThrownBy(() -> backend.fill(1, view(x))).isInstanceOf(DeviceLostException.class).hasMessageContaining(
                    "while it ran fill_b32 with a grid of 1 x 1 x 1 blocks of 256 x 1 threads, 0 bytes of dynamic shared memory");
        } finally {
            System.clearProperty("sunda.cuda.sync");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 400, 701})
    void launchTheDeviceRefusesIsNamed(int result) {
        var fake = new FakeDriver(FakeMachine.LEAST);
        CudaBackend backend = opened(fake);
        Storage x = backend.allocate(DType.F32, 4);
        fake.fail("cuLaunchKernel", 1, result);
        assertThatThrownBy(() -> backend.fill(1, view(x))).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("fill_b32 with a grid of 1 x 1 x 1 blocks of 256 x 1 threads");
        backend.fill(1, view(x));
    }

    /// What takes memory besides tensors is asked for once more when memory nobody uses has been given back, and then is an error that
    /// leaves the device usable.
    @ParameterizedTest
    @ValueSource(strings = {"cuModuleLoadDataEx", "cuModuleGetFunction", "cuFuncLoad", "cuMemHostAlloc", "cuEventCreate"})
    void memoryIsMadeRoomFor(String function) {
        for (boolean never : new boolean[] {false, true}) {
            var fake = new FakeDriver(FakeMachine.LEAST);
            CudaBackend backend = opened(fake);
            backend.allocate(DType.F32, 10 << 20).release();
            int freed = fake.calls("cuMemFree_v2");
            if (never)
                fake.failAll(function, 2);
            else
                fake.fail(function, 1, 2);
            if (never)
                assertThatThrownBy(() -> work(backend)).isInstanceOf(DeviceOutOfMemoryException.class)
                        .hasMessageMatching("cuda: no memory left for .* \\(got \\d+ MiB free of 1024 MiB\\); take smaller batches, or .*");
            else
                work(backend);
            assertThat(fake.calls("cuMemFree_v2") - freed).isPositive();
            fake.noFailure();
            work(backend);
            backend.close();
            assertThat(fake.leaks()).isEmpty();
        }
    }

    /// A driver whose memory is full may call the failure of a launch an unknown one.
    @Test
    void launchesAreMadeRoomFor() {
        var fake = new FakeDriver(FakeMachine.LEAST.memory(60L << 20));
        CudaBackend backend = opened(fake);
        backend.allocate(DType.F32, 8 << 20).release();
        int freed = fake.calls("cuMemFree_v2");
        fake.fail("cuLaunchKernel", 1, 999);
        work(backend);
        assertThat(fake.calls("cuMemFree_v2") - freed).isPositive();
        fake.failAll("cuLaunchKernel", 999);
        assertThatThrownBy(() -> work(backend)).isInstanceOf(DeviceOutOfMemoryException.class)
                .hasMessageMatching(
                        "cuda: no memory left for a launch of fill_.* \\(got \\d+ MiB free of 60 MiB\\); take smaller batches, or .*");
        fake.noFailure();
        work(backend);
        backend.close();
        assertThat(fake.leaks()).isEmpty();
    }

    /// Blocks whose preparation failed are free again.
    @Test
    void whatFailsAfterMemoryWasTakenGivesItBack() {
        var fake = new FakeDriver(FakeMachine.LEAST.memory(80L << 20));
        var cuda = new Cuda(fake);
        cuda.initialise();
        var context = new Context(cuda, 0);
        var memory = new DeviceMemory(context, true);
        fake.fail("cuMemsetD32Async", 1, 999);
        assertThatThrownBy(() -> memory.allocate(60 << 20, "large")).hasMessageContaining("cuMemsetD32Async");
        memory.allocate(60 << 20, "large");
    }

    @Test
    void aStreamThatCannotBeMadeIsAnError() {
        for (int k = 1; k <= 2; k++) {
            var fake = new FakeDriver(FakeMachine.LEAST);
            fake.fail("cuStreamCreate", k, 2);
            assertThatThrownBy(() -> open(fake)).isInstanceOf(DeviceOutOfMemoryException.class).hasMessageContaining("cuStreamCreate");
            assertThat(fake.leaks()).isEmpty();
            open(fake).close();
        }
    }

    /// Several threads meet a lost device at a time: all are told of the same error.
    @Test
    void threadsAgreeOnTheFirstError() throws Exception {
        var fake = new FakeDriver(FakeMachine.LEAST);
        CudaBackend backend = opened(fake);
        Storage x = backend.allocate(DType.F32, 4);
        fake.failForEver(null, 1, 719);
        var messages = new ConcurrentLinkedQueue<String>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 8; i++)
            threads.add(Thread.ofPlatform().start(() -> messages.add(catchThrowable(() -> backend.fill(1, view(x))).getMessage())));
        for (Thread thread : threads)
            thread.join();
        assertThat(messages).hasSize(8).containsOnly(messages.peek());
    }

    @Test
    void memoryRunsOutAndIsThereAgain() {
        var fake = new FakeDriver(FakeMachine.LEAST.memory(80L << 20));
        CudaBackend backend = opened(fake);
        Storage large = backend.allocate(DType.F32, 10 << 20);
        assertThatThrownBy(() -> backend.allocate(DType.F32, 12 << 20)).isInstanceOf(DeviceOutOfMemoryException.class)
                .hasMessageContaining("no memory left for a tensor of 48.0 MiB").hasMessageContaining("(10485760 x float32)");
        large.release();
        backend.allocate(DType.F32, 12 << 20).release();
        backend.close();
        assertThat(fake.leaks()).isEmpty();
    }
}
