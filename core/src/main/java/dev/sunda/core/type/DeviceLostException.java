package dev.sunda.core.type;

/// A device that stopped working while it computed. Its memory is gone and it cannot be used again by this process; other devices can.
///
/// The message is that of the first error, also when it is thrown by a later call.
public final class DeviceLostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// @param message the whole message: what happened, what the device was doing, the remedy
    /// @param cause the error the device reported, or the exception of the call that met it first
    public DeviceLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
