package dev.sunda.cuda.ptx;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a machine has executed so far.
public final class Statistics {
    long warpInstructions;
    long threadInstructions;
    long loads;
    long stores;
    long bankConflicts;
    long blocks;
    final Map<String, Long> launches = new TreeMap<>();
    final Set<String> opcodes = new TreeSet<>();

    Statistics() {
    }

    /// Instructions issued, each for all active lanes of a warp.
    ///
    /// @return a count
    public long warpInstructions() {
        return warpInstructions;
    }

    /// Instructions executed by threads.
    ///
    /// @return a count
    public long threadInstructions() {
        return threadInstructions;
    }

    /// Loads by threads, from any memory but the parameters of the kernel.
    ///
    /// @return a count
    public long loads() {
        return loads;
    }

    /// Stores by threads; an atomic instruction counts as load and store.
    ///
    /// @return a count
    public long stores() {
        return stores;
    }

    /// Rounds that accesses to shared memory took beyond the first because lanes met in a bank.
    ///
    /// @return a count
    public long bankConflicts() {
        return bankConflicts;
    }

    /// Blocks executed.
    ///
    /// @return a count
    public long blocks() {
        return blocks;
    }

    /// Launches by name of the kernel.
    ///
    /// @return counts, sorted by name
    public Map<String, Long> launches() {
        return Collections.unmodifiableMap(launches);
    }

    /// The instructions with their modifiers that have been executed.
    ///
    /// @return opcodes, sorted
    public Set<String> opcodes() {
        return Collections.unmodifiableSet(opcodes);
    }
}
