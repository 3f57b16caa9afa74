package dev.sunda.autograd;

/// An operation gave a number that is none, see [AnomalyMode].
public final class AnomalyException extends ArithmeticException {
    private static final long serialVersionUID = 1;

    /// @param message which operation, what is wrong, and where it was called
    AnomalyException(String message) {
        super(message);
    }
}
