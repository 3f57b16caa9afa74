package dev.sunda.cuda.memory;

/// Memory of a device: a part of what the driver gave in one piece, in use or free, and then never beside another free part.
public final class Block {
    final Region region;
    final boolean small;
    final long address;
    long bytes;
    Block before;
    Block after;
    Object owner;      // what it is for, null while free

    Block(Region region, boolean small, long address, long bytes) {
        this.region = region;
        this.small = small;
        this.address = address;
        this.bytes = bytes;
    }

    /// A multiple of 256; 0 for no bytes.
    public long address() {
        return address;
    }

    /// Whether all of its region has gone back to the driver.
    boolean isGivenUp() {
        return region != null && region.isGivenUp();
    }

    boolean isFree() {
        return owner == null;
    }
}
