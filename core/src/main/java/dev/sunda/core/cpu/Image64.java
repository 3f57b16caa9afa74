package dev.sunda.core.cpu;

import dev.sunda.core.spi.View;

/// Channels-last images of F64 from `offset` on, of whose `channels` channels `count` take part; `offset` names the first of these.
record Image64(double[] data, int offset, int channels, int count) {
    /// The channels from `first` on of a view that lies so.
    static Image64 of(View view, int first, int count) {
        return new Image64(view.heap().doubles(), view.layout().offset() + first, view.shape().size(1), count);
    }

    /// `n` of the channels, from number `first` on.
    Image64 part(int first, int n) {
        return new Image64(data, offset + first, channels, n);
    }

    /// Where the first channel of pixel `number`, counted over the batch, lies.
    int at(int number) {
        return offset + number * channels;
    }
}
