package dev.sunda.core.spi;

import java.util.List;

/// Announces a family of devices to `ServiceLoader`. Constructing a provider and probing it must be cheap and must not throw.
public interface BackendProvider {

    /// Whether the family can be used here. Devices are numbered from 0 to `devices - 1`.
    sealed interface Probe {
    }

    /// @param devices how many there are, at least 1
    /// @param description one line: what was found and which path is active and why
    record Available(int devices, String description) implements Probe {
    }

    /// @param reason one line that says what is missing and how to get it
    record Unavailable(String reason) implements Probe {
    }

    /// The device kind served, for example `cpu`.
    String kind();

    /// Looks once whether the family can be used; later calls give the same answer, unless all its devices turn out not to be usable.
    Probe probe();

    /// What [#probe] has looked at, a line each, for people who want to know why a device is there or is not.
    default List<String> steps() {
        return List.of();
    }

    /// Opens device `index`. Called once for each device, unless it fails.
    ///
    /// @throws dev.sunda.core.type.DeviceException with the reason if the device turns out not to be usable
    Backend open(int index);
}
