package dev.sunda.core.reference;

import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.BackendProvider;
import dev.sunda.core.type.Device;

/// Announces the one device of kind `reference`, which every machine has.
public final class ReferenceBackendProvider implements BackendProvider {
    @Override
    public String kind() {
        return Device.REFERENCE.kind();
    }

    @Override
    public Probe probe() {
        return new Available(1, ReferenceBackend.DESCRIPTION);
    }

    @Override
    public Backend open(int index) {
        return new ReferenceBackend(new Device(kind(), index));
    }
}
