package dev.sunda.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Tensor;
import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.FakeMachine;
import dev.sunda.cuda.driver.PtxProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two devices in one process, and many threads that use them: first two of one driver, which refuses what belongs to the other device,
/// then two of kind `ptx` through tensors.
class MultiDeviceTests {
    private static final Device NOW = new Device("ptx", 0);
    private static final Device LATE = new Device("ptx", 1);
    private static final int ROUNDS = 12;

    private final FakeDriver fake = new FakeDriver(FakeMachine.LEAST.devices(2).asQueue());
    private final CudaBackendProvider provider = new CudaBackendProvider(fake::probe);
    private final List<CudaBackend> backends = List.of((CudaBackend) provider.open(0), (CudaBackend) provider.open(1));

    @AfterEach
    void nothingWentWrongOrIsLeft() {
        assertThat(fake.failure()).isNull();
        backends.forEach(CudaBackend::close);
        assertThat(fake.leaks()).isEmpty();
        assertThat(PtxProvider.driver(0).failure()).isNull();
        assertThat(PtxProvider.driver(1).failure()).isNull();
    }

    private static View view(Storage storage) {
        return new View(storage, Layout.contiguous(Shape.of(storage.numel())));
    }

    /// Copies up, computes and copies down, on one device and then on the other, from there to here and back.
    private Void work(int seed) {
        for (int i = 0; i < ROUNDS; i++) {
            CudaBackend here = backends.get((seed + i) % 2);
            CudaBackend there = backends.get((seed + i + 1) % 2);
            Storage x = here.upload(DType.F32, new float[] {seed, i, 1, 2});
            Storage y = there.allocate(DType.F32, 4);
            here.fill(i, view(x).as(Layout.contiguous(Shape.of(2))));
            there.upload(here.download(x, 0, 4), y, 0);
            assertThat((float[]) there.download(y, 0, 4)).containsExactly(i, i, 1, 2);
            x.release();
            y.release();
        }
        return null;
    }

    private static void all(ExecutorService threads, List<Callable<Void>> work) throws Exception {
        try (threads) {
            for (Future<Void> result : threads.invokeAll(work))
                result.get();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void threadsThatUseBothDevicesInTurnDisturbNobody(boolean virtual) throws Exception {
        var work = new ArrayList<Callable<Void>>();
        for (int n = 0; n < 12; n++) {
            int seed = n;
            work.add(() -> work(seed));
        }
        all(virtual ? Executors.newVirtualThreadPerTaskExecutor() : Executors.newFixedThreadPool(6), work);
    }

    @Test
    void othersGoOnWhileOneThreadRecords() throws Exception {
        var work = new ArrayList<Callable<Void>>();
        for (int n = 0; n < 6; n++) {
            int seed = n;
            work.add(() -> work(seed));
        }
        work.add(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                CudaBackend backend = backends.get(i % 2);
                Storage x = backend.allocate(DType.F32, 4);
                int value = i;
                try (var recording = backend.record(() -> {
                    Storage number = backend.upload(DType.F32, new float[] {value, value, value, value});
                    backend.copy(view(number), view(x));
                })) {
                    recording.replay(Map.of());
                    assertThat((float[]) backend.download(x, 0, 4)).containsOnly(value);
                }
                x.release();
            }
            return null;
        });
        all(Executors.newFixedThreadPool(7), work);
    }

    /// Whoever waits for a device holds nothing that a copy to it needs.
    @Test
    void aBatchIsCopiedWhileAnotherThreadWaitsForAResult() throws Exception {
        CudaBackend backend = backends.getFirst();
        Storage x = backend.upload(DType.F32, new float[] {1});
        Storage y = backend.upload(DType.F32, new float[] {2});
        FakeDriver.Hold hold = fake.hold("cuEventSynchronize");
        Thread waiting = Thread.ofPlatform().start(() -> backend.download(x, 0, 1));
        hold.reached().await();
        Thread copying = Thread.ofPlatform().start(() -> backend.upload(new float[] {3}, y, 0));
        copying.join(20_000);
        boolean stuck = copying.isAlive();
        hold.over().countDown();
        waiting.join();
        copying.join();
        assertThat(stuck).isFalse();
        assertThat((float[]) backend.download(y, 0, 1)).containsExactly(3);
    }

    @Test
    void tensorsGoFromDeviceToDevice() {
        Tensor x = Tensor.of(1f, 2f, 3f, 4f).reshape(2, 2);
        Tensor now = x.to(NOW);
        Tensor late = now.mT().to(LATE).add(1);
        assertThat(late.device()).isEqualTo(LATE);
        assertThat(late.toFloatArray()).containsExactly(2, 4, 3, 5);
        Tensor back = late.to(NOW);
        assertThat(back.mul(now).toFloatArray()).containsExactly(2, 8, 9, 20);
        Tensor target = Tensor.zeros(2, 2).to(LATE);
        target.copyFrom(now.to(LATE));
        assertThat(target.toFloatArray()).containsExactly(1, 2, 3, 4);
        assertThatThrownBy(() -> target.copyFrom(now)).isInstanceOf(DeviceException.class)
                .hasMessageStartingWith("copyFrom: operands live on ptx:1 and ptx (got [2, 2], [2, 2])");
        assertThat(Tensor.zeros(0, 3).to(NOW).to(LATE).shape()).isEqualTo(Shape.of(0, 3));
    }

    @Test
    void tensorsOfTwoDevicesAreNotMixed() {
        Tensor now = Tensor.of(1f, 2f).to(NOW);
        Tensor late = Tensor.of(1f, 2f).to(LATE);
        for (Runnable mixed : List.<Runnable>of(() -> now.add(late), () -> late.mul(now), () -> now.matmul(late),
                () -> now.add(Tensor.of(1f, 2f))))
            assertThatThrownBy(mixed::run).isInstanceOf(DeviceException.class).hasMessageContaining("operands live on ptx");
        assertThat(now.add(late.to(NOW)).toFloatArray()).containsExactly(2, 4);
    }
}
