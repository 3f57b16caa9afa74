package dev.sunda.cuda.kernel;

import dev.sunda.core.op.ScanOp;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.kernel.Twins.Order;
import java.util.Random;
import java.util.function.DoubleSupplier;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// Running folds and recurrences on interpreted kernels against the reference.
class ScanKernelsProperties {
    @Property(tries = 40)
    void scans(@ForAll ScanOp op, @ForAll DType type, @ForAll Order order, @ForAll long seed) {
        Assume.that(type.isFloating() || op != ScanOp.LOG_SUM_EXP);
        var random = Twins.random(seed);
        int dim = random.nextInt(3);
        int[] sizes = {1 + random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(4)};
        sizes[dim] = random.nextInt(3) == 0 ? 1 + random.nextInt(9000) : 1 + random.nextInt(60);
        if (sizes[dim] > 60)
            sizes[(dim + 1) % 3] = sizes[(dim + 2) % 3] = 1;
        DType result = op.isIndex() || !type.isFloating() ? DType.I64 : type;
        double tolerance = op.isIndex() || !type.isFloating() ? 0 : type == DType.F32 ? 1e-7 : 1e-12;
        new Twins(seed).reads(type, order, values(op, type, random), sizes).writes(result, order, sizes).check(tolerance,
                (b, v) -> b.scan(op, v[0], dim, v[1]));
    }

    private static DoubleSupplier values(ScanOp op, DType type, Random random) {
        boolean odd = random.nextInt(4) == 0;
        return () -> {
            if (odd && type.isFloating() && random.nextInt(200) == 0)
                return new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0}[random.nextInt(4)];
            return switch (op) {
                case PROD -> type.isFloating() ? 1 + 0.02 * random.nextGaussian() : random.nextInt(4) - 1;
                case SUM -> type.isFloating() ? random.nextGaussian() / 4 : random.nextInt();
                case LOG_SUM_EXP -> random.nextInt(5) == 0 ? Double.NEGATIVE_INFINITY : 3 * random.nextGaussian();
                case ARGMAX, ARGMIN -> random.nextInt(100) - 50;
            };
        };
    }

    @Property(tries = 20)
    void recurrences(@ForAll boolean wide, @ForAll Order order, @ForAll long seed) {
        var random = Twins.random(seed);
        DType type = wide ? DType.F64 : DType.F32;
        int[] sizes = {1 + random.nextInt(4), 1 + random.nextInt(40), 1 + random.nextInt(9)};
        int dim = random.nextInt(3);
        new Twins(seed).reads(type, order, () -> random.nextInt(9) == 0 ? Double.POSITIVE_INFINITY : random.nextGaussian(), sizes)
                .reads(type, order, () -> random.nextBoolean() ? 0 : random.nextGaussian(), sizes).writes(type, order, sizes)
                .check(0, (b, v) -> b.linearScan(v[0], v[1], dim, v[2]));
    }
}
