package dev.sunda.cuda.ptx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Shared memory of the running block, with what it takes to find races.
///
/// **The rule.** Between two barriers of the block no thread may read or write what another thread writes, and none may write what
/// another reads. Allowed is it only if both threads belong to one warp and the warp has executed `bar.warp.sync` in between, or if both
/// accesses are atomic. Shuffles and votes order nothing. Two threads that write the same value race all the same. A `bar.warp.sync` of
/// some lanes counts for the whole warp; that is the one place where the check may miss a race.
///
/// Bytes to which a `cp.async` is on its way may be neither read nor written by anybody.
///
/// Memory is watched in units: words of four bytes, or bytes if the kernel has narrower accesses. Time is counted in phases: each barrier
/// of the block gives every warp a new one, each `bar.warp.sync` one to its warp. No number is used twice, so nothing has to be cleared
/// between blocks.
final class SharedMemory {
    private static final long ATOMIC = 1L << 31;

    private final int capacity;
    private final int unitShift;
    private final long base;
    private final MemorySegment segment;
    /// Per unit: the phase in which its block started, if the block has written it; its negative while a copy is on its way.
    private final long[] written;
    /// Per unit: phase of the last write, atomic or not, thread.
    private final long[] writer;
    /// Per unit: phase since when these warps have read it since the last barrier of the block, one bit per warp.
    private final long[] readingWarps;
    /// Per unit: the phase of the last read, and the lanes of that warp which read in that phase.
    private final long[] readingLanes;
    private final Statistics statistics;
    private final int[] bankCount = new int[32];
    private final long[] bankWords = new long[32 * 32];
    private int size;
    private long phase;
    private long blockPhase;
    private long barrierPhase;

    SharedMemory(int capacity, int unitShift, Statistics statistics) {
        this.capacity = capacity;
        this.unitShift = unitShift;
        this.statistics = statistics;
        segment = Arena.ofAuto().allocate(Math.max(16, capacity), 256);
        base = segment.address();
        int units = (capacity >> unitShift) + 4;
        written = new long[units];
        writer = new long[units];
        readingWarps = new long[units];
        readingLanes = new long[units];
    }

    int capacity() {
        return capacity;
    }

    int unitShift() {
        return unitShift;
    }

    /// A new block starts: nothing has been written.
    void startBlock(int bytes, Warp[] warps) {
        size = bytes;
        barrier(warps);
        blockPhase = barrierPhase;
    }

    /// All threads of the block have met at a barrier.
    void barrier(Warp[] warps) {
        barrierPhase = phase + 1;
        for (Warp w : warps) {
            newPhase(w);
        }
    }

    /// The threads of a warp have met.
    void newPhase(Warp w) {
        phase++;
        w.phase = phase;
        if (phase > Integer.MAX_VALUE) {
            throw new DeviceFault("the machine has executed more barriers than it can number; use a new one");
        }
    }

    /// Checks one access of each active lane and replaces the addresses of the warp by those in this process. Lanes that read what their
    /// neighbour reads are checked together.
    void resolve(Warp w, int mask, int bytes, Space.Access access) {
        long[] address = w.address;
        boolean reads = access == Space.Access.READ;
        int rest = mask;
        while (rest != 0) {
            int lane = Integer.numberOfTrailingZeros(rest);
            long at = address[lane];
            long real = checkPlace(lane, at, bytes);
            int same = 0;
            do {
                same |= rest & -rest;
                address[Integer.numberOfTrailingZeros(rest)] = real;
                rest &= rest - 1;
            } while (reads && rest != 0 && address[Integer.numberOfTrailingZeros(rest)] == at);
            note(w, lane, same, at, bytes, access);
        }
    }

    /// Checks one access and answers its address in this process.
    long resolve(Warp w, int lane, long address, int bytes, Space.Access access) {
        long real = checkPlace(lane, address, bytes);
        note(w, lane, 1 << lane, address, bytes, access);
        return real;
    }

    /// A thread starts a copy to these bytes.
    void expect(Warp w, int lane, long address, int bytes) {
        checkPlace(lane, address, bytes);
        note(w, lane, 1 << lane, address, bytes, Space.Access.WRITE);
        mark(address, bytes, -blockPhase);
    }

    /// The copy has arrived; answers the place of the bytes in this process.
    long arrive(Warp w, int lane, long address, int bytes) {
        mark(address, bytes, blockPhase);
        note(w, lane, 1 << lane, address, bytes, Space.Access.WRITE);
        return base + address;
    }

    private void mark(long address, int bytes, long value) {
        for (int unit = (int) address >> unitShift; unit <= (int) address + bytes - 1 >> unitShift; unit++) {
            written[unit] = value;
        }
    }

    private void checkArrived(int lane, int unit, String does) {
        if (written[unit] == -blockPhase) {
            throw new DeviceFault(lane, does + " shared memory to which a copy is on its way, at offset " + (unit << unitShift));
        }
    }

    private long checkPlace(int lane, long address, int bytes) {
        if (address < 0 || address > size - bytes) {
            throw new DeviceFault(lane,
                    String.format("access of %d bytes at offset %d of shared memory, of which the block has %d bytes", bytes,
                            address, size));
        }
        Space.checkAligned(lane, address, bytes);
        return base + address;
    }

