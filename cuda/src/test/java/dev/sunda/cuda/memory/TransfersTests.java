package dev.sunda.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.FakeMachine;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Copies, on a driver that does nothing before somebody waits for it: who reads too early reads poison.
class TransfersTests {
    private static final Device DEVICE = new Device("ptx", 0);

    private final FakeDriver driver = new FakeDriver(FakeMachine.LEAST.asQueue());
    private final Context context = context(driver);
    private final DeviceMemory memory = new DeviceMemory(context, false);
    private final Transfers transfers = new Transfers(context);

    private static Context context(FakeDriver driver) {
        var cuda = new Cuda(driver);
        cuda.initialise();
        return new Context(cuda, 0);
    }

    @AfterEach
    void nothingWentWrongInTheDriver() {
        assertThat(driver.failure()).isNull();
    }

    private DeviceStorage fresh(DType dtype, int numel) {
        return DeviceStorage.allocate(DEVICE, memory, dtype, numel);
    }

    private Object back(DeviceStorage storage) {
        return transfers.download(storage.address(), storage.dtype(), storage.numel());
    }

    @Test
    void everyTypeComesBackAsItWent() {
        for (Object array : List.of(new float[] {1, -0f, Float.NaN}, new double[] {2, 3}, new int[] {4, -5}, new long[] {6, 1L << 60},
                new byte[] {0, 1, 1})) {
            DType dtype = switch (array) {
                case float[] _ -> DType.F32;
                case double[] _ -> DType.F64;
                case int[] _ -> DType.I32;
                case long[] _ -> DType.I64;
                default -> DType.BOOL;
            };
            DeviceStorage there = fresh(dtype, Array.getLength(array));
            transfers.upload(array, there, 0);
            assertThat(back(there)).isEqualTo(array);
            DeviceStorage aside = fresh(dtype, Array.getLength(array));
            transfers.uploadAside(array, aside);
            assertThat(back(aside)).isEqualTo(array);
        }
    }

    @Test
    void copiesLongerThanAllPinnedMemoryGoInPieces() {
        int[] numbers = new int[(PinnedRing.MOST * PinnedRing.SLOT_BYTES + PinnedRing.SLOT_BYTES / 2) / Integer.BYTES + 1];
        Arrays.setAll(numbers, i -> i * 31);
        DeviceStorage there = fresh(DType.I32, numbers.length);
        transfers.upload(numbers, there, 0);
        assertThat((int[]) back(there)).isEqualTo(numbers);
    }

    /// The driver of the test does a piece of work whenever it is asked whether an event has happened; here there is enough of it.
    @Test
    void memoryIsPinnedForAsManyCopiesAsAreUnderWay() {
        busy();
        for (int i = 0; i < PinnedRing.MOST; i++)
            assertThat(pinnedByACopy()).isEqualTo(1);
        assertThat(pinnedByACopy()).isZero();
        context.cuda().streamSynchronize(context.computing());
        busy();
        for (int i = 0; i < PinnedRing.MOST; i++)
            assertThat(pinnedByACopy()).isZero();
    }

    @Test
    void copiesOneAfterTheOtherNeedLittlePinnedMemory() {
        for (int i = 0; i < PinnedRing.MOST; i++) {
            assertThat(pinnedByACopy()).isEqualTo(i == 0 ? 1 : 0);
            context.cuda().streamSynchronize(context.computing());
        }
    }

    private void busy() {
        DeviceStorage work = fresh(DType.I32, 1);
        context.submit(
                () -> IntStream.range(0, 1000).forEach(_ -> context.cuda().memsetD32Async(work.address(), 0, 1, context.computing())));
    }

    private int pinnedByACopy() {
        int before = driver.calls("cuMemHostAlloc");
        transfers.upload(new int[1000], fresh(DType.I32, 1000), 0);
        return driver.calls("cuMemHostAlloc") - before;
    }

    @Test
    void copiesWaitWhereNoMoreMemoryCanBePinned() {
        int[] numbers = {1, 2, 3};
        DeviceStorage first = fresh(DType.I32, 3);
        transfers.upload(numbers, first, 0);
        assertThat((int[]) back(first)).isEqualTo(numbers);
        busy();
        transfers.upload(new int[3], fresh(DType.I32, 3), 0);
        driver.failAll("cuMemHostAlloc", 2);
        DeviceStorage there = fresh(DType.I32, 3);
        transfers.uploadAside(numbers, there);
        assertThat((int[]) back(there)).isEqualTo(numbers);
    }

