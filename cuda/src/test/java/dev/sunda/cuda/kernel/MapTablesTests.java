package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.FakeMachine;
import dev.sunda.cuda.memory.DeviceMemory;
import dev.sunda.cuda.memory.DeviceStorage;
import dev.sunda.cuda.memory.Transfers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Tables of taps on the device are made once and do not become more and more.
class MapTablesTests {
    private static final int MANY = 1_000_000;                       // two tables of so many taps are remembered, a third one is not

    private final FakeDriver fake = new FakeDriver(FakeMachine.LEAST);
    private final MapTables tables = tables();

    private MapTables tables() {
        var cuda = new Cuda(fake);
        cuda.initialise();
        var context = new Context(cuda, 0);
        return new MapTables(new Gpu(context, new Device("ptx", 9), new DeviceMemory(context, true)), new Transfers(context));
    }

    private static AxisMap map(double weight) {
        return AxisMap.of(4, new int[][] {{0, 3}, {1}}, new double[][] {{0.5, weight}, {2}});
    }

    private int uploads() {
        return fake.calls("cuMemcpyHtoDAsync_v2");
    }

    @Test
    void mapsOfTheSameTapsShareATable() {
        AxisMap map = map(0.25);
        DeviceStorage single = tables.table(map, DType.F32);
        DeviceStorage both = tables.table(map, DType.F64);
        assertThat(both).isNotSameAs(single);
        assertThat(tables.table(map(0.75), DType.F32)).isNotSameAs(single);
        int before = uploads();
        for (AxisMap again : new AxisMap[] {map, map(0.25)}) {
            assertThat(tables.table(again, DType.F32)).isSameAs(single);
            assertThat(tables.table(again, DType.F64)).isSameAs(both);
        }
        assertThat(uploads()).isEqualTo(before);
    }

    @Test
    void theOneNotUsedForTheLongestTimeMakesRoom() {
        AxisMap first = copies(0), second = copies(1), third = copies(2);
        DeviceStorage kept = tables.table(first, DType.F32);
        DeviceStorage idle = tables.table(second, DType.F32);
        assertThat(tables.table(first, DType.F32)).isSameAs(kept);
        DeviceStorage newest = tables.table(third, DType.F32);
        assertThat(tables.table(first, DType.F32)).isSameAs(kept);
        assertThat(tables.table(third, DType.F32)).isSameAs(newest);
        assertThat(tables.table(second, DType.F32)).isNotSameAs(idle);
    }

    private static AxisMap copies(int place) {
        int[] places = new int[MANY];
        Arrays.fill(places, place);
        return AxisMap.copies(place + 1, places);
    }
}
