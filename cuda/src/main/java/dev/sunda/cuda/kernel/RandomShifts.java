package dev.sunda.cuda.kernel;

import dev.sunda.core.op.RandomKey;
import java.util.HashMap;
import java.util.Map;

/// How many more numbers of a stream have been drawn since a kernel was recorded. A kernel's arguments are fixed when it is recorded, so
/// what changes lies in device memory: kernels that draw random numbers get the address of a word with the number to add to their offset.
public final class RandomShifts {
    private final Gpu gpu;
    private final long zero;
    private Map<Long, Long> recording;                               // key of a stream to the address of its word, while somebody records

    RandomShifts(Gpu gpu) {
        this.gpu = gpu;
        zero = word();
    }

    /// Where the kernel finds the number to add to `key.offset()`: an `int64_t`.
    public synchronized long address(RandomKey key) {
        return recording == null || !gpu.isRecording() ? zero : recording.computeIfAbsent(key.key(), _ -> word());
    }

    /// From now on every stream has a word of its own.
    public synchronized void begin() {
        recording = new HashMap<>();
    }

    /// @return the words of the streams drawn from since [#begin], by the streams' keys
    public synchronized Map<Long, Long> end() {
        Map<Long, Long> words = recording;
        recording = null;
        return words;
    }

    /// Writes a word, in its turn behind what the device was asked for before.
    public void set(long address, long value) {
        gpu.submit(() -> {
            gpu.cuda().memsetD32Async(address, (int) value, 1, gpu.stream());
            gpu.cuda().memsetD32Async(address + Integer.BYTES, (int) (value >>> Integer.SIZE), 1, gpu.stream());
        });
    }

    private long word() {
        long address = gpu.memory().allocate(Long.BYTES, "(random numbers)").address();
        if (!gpu.isRecording())
            set(address, 0);
        return address;
    }
}
