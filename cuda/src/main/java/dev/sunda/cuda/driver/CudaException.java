package dev.sunda.cuda.driver;

/// A driver call that did not succeed, where [Failures] knows no better exception.
public final class CudaException extends RuntimeException {
    /// Results with a meaning of their own.
    public static final int OUT_OF_MEMORY = 2, DEINITIALIZED = 4, NOT_READY = 600;

    private static final long serialVersionUID = 1;

    private final int result;
    private final String reason;

    CudaException(int result, String name, String text, String call, String log) {
        super("cuda: " + call + " failed (got " + name + ", " + result + "): " + text + (log.isBlank() ? "" : "\n" + log.strip()));
        this.result = result;
        reason = name + ": " + text;
    }

    /// The result of the call, a `CUresult`.
    public int result() {
        return result;
    }

    /// The name of the result and what the driver says about it.
    public String reason() {
        return reason;
    }
}
