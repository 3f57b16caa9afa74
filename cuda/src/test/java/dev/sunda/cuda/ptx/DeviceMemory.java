package dev.sunda.cuda.ptx;

import java.lang.foreign.MemorySegment;

/// Device memory as kernels see it: allocations in one flat address space. An address is the native address of the byte in this process.
public interface DeviceMemory {
    /// The live allocation that holds a byte.
    ///
    /// @param address a device address
    /// @return the allocation, or null if the address lies in none
    Allocation find(long address);

    /// Makes an allocation; its bytes count as never written.
    ///
    /// @param bytes     size in bytes, at least 1
    /// @param alignment alignment of the address, a power of two
    /// @return the new allocation
    Allocation allocate(long bytes, long alignment);

    /// The bytes behind an address.
    ///
    /// @param address a device address
    /// @param bytes   number of bytes
    /// @return a view of these bytes
    /// @throws DeviceFault if they do not all lie in one live allocation
    default MemorySegment locate(long address, long bytes) {
        return require(address, bytes).segment().asSlice(address - find(address).base(), bytes);
    }

    /// Notes that bytes have been written (by a copy or a fill of the host).
    ///
    /// @param address a device address
    /// @param bytes   number of bytes
    /// @throws DeviceFault if they do not all lie in one live allocation
    default void markWritten(long address, long bytes) {
        require(address, bytes).mark(address, bytes, true);
    }

    /// Notes that the contents of bytes mean nothing any more; a kernel that reads them before writing them is at fault.
    ///
    /// @param address a device address
    /// @param bytes   number of bytes
    /// @throws DeviceFault if they do not all lie in one live allocation
    default void markUnwritten(long address, long bytes) {
        require(address, bytes).mark(address, bytes, false);
    }

    /// Whether all these bytes have been written.
    ///
    /// @param address a device address
    /// @param bytes   number of bytes
    /// @return true if each of them has been written since the allocation was made
    /// @throws DeviceFault if they do not all lie in one live allocation
    default boolean isWritten(long address, long bytes) {
        return require(address, bytes).isWritten(address, bytes);
    }

    /// Says more about an address outside every allocation, for messages.
    ///
    /// @param address a device address
    /// @return a remark that starts with white space, or nothing
    default String describe(long address) {
        return "";
    }

    private Allocation require(long address, long bytes) {
        Allocation found = find(address);
        if (found == null || !found.contains(address, bytes)) {
            throw new DeviceFault(String.format("%d bytes at 0x%x %s", bytes, address,
                    found == null ? "lie in no live allocation" : "reach beyond the end of " + found));
        }
        return found;
    }
}
