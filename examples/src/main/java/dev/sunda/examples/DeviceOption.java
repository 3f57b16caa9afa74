package dev.sunda.examples;

import dev.sunda.core.Backends;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import dev.sunda.examples.console.UserException;
import picocli.CommandLine.Option;

/// The option that says where to compute.
final class DeviceOption {
    @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu",
            description = "where to compute: cpu, or cuda for an NVIDIA GPU (${DEFAULT-VALUE}); 'sunda doctor' says what there is")
    private String name;

    /// The device, ready to be used.
    Device open() {
        try {
            Device device = Device.parse(name);
            Backends.of(device);
            return device;
        } catch (DeviceException unavailable) {
            throw new UserException(unavailable.getMessage(), unavailable);
        }
    }
}
