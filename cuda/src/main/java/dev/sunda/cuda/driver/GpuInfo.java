package dev.sunda.cuda.driver;

import java.util.Locale;

/// What the driver says about a device.
///
/// @param ordinal the driver's number for it
/// @param memory bytes
public record GpuInfo(int ordinal, String name, int major, int minor, long memory, int multiprocessors, boolean pools) {
    private static final double GIB = 1 << 30;

    static GpuInfo of(Cuda cuda, int ordinal) {
        int device = cuda.deviceGet(ordinal);
        return new GpuInfo(ordinal, cuda.deviceGetName(device), cuda.deviceGetAttribute(Cuda.CAPABILITY_MAJOR, device),
                cuda.deviceGetAttribute(Cuda.CAPABILITY_MINOR, device), cuda.deviceTotalMem(device),
                cuda.deviceGetAttribute(Cuda.MULTIPROCESSORS, device), cuda.deviceGetAttribute(Cuda.MEMORY_POOLS, device) != 0);
    }

    boolean isAtLeast(int major, int minor) {
        return this.major > major || (this.major == major && this.minor >= minor);
    }

    /// For example `9.0`.
    public String capability() {
        return major + "." + minor;
    }

    /// For example `79.6 GiB`.
    public String memorySize() {
        return String.format(Locale.ROOT, "%.1f GiB", memory / GIB);
    }

    /// All of it in one line.
    public String describe() {
        return name + ", compute capability " + capability() + ", " + memorySize() + ", " + multiprocessors + " multiprocessors";
    }
}
