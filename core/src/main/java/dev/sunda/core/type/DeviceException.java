package dev.sunda.core.type;

/// A device nobody serves, or operands that live on different devices.
public final class DeviceException extends SundaException {
    private static final long serialVersionUID = 1;

    /// @param message the whole message: operation, what is wrong, what was given, the remedy
    public DeviceException(String message) {
        this("", message);
    }

    private DeviceException(String path, String detail) {
        super(path, detail);
    }

    @Override
    public DeviceException in(String path) {
        return at(new DeviceException(path, detail()));
    }
}
