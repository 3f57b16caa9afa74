package dev.sunda.cuda;

import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.BackendProvider;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.driver.DriverProbe;
import dev.sunda.cuda.driver.GpuInfo;
import dev.sunda.cuda.kernel.Precision;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Offers the NVIDIA GPUs of this machine as devices `cuda:0`, `cuda:1` and so on, if there is a driver.
///
/// Looking for them opens none: a context alone takes hundreds of megabytes of a device. What only an open device can tell, whether the
/// driver compiles kernels and computes with them what it should, is tried when the first one is opened.
public final class CudaBackendProvider implements BackendProvider {
    private final Supplier<DriverProbe.Finding> look;
    private final Map<Integer, String> refusals = new TreeMap<>();   // why a device that was found could not be opened
    private DriverProbe.Finding finding;

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
        return switch (finding()) {
            case DriverProbe.Missing(String reason, _) -> new Unavailable(reason);
            case DriverProbe.Found found -> probe(found);
        };
    }

    private Probe probe(DriverProbe.Found found) {
        int devices = found.devices().size();
        for (int i = 0; i < devices; i++)
            if (!refusals.containsKey(i))
                return new Available(devices, describe(found, found.devices().get(i)));
        return new Unavailable(devices == 1 ? refusals.get(0) : String.join("; ", refused()));
    }

    /// A line for each device that was found and could not be opened.
    private List<String> refused() {
        return refusals.entrySet().stream().map(e -> Device.cuda(e.getKey()) + " cannot be used: " + e.getValue()).toList();
    }

    @Override
    public synchronized List<String> steps() {
        var steps = new ArrayList<>(finding().steps());
        steps.addAll(KernelSizes.lines());
        steps.addAll(refused());
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
        if (refusals.containsKey(index))
            throw refused(index, refusals.get(index), null);
        GpuInfo gpu = found.devices().get(index);
        try {
            String description = describe(found, gpu) + Precision.remark(gpu.major());
            return opened(found.library(), gpu.ordinal(), Device.cuda(index), description);
        } catch (RuntimeException | LinkageError failed) {
            refusals.put(index, reason(failed));
            throw refused(index, refusals.get(index), failed);
        }
    }

    private static String reason(Throwable failed) {
        return failed instanceof LinkageError || failed.getMessage() == null ? failed.toString() : failed.getMessage();
    }

    private static Backend opened(SymbolLookup library, int ordinal, Device device, String description) {
        var cuda = new Cuda(library);
        cuda.initialise();
        CudaBackend backend = CudaBackend.open(cuda, ordinal, device, description);
        try {
            SelfTest.run(backend);
            return backend;
        } catch (RuntimeException | Error failed) {
            backend.closeAfter(failed);
            throw failed;
        }
    }

    private static DeviceException refused(int index, String reason, Throwable cause) {
        var refused = new DeviceException(Device.cuda(index) + ": not available: " + reason);
        refused.initCause(cause);
        return refused;
    }

    private DriverProbe.Finding finding() {
        if (finding == null)
            finding = looked();
        return finding;
    }

    /// Classes that cannot be loaded here are a reason, too.
    private DriverProbe.Finding looked() {
        try {
            return look.get();
        } catch (RuntimeException | LinkageError failed) {
            return new DriverProbe.Missing(failed.toString(), List.of());
        }
    }

    private static String describe(DriverProbe.Found found, GpuInfo gpu) {
        return gpu.name() + ", compute capability " + gpu.capability() + ", driver CUDA " + DriverProbe.version(found.version()) + ", "
                + gpu.memorySize();
    }
}
