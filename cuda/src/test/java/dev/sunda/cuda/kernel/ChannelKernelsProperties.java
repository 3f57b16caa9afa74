package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.Following;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.kernel.Twins.Order;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// Normalisation of channels and groups of channels on interpreted kernels against the reference.
class ChannelKernelsProperties {
    private static int[] image(Random random, int c) {
        int rank = 2 + random.nextInt(3);
        var sizes = new int[rank];
        sizes[0] = 1 + random.nextInt(5);
        sizes[1] = c;
        for (int d = 2; d < rank; d++)
            sizes[d] = 1 + random.nextInt(10);
        if (rank == 4 && random.nextInt(3) == 0)
            sizes[2] = 60;
        if (rank > 2 && random.nextBoolean())
            sizes[rank - 1] = 4 * (1 + random.nextInt(3));
        return sizes;
    }

    private static DType type(boolean wide) {
        return wide ? DType.F64 : DType.F32;
    }

    private static double tolerance(boolean wide) {
        return wide ? 1e-12 : 4e-6;
    }

    @Property(tries = 20)
    void statistics(@ForAll boolean wide, @ForAll Order order, @ForAll long seed) {
        var random = Twins.random(seed);
        int c = 1 + random.nextInt(6);
        double centre = random.nextInt(3) == 0 ? 1000 : 1;
        new Twins(seed).reads(type(wide), order, () -> centre + random.nextGaussian(), image(random, c)).writes(type(wide), Order.ANY, c)
                .writes(type(wide), Order.ANY, c).check(wide ? 1e-11 : 1e-5, (b, v) -> b.channelStatistics(v[0], v[1], v[2]));
    }

    /// With a share or as the average of all batches, by the kernel of the moments or by one of its own.
    @Property(tries = 30)
    void runningStatistics(@ForAll boolean wide, @ForAll Order order, @ForAll boolean average, @ForAll boolean together,
            @ForAll long seed) {
        var random = Twins.random(seed);
        int c = 1 + random.nextInt(6);
        var twins = new Twins(seed).readsNormal(type(wide), order, image(random, c));
        for (int i = 0; i < 5; i++)
            twins.writes(type(wide), Order.ANY, c);
        twins.writes(DType.I64, Order.ANY, 1).check(wide ? 1e-11 : 1e-5, (b, v) -> {
            b.fill(0.5, v[4]);
            b.fill(2, v[5]);
            b.fill(41, v[6]);
            var following = new Following(v[4], v[5], v[6], average ? Double.NaN : 0.3, 1.25);
            if (together) {
                b.channelStatistics(v[0], 1e-3, following, v[1], v[2], v[3]);
            } else {
                b.channelStatistics(v[0], v[1], v[2]);
                b.rstd(v[2], 1e-3, v[3]);
                b.follow(following, v[1], v[2]);
            }
        });
    }

    @Property(tries = 20)
    void normalize(@ForAll boolean wide, @ForAll Order from, @ForAll Order to, @ForAll boolean relu, @ForAll long seed) {
        var random = Twins.random(seed);
        int c = 1 + random.nextInt(6);
        int[] image = image(random, c);
        var twins = new Twins(seed).readsNormal(type(wide), from, image).writes(type(wide), to, image);
        for (int i = 0; i < 4; i++)
            if (random.nextInt(4) == 0)
                twins.nothing();
            else
            twins.readsNormal(type(wide), Order.ANY, c);
        twins.check(tolerance(wide), (b, v) -> b.channelNormalize(v[0], v[2], v[3], v[4], v[5], relu, v[1]));
    }

    @Property(tries = 20)
    void backward(@ForAll boolean wide, @ForAll Order from, @ForAll Order to, @ForAll boolean relu, @ForAll long seed) {
        var random = Twins.random(seed);
        int c = 1 + random.nextInt(6);
        int[] image = image(random, c);
        var twins = new Twins(seed).readsBroadcast(type(wide), from, image).readsNormal(type(wide), from, image)
                .readsNormal(type(wide), Order.ANY, c).readsNormal(type(wide), Order.ANY, c);
        for (int i = 0; i < 2; i++)
            if (random.nextInt(4) == 0)
                twins.nothing();
            else
            twins.readsNormal(type(wide), Order.ANY, c);
        twins.writes(type(wide), to, image).writes(type(wide), Order.ANY, c).writes(type(wide), Order.ANY, c);
        twins.check(4 * tolerance(wide), (b, v) -> b.batchNormBackward(v[0], v[1], v[2], v[3], v[4], v[5], relu, v[6], v[7], v[8]));
    }

    @Property(tries = 20)
    void groups(@ForAll boolean wide, @ForAll Order from, @ForAll Order to, @ForAll long seed) {
        var random = Twins.random(seed);
        int g = 1 + random.nextInt(3);
        int c = g * (1 + random.nextInt(3));
        int[] image = image(random, c);
        var twins = new Twins(seed).readsNormal(type(wide), from, image);
        for (int i = 0; i < 2; i++)
            if (random.nextInt(4) == 0)
                twins.nothing();
            else
            twins.readsNormal(type(wide), Order.ANY, c);
        twins.writes(type(wide), Order.ANY, image[0], g).writes(type(wide), Order.ANY, image[0], g).writes(type(wide), to, image);
        twins.check(4 * tolerance(wide), (b, v) -> b.groupNorm(v[0], v[1], v[2], 0.1, v[3], v[4], v[5]));
    }

    @Property(tries = 20)
    void groupsBackward(@ForAll boolean wide, @ForAll Order from, @ForAll Order to, @ForAll long seed) {
        var random = Twins.random(seed);
        int g = 1 + random.nextInt(3);
        int c = g * (1 + random.nextInt(3));
        int[] image = image(random, c);
        var twins = new Twins(seed).readsBroadcast(type(wide), from, image).readsNormal(type(wide), from, image)
                .readsNormal(type(wide), Order.ANY, image[0], g).readsNormal(type(wide), Order.ANY, image[0], g);
        if (random.nextInt(4) == 0)
            twins.nothing();
        else
            twins.readsNormal(type(wide), Order.ANY, c);
        twins.writes(type(wide), to, image).writes(type(wide), Order.ANY, c).writes(type(wide), Order.ANY, c);
        twins.check(4 * tolerance(wide), (b, v) -> b.groupNormBackward(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]));
    }
}
