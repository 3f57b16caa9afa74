package dev.sunda.cuda.kernel;

import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.kernel.Twins.Order;
import java.util.Random;
import java.util.function.DoubleSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// Softmax, layer normalisation and cross-entropy on interpreted kernels against the reference.
class RowKernelsProperties {
    private static DType type(boolean wide) {
        return wide ? DType.F64 : DType.F32;
    }

    private static double tolerance(boolean wide) {
        return wide ? 1e-12 : 4e-6;
    }

    /// Lengths at which another kernel takes over, and others.
    private static int length(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> 4 * (1 + random.nextInt(32));
            case 1 -> 4 * (33 + random.nextInt(96));
            case 2 -> 4 * (129 + random.nextInt(128));
            case 3 -> 4 * (257 + random.nextInt(500));
            case 4 -> 1 + random.nextInt(1500);
            case 5 -> 4097 + random.nextInt(400);
            default -> 1 + random.nextInt(40);
        };
    }

    private static int[] sizes(Random random, int dim) {
        int[] sizes = {1 + random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(4)};
        sizes[dim] = length(random);
        if (sizes[dim] > 1000)
            sizes[(dim + 1) % 3] = sizes[(dim + 2) % 3] = 1;
        return sizes;
    }

    @Property(tries = 12)
    void softmax(@ForAll boolean wide, @ForAll boolean log, @ForAll Order from, @ForAll Order to, @ForAll long seed) {
        var random = Twins.random(seed);
        int dim = random.nextInt(4) == 0 ? random.nextInt(3) : 2;
        int[] sizes = sizes(random, dim);
        DoubleSupplier odd = () -> random.nextInt(3) > 0 ? Double.NEGATIVE_INFINITY : 5 * random.nextGaussian();
        DoubleSupplier odder = () -> random.nextInt(30) == 0 ? random.nextBoolean() ? Double.NaN : Double.POSITIVE_INFINITY : 90;
        DoubleSupplier plain = () -> 5 * random.nextGaussian();
        new Twins(seed).reads(type(wide), from, random.nextInt(4) == 0 ? odd : random.nextInt(6) == 0 ? odder : plain, sizes)
                .writes(type(wide), to, sizes).check(tolerance(wide), (b, v) -> b.softmax(v[0], dim, log, v[1]));
    }

    @Property(tries = 12)
    void softmaxBackward(@ForAll boolean wide, @ForAll boolean log, @ForAll Order from, @ForAll Order to, @ForAll long seed) {
        var random = Twins.random(seed);
        int dim = random.nextInt(4) == 0 ? random.nextInt(3) : 2;
        int[] sizes = sizes(random, dim);
        DoubleSupplier y = () -> log ? -5 * random.nextDouble() : random.nextDouble() / sizes[dim];
        new Twins(seed).reads(type(wide), from, y, sizes).readsBroadcast(type(wide), from, sizes).writes(type(wide), to, sizes)
                .check(tolerance(wide) * (log ? 20 : 1), (b, v) -> b.softmaxBackward(v[0], v[1], dim, log, v[2]));
    }

    @Property(tries = 12)
    void layerNorm(@ForAll boolean wide, @ForAll boolean centred, @ForAll Order from, @ForAll Order to, @ForAll long seed) {
        var random = Twins.random(seed);
        int n = length(random);
        int m = n > 1000 ? 1 + random.nextInt(2) : 1 + random.nextInt(6);
        double centre = random.nextInt(3) == 0 ? wide ? 300 : 1e4 : 0;      // far from 0 a rounded mean would cost digits
        var twins = new Twins(seed).reads(type(wide), from, () -> centre + random.nextGaussian(), m, n);
        optional(random, twins, () -> twins.readsNormal(type(wide), from, n));
        optional(random, twins, () -> twins.readsNormal(type(wide), from, n));
        if (centred)
            twins.writes(type(wide), Order.ANY, m);
        else
            twins.nothing();
        twins.writes(type(wide), Order.ANY, m).writes(type(wide), to, m, n);
        twins.check(8 * tolerance(wide), (b, v) -> b.layerNorm(v[0], v[1], v[2], 0.01, v[3], v[4], v[5]));
    }

    private static void optional(Random random, Twins twins, Runnable view) {
        if (random.nextInt(4) == 0)
            twins.nothing();
        else
            view.run();
    }

    @Property(tries = 12)
    void layerNormBackward(@ForAll boolean wide, @ForAll boolean centred, @ForAll Order from, @ForAll Order to, @ForAll long seed) {
        var random = Twins.random(seed);
        int n = length(random);
        int m = n > 1000 ? 1 + random.nextInt(2) : random.nextInt(5) == 0 ? 1 + random.nextInt(300) : 1 + random.nextInt(6);
        if (m > 10 && n > 50)
            m = 10;
        var twins = new Twins(seed).readsBroadcast(type(wide), from, m, n).readsNormal(type(wide), from, m, n);
        if (centred)
            twins.readsNormal(type(wide), Order.ANY, m);
        else
            twins.nothing();
        twins.readsNormal(type(wide), Order.ANY, m);
        optional(random, twins, () -> twins.readsNormal(type(wide), from, n));
        twins.writes(type(wide), to, m, n);
        if (random.nextInt(4) == 0)
            twins.nothing().nothing();
        else
            twins.writes(type(wide), Order.ANY, n).writes(type(wide), Order.ANY, n);
        twins.check(8 * tolerance(wide), (b, v) -> b.layerNormBackward(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]));
    }

    @Property(tries = 12)
    void crossEntropy(@ForAll boolean wide, @ForAll boolean labels, @ForAll Order order, @ForAll long seed) {
        var random = Twins.random(seed);
        int n = length(random);
        int m = n > 1000 ? 1 + random.nextInt(2) : 1 + random.nextInt(40);
        var spec = new CrossEntropySpec(1, new double[] {0, 0, 0.1, 1}[random.nextInt(4)]);
        var forward = inputs(Twins.random(seed), new Twins(seed), wide, labels, order, m, n);
        forward.writes(type(wide), Order.ANY, m).writes(type(wide), Order.ANY, m);
        forward.check(4 * tolerance(wide), (b, v) -> b.crossEntropy(spec, v[0], v[1], v[2], v[3], v[4]));
        var backward = inputs(Twins.random(seed), new Twins(seed), wide, labels, order, m, n);
        backward.readsNormal(type(wide), Order.ANY, m).reads(type(wide), Order.ANY, () -> 350 + random.nextGaussian(), m);
        backward.writes(type(wide), order, m, n);
        backward.check(40 * tolerance(wide), (b, v) -> b.crossEntropyBackward(spec, v[3], v[0], v[1], v[2], v[4], v[5]));
    }

    private static Twins inputs(Random random, Twins twins, boolean wide, boolean labels, Order order, int m, int n) {
        boolean hidden = random.nextInt(4) == 0;
        double scale = random.nextInt(4) == 0 ? 100 : 1;
        twins.reads(type(wide), order, () -> hidden && random.nextInt(9) == 0 ? Double.NEGATIVE_INFINITY : scale * random.nextGaussian(), m,
                n);
        if (labels)
            twins.reads(DType.I64, Order.ANY, () -> random.nextInt(n), m);
        else
            twins.reads(type(wide), order, () -> random.nextInt(3) == 0 ? 0 : random.nextDouble() / n, m, n);
        optional(random, twins, () -> twins.reads(type(wide), Order.ANY, random::nextDouble, n));
        return twins;
    }
}
