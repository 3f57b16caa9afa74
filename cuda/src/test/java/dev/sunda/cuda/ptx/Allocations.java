package dev.sunda.cuda.ptx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/// Device memory made of native segments, one for each allocation, found by address. Fresh memory is poisoned. A freed allocation is
/// forgotten at once, so a kernel that uses it is at fault; its address range may be handed out again later.
public final class Allocations implements DeviceMemory {
    /// Bytes around each allocation that belong to nobody: an access just beyond an end never meets a neighbour.
    private static final int GUARD = 256;

    private final ConcurrentSkipListMap<Long, Allocation> live = new ConcurrentSkipListMap<>();

    /// No allocations.
    public Allocations() {
    }

    @Override
    public Allocation find(long address) {
        Map.Entry<Long, Allocation> below = live.floorEntry(address);
        return below != null && below.getValue().contains(address, 1) ? below.getValue() : null;
    }

    @Override
    public Allocation allocate(long bytes, long alignment) {
        if (bytes < 1) {
            throw new IllegalArgumentException("allocate: the size must be positive (got " + bytes + ")");
        }
        long alignedTo = Math.max(alignment, GUARD);
        MemorySegment whole = Arena.ofAuto().allocate(bytes + GUARD + alignedTo, alignedTo);
        Allocation made = new Allocation(whole.asSlice(alignedTo, bytes));
        for (long i = 0; i < bytes / 4; i++) {
            made.segment().setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, Allocation.POISON);
        }
        made.segment().asSlice(bytes & ~3L).fill((byte) 0x7f);
        live.put(made.base(), made);
        return made;
    }

    /// Forgets an allocation.
    ///
    /// @param address the address of its first byte
    /// @throws DeviceFault if no live allocation starts there
    public void free(long address) {
        if (live.remove(address) == null) {
            throw new DeviceFault(String.format("free of 0x%x, where no live allocation starts", address));
        }
    }

    /// The allocations that have not been freed.
    ///
    /// @return a view in the order of their addresses
    public Collection<Allocation> live() {
        return Collections.unmodifiableCollection(live.values());
    }
}
