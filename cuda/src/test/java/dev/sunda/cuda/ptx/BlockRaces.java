package dev.sunda.cuda.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Finds conflicts between blocks of one launch in global memory. Blocks run in no order on a device, so no block may read or write what
/// another block of the same launch writes, unless both do it by atomic instructions. What a block wrote before a fence and an atomic
/// instruction is published: blocks that execute an atomic instruction later may touch it from then on.
///
/// While a block runs, the bytes it reads, writes and updates atomically are noted in sets, page by page. At its end, and at its atomic
/// instructions where publishing matters, the sets are compared with those of the blocks before and joined to them. So a conflict is
/// found a little late; the message names the instructions of the kernel that met the allocation.
final class BlockRaces {
    static final int READ = 0;
    static final int WRITE = 1;
    static final int ATOMIC = 2;
    private static final int KINDS = 3;
    private static final int PAGE_SHIFT = 12;
    private static final int WORDS = 1 << PAGE_SHIFT - 6;
    private static final String[] DOES = {"reads", "writes", "updates atomically"};

    private final Allocation allocation;
    private final Page[] pages;

    BlockRaces(Allocation allocation) {
        this.allocation = allocation;
        this.pages = new Page[(int) ((allocation.size() + (1 << PAGE_SHIFT) - 1) >>> PAGE_SHIFT)];
    }

    /// The accesses to 4096 bytes: by the running block, and by the blocks before it in this launch.
    private static final class Page {
        final BlockRaces owner;
        final int number;
        final long[] running = new long[KINDS * WORDS];
        final long[] before = new long[KINDS * WORDS];
        final long[] published = new long[KINDS * WORDS];
        final long[] lastBlock = new long[KINDS];
        /// What the running block has joined to the others already.
        final long[] own = new long[KINDS * WORDS];
        boolean dirty;
        long launch;
        long ownBlock;

        Page(BlockRaces owner, int number) {
            this.owner = owner;
            this.number = number;
        }
    }

    /// The pages the running block has touched.
    static final class Running {
        private final Launch launch;
        private final List<Page> dirty = new ArrayList<>();
        private boolean acquired;
        private boolean fenced;

        Running(Launch launch) {
            this.launch = launch;
        }

        void fence() {
            fenced = true;
        }

        /// The block has executed an atomic instruction in global memory.
        void atomic() {
            if (!acquired || fenced) {
                join(fenced, true);
            }
            acquired = true;
            fenced = false;
        }

        void endBlock() {
            join(false, false);
            acquired = false;
            fenced = false;
        }

        /// A launch that failed leaves nothing behind.
        void discard() {
            dirty.forEach(page -> Arrays.fill(page.running, 0));
            dirty.forEach(page -> page.dirty = false);
            dirty.clear();
        }

        private void join(boolean publish, boolean goesOn) {
            for (Page page : dirty) {
                if (page.launch != launch.firstSerial) {
                    page.launch = launch.firstSerial;
                    Arrays.fill(page.before, 0);
                    Arrays.fill(page.published, 0);
                } else {
                    check(page, page.before);
                    if (!acquired) {
                        check(page, page.published);
                    }
                }
                if (goesOn) {
                    keepOwn(page);
                }
                merge(page, publish ? page.published : page.before);
                page.dirty = false;
            }
            dirty.clear();
        }

        private void keepOwn(Page page) {
            boolean more = page.ownBlock == launch.blockSerial;
            page.ownBlock = launch.blockSerial;
            for (int k = 0; k < page.own.length; k++) {
                page.own[k] = more ? page.own[k] | page.running[k] : page.running[k];
            }
        }

        private void merge(Page page, long[] into) {
            for (int k = 0; k < into.length; k++) {
                if (page.running[k] != 0) {
                    page.lastBlock[k / WORDS] = launch.blockSerial;
                    into[k] |= page.running[k];
                    page.running[k] = 0;
                }
            }
        }

        private void check(Page page, long[] others) {
            long[] mine = page.running;
            for (int k = 0; k < WORDS; k++) {
                long otherWrites = others[WORDS + k];
                long otherAtomics = others[2 * WORDS + k];
                long conflict = mine[k] & (otherWrites | otherAtomics) | mine[WORDS + k] & (others[k] | otherWrites | otherAtomics)
                        | mine[2 * WORDS + k] & (others[k] | otherWrites);
                if (conflict != 0) {
                    report(page, k, others);
                }
            }
        }

        /// Only accesses of other blocks count: what this block has joined itself is left out.
        private void report(Page page, int word, long[] others) {
            for (int mine = 0; mine < KINDS; mine++) {
                for (int other = 0; other < KINDS; other++) {
                    boolean allowed = mine == other && mine != WRITE;
                    long both = page.running[mine * WORDS + word] & others[other * WORDS + word];
                    if (page.ownBlock == launch.blockSerial) {
                        both &= ~page.own[other * WORDS + word];
                    }
                    if (!allowed && both != 0) {
                        long offset = ((long) page.number << PAGE_SHIFT) + 64L * word + Long.numberOfTrailingZeros(both);
                        throw page.owner.race(launch, offset, DOES[mine], DOES[other], page.lastBlock[other]);
                    }
                }
            }
        }
    }

    private DeviceFault race(Launch launch, long offset, String does, String otherDoes, long other) {
        return new DeviceFault("race between blocks: the block " + does + " the byte at offset " + offset + " of " + allocation
                + ", which another block, perhaps " + launch.blockName(other) + ", " + otherDoes
                + " in the same launch; instructions that met this allocation: " + launch.program.sitesOf(launch.met, allocation));
    }

    /// Notes an access of the running block.
    void note(Running running, int kind, long offset, long bytes) {
        long at = offset;
        long end = offset + bytes;
        while (at < end) {
            long stop = Math.min(end, (at >>> PAGE_SHIFT) + 1 << PAGE_SHIFT);
            Page page = page(running, at);
            long within = at & (1 << PAGE_SHIFT) - 1;
            Bits.add(page.running, (long) kind << PAGE_SHIFT | within, stop - at);
            at = stop;
        }
    }

    /// Whether this launch has written some of these bytes already.
    boolean written(Running running, long offset, long bytes) {
        for (long at = offset; at < offset + bytes; at = (at | 63) + 1) {
            Page page = page(running, at);
            int word = WORDS + ((int) (at >>> 6) & WORDS - 1);
            long before = page.launch == running.launch.firstSerial ? page.before[word] | page.published[word] : 0;
            long left = offset + bytes - at;
            long mask = (left >= 64 ? -1L : (1L << left) - 1) << at;
            if (((page.running[word] | before) & mask) != 0) {
                return true;
            }
        }
        return false;
    }

    private Page page(Running running, long offset) {
        int number = (int) (offset >>> PAGE_SHIFT);
        Page page = pages[number];
        if (page == null) {
            page = new Page(this, number);
            pages[number] = page;
        }
        if (!page.dirty) {
            page.dirty = true;
            running.dirty.add(page);
        }
        return page;
    }
}
