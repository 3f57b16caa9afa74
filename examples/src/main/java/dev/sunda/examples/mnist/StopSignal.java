package dev.sunda.examples.mnist;

import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/// Lets Ctrl-C end a run in order: the process is asked to end, this turns true, and the end waits until the signal is closed.
///
/// Works for every way a process is asked politely: SIGINT, SIGTERM, SIGHUP, the end of the session.
public final class StopSignal implements BooleanSupplier, AutoCloseable {
    private final CountDownLatch saved = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "stop-signal");
    private volatile boolean stopping;

    /// From now on the end of the process is held up.
    public StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop() {
        stopping = true;
        try {
            saved.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// True once the process has been asked to end.
    @Override
    public boolean getAsBoolean() {
        return stopping;
    }

    /// Everything is saved; the process may end.
    @Override
    public void close() {
        saved.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {                          // it is ending already
        }
    }
}
