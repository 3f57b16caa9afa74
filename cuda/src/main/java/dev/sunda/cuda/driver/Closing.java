package dev.sunda.cuda.driver;

import dev.sunda.core.type.DeviceLostException;

/// Gives several things back one after another, whatever happens on the way.
///
/// ```java
/// new Closing().then(transfers::close).then(memory::close).end();
/// ```
public final class Closing {
    private RuntimeException first;

    /// Takes one step. What fails because the device or the driver is gone needs no giving back.
    public Closing then(Runnable step) {
        try {
            step.run();
        } catch (DeviceLostException gone) {
            // Its memory is gone with it.
        } catch (CudaException failed) {
            if (failed.result() != CudaException.DEINITIALIZED)
                note(failed);
        } catch (RuntimeException failed) {
            note(failed);
        }
        return this;
    }

    private void note(RuntimeException failed) {
        if (first == null)
            first = failed;
        else
            first.addSuppressed(failed);
    }

    /// Throws what went wrong first.
    public void end() {
        if (first != null)
            throw first;
    }

    /// Instead of [#end], while another exception is under way.
    public void endAfter(Throwable cause) {
        if (first != null)
            cause.addSuppressed(first);
    }
}
