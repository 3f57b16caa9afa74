package dev.sunda.nn;

import java.nio.file.Path;

/// A checkpoint that cannot be written or read. The message names the file, where in it the trouble is, and what it is.
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// `checkpoint model.safetensors, byte 8: what is wrong`.
    CheckpointException(Path file, long offset, String reason, Throwable cause) {
        super("checkpoint " + file + ", byte " + offset + ": " + reason, cause);
    }

    /// `checkpoint model.safetensors: what is wrong`.
    CheckpointException(Path file, String reason, Throwable cause) {
        super("checkpoint " + file + ": " + reason, cause);
    }
}
