package dev.sunda.core.type;

/// Base of the errors a wrong call ends with. Nothing has been changed when one is thrown.
///
/// Every message reads *operation: what is wrong (got what was given)*, followed by the remedy where there is a usual one.
public abstract sealed class SundaException extends IllegalArgumentException
        permits ShapeException, DTypeException, DeviceException {
    private static final long serialVersionUID = 1;

    private final String detail;
    private final String path;

    SundaException(String path, String detail) {
        super(path.isEmpty() ? detail : "in " + path + ": " + detail);
        this.path = path;
        this.detail = detail;
    }

    /// The message without the place in the model.
    public String detail() {
        return detail;
    }

    /// The place in the model, for example `encoder.2.fc1 Linear(784 -> 512)`, or an empty string outside a model.
    public String path() {
        return path;
    }

    /// The same error with its place in a model; the stack trace and the cause are kept.
    public abstract SundaException in(String path);

    <E extends SundaException> E at(E located) {
        located.setStackTrace(getStackTrace());
        if (getCause() != null)
            located.initCause(getCause());
        return located;
    }
}
