package dev.sunda.examples.console;

/// A command was used wrongly or on something unusable: an option out of range, a missing file, an unreadable model. Exit status 2.
public final class UserException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// @param message one line: what is wrong and, if there is one, the remedy
    public UserException(String message) {
        super(message);
    }

    /// @param message one line: what is wrong and, if there is one, the remedy
    /// @param cause   the error underneath
    public UserException(String message, Throwable cause) {
        super(message, cause);
    }
}
