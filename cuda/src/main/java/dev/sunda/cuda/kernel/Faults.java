package dev.sunda.cuda.kernel;

import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.List;

/// Bad indices that kernels meet while they run behind the caller's back. A kernel gets the address of one record and a code; the first one
/// that finds an index outside its range writes it down, and whoever waits for results next is told.
public final class Faults {
    private static final int BYTES = 24;

    private final Gpu gpu;
    private final long address;
    private final List<String> operations = new ArrayList<>();

    Faults(Gpu gpu) {
        this.gpu = gpu;
        address = gpu.memory().allocate(BYTES, "(errors)").address();
        clear();
    }

    /// There is no error.
    public void clear() {
        gpu.submit(() -> gpu.cuda().memsetD8Async(address, (byte) 0, BYTES, gpu.stream()));
    }

    /// Where the record lies on the device: `struct Fault` of common.cuh.
    public long address() {
        return address;
    }

    /// Its size in words of 64 bits.
    public int words() {
        return BYTES / Long.BYTES;
    }

    /// The number under which a kernel reports for `operation`.
    public synchronized int code(String operation) {
        if (!operations.contains(operation))
            operations.add(operation);
        return operations.indexOf(operation) + 1;
    }

    /// The error that a record read back stands for.
    public synchronized ShapeException error(int code, long value, long limit) {
        return new ShapeException(
                operations.get(code - 1) + ": index " + value + " is outside the dimension of size " + limit + " (got " + value + ")");
    }
}
