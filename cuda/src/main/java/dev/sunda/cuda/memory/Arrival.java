package dev.sunda.cuda.memory;

/// Data on their way to the device: whoever computes with them, or with their memory after them, lets the device wait.
interface Arrival {
    /// Everything put on the computing stream from now on waits. May be called again.
    void await();
}
