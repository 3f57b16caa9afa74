package dev.sunda.cuda.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/// Pieces of memory from the driver, slabs, and the free blocks in them: the smallest block that is large enough is taken, split if much
/// would be left, and joined with free neighbours when it comes back. Small blocks have slabs of their own, so that they do not cut
/// large ones to pieces.
final class Region {
    private static final int GRAIN = 512;
    private static final long SMALL = 1 << 20;
    private static final long SMALL_SLAB = 2 << 20;
    private static final long LARGE = 16 << 20;
    private static final long LARGE_SLAB = 32 << 20;

    private final TreeSet<Block> smallFree = bySize();
    private final TreeSet<Block> largeFree = bySize();
    private final List<Block> slabs = new ArrayList<>();             // the first block of each
    private final boolean recycled;
    private volatile boolean givenUp;                                // read by whoever uses a block

    /// Takes a slab back.
    interface Driver {
        void take(long address, long bytes);
    }

    /// @param recycled whether blocks that come back are handed out again
    Region(boolean recycled) {
        this.recycled = recycled;
    }

    private static TreeSet<Block> bySize() {
        return new TreeSet<>(Comparator.<Block>comparingLong(b -> b.bytes).thenComparingLong(b -> b.address));
    }

    static long rounded(long bytes) {
        return (bytes + GRAIN - 1) / GRAIN * GRAIN;
    }

    /// Size of the slab that a block of `bytes` would need.
    static long slabFor(long bytes) {
        return bytes <= SMALL ? SMALL_SLAB : bytes <= LARGE ? LARGE_SLAB : (bytes + SMALL_SLAB - 1) / SMALL_SLAB * SMALL_SLAB;
    }

    /// A free block of `bytes`, no longer free; null if there is none.
    Block take(long bytes, Object owner) {
        boolean small = bytes <= SMALL;
        TreeSet<Block> free = free(small);
        Block found = free.ceiling(new Block(this, small, 0, bytes));
        if (found == null)
            return null;
        free.remove(found);
        if (found.bytes - bytes >= (small ? GRAIN : SMALL))
            free.add(split(found, bytes));
        found.owner = owner;
        return found;
    }

    private Block split(Block block, long bytes) {
        var rest = new Block(this, block.small, block.address + bytes, block.bytes - bytes);
        rest.before = block;
        rest.after = block.after;
        if (rest.after != null)
            rest.after.before = rest;
        block.after = rest;
        block.bytes = bytes;
        return rest;
    }

    /// Adds memory of the driver.
    ///
    /// @param small whether it is for small blocks
    /// @return all of it, as a free block
    Block add(long address, long bytes, boolean small) {
        var block = new Block(this, small, address, bytes);
        slabs.add(block);
        free(small).add(block);
        return block;
    }

    /// Adds memory of the driver that is one block and in use.
    Block addUsed(long address, long bytes, Object owner) {
        var block = new Block(this, false, address, bytes);
        block.owner = owner;
        slabs.add(block);
        return block;
    }

    void giveBack(Block block) {
        TreeSet<Block> free = free(block.small);
        block.owner = null;
        if (block.after != null && block.after.isFree()) {
            free.remove(block.after);
            absorb(block, block.after);
        }
        if (block.before != null && block.before.isFree()) {
            free.remove(block.before);
            absorb(block.before, block);
            block = block.before;
        }
        free.add(block);
    }

    private static void absorb(Block block, Block next) {
        block.bytes += next.bytes;
        block.after = next.after;
        if (next.after != null)
            next.after.before = block;
    }

    /// Lets slabs go that nobody uses.
    void trim(Driver driver) {
        for (int i = slabs.size() - 1; i >= 0; i--) {
            Block slab = slabs.get(i);
            if (!slab.isFree() || slab.after != null)
                continue;
            free(slab.small).remove(slab);
            slabs.remove(i);
            driver.take(slab.address, slab.bytes);
        }
    }

    /// Lets all slabs go, whoever uses them; blocks that come back later are ignored.
    void giveUp(Driver driver) {
        givenUp = true;
        for (Block slab : slabs) {
            long bytes = 0;
            for (Block block = slab; block != null; block = block.after)
                bytes += block.bytes;
            driver.take(slab.address, bytes);
        }
        slabs.clear();
        smallFree.clear();
        largeFree.clear();
    }

    boolean isRecycled() {
        return recycled;
    }

    boolean isGivenUp() {
        return givenUp;
    }

    private TreeSet<Block> free(boolean small) {
        return small ? smallFree : largeFree;
    }
}
