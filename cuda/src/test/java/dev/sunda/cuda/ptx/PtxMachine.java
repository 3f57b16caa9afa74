package dev.sunda.cuda.ptx;

import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/// Executes kernels on a device memory, one block after another, and stops at the first thing a device would not forgive; see
/// [DeviceFault].
///
/// Checked are: bounds and alignment of each access; reads of global, shared and local memory nobody has written; races in shared memory
/// (see [SharedMemory]) and between blocks in global memory (see [BlockRaces]); barriers that not all threads reach together; shuffles
/// and votes without all their lanes; kernels that do not end; the limits of a launch.
///
/// Not for use by several threads at once.
public final class PtxMachine {
    private static final long DEFAULT_LIMIT = 2_000_000_000L;
    private static final int DEFAULT_SHARED_LIMIT = 227 * 1024;

    private final DeviceMemory memory;
    private final Statistics statistics = new Statistics();
    private final Map<PtxModule, Map<String, Allocation>> loaded = new IdentityHashMap<>();
    private SharedMemory shared = new SharedMemory(0, 2, statistics);
    private long nextSerial = 1;
    private long instructionLimit = DEFAULT_LIMIT;
    private int sharedLimit = DEFAULT_SHARED_LIMIT;
    private boolean checksBlockRaces = true;

    /// A machine that has executed nothing yet.
    ///
    /// @param memory what its kernels see as global memory
    public PtxMachine(DeviceMemory memory) {
        this.memory = memory;
    }

    DeviceMemory memory() {
        return memory;
    }

    /// What has been executed so far.
    ///
    /// @return counts that go on counting
    public Statistics statistics() {
        return statistics;
    }

    /// Sets how many instructions of a warp one launch may issue before it counts as endless.
    ///
    /// @param limit a positive number
    public void instructionLimit(long limit) {
        instructionLimit = limit;
    }

    long instructionLimit() {
        return instructionLimit;
    }

    /// Sets the most shared memory of a block, static and dynamic together.
    ///
    /// @param bytes a number of bytes; at first 227 KiB
    public void sharedLimit(int bytes) {
        sharedLimit = bytes;
    }

    /// Sets whether conflicts between blocks in global memory are faults; at first they are.
    ///
    /// @param check whether to check
    public void checkBlockRaces(boolean check) {
        checksBlockRaces = check;
    }

    boolean checksBlockRaces() {
        return checksBlockRaces;
    }

    SharedMemory sharedMemory(int bytes, int unitShift) {
        if (bytes > shared.capacity() || unitShift != shared.unitShift()) {
            shared = new SharedMemory(bytes, unitShift, statistics);
        }
        return shared;
    }

    /// Gives the variables of a module their places in memory and their initial values. A launch does it too for a module that is not
    /// loaded.
    ///
    /// @param module a module
    /// @return the places of its variables by name
    public Map<String, Allocation> load(PtxModule module) {
        return loaded.computeIfAbsent(module, m -> {
            Map<String, Allocation> places = new HashMap<>();
            for (PtxModule.Global g : m.globals().values()) {
                Allocation place = memory.allocate(Math.max(1, g.bytes()), Math.max(16, g.alignment()));
                place.segment().asByteBuffer().put(g.initialBytes());
                place.mark(place.base(), g.bytes(), true);
                places.put(g.name(), place);
            }
            return places;
        });
    }

    /// Forgets a module; its variables are no longer known to this machine. Their memory is the caller's to free.
    ///
    /// @param module a module
    public void unload(PtxModule module) {
        loaded.remove(module);
    }

