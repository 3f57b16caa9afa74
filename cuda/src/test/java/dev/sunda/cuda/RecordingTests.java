package dev.sunda.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.spi.Recording;
import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceOutOfMemoryException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.FakeMachine;
import dev.sunda.cuda.kernel.Gpu;
import dev.sunda.cuda.memory.DeviceMemory;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Whose memory a recording works in and reads, how long, and what happens where that is taken away.
class RecordingTests {
    private final FakeDriver fake = new FakeDriver(FakeMachine.LEAST.memory(64L << 20).asQueue());
    private final Context context = context(fake);
    private final DeviceMemory memory = new DeviceMemory(context, false);
    private final CudaBackend backend = new CudaBackend(context, new Gpu(context, new Device("ptx", 9), memory), "under test");
    private int lost;                                                // things the driver has been told not to take back

    private static Context context(FakeDriver fake) {
        var cuda = new Cuda(fake);
        cuda.initialise();
        return new Context(cuda, 0);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(fake.failure()).isNull();
        backend.close();
        assertThat(fake.leaks()).hasSize(lost);
    }

    private static View view(Storage storage) {
        return new View(storage, Layout.contiguous(Shape.of(storage.numel())));
    }

    private Storage filled(double value) {
        Storage storage = backend.allocate(DType.F32, 4);
        backend.fill(value, view(storage));
        return storage;
    }

    private float[] numbers(Storage storage) {
        return (float[]) backend.download(storage, 0, storage.numel());
    }

    /// Copies `from` to fresh memory, which `made` takes.
    private Recording copy(Storage from, Storage[] made) {
        return backend.record(() -> {
            made[0] = backend.allocate(DType.F32, 4);
            backend.copy(view(from), view(made[0]));
        });
    }

    /// Waits until the garbage collector and those behind it have done what is asked for.
    private static void collectUntil(BooleanSupplier done) {
        for (int i = 0; i < 200 && !done.getAsBoolean(); i++) {
            System.gc();
            Thread.yield();
        }
        assertThat(done.getAsBoolean()).isTrue();
    }

    private int ended() {
        memory.usage();                                              // takes what has been collected
        return fake.calls("cuGraphExecDestroy");
    }

    @Test
    void aRecordingThatIsDroppedEndsBeforeItsMemory() {
        Storage x = filled(3);
        copy(x, new Storage[1]).replay(Map.of());
        long reserved = memory.usage().reserved();
        fake.order();
        collectUntil(() -> ended() == 1);
        List<String> order = fake.order();
        assertThat(order.indexOf("cuGraphExecDestroy")).isLessThan(order.indexOf("cuMemFree_v2"));
        assertThat(memory.usage().reserved()).isEqualTo(reserved - (2 << 20));
        assertThat(numbers(x)).containsOnly(3);
    }

    @Test
    void aTensorItMadeKeepsADroppedRecording() {
        Storage x = filled(3);
        var made = new Storage[1];
        copy(x, made).replay(Map.of());
        for (int i = 0; i < 5; i++)
            System.gc();
        assertThat(ended()).isZero();
        assertThat(numbers(made[0])).containsOnly(3);
        made[0] = null;
        collectUntil(() -> ended() == 1);
    }

    @Test
    void aTensorItMadeRefusesToBeUsedAfterItsEnd() {
        Storage x = filled(3);
        var made = new Storage[1];
        Recording recording = copy(x, made);
        recording.replay(Map.of());
        recording.close();
        recording.close();
        assertThatThrownBy(() -> numbers(made[0])).isInstanceOf(IllegalStateException.class)
                .hasMessage("tensor of 4 x float32 was given back with the recording that made it; copy what is to outlive the recording");
        assertThatThrownBy(() -> recording.replay(Map.of())).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has been closed");
        Storage recycled = made[0].detach(() -> "tensor was recycled by a test");
        assertThatThrownBy(recycled::checkLive).hasMessageContaining("was given back with the recording");
        recycled.release();                                          // as a scope does: without effect
        assertThatThrownBy(recycled::release).isInstanceOf(IllegalStateException.class).hasMessage("tensor of 4 x float32 was given back");
    }

