package dev.sunda.cuda.ptx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/// One launch of a kernel: what all its blocks share.
final class Launch {
    final DeviceMemory memory;
    final Program program;
    final int[] grid;
    final int[] block;
    final SharedMemory shared;
    final int sharedBytes;
    final int dynamicSharedBytes;
    final Map<String, Allocation> variables;
    final Statistics statistics;
    final boolean checkBlockRaces;
    final BlockRaces.Running running = new BlockRaces.Running(this);
    /// The allocation each memory instruction met last.
    final Allocation[] met;
    /// How often execution started at each instruction.
    final long[] starts;
    final long firstSerial;
    private final MemorySegment parameters;
    long budget;
    long blockSerial;

    Launch(PtxMachine machine, Program program, int[] grid, int[] block, int dynamicSharedBytes, byte[] parameters,
            Map<String, Allocation> variables,
            long firstSerial) {
        this.memory = machine.memory();
        this.program = program;
        this.grid = grid;
        this.block = block;
        this.dynamicSharedBytes = dynamicSharedBytes;
        this.sharedBytes = program.staticSharedBytes + dynamicSharedBytes;
        this.shared = machine.sharedMemory(sharedBytes, program.sharedUnitShift);
        this.variables = variables;
        this.statistics = machine.statistics();
        this.checkBlockRaces = machine.checksBlockRaces();
        this.met = new Allocation[program.sites.size()];
        this.starts = new long[program.code.length + 1];
        this.parameters = Arena.ofAuto().allocate(Math.max(1, parameters.length), 16);
        this.parameters.copyFrom(MemorySegment.ofArray(parameters));
        this.firstSerial = firstSerial;
        this.budget = machine.instructionLimit();
    }

    int threads() {
        return block[0] * block[1] * block[2];
    }

    /// Checks one read of the kernel's parameters and answers its address in this process.
    long parameter(int lane, long address, int bytes, Space.Access access) {
        if (access != Space.Access.READ || address < 0 || address > program.parameterBytes - bytes) {
            throw new DeviceFault(lane,
                    "access of " + bytes + " bytes at offset " + address + " of the parameters, which have " + program.parameterBytes
                            + " bytes");
        }
        Space.checkAligned(lane, address, bytes);
        return parameters.address() + address;
    }

    /// The next block starts.
    void startBlock(Warp[] warps) {
        blockSerial++;
        shared.startBlock(sharedBytes, warps);
    }

    String blockName(long serial) {
        long index = serial - firstSerial;
        return String.format("(%d, %d, %d)", index % grid[0], index / grid[0] % grid[1], index / grid[0] / grid[1]);
    }

    String threadName(int thread) {
        return String.format("(%d, %d, %d)", thread % block[0], thread / block[0] % block[1], thread / block[0] / block[1]);
    }
}
