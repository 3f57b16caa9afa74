package dev.sunda.nn.functional;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Warnings in the log, each once and not without end.
final class Warnings {
    private final int most;
    private final Set<String> given = ConcurrentHashMap.newKeySet();

    /// @param most how many different ones are given
    Warnings(int most) {
        this.most = most;
    }

    /// Gives a warning, unless it has been given or there have been enough.
    ///
    /// @return whether it was given
    boolean give(String warning) {
        if (given.size() >= most || !given.add(warning))
            return false;
        System.getLogger("dev.sunda.nn").log(Level.WARNING, warning);
        return true;
    }
}