    private void note(Warp w, int lane, int lanes, long address, int bytes, Space.Access access) {
        int first = (int) address >> unitShift;
        int last = (int) address + bytes - 1 >> unitShift;
        for (int unit = first; unit <= last; unit++) {
            if (access == Space.Access.READ || access == Space.Access.READ_CONSTANT) {
                read(w, lane, lanes, unit);
            } else {
                write(w, lane, unit, access == Space.Access.ATOMIC);
            }
        }
    }

    /// @param lanes the lanes that read, `lane` the first of them
    private void read(Warp w, int lane, int lanes, int unit) {
        if (written[unit] != blockPhase) {
            checkArrived(lane, unit, "reads");
            throw new DeviceFault(lane, "reads shared memory nobody has written, at offset " + (unit << unitShift));
        }
        if (writer[unit] >>> 32 >= barrierPhase) {
            for (int m = lanes; m != 0; m &= m - 1) {
                checkWriter(w, Integer.numberOfTrailingZeros(m), unit, false, "reads");
            }
        }
        long warps = readingWarps[unit];
        long tag = barrierPhase << 32 | 1L << w.index;
        if (warps != tag) {
            readingWarps[unit] = warps >>> 32 == barrierPhase ? warps | 1L << w.index : tag;
        }
        long others = readingLanes[unit];
        readingLanes[unit] = (others >>> 32 == w.phase ? others : w.phase << 32) | lanes & 0xffffffffL;
    }

    private void write(Warp w, int lane, int unit, boolean atomic) {
        checkArrived(lane, unit, "writes");
        if (atomic && written[unit] != blockPhase) {
            throw new DeviceFault(lane, "updates shared memory nobody has written, at offset " + (unit << unitShift));
        }
        if (writer[unit] >>> 32 >= barrierPhase) {
            checkWriter(w, lane, unit, atomic, "writes");
        }
        long warps = readingWarps[unit];
        if (warps >>> 32 == barrierPhase) {
            checkReaders(w, lane, unit, (int) warps & ~(1 << w.index));
        }
        writer[unit] = w.phase << 32 | (atomic ? ATOMIC : 0) | w.index * 32 + lane;
        written[unit] = blockPhase;
    }

    private void checkWriter(Warp w, int lane, int unit, boolean atomic, String does) {
        long last = writer[unit];
        int thread = (int) last & 1023;
        boolean ordered = thread >> 5 == w.index && last >>> 32 != w.phase;
        if (thread != w.index * 32 + lane && !ordered && !(atomic && (last & ATOMIC) != 0)) {
            throw race(lane, unit, does, "thread " + w.launch.threadName(thread) + " writes");
        }
    }

    private void checkReaders(Warp w, int lane, int unit, int otherWarps) {
        if (otherWarps != 0) {
            throw race(lane, unit, "writes", "warp " + Integer.numberOfTrailingZeros(otherWarps) + " reads");
        }
        long lanes = readingLanes[unit];
        int others = (int) lanes & ~(1 << lane);
        if (lanes >>> 32 == w.phase && others != 0) {
            throw race(lane, unit, "writes", "lane " + Integer.numberOfTrailingZeros(others) + " of the same warp reads");
        }
    }

    private DeviceFault race(int lane, int unit, String does, String otherDoes) {
        return new DeviceFault(lane, "race in shared memory: " + does + " offset " + (unit << unitShift) + ", which " + otherDoes
                + " with no barrier in between");
    }

    /// Counts the extra rounds an access takes because lanes want different words of one of the 32 banks. Accesses of 8 and 16 bytes are
    /// served in two and four rounds of neighbouring lanes anyway.
    void countConflicts(Warp w, int mask, int bytes) {
        int lanes = bytes <= 4 ? 32 : 128 / bytes;
        for (int from = 0; from < 32; from += lanes) {
            int part = lanes == 32 ? mask : mask & (1 << lanes) - 1 << from;
            if (part != 0 && !coalesced(w, part, bytes)) {
                statistics.bankConflicts += rounds(w, part, bytes) - 1;
            }
        }
    }

    /// Whether all lanes access the same bytes, or each the bytes behind those of the lane before.
    private static boolean coalesced(Warp w, int part, int bytes) {
        int first = Integer.numberOfTrailingZeros(part);
        int last = 31 - Integer.numberOfLeadingZeros(part);
        long start = w.address[first];
        long apart = 0;
        long inRow = 0;
        for (int lane = first; lane <= last; lane++) {
            long active = -(part >>> lane & 1L);
            apart |= w.address[lane] - start & active;
            inRow |= w.address[lane] - start - (long) (lane - first) * bytes & active;
        }
        return apart == 0 || inRow == 0;
    }

    private int rounds(Warp w, int part, int bytes) {
        Arrays.fill(bankCount, 0);
        int most = 1;
        long previous = -1;
        for (int m = part; m != 0; m &= m - 1) {
            long address = w.address[Integer.numberOfTrailingZeros(m)];
            if (address == previous) {
                continue;
            }
            previous = address;
            for (long word = address >> 2; word <= address + bytes - 1 >> 2; word++) {
                most = Math.max(most, wordsOfBank((int) word & 31, word));
            }
        }
        return most;
    }

    /// Adds a word to those asked of a bank; answers how many different ones there are.
    private int wordsOfBank(int bank, long word) {
        int count = bankCount[bank];
        for (int k = 0; k < count; k++) {
            if (bankWords[32 * bank + k] == word) {
                return count;
            }
        }
        bankWords[32 * bank + count] = word;
        bankCount[bank] = count + 1;
        return count + 1;
    }
}
