package dev.sunda.core.type;

/// A device has no memory left for a tensor. The device stays usable: nothing has been changed, and memory that is let go is there again.
public final class DeviceOutOfMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// @param message the whole message: what was wanted, what there is, who has it, the remedy
    public DeviceOutOfMemoryException(String message) {
        super(message);
    }
}