    @Test
    void aTensorThatItReadsStaysThoughNobodyElseRefersToIt() {
        var made = new Storage[1];
        Recording recording = copy(filled(3), made);
        for (int i = 0; i < 5; i++)
            System.gc();
        memory.usage();
        for (int i = 0; i < 50; i++)
            filled(8);                                               // would get its memory
        recording.replay(Map.of());
        assertThat(numbers(made[0])).containsOnly(3);
        assertThat(recording.spoiledBecause()).isNull();
    }

    @Test
    void aTensorTakenAwayFromItsOwnerSpoilsWhatReadsIt() {
        Storage x = filled(3);
        Storage y = filled(4);
        Recording reads = copy(x, new Storage[1]);
        Recording readsNot = copy(y, new Storage[1]);
        Storage other = x.detach(() -> "tensor was recycled by a test");
        backend.fill(8, view(other));
        assertThat(reads.spoiledBecause()).isEqualTo("tensor was recycled by a test");
        assertThatThrownBy(() -> reads.replay(Map.of())).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("(got a replay): tensor was recycled by a test");
        readsNot.replay(Map.of());
        y.release();
        assertThat(readsNot.spoiledBecause()).contains("was given back");
        reads.close();
        readsNot.close();
    }

    @Test
    void theEndOfARecordingSpoilsOneThatReadsItsMemory() {
        var first = new Storage[1];
        Recording writes = copy(filled(3), first);
        var second = new Storage[1];
        Recording reads = copy(first[0], second);
        writes.replay(Map.of());
        reads.replay(Map.of());
        assertThat(numbers(second[0])).containsOnly(3);
        writes.close();
        assertThat(reads.spoiledBecause()).isEqualTo("the memory of another recording that it reads was given back");
        assertThatThrownBy(() -> reads.replay(Map.of())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void memoryOfADroppedRecordingStaysWhileAnotherOneReadsIt() {
        var first = new Storage[1];
        copy(filled(3), first).replay(Map.of());
        var second = new Storage[1];
        Recording reads = copy(first[0], second);
        first[0] = null;
        for (int i = 0; i < 5; i++)
            System.gc();
        assertThat(ended()).isZero();
        reads.replay(Map.of());
        assertThat(numbers(second[0])).containsOnly(3);
    }

    @Test
    void failingToEndDoesNotKeepTheMemory() {
        Recording recording = copy(filled(3), new Storage[1]);
        fake.fail("cuGraphExecDestroy", 1, 999);
        long reserved = memory.usage().reserved();
        assertThatThrownBy(recording::close).hasMessageContaining("cuGraphExecDestroy");
        assertThat(memory.usage().reserved()).isEqualTo(reserved - (2 << 20));
        lost = 1;
    }

    @Test
    void memoryForARecordingIsFoundWhereTensorsLeftIt() {
        Storage x = filled(3);
        backend.allocate(DType.F32, 10 << 20).release();
        assertThat(memory.usage().reserved()).isGreaterThan(40 << 20);
        fake.fail("cuGraphInstantiateWithFlags", 1, 2);
        var made = new Storage[1];
        copy(x, made).replay(Map.of());
        assertThat(numbers(made[0])).containsOnly(3);
        assertThat(memory.usage().reserved()).isLessThan(10 << 20);
        fake.failAll("cuGraphInstantiateWithFlags", 2);
        assertThatThrownBy(() -> copy(x, made)).isInstanceOf(DeviceOutOfMemoryException.class)
                .hasMessageMatching("cuda: no memory left for a recording \\(got \\d+ MiB free of 64 MiB\\); take smaller .*");
        fake.noFailure();
        copy(x, made).replay(Map.of());
        assertThat(numbers(made[0])).containsOnly(3);
    }

    @Test
    void aRecordingThatCannotBeEndedLeavesTheStreamUsable() {
        Storage x = filled(3);
        for (String function : List.of("cuStreamBeginCapture_v2", "cuGraphDestroy", "cuGraphInstantiateWithFlags")) {
            fake.fail(function, 1, 999);
            assertThatThrownBy(() -> copy(x, new Storage[1])).hasMessageContaining(function);
        }
        lost = 1;
        assertThat(numbers(x)).containsOnly(3);
        assertThat(memory.usage().reserved()).isEqualTo(2 << 20);
    }
}
