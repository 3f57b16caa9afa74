package dev.sunda.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceOutOfMemoryException;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.FakeMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/// Blocks of device memory: recycled, joined, given back, and told apart.
class DeviceMemoryTests {
    private static final long MIB = 1 << 20;

    private final FakeDriver driver = new FakeDriver(FakeMachine.LEAST.memory(256 * MIB));
    private final DeviceMemory memory = memory(driver, false);

    private static DeviceMemory memory(FakeDriver driver, boolean paranoid) {
        var cuda = new Cuda(driver);
        cuda.initialise();
        return new DeviceMemory(new Context(cuda, 0), paranoid);
    }

    @Test
    void handsOutAgainWhatWasGivenBackWithoutAskingTheDriver() {
        Block first = memory.allocate(1000, "a");
        long address = first.address();
        memory.free(first);
        assertThat(memory.allocate(900, "b").address()).isEqualTo(address);
        assertThat(driver.calls("cuMemAlloc_v2")).isEqualTo(1);
    }

    @Test
    void joinsFreeNeighboursToALargeBlock() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 4; i++)
            blocks.add(memory.allocate(8 * MIB, "part"));
        for (int i : new int[] {1, 3, 2, 0})
            memory.free(blocks.get(i));
        memory.allocate(16 * MIB, "half");
        memory.allocate(16 * MIB, "half");
        assertThat(memory.usage().reserved()).isEqualTo(32 * MIB);
    }

    @Test
    void saysHowMuchIsInUse() {
        Block a = memory.allocate(1000, "a");
        memory.allocate(3 * MIB, "b");
        memory.free(a);
        assertThat(memory.usage()).isEqualTo(new DeviceMemory.Usage(3 * MIB, 3 * MIB + 1024, 34 * MIB));
    }

    @Test
    void givesSlabsBackThatNobodyUses() {
        Block a = memory.allocate(40 * MIB, "a");
        memory.allocate(10, "b");
        memory.free(a);
        memory.trim();
        assertThat(memory.usage().reserved()).isEqualTo(2 * MIB);
        assertThat(driver.calls("cuMemFree_v2")).isEqualTo(1);
    }

    @Test
    void namesRequestMemoryAndLargestOwnersWhenThereIsNoneLeft() {
        memory.allocate(150 * MIB, "(the large one)");
        memory.allocate(60 * MIB, "(the other one)");
        assertThatThrownBy(() -> memory.allocate(100 * MIB, "too much")).isInstanceOf(DeviceOutOfMemoryException.class)
                .hasMessageStartingWith("cuda: no memory left for a tensor of 100.0 MiB (got 46.0 MiB free of 256.0 MiB, 210.0 MiB in use "
                        + "here; largest: 150.0 MiB (the large one), 60.0 MiB (the other one))");
        assertThat(memory.allocate(40 * MIB, "fits").address()).isNotZero();
    }

    @Test
    void takesFreeSlabsBackBeforeGivingUp() {
        memory.free(memory.allocate(200 * MIB, "was"));
        assertThat(memory.allocate(220 * MIB, "is").address()).isNotZero();
    }

    @Test
    void findsStoragesThatNobodyRefersToBeforeGivingUp() {
        for (int i = 0; i < 20; i++)
            assertThat(DeviceStorage.allocate(new Device("ptx", 0), memory, DType.F32, 16 << 20)
                    .address()).isNotZero();
        assertThat(memory.usage().peak()).isLessThanOrEqualTo(256 * MIB);
    }

    @Test
    void takesPartsOfSlabsBackBeforeGivingUp() {
        DeviceMemory small = memory(new FakeDriver(FakeMachine.LEAST.memory(64 * MIB)), false);
        small.allocate(16 * MIB, "stays");
        DeviceStorage.allocate(new Device("ptx", 0), small, DType.F32, 4 << 20);   // nobody refers to it
        small.allocate(32 * MIB, "stays, too");
        assertThat(small.allocate(16 * MIB, "fits").address()).isNotZero();
    }

    @Test
    void memoryThatARecordingUsesStaysUntilTheEndOfTheRecording() {
        var outside = new DeviceStorage[] {DeviceStorage.allocate(new Device("ptx", 0), memory, DType.F32, 16 << 20)};
        RecordingMemory recorded = memory.apart(() -> assertThat(outside[0].address()).isNotZero());
        outside[0] = null;
        assertThatThrownBy(() -> memory.allocate(220 * MIB, "too much")).isInstanceOf(DeviceOutOfMemoryException.class);
        recorded.close();
        assertThat(memory.allocate(220 * MIB, "fits").address()).isNotZero();
    }

    @Test
    void noBytesNeedNoMemory() {
        Block nothing = memory.allocate(0, "nothing");
        assertThat(nothing.address()).isZero();
        memory.free(nothing);
        memory.free(nothing);
        assertThat(driver.calls("cuMemAlloc_v2")).isZero();
    }

    @Test
    void refusesToTakeABlockTwice() {
        Block block = memory.allocate(5, "once");
        memory.free(block);
        assertThatThrownBy(() -> memory.free(block)).isInstanceOf(IllegalStateException.class).hasMessageContaining("given back twice");
    }

    @Test
    void whatIsAllocatedApartIsNotHandedOutAgain() {
        var inside = new Block[2];
        RecordingMemory recorded = memory.apart(() -> {
            inside[0] = memory.allocate(1000, "inside");
            memory.free(inside[0]);
            inside[1] = memory.allocate(1000, "inside, recycled");
        });
        assertThat(inside[1].address()).isEqualTo(inside[0].address());
        assertThat(memory.allocate(1000, "outside").address()).isNotEqualTo(inside[1].address());
        recorded.close();
        memory.free(inside[1]);                                      // too late, and without effect
        assertThat(memory.usage()).isEqualTo(new DeviceMemory.Usage(1024, 2048, 2 * MIB));
    }

    @Test
    void failingWorkApartLeavesNothing() {
        assertThatThrownBy(() -> memory.apart(() -> {
            memory.allocate(1000, "inside");
            throw new IllegalArgumentException("stop");
        })).hasMessage("stop");
        assertThat(memory.usage().reserved()).isZero();
    }

    @Test
    void paranoidBlocksAreAllocationsOfTheirOwn() {
        var watched = new FakeDriver(FakeMachine.LEAST);
        DeviceMemory alone = memory(watched, true);
        Block a = alone.allocate(1001, "a");
        Block b = alone.allocate(7, "b");
        alone.free(a);
        assertThat(watched.calls("cuMemAlloc_v2")).isEqualTo(2);
        assertThat(watched.calls("cuMemFree_v2")).isEqualTo(1);
        alone.free(b);
        assertThat(alone.usage().reserved()).isZero();
    }

    /// Whatever comes and goes: blocks never overlap, are aligned, and nothing is lost.
    @Property(tries = 15)
    void blocksNeverOverlap(@ForAll long seed) {
        var random = new Random(seed);
        var fresh = memory(new FakeDriver(FakeMachine.LEAST), false);
        var live = new TreeMap<Long, Block>();
        for (int i = 0; i < 300; i++) {
            if (random.nextInt(5) < 3) {
                long bytes = 1 + (long) Math.exp(random.nextDouble() * 15);
                Block block = fresh.allocate(bytes, "x");
                assertThat(block.address() % 256).isZero();
                assertThat(block.bytes).isGreaterThanOrEqualTo(bytes);
                var below = live.lowerEntry(block.address());
                var above = live.ceilingKey(block.address());
                assertThat(below == null || below.getKey() + below.getValue().bytes <= block.address()).isTrue();
                assertThat(above == null || block.address() + block.bytes <= above).isTrue();
                live.put(block.address(), block);
            } else if (!live.isEmpty()) {
                Long at = live.ceilingKey(live.firstKey() + random.nextLong(live.lastKey() - live.firstKey() + 1));
                fresh.free(live.remove(at));
            }
        }
        live.values().forEach(fresh::free);
        assertThat(fresh.usage().live()).isZero();
        fresh.trim();
        assertThat(fresh.usage().reserved()).isZero();
    }
}
