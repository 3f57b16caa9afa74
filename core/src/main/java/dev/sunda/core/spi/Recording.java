package dev.sunda.core.spi;

import java.util.Map;

/// Work that a device has written down instead of doing it, and can do again and again with the same memory. Whoever holds one has that
/// memory for itself.
public interface Recording extends AutoCloseable {

    /// Why the work cannot be done again: memory it reads that was made outside has been taken away, for example by a step scope, and is
    /// somebody else's now. Null while it can.
    String spoiledBecause();

    /// Does the work, in its turn behind what the device was asked for before.
    ///
    /// @param drawn for streams of random numbers, by their key, how many more numbers have been drawn since the recording began: the work
    ///     goes on from there. Streams that are missing start where they stood
    /// @throws IllegalStateException if the recording is spoiled or closed; nothing has been done then
    void replay(Map<Long, Long> drawn);

    /// Gives the memory back; tensors made by the work must not be used any more.
    @Override
    void close();
}