    @Test
    void anArrayGoesOverThePartItBelongsTo() {
        DeviceStorage there = fresh(DType.F64, 4);
        transfers.upload(new double[] {1, 2, 3, 4}, there, 0);
        transfers.upload(new double[] {8, 9}, there, 1);
        assertThat((double[]) back(there)).containsExactly(1, 8, 9, 4);
        assertThatThrownBy(() -> transfers.upload(new double[] {5, 6}, there, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat((double[]) back(there)).containsExactly(1, 8, 9, 4);
    }

    @Test
    void theArrayMayBeChangedOnceTheCallReturns() {
        float[] numbers = {1, 2, 3};
        DeviceStorage there = fresh(DType.F32, 3);
        transfers.uploadAside(numbers, there);
        Arrays.fill(numbers, 9);
        assertThat((float[]) back(there)).containsExactly(1, 2, 3);
    }

    @Test
    void nothingToCopyNeedsNoDriver() {
        int before = driver.calls();
        transfers.upload(new float[0], fresh(DType.F32, 0), 0);
        transfers.uploadAside(new float[0], fresh(DType.F32, 0));
        assertThat((float[]) back(fresh(DType.F32, 0))).isEmpty();
        assertThat(driver.calls()).isEqualTo(before);
    }

    @Test
    void manyThreadsCopyAtATime() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<long[]>> results = IntStream.range(0, 40).mapToObj(i -> threads.submit(() -> {
                long[] numbers = new long[1000];
                Arrays.fill(numbers, i);
                DeviceStorage there = fresh(DType.I64, numbers.length);
                transfers.uploadAside(numbers, there);
                return (long[]) back(there);
            })).toList();
            for (int i = 0; i < 40; i++)
                assertThat(results.get(i).get()).containsOnly(i);
        }
    }

    @Test
    void readingWhileRecordingIsRefusedAndLeavesTheDeviceUsable() {
        DeviceStorage there = fresh(DType.F32, 1);
        transfers.upload(new float[] {7}, there, 0);
        assertThatThrownBy(() -> context.record(() -> back(there))).isInstanceOf(IllegalStateException.class)
                .hasMessage("cuda: a result was read while work was being recorded (got 4 bytes); read results outside");
        assertThat((float[]) back(there)).containsExactly(7);
    }

    @Test
    void memoryGivenBackUnderWayIsNotWrittenByTheCopyLater() {
        DeviceStorage dropped = fresh(DType.I32, 1);
        long address = dropped.target();
        transfers.uploadAside(new int[] {1}, dropped);
        dropped.release();
        DeviceStorage next = fresh(DType.I32, 1);
        assertThat(next.address()).isEqualTo(address);
        transfers.upload(new int[] {2}, next, 0);
        assertThat((int[]) back(next)).containsExactly(2);
        context.cuda().streamSynchronize(context.copying());
        assertThat((int[]) back(next)).containsExactly(2);
    }

    @Test
    void whatIsUploadedWhileRecordingIsNotOverwrittenByTheReplay() {
        var cuda = context.cuda();
        DeviceStorage out = fresh(DType.I32, 1);
        long to = out.address();
        long[] executable = new long[1];
        RecordingMemory recorded = memory.apart(() -> executable[0] = context.record(() -> {
            Block room = memory.allocate(Integer.BYTES, "room");
            context.submit(() -> cuda.memsetD32Async(room.address(), 9, 1, context.computing()));
            memory.free(room);
            DeviceStorage numbers = DeviceStorage.forUpload(DEVICE, memory, DType.I32, 1);
            transfers.uploadAside(new int[] {7}, numbers);
            context.submit(() -> cuda.memcpyDtoDAsync(to, numbers.address(), Integer.BYTES, context.computing()));
            numbers.release();
            DeviceStorage others = DeviceStorage.forUpload(DEVICE, memory, DType.I32, 1);
            transfers.uploadAside(new int[] {8}, others);
        }));
        for (int i = 0; i < 2; i++) {
            context.submit(() -> cuda.graphLaunch(executable[0], context.computing()));
            assertThat((int[]) back(out)).containsExactly(7);
        }
        cuda.graphExecDestroy(executable[0]);
        recorded.close();
    }
}
