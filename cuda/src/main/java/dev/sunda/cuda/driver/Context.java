package dev.sunda.cuda.driver;

import dev.sunda.core.type.DeviceOutOfMemoryException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// The context of one device that all of the process shares, and the two streams of work on it: one that computes, in the order of the
/// calls, and one that copies to the device meanwhile.
public final class Context {
    /// How a recording is made: calls that it cannot contain, such as for memory, are done at once and not forbidden.
    private static final int RELAXED = 2;
    private static final long MIB = 1 << 20;
    private static final ThreadLocal<Context> CURRENT = new ThreadLocal<>();   // of whichever device the thread has used last

    private final Cuda cuda;
    private final int device;
    private final long handle;
    private final long computing;
    private final long copying;
    private final ReentrantLock order = new ReentrantLock();
    private volatile Thread recorder;
    private volatile Runnable reclaim = () -> {};

    /// Opens device number `ordinal`. What has been opened is given back if a later step fails.
    public Context(Cuda cuda, int ordinal) {
        this.cuda = cuda;
        device = cuda.deviceGet(ordinal);
        handle = cuda.primaryCtxRetain(device);
        try {
            makeCurrent();
            computing = cuda.streamCreate();
        } catch (RuntimeException | Error failed) {
            new Closing().then(() -> cuda.primaryCtxRelease(device)).endAfter(failed);
            throw failed;
        }
        try {
            copying = cuda.streamCreate();
        } catch (RuntimeException | Error failed) {
            new Closing().then(() -> cuda.streamDestroy(computing)).then(() -> cuda.primaryCtxRelease(device)).endAfter(failed);
            throw failed;
        }
    }

    /// @param step gives the driver what is not in use of this device's memory; taken when there is none left
    public void whenFull(Runnable step) {
        reclaim = step;
    }

    /// A call by which the driver makes something that takes memory. If there is none left, it is called again after memory that nobody
    /// uses has been given back.
    ///
    /// @param what is made, for the message
    /// @throws DeviceOutOfMemoryException if there is still none; nothing has been made then
    public long made(String what, LongSupplier call) {
        makeCurrent();
        try {
            return call.getAsLong();
        } catch (DeviceOutOfMemoryException full) {
            reclaim.run();
            makeCurrent();
        }
        try {
            return call.getAsLong();
        } catch (DeviceOutOfMemoryException full) {
            throw outOfMemory(what, full);
        }
    }

    private DeviceOutOfMemoryException outOfMemory(String what, DeviceOutOfMemoryException full) {
        String left;
        try {
            long[] info = cuda.memGetInfo();
            left = info[0] / MIB + " MiB free of " + info[1] / MIB + " MiB";
        } catch (RuntimeException unknown) {
            full.addSuppressed(unknown);
            left = full.getMessage();
        }
        var error = new DeviceOutOfMemoryException("cuda: no memory left for " + what + " (got " + left
                + "); take smaller batches, or leave less of the device to other programs");
        error.initCause(full);
        return error;
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
            try {
                work.run();
                makeCurrent();
            } catch (RuntimeException | Error failed) {
                new Closing().then(this::makeCurrent).then(this::abandon).endAfter(failed);
                throw failed;
            } finally {
                recorder = null;
            }
            return executable(cuda.streamEndCapture(computing));
        } finally {
            order.unlock();
        }
    }

    private void abandon() {
        long graph = cuda.streamEndCapture(computing);
        if (graph != 0)
            cuda.graphDestroy(graph);
    }

    private long executable(long graph) {
        long executable;
        try {
            executable = made("a recording", () -> cuda.graphInstantiate(graph));
        } catch (RuntimeException | Error failed) {
            new Closing().then(() -> cuda.graphDestroy(graph)).endAfter(failed);
            throw failed;
        }
        try {
            cuda.graphDestroy(graph);
        } catch (RuntimeException | Error failed) {
            new Closing().then(() -> cuda.graphExecDestroy(executable)).endAfter(failed);
            throw failed;
        }
        return executable;
    }

    /// True while the calling thread records.
    public boolean isRecording() {
        return recorder == Thread.currentThread();
    }

    /// Waits for everything that has been put on the streams.
    public void synchronize() {
        makeCurrent();
        new Closing().then(() -> cuda.streamSynchronize(computing)).then(() -> cuda.streamSynchronize(copying)).end();
    }

    /// Gives streams and context back.
    public void close() {
        new Closing().then(this::makeCurrent).then(() -> cuda.streamDestroy(copying)).then(() -> cuda.streamDestroy(computing))
                .then(() -> cuda.primaryCtxRelease(device)).end();
    }
}
