package dev.sunda.cuda.driver;

import java.lang.foreign.SymbolLookup;
import java.util.List;

/// A driver that says what it has been asked for.
public interface WatchedDriver extends SymbolLookup {
    /// The driver made for tests, or with `-Dsunda.cuda.tests=gpu` that of this machine: the same tests then judge a real GPU.
    ///
    /// @param machine what the driver made for tests pretends to be
    static WatchedDriver of(FakeMachine machine) {
        return MachineDriver.isAskedFor() ? new MachineDriver() : new FakeDriver(machine);
    }

    /// How often a function has been called.
    int calls(String function);

    /// Names of the kernels launched last, oldest first; they are forgotten by this call.
    List<String> launches();

    /// What went wrong in the driver made for tests, in a kernel of its device or in watching since the last call; null if nothing did.
    Throwable failure();
}
