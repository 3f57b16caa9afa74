package dev.sunda.core.type;

/// An element type the operation does not take.
public final class DTypeException extends SundaException {
    private static final long serialVersionUID = 1;

    /// @param message the whole message: operation, what is wrong, what was given, the remedy
    public DTypeException(String message) {
        this("", message);
    }

    private DTypeException(String path, String detail) {
        super(path, detail);
    }

    @Override
    public DTypeException in(String path) {
        return at(new DTypeException(path, detail()));
    }
}
