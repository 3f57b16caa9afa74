package dev.sunda.core.cpu;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.Finish;

/// Normalises the results of a convolution, or applies relu, block by block while they are still in the caches. The bits are those of
/// [ChannelNorm#normalize] with all results in one go.
///
/// @param wide how rows of the results, which are channels-last, are joined
/// @param mean one value a channel, repeated as long as the rows, like `scale` and `shift`
/// @param least 0 with relu, else minus infinity
record Finishing(ChannelNormKernel kernel, LongRows wide, float[] mean, float[] scale, float[] shift, float least) {
    private static final int CHUNK_FLOATS = 32 * 1024;

    static Finishing of(ChannelNormKernel kernel, Finish finish, int channels) {
        var wide = LongRows.of(kernel.held(), channels, Integer.MAX_VALUE);
        return new Finishing(kernel, wide, wide.repeat(ChannelNorm.read(finish.mean(), channels, 0)),
                wide.repeat(ChannelNorm.scale(finish.rstd(), finish.weight(), channels)),
                wide.repeat(ChannelNorm.read(finish.bias(), channels, 0)), ChannelNorm.least(finish.relu()));
    }

    /// In the calling thread, `rows` neighbouring pixels from `at` on.
    void rows(float[] data, int at, int rows) {
        wide.run(rows, (from, count, width) -> kernel.normalize(data, at + from, count, width, mean, scale, shift, least, data,
                at + from));
    }

    /// In parallel, where blocks did not hold all channels.
    void all(float[] data, int at, int rows) {
        Parallel.forChunks(rows, wide.rowsOf(CHUNK_FLOATS), (_, from, to) -> rows(data, at + from * wide.channels(), to - from));
    }
}
