package dev.sunda.cuda.ptx;

import java.lang.foreign.MemorySegment;

/// One allocation of device memory: its bytes and, for each byte, whether it has been written.
public final class Allocation {
    /// Fills fresh memory, in words of four bytes: a NaN as `float` and, twice, as `double`.
    public static final int POISON = 0x7ffa5a5a;

    private final MemorySegment segment;
    private final long base;
    private final long size;
    private final long[] written;
    private BlockRaces races;

    /// An allocation whose bytes count as never written.
    ///
    /// @param segment the bytes, native memory
    public Allocation(MemorySegment segment) {
        this.segment = segment;
        this.base = segment.address();
        this.size = segment.byteSize();
        this.written = Bits.of(size);
    }

    /// The bytes.
    ///
    /// @return the whole allocation
    public MemorySegment segment() {
        return segment;
    }

    /// The address of the first byte.
    ///
    /// @return a device address
    public long base() {
        return base;
    }

    /// The size.
    ///
    /// @return bytes
    public long size() {
        return size;
    }

    /// The offsets of the bytes that have been written.
    long[] written() {
        return written;
    }

    BlockRaces races() {
        if (races == null) {
            races = new BlockRaces(this);
        }
        return races;
    }

    boolean contains(long address, long bytes) {
        long offset = address - base;
        return offset >= 0 && bytes >= 0 && offset <= size - bytes;
    }

    void mark(long address, long bytes, boolean value) {
        if (value) {
            Bits.add(written, address - base, bytes);
        } else {
            Bits.remove(written, address - base, bytes);
        }
    }

    boolean isWritten(long address, long bytes) {
        return Bits.all(written, address - base, bytes);
    }

    @Override
    public String toString() {
        return String.format("the allocation of %d bytes at 0x%x", size, base);
    }
}
