package dev.sunda.cuda.ptx;

/// What a GPU would answer with an error, a hang or silently wrong numbers: an access out of bounds or misaligned, a read of memory
/// nobody has written, a race, a barrier that some threads miss, an instruction the interpreter does not know, a launch beyond the limits
/// of a device.
///
/// The message names kernel, block, thread, and the line of the PTX with its text, as far as they are known.
public final class DeviceFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// The lane of the warp at fault; -1 if the fault is not that of one thread.
    private final int lane;

    /// A fault that is not that of one thread.
    ///
    /// @param problem what is wrong
    public DeviceFault(String problem) {
        this(-1, problem);
    }

    DeviceFault(int lane, String problem) {
        super(problem);
        this.lane = lane;
    }

    private DeviceFault(String place, DeviceFault cause) {
        super(place + ": " + cause.getMessage(), cause);
        this.lane = cause.lane;
    }

    /// The same fault with its place in front.
    DeviceFault at(String place) {
        return new DeviceFault(place, this);
    }

    /// Whether the fault knows its place.
    boolean placed() {
        return getCause() != null;
    }

    int lane() {
        return lane;
    }
}
