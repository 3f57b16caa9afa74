package dev.sunda.core.type;

import java.util.Locale;
import java.util.Objects;

/// Where a tensor lives and which backend computes with it, for example `cpu`, `reference` or `cuda:0`.
///
/// A device is only a name: whether a backend serves it is asked of `Backends`.
///
/// @param kind lower-case name of the backend family
/// @param index number of the device within the family, 0 or greater
public record Device(String kind, int index) {
    /// The processor this program runs on, with the fast kernels.
    public static final Device CPU = new Device("cpu", 0);
    /// The same processor with naive loops in double precision: the specification every other backend is checked against.
    public static final Device REFERENCE = new Device("reference", 0);

    public Device {
        Objects.requireNonNull(kind, "Device: kind is null");
        if (!kind.matches("[a-z][a-z0-9]*") || index < 0)
            throw new DeviceException(
                    "Device: a device is a lower-case name and an index of 0 or more (got '" + kind + "', " + index + ")");
    }

    /// The NVIDIA GPU number `index`.
    public static Device cuda(int index) {
        return new Device("cuda", index);
    }

    /// Reads what [#toString] writes: `cpu`, `reference`, `cuda` or `cuda:1`. Backends may bring names of their own, so any name is read;
    /// `Backends.of` refuses one that nobody serves and says which there are.
    ///
    /// @throws DeviceException if the text is not of that form
    public static Device parse(String text) {
        Objects.requireNonNull(text, "Device.parse: text is null");
        String lower = text.strip().toLowerCase(Locale.ROOT);
        int colon = lower.indexOf(':');
        String kind = colon < 0 ? lower : lower.substring(0, colon);
        String number = colon < 0 ? "0" : lower.substring(colon + 1);
        if (!kind.matches("[a-z][a-z0-9]*") || !number.matches("[0-9]{1,4}"))
            throw new DeviceException("Device: cannot read a device from '" + text + "'; write cpu, reference, cuda or cuda:1");
        return new Device(kind, Integer.parseInt(number));
    }

    @Override
    public String toString() {
        return kind.equals("cuda") || index > 0 ? kind + ":" + index : kind;
    }
}
