package dev.sunda.examples.conformance;

/// A case that asks for something the library does not offer: an operation, an argument, an element type.
final class UnsupportedCase extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// @param message what is not offered
    UnsupportedCase(String message) {
        super(message);
    }
}
