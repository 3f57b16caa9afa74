package dev.sunda.cuda.driver;

import dev.sunda.core.type.DeviceLostException;
import dev.sunda.core.type.DeviceOutOfMemoryException;
import java.util.Set;

/// What results other than success mean for one device: the one place where they become exceptions.
///
/// | result | exception |
/// |---|---|
/// | out of memory, also where a launch calls it an unknown error | [DeviceOutOfMemoryException]; the device stays usable |
/// | a launch that asks for what there is not | [IllegalStateException] that names the kernel and its sizes: an error of this module |
/// | an error after which `cuda.h` wants the process to end | [DeviceLostException], from every call from then on |
/// | any other | [CudaException] |
final class Failures {
    private static final int INVALID_VALUE = 1, INVALID_HANDLE = 400, LAUNCH_OUT_OF_RESOURCES = 701;
    private static final Set<Integer> LOST = Set.of(226, 700, 702, 714, 715, 716, 717, 718, 719, 721, 810, 911);

    private final Launches launches = new Launches();
    private final boolean waits;
    private volatile DeviceLostException lost;

    /// @param waits whether every launch is waited for, so that the last one is the one that failed
    Failures(boolean waits) {
        this.waits = waits;
    }

    Launches launches() {
        return launches;
    }

    /// The exception that stands for a call that failed.
    ///
    /// @param full whether it failed for want of memory, whatever the driver says
    RuntimeException of(CudaException failed, String call, boolean full) {
        if (lost != null || LOST.contains(failed.result()))
            return lost(failed);
        if (full || failed.result() == CudaException.OUT_OF_MEMORY)
            return new DeviceOutOfMemoryException(failed.getMessage() + "; other programs may use the device, too");
        if (call.equals("cuLaunchKernel") && isWrongLaunch(failed.result()))
            return new IllegalStateException("cuda: the device cannot run " + launches.last() + " (got " + failed.reason()
                    + "); please report this, it is an error of Sunda", failed);
        return failed;
    }

    /// The first error for ever, also where several threads meet theirs at a time.
    private synchronized DeviceLostException lost(CudaException failed) {
        if (lost != null)
            return new DeviceLostException(lost.getMessage(), lost);
        lost = new DeviceLostException(lostMessage(failed), failed);
        return lost;
    }

    private static boolean isWrongLaunch(int result) {
        return result == INVALID_VALUE || result == INVALID_HANDLE || result == LAUNCH_OUT_OF_RESOURCES;
    }

    private String lostMessage(CudaException failed) {
        String error = "cuda: the device stopped working and cannot be used any more by this process (got " + failed.reason() + ")";
        return waits ? error + ", while it ran " + launches.last()
                : error + "; the kernel at fault ran before the call that reports it, one of, the last one first: " + launches.names()
                        + "; run again with -Dsunda.cuda.sync=true to have it named";
    }
}
