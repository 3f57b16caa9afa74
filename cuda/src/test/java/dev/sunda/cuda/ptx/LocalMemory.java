package dev.sunda.cuda.ptx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The local memory of the 32 threads of a warp: what the compiler keeps on a stack, and the parameters of device functions.
final class LocalMemory {
    private final int size;
    private final MemorySegment segment;
    private final long base;
    private final byte[] written;

    /// @param size bytes of one thread
    LocalMemory(int size) {
        this.size = size;
        this.segment = Arena.ofAuto().allocate(Math.max(1, 32L * size), 16);
        this.base = segment.address();
        this.written = new byte[32 * size];
    }

    /// Forgets all contents.
    void clear() {
        Arrays.fill(written, (byte) 0);
    }

    /// Checks one access and answers its address in this process.
    long resolve(int lane, long address, int bytes, Space.Access access) {
        if (address < 0 || address > size - bytes) {
            throw new DeviceFault(lane,
                    String.format("access of %d bytes at offset %d of local memory, of which a thread has %d bytes", bytes,
                            address, size));
        }
        Space.checkAligned(lane, address, bytes);
        int at = lane * size + (int) address;
        if (access == Space.Access.WRITE) {
            Arrays.fill(written, at, at + bytes, (byte) 1);
        } else {
            for (int k = at; k < at + bytes; k++) {
                if (written[k] == 0) {
                    throw new DeviceFault(lane, "reads local memory it has not written: " + bytes + " bytes at offset " + address);
                }
            }
        }
        return base + at;
    }
}
