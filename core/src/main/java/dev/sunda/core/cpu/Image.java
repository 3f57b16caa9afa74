package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Layouts.Dense;

/// Channels-last images of `channels` channels, of which `count` from `first` on take part.
record Image(Dense memory, int channels, int first, int count) {
    /// Where the first channel of pixel `number`, counted over the batch, lies.
    int at(int number) {
        return memory.offset() + first + number * channels;
    }
}
