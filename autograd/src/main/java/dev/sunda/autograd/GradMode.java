package dev.sunda.autograd;

import java.util.Objects;
import java.util.function.Supplier;

/// Whether operations of this thread are recorded. Recording is on unless [#noGrad] says otherwise.
///
/// The mode is bound to a call, not switched: it ends with the call, also when that throws, and threads started by others do not inherit
/// it.
public final class GradMode {
    private static final ScopedValue<Boolean> RECORDING = ScopedValue.newInstance();

    private GradMode() {
    }

    /// Computes without recording: no history is kept and no memory held for a backward pass.
    public static <T> T noGrad(Supplier<T> computation) {
        Objects.requireNonNull(computation, "GradMode.noGrad: computation is null");
        return recording(false, computation);
    }

    /// Runs without recording.
    public static void noGrad(Runnable computation) {
        Objects.requireNonNull(computation, "GradMode.noGrad: computation is null");
        ScopedValue.where(RECORDING, false).run(computation);
    }

    /// True if operations are being recorded by this thread.
    public static boolean isRecording() {
        return !RECORDING.isBound() || RECORDING.get();
    }

    static <T> T recording(boolean on, Supplier<T> computation) {
        return isRecording() == on ? computation.get() : ScopedValue.where(RECORDING, on).call(computation::get);
    }
}
