package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.FakeMachine;
import dev.sunda.cuda.memory.DeviceMemory;
import dev.sunda.cuda.memory.DeviceStorage;
import dev.sunda.cuda.memory.Transfers;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What cannot be launched is said before it is tried.
class KernelTests {
    private final FakeDriver fake = new FakeDriver(FakeMachine.LEAST);
    private final Context context = context();
    private final Gpu gpu = new Gpu(context, new Device("ptx", 9), new DeviceMemory(context, true));

    private Context context() {
        var cuda = new Cuda(fake);
        cuda.initialise();
        return new Context(cuda, 0);
    }

    @Test
    void argumentsThatDoNotFitAreNamed() {
        Kernel kernel = gpu.kernel("fill", "fill_b32");
        assertThatThrownBy(() -> kernel.launch(Grid.of(1, 32), 0L, null, 1)).isInstanceOf(IllegalStateException.class)
                .hasMessage("cuda: argument 1 of fill_b32 must be Parameter[type=u32, bytes=4] (got null)");
        assertThatThrownBy(() -> kernel.launch(Grid.of(1, 32), 0L, 1L, 1)).isInstanceOf(IllegalStateException.class)
                .hasMessage("cuda: argument 1 of fill_b32 must be Parameter[type=u32, bytes=4] (got Long)");
        assertThatThrownBy(() -> kernel.launch(Grid.of(1, 32), 0L, 1)).isInstanceOf(IllegalStateException.class)
                .hasMessage("cuda: fill_b32 takes 3 arguments (got 2)");
        assertThat(fake.launches()).isEmpty();
        DeviceStorage room = DeviceStorage.allocate(gpu.device(), gpu.memory(), DType.F32, 2);
        kernel.launch(Grid.of(1, 32), room.address(), 1, 2);
        assertThat(fake.launches()).containsExactly("fill_b32");
    }

    @Test
    void moreBlocksThanAGridHasAreRefused() {
        assertThat(Grid.of((1L << 31) - 1, 64).x()).isEqualTo(Integer.MAX_VALUE);
        assertThatThrownBy(() -> Grid.of(1L << 31, 64)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cuda: the blocks of one launch must be below 2^31 (got 2147483648); take smaller batches");
    }

    /// The axes are mapped one after the other, and between them there would be 40,000 x 65,536 elements.
    @Test
    void intermediateResultsThatAreTooManyAreRefused() {
        int many = 40_000;
        int wide = 1 << 16;
        var index = new int[many][];
        var one = new double[many][];
        Arrays.setAll(index, _ -> new int[] {0});
        Arrays.setAll(one, _ -> new double[] {1});
        var places = new int[1][wide];
        Arrays.setAll(places[0], i -> i);
        var ones = new double[1][wide];
        Arrays.fill(ones[0], 1);
        View x = view(1, wide);
        View out = view(many, 1);
        var maps = new AxisMaps(gpu, new Transfers(context));
        List<AxisMap> both = List.of(AxisMap.of(1, index, one), AxisMap.of(wide, places, ones));
        assertThatThrownBy(() -> maps.mapAxes(both, x, 0, out)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mapAxes: the size of an intermediate result must be below 2^31 (got 2621440000); take smaller batches");
    }

    private View view(int... sizes) {
        Shape shape = Shape.of(sizes);
        return new View(DeviceStorage.allocate(gpu.device(), gpu.memory(), DType.F32, shape.numel()), Layout.contiguous(shape));
    }
}
