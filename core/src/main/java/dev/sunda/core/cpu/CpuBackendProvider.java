package dev.sunda.core.cpu;

import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.BackendProvider;

/// Offers the processor this program runs on as device `cpu`; it is always there.
public final class CpuBackendProvider implements BackendProvider {
    /// For `ServiceLoader`.
    public CpuBackendProvider() {
    }

    @Override
    public String kind() {
        return "cpu";
    }

    @Override
    public Probe probe() {
        return new Available(1, VectorPath.description());
    }

    @Override
    public Backend open(int index) {
        return new CpuBackend();
    }
}
