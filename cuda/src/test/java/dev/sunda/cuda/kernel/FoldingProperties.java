package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.kernel.Twins.Order;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// Reductions on interpreted kernels against the reference.
class FoldingProperties {
    @Property(tries = 40)
    void reductionsOverAnyDimensions(@ForAll ReduceOp op, @ForAll DType type, @ForAll Order order, @ForAll long seed) {
        var random = Twins.random(seed);
        int[] sizes = new int[1 + random.nextInt(4)];
        int[] result = new int[sizes.length];
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = 1 + random.nextInt(9);
            result[d] = random.nextBoolean() ? 1 : sizes[d];
        }
        reduce(op, type, order, seed, sizes, result);
    }

    @Property(tries = 30)
    void longRows(@ForAll ReduceOp op, @ForAll DType type, @ForAll Order order, @ForAll long seed) {
        var random = Twins.random(seed);
        int n = 1 + random.nextInt(4000);
        int rows = 1 + random.nextInt(3);
        if (random.nextBoolean())
            reduce(op, type, order, seed, new int[] {rows, n}, new int[] {rows, 1});
        else
            reduce(op, type, order, seed, new int[] {n, rows}, new int[] {1, rows});
    }

    private static void reduce(ReduceOp op, DType type, Order order, long seed, int[] sizes, int[] result) {
        var twins = new Twins(seed);
        twins.reads(type, order, values(op, type, seed), sizes).writes(result(op, type), Order.ANY, result);
        twins.check(op == ReduceOp.SUM || op == ReduceOp.PROD ? type == DType.F32 ? 2e-6 : 1e-12 : 0,
                (backend, v) -> backend.reduce(op, v[0], v[1]));
    }

    private static DoubleSupplier values(ReduceOp op, DType type, long seed) {
        var random = Twins.random(seed);
        double odd = random.nextInt(3) == 0 ? 0.002 : 0;
        return () -> {
            if (type.isFloating() && random.nextDouble() < odd)
                return new double[] {Double.NaN, -0.0, 0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}[random.nextInt(5)];
            return switch (op) {
                case PROD -> type.isFloating() ? 1 + 0.01 * random.nextGaussian() : random.nextInt(5) - 2.5;
                case ANY -> random.nextInt(50) == 0 ? 1 : 0;
                case ALL -> random.nextInt(50) == 0 ? 0 : 1;
                case SUM -> type.isFloating() ? random.nextGaussian() / 8 : random.nextInt(1 << 30) - (1 << 29);
                case MAX, MIN -> random.nextInt(2000) - 1000;
            };
        };
    }

    static DType result(ReduceOp op, DType type) {
        return switch (op) {
            case SUM, PROD -> type.isFloating() ? type : DType.I64;
            case MAX, MIN -> type;
            case ANY, ALL -> DType.BOOL;
        };
    }

    @Property(tries = 30)
    void placesOfExtremes(@ForAll boolean largest, @ForAll DType type, @ForAll Order order, @ForAll long seed) {
        var random = Twins.random(seed);
        int[] sizes = {1 + random.nextInt(6), 1 + random.nextInt(6), 1 + random.nextInt(6)};
        int dim = random.nextInt(3);
        if (random.nextInt(4) == 0)
            sizes[dim] = 1 + random.nextInt(3000);
        int[] result = sizes.clone();
        result[dim] = 1;
        DoubleSupplier values = () -> type.isFloating() && random.nextInt(400) == 0 ? Double.NaN : random.nextInt(60) - 30;
        new Twins(seed).reads(type, order, values, sizes).writes(DType.I64, Order.ANY, result).check(0,
                (backend, v) -> backend.argReduce(largest, v[0], dim, v[1]));
    }

    @Example
    void powersOfTwoEndWhereIntegersDo() {
        assertThat(IntStream.of(0, 1, 5, 64, 1 << 30, Integer.MAX_VALUE).map(Folding::powerOfTwo)).containsExactly(1, 1, 8, 64, 1 << 30,
                1 << 30);
    }
}
