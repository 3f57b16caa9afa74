package dev.sunda.cuda.driver;

import java.util.Set;
import java.util.TreeSet;

/// What the driver made for tests pretends to drive.
///
/// @param devices how many devices there are
/// @param name name of each
/// @param major first part of their compute capability
/// @param minor second part of it
/// @param memory bytes of memory of each
/// @param multiprocessors how many each has
/// @param shared bytes of shared memory a block may ask for at most
/// @param version version of CUDA, for example 13000
/// @param pools whether there are memory pools
/// @param queued whether work waits until somebody waits for it, as late as a device may run it, instead of running at the call
/// @param missing functions that an old driver does not have
public record FakeMachine(int devices, String name, int major, int minor, long memory, int multiprocessors, int shared, int version,
        boolean pools, boolean queued, Set<String> missing) {
    /// The least device that is supported, so that what runs on it runs everywhere.
    public static final FakeMachine LEAST = new FakeMachine(1, "Fake T4", 7, 5, 1L << 30, 40, 64 * 1024, 13000, true, false, Set.of());

    public FakeMachine devices(int number) {
        return new FakeMachine(number, name, major, minor, memory, multiprocessors, shared, version, pools, queued, missing);
    }

    public FakeMachine capability(int major, int minor) {
        return new FakeMachine(devices, name, major, minor, memory, multiprocessors, shared, version, pools, queued, missing);
    }

    public FakeMachine memory(long bytes) {
        return new FakeMachine(devices, name, major, minor, bytes, multiprocessors, shared, version, pools, queued, missing);
    }

    public FakeMachine multiprocessors(int number) {
        return new FakeMachine(devices, name, major, minor, memory, number, shared, version, pools, queued, missing);
    }

    public FakeMachine withoutPools() {
        return new FakeMachine(devices, name, major, minor, memory, multiprocessors, shared, version, false, queued, missing);
    }

    /// Nothing runs until somebody waits: a host that reads too early reads poison.
    public FakeMachine asQueue() {
        return new FakeMachine(devices, name, major, minor, memory, multiprocessors, shared, version, pools, true, missing);
    }

    /// An older driver.
    public FakeMachine without(String function) {
        var fewer = new TreeSet<>(missing);
        fewer.add(function);
        return new FakeMachine(devices, name, major, minor, memory, multiprocessors, shared, version, pools, queued, fewer);
    }
}
