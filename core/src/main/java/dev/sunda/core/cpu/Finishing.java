package dev.sunda.core.cpu;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.Finish;

/// Normalises the results of a convolution, or applies relu, block by block while they are still in the caches. The bits are those of
/// [ChannelNorm#normalize] with all results in one go.
///
/// @param channels of the results, which are channels-last
/// @param least 0 with relu, else minus infinity
record Finishing(ChannelNormKernel kernel, int channels, float[] mean, float[] scale, float[] shift, float least) {
    private static final int CHUNK_FLOATS = 32 * 1024;

    static Finishing of(ChannelNormKernel kernel, Finish finish, int channels) {
        return new Finishing(kernel, channels, ChannelNorm.read(finish.mean(), channels, 0),
                ChannelNorm.scale(finish.rstd(), finish.weight(), channels), ChannelNorm.read(finish.bias(), channels, 0),
                ChannelNorm.least(finish.relu()));
    }

    /// In the calling thread, `rows` neighbouring pixels from `at` on.
    void rows(float[] data, int at, int rows) {
        kernel.normalize(data, at, rows, channels, mean, scale, shift, least, data, at);
    }

    /// In parallel, where blocks did not hold all channels.
    void all(float[] data, int at, int rows) {
        Parallel.forChunks(rows, Math.max(1, CHUNK_FLOATS / channels),
                (_, from, to) -> rows(data, at + from * channels, to - from));
    }
}
