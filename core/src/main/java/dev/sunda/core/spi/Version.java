package dev.sunda.core.spi;

/// How often some memory has been overwritten in place. Shared by all views of the memory, and apart from it, so that whoever remembers a
/// version does not keep the memory alive.
///
/// Every kernel that changes memory somebody may have read before bumps it; filling fresh memory does not count.
public final class Version {
    private volatile long count;

    /// Of memory that has not been overwritten yet.
    public Version() {
    }

    /// Number of overwrites so far.
    public long count() {
        return count;
    }

    /// The memory was overwritten. Writers of one memory take turns, as for the memory itself.
    public void bump() {
        count = count + 1;
    }
}
