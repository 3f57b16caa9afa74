package dev.sunda.data;

/// Data that cannot be used: a damaged, missing or unexpected file, a download that failed, a sample that could not be made.
///
/// The message names the file or sample, the place in it where there is one, and the reason. Nothing half-loaded is returned.
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// @param message what is wrong, where, and the remedy if there is a usual one
    public DataException(String message) {
        super(message);
    }

    /// @param message what is wrong, where, and the remedy if there is a usual one
    /// @param cause   the error underneath
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
