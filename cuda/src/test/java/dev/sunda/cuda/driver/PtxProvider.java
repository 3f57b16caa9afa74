package dev.sunda.cuda.driver;

import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.BackendProvider;
import dev.sunda.core.type.Device;
import dev.sunda.cuda.CudaBackend;
import dev.sunda.cuda.kernel.Gpu;
import dev.sunda.cuda.memory.DeviceMemory;
import java.util.List;

/// Devices of kind `ptx`: the backend for NVIDIA GPUs with a driver that executes the shipped kernels itself.
///
/// Every block of memory is an allocation of its own, so that accesses outside it and reads of bytes nobody has written are found.
/// `ptx:0` runs everything at the call. `ptx:1` runs it as late as a GPU might, when somebody waits: who reads without waiting reads
/// poison.
public final class PtxProvider implements BackendProvider {
    private static final List<FakeDriver> DRIVERS = List.of(new FakeDriver(FakeMachine.LEAST), new FakeDriver(FakeMachine.LEAST.asQueue()));

    /// For `ServiceLoader`.
    public PtxProvider() {
    }

    /// The driver behind device number `index`.
    public static FakeDriver driver(int index) {
        return DRIVERS.get(index);
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
        var gpu = new Gpu(context, new Device(kind(), index), new DeviceMemory(context, true));
        return new CudaBackend(context, gpu, "kernels for NVIDIA GPUs, interpreted");
    }
}
