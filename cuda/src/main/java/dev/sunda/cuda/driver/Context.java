package dev.sunda.cuda.driver;

import java.util.concurrent.locks.ReentrantLock;

/// The context of one device that all of the process shares, and the two streams of work on it: one that computes, in the order of the
/// calls, and one that copies to the device meanwhile.
public final class Context {
    /// How a recording is made: calls that it cannot contain, such as for memory, are done at once and not forbidden.
    private static final int RELAXED = 2;
    private static final ThreadLocal<Context> CURRENT = new ThreadLocal<>();   // of whichever device the thread has used last

    private final Cuda cuda;
    private final int device;
    private final long handle;
    private final long computing;
    private final long copying;
    private final ReentrantLock order = new ReentrantLock();
    private volatile Thread recorder;

    /// Opens device number `ordinal`. What has been opened is given back if a later step fails.
    public Context(Cuda cuda, int ordinal) {
        this.cuda = cuda;
        device = cuda.deviceGet(ordinal);
        handle = cuda.primaryCtxRetain(device);
        try {
            makeCurrent();
            computing = cuda.streamCreate();
        } catch (RuntimeException failed) {
            cuda.primaryCtxRelease(device);
            throw failed;
        }
        try {
            copying = cuda.streamCreate();
        } catch (RuntimeException failed) {
            cuda.streamDestroy(computing);
            cuda.primaryCtxRelease(device);
            throw failed;
        }
    }

    public Cuda cuda() {
        return cuda;
    }

    /// Handle of the device.
    public int device() {
        return device;
    }

    /// The stream on which everything is computed.
    public long computing() {
        return computing;
    }

    /// The stream of copies that nobody waits for before their data is used.
    public long copying() {
        return copying;
    }

    /// Driver calls of this thread go to this context from now on. The driver keeps that for each thread of the operating system; a virtual
    /// thread may have come to another one each time it had to wait, so it asks again before every call.
    public void makeCurrent() {
        if (Thread.currentThread().isVirtual()) {
            cuda.ctxSetCurrent(handle);
        } else if (CURRENT.get() != this) {
            cuda.ctxSetCurrent(handle);
            CURRENT.set(this);
        }
    }

    /// Puts work on a stream, while no other thread does. Whoever records holds all others up until it is over.
    public void submit(Runnable calls) {
        order.lock();
        try {
            makeCurrent();
            calls.run();
        } finally {
            order.unlock();
        }
    }

    /// Writes down what `work` puts on the computing stream, instead of doing it.
    ///
    /// @return the recording, ready to be launched; to be given back by [Cuda#graphExecDestroy]
    public long record(Runnable work) {
        order.lock();
        try {
            makeCurrent();
            cuda.streamBeginCapture(computing, RELAXED);
            recorder = Thread.currentThread();
            long graph;
            try {
                work.run();
            } catch (RuntimeException | Error failed) {
                abandon(failed);
                throw failed;
            } finally {
                recorder = null;
            }
            makeCurrent();
            graph = cuda.streamEndCapture(computing);
            try {
                return cuda.graphInstantiate(graph);
            } finally {
                cuda.graphDestroy(graph);
            }
        } finally {
            order.unlock();
        }
    }

    private void abandon(Throwable failed) {
        makeCurrent();
        try {
            long graph = cuda.streamEndCapture(computing);
            if (graph != 0)
                cuda.graphDestroy(graph);
        } catch (RuntimeException ended) {
            failed.addSuppressed(ended);
        }
    }

    /// True while the calling thread records.
    public boolean isRecording() {
        return recorder == Thread.currentThread();
    }

    /// Waits for everything that has been put on the computing stream.
    public void synchronize() {
        makeCurrent();
        cuda.streamSynchronize(computing);
    }

    /// Gives streams and context back.
    public void close() {
        new Closing().then(this::makeCurrent).then(() -> cuda.streamDestroy(copying)).then(() -> cuda.streamDestroy(computing))
                .then(() -> cuda.primaryCtxRelease(device)).end();
    }
}
