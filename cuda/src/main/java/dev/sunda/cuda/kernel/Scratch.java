package dev.sunda.cuda.kernel;

import dev.sunda.cuda.memory.Block;
import dev.sunda.cuda.memory.DeviceMemory;

/// Device memory for the intermediate results of one operation. May be closed as soon as the kernels that use it have been launched.
public final class Scratch implements AutoCloseable {
    private final DeviceMemory memory;
    private final Block block;

    Scratch(DeviceMemory memory, long bytes) {
        this.memory = memory;
        block = memory.allocate(bytes, "(intermediate results)");
    }

    /// A multiple of 256.
    public long address() {
        return block.address();
    }

    @Override
    public void close() {
        memory.free(block);
    }
}