    /// Executes a kernel for all threads of a grid.
    ///
    /// @param entry              the kernel
    /// @param gridX              blocks in x
    /// @param gridY              blocks in y
    /// @param gridZ              blocks in z
    /// @param blockX             threads of a block in x
    /// @param blockY             threads of a block in y
    /// @param blockZ             threads of a block in z
    /// @param dynamicSharedBytes size of the dynamic array in shared memory
    /// @param parameters         the parameters one after another, each at its alignment
    /// @throws DeviceFault if the kernel does what a device would not do or not do reliably
    public void launch(PtxModule.Entry entry, int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int dynamicSharedBytes,
            byte[] parameters) {
        int[] grid = {gridX, gridY, gridZ};
        int[] block = {blockX, blockY, blockZ};
        Program program = entry.program();
        checkLimits(entry, program, grid, block, dynamicSharedBytes, parameters);
        Launch launch = new Launch(this, program, grid, block, dynamicSharedBytes, parameters, load(entry.module()), nextSerial);
        launch.blockSerial = nextSerial - 1;
        nextSerial += (long) gridX * gridY * gridZ;
        statistics.launches.merge(entry.name(), 1L, Long::sum);
        Warp[] warps = new Warp[(launch.threads() + Warp.LANES - 1) / Warp.LANES];
        for (int k = 0; k < warps.length; k++) {
            warps[k] = new Warp(launch, k);
        }
        try {
            for (int z = 0; z < gridZ; z++) {
                for (int y = 0; y < gridY; y++) {
                    for (int x = 0; x < gridX; x++) {
                        runBlock(launch, warps, x, y, z);
                    }
                }
            }
        } finally {
            launch.running.discard();
            program.noteOpcodes(launch.starts, statistics.opcodes);
        }
    }

    private void checkLimits(PtxModule.Entry entry, Program program, int[] grid, int[] block, int dynamicSharedBytes, byte[] parameters) {
        String problem = null;
        long threads = (long) block[0] * block[1] * block[2];
        if (grid[0] < 1 || grid[1] < 1 || grid[2] < 1 || grid[1] > 65_535 || grid[2] > 65_535) {
            problem = "the grid " + Arrays.toString(grid) + " must be at least 1 and at most 65535 in y and z";
        } else if (block[0] < 1 || block[1] < 1 || block[2] < 1 || block[0] > 1024 || block[1] > 1024 || block[2] > 64) {
            problem = "the block " + Arrays.toString(block) + " must be at least 1 and at most [1024, 1024, 64]";
        } else if (threads > entry.maxThreads()) {
            problem = "a block of " + threads + " threads, at most " + entry.maxThreads() + " are allowed";
        } else if (dynamicSharedBytes < 0 || program.staticSharedBytes + (long) dynamicSharedBytes > sharedLimit) {
            problem = program.staticSharedBytes + " + " + dynamicSharedBytes + " bytes of shared memory, at most " + sharedLimit
                    + " are allowed";
        } else if (program.staticSharedBytes > 48 * 1024) {
            problem = program.staticSharedBytes + " bytes of static shared memory, at most 49152 are allowed";
        } else if (parameters.length != program.parameterBytes) {
            problem = parameters.length + " bytes of parameters, the kernel takes " + program.parameterBytes;
        }
        if (problem != null) {
            throw new DeviceFault("launch of " + entry.name() + ": " + problem);
        }
    }

    private void runBlock(Launch launch, Warp[] warps, int x, int y, int z) {
        launch.startBlock(warps);
        statistics.blocks++;
        for (Warp w : warps) {
            w.start(x, y, z);
        }
        while (true) {
            Warp waits = null;
            Warp gone = null;
            for (Warp w : warps) {
                w.run();
                waits = w.finished() ? waits : w;
                gone = w.thinned() ? w : gone;
            }
            if (waits == null) {
                break;
            }
            checkBarrier(launch, warps, waits, gone);
            waits.barrier.release(warps);
            launch.shared.barrier(warps);
        }
        try {
            launch.running.endBlock();
        } catch (DeviceFault race) {
            throw race.at("kernel " + launch.program.kernel.name() + ", block " + launch.blockName(launch.blockSerial));
        }
    }

    private static void checkBarrier(Launch launch, Warp[] warps, Warp waits, Warp gone) {
        String place =
                "kernel " + launch.program.kernel.name() + ", block " + launch.blockName(launch.blockSerial) + ": barrier divergence: warp "
                        + waits.index + " waits at " + launch.program.name(waits.barrier);
        if (gone != null) {
            throw new DeviceFault(place + ", but threads of warp " + gone.index + " have exited");
        }
        for (Warp w : warps) {
            if (w.barrier != waits.barrier) {
                throw new DeviceFault(place + ", but warp " + w.index + " at " + launch.program.name(w.barrier));
            }
        }
    }
}
