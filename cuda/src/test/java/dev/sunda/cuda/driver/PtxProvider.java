package dev.sunda.cuda.driver;

import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.BackendProvider;
import dev.sunda.core.type.Device;
import dev.sunda.cuda.CudaBackend;
import dev.sunda.cuda.kernel.Gpu;
import dev.sunda.cuda.memory.DeviceMemory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Devices of kind `ptx`: the backend for NVIDIA GPUs with a driver that executes the shipped kernels itself.
///
/// Every block of memory is an allocation of its own, so that accesses outside it and reads of bytes nobody has written are found.
/// `ptx:0` runs everything at the call. `ptx:1` runs it as late as a GPU might, when somebody waits: who reads without waiting reads
/// poison. `ptx:2` runs no kernels, and recycles memory as a GPU's does: for whoever looks at what a step costs and leaves behind.
public final class PtxProvider implements BackendProvider {
    private static final int IDLE = 2;
    private static final List<WatchedDriver> DRIVERS = List.of(WatchedDriver.of(FakeMachine.LEAST),
            WatchedDriver.of(FakeMachine.LEAST.asQueue()), new FakeDriver(FakeMachine.LEAST));
    private static final Map<Integer, DeviceMemory> MEMORIES = new ConcurrentHashMap<>();

    /// For `ServiceLoader`.
    public PtxProvider() {
    }

    /// The driver behind device number `index`.
    public static WatchedDriver driver(int index) {
        return DRIVERS.get(index);
    }

    /// The same where it is known to be one made for tests, as that of the device that runs nothing always is.
    public static FakeDriver fake(int index) {
        return (FakeDriver) driver(index);
    }

    /// The memory of device number `index`, which has been used.
    public static DeviceMemory memory(int index) {
        return MEMORIES.get(index);
    }

    @Override
    public String kind() {
        return "ptx";
    }

    @Override
    public Probe probe() {
        return new Available(DRIVERS.size(), "kernels for NVIDIA GPUs, interpreted");
    }

    @Override
    public Backend open(int index) {
        var cuda = new Cuda(driver(index));
        cuda.initialise();
        var context = new Context(cuda, 0);
        var memory = new DeviceMemory(context, MachineDriver.isAskedFor() ? Boolean.getBoolean("sunda.cuda.paranoid") : index != IDLE);
        MEMORIES.put(index, memory);
        if (index == IDLE)
            fake(index).ignoreLaunches();
        var gpu = new Gpu(context, new Device(kind(), index), memory);
        return new CudaBackend(context, gpu, "kernels for NVIDIA GPUs, interpreted");
    }
}
