package dev.sunda.cuda;

import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.BackendProvider;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.driver.DriverProbe;
import dev.sunda.cuda.driver.GpuInfo;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Offers the NVIDIA GPUs of this machine as devices `cuda:0`, `cuda:1` and so on, if there is a driver.
///
/// Looking for them opens none: a context alone takes hundreds of megabytes of a device. What only an open device can tell, whether the
/// driver compiles kernels and computes with them what it should, is tried when the first one is opened.
public final class CudaBackendProvider implements BackendProvider {
    private final Supplier<DriverProbe.Finding> look;
    private DriverProbe.Finding finding;
    /// Why a device that was found could not be opened.
    private Unavailable refusal;

    /// For `ServiceLoader`.
    public CudaBackendProvider() {
        this(DriverProbe::look);
    }

    CudaBackendProvider(Supplier<DriverProbe.Finding> look) {
        this.look = look;
    }

    @Override
    public String kind() {
        return "cuda";
    }

    @Override
    public synchronized Probe probe() {
        if (refusal != null)
            return refusal;
        return switch (finding()) {
            case DriverProbe.Missing(String reason, _) -> new Unavailable(reason);
            case DriverProbe.Found found -> new Available(found.devices().size(), describe(found, found.devices().getFirst()));
        };
    }

    @Override
    public synchronized List<String> steps() {
        var steps = new ArrayList<>(finding().steps());
        steps.addAll(KernelSizes.lines());
        if (refusal != null)
            steps.add(refusal.reason());
        return steps;
    }

    @Override
    public synchronized Backend open(int index) {
        return switch (finding()) {
            case DriverProbe.Missing(String reason, _) -> throw refused(index, reason, null);
            case DriverProbe.Found found -> open(found, index);
        };
    }

    private Backend open(DriverProbe.Found found, int index) {
        GpuInfo gpu = found.devices().get(index);
        try {
            return opened(found.library(), gpu.ordinal(), Device.cuda(index), describe(found, gpu));
        } catch (RuntimeException failed) {
            refusal = new Unavailable(failed.getMessage() == null ? failed.toString() : failed.getMessage());
            throw refused(index, refusal.reason(), failed);
        }
    }

    private static Backend opened(SymbolLookup library, int ordinal, Device device, String description) {
        var cuda = new Cuda(library);
        cuda.initialise();
        CudaBackend backend = CudaBackend.open(cuda, ordinal, device, description);
        try {
            SelfTest.run(backend);
            return backend;
        } catch (RuntimeException failed) {
            backend.closeAfter(failed);
            throw failed;
        }
    }

    private static DeviceException refused(int index, String reason, RuntimeException cause) {
        var refused = new DeviceException(Device.cuda(index) + ": not available: " + reason);
        refused.initCause(cause);
        return refused;
    }

    private DriverProbe.Finding finding() {
        if (finding == null)
            finding = look.get();
        return finding;
    }

    private static String describe(DriverProbe.Found found, GpuInfo gpu) {
        return gpu.name() + ", compute capability " + gpu.capability() + ", driver CUDA " + DriverProbe.version(found.version()) + ", "
                + gpu.memorySize();
    }
}
