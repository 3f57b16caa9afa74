package dev.sunda.core;

import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.Objects;

/// Random integers and random choices. All are drawn in Java and so have the same bits on every device.
final class Sampling {
    private Sampling() {
    }

    /// Number `i` is `floor(bits * (high - low) / 2^64) + low`; how often two numbers come differs by less than the range over 2^64.
    static Tensor randint(long low, long high, Shape shape, Rng rng, DType dtype, Device device) {
        Objects.requireNonNull(shape, "randint: shape is null");
        Objects.requireNonNull(rng, "randint: rng is null; pass new Rng(seed)");
        Objects.requireNonNull(dtype, "randint: dtype is null; use DType.I64");
        Objects.requireNonNull(device, "randint: device is null; use Device.CPU");
        if (high <= low)
            throw new IllegalArgumentException("randint: the upper bound must be above the lower one (got " + low + ", " + high + ")");
        long range = high - low;                                     // as an unsigned number
        RandomKey key = rng.take(shape.numel());
        long[] values = new long[shape.numel()];
        for (int i = 0; i < values.length; i++)
            values[i] = low + Math.unsignedMultiplyHigh(key.bits(i), range);
        return Tensor.of(values, shape).to(dtype).to(device);
    }

    static Tensor randperm(int n, Rng rng, Device device) {
        Objects.requireNonNull(rng, "randperm: rng is null; pass new Rng(seed)");
        if (n < 0)
            throw new IllegalArgumentException("randperm: the number must not be negative (got " + n + ")");
        return Tensor.of(rng.permutation(n)).to(DType.I64).to(device);
    }

    static Tensor bernoulli(Tensor probabilities, Rng rng) {
        if (!probabilities.dtype().isFloating())
            throw new DTypeException("bernoulli: needs a floating type (got " + probabilities.describe() + ")");
        for (double p : probabilities.toDoubleArray())
            if (!(p >= 0 && p <= 1))
                throw new ShapeException("bernoulli", "probabilities must be from 0 to 1, one is " + p, probabilities.shape());
        Tensor numbers = Tensor.rand(probabilities.shape(), rng, DType.F64, probabilities.device());
        return numbers.lt(probabilities.to(DType.F64)).to(probabilities.dtype());
    }

    static Tensor multinomial(Tensor weights, int count, boolean replacement, Rng rng) {
        Objects.requireNonNull(rng, "multinomial: rng is null; pass new Rng(seed)");
        if (!weights.dtype().isFloating())
            throw new DTypeException("multinomial: needs a floating type (got " + weights.describe() + ")");
        if (weights.rank() < 1 || weights.rank() > 2 || weights.size(-1) == 0)
            throw new ShapeException("multinomial", "needs a row of weights or rows of them", weights.shape());
        int n = weights.size(-1);
        if (count < 1 || !replacement && count > n)
            throw new ShapeException("multinomial",
                    "the number of draws must be from 1 to " + (replacement ? "2^31 - 9" : n) + ", got " + count,
                    weights.shape());
        double[] all = weights.toDoubleArray();
        int rows = all.length / n;
        Shape shape = weights.shape().with(-1, count);
        long[] drawn = new long[shape.numel()];
        for (int r = 0; r < rows; r++)
            check(weights, Arrays.copyOfRange(all, r * n, r * n + n), replacement ? 1 : count);
        for (int r = 0; r < rows; r++) {
            double[] row = Arrays.copyOfRange(all, r * n, r * n + n);
            int[] chosen = replacement ? withReplacement(row, count, rng) : withoutReplacement(row, count, rng);
            for (int i = 0; i < count; i++)
                drawn[r * count + i] = chosen[i];
        }
        return Tensor.of(drawn, shape).to(weights.device());
    }

    private static void check(Tensor weights, double[] row, int needed) {
        int positive = 0;
        for (double w : row) {
            if (!(w >= 0 && w < Double.POSITIVE_INFINITY))
                throw new ShapeException("multinomial", "weights must be finite and not negative, one is " + w, weights.shape());
            positive += w > 0 ? 1 : 0;
        }
        if (positive < needed)
            throw new ShapeException("multinomial", "a row has " + positive + " weights above 0, too few for " + needed + " draws",
                    weights.shape());
    }

    private static int[] withReplacement(double[] weights, int count, Rng rng) {
        double[] sums = new double[weights.length];
        double sum = 0;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i];
            sums[i] = sum;
            last = weights[i] > 0 ? i : last;
        }
        RandomKey key = rng.take(count);
        int[] chosen = new int[count];
        for (int i = 0; i < count; i++)
            chosen[i] = Math.min(last, firstAbove(sums, key.uniformDouble(i) * sum));
        return chosen;
    }

    /// The first position whose sum is above `x`: never one of weight 0.
    private static int firstAbove(double[] sums, double x) {
        int low = 0;
        int high = sums.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sums[middle] > x)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    /// Each element waits an exponential time at the rate of its weight; those that come first are drawn, in that order.
    /// Source: Efraimidis, Spirakis 2006, Weighted random sampling with a reservoir, doi:10.1016/j.ipl.2005.11.003.
    private static int[] withoutReplacement(double[] weights, int count, Rng rng) {
        RandomKey key = rng.take(weights.length);
        double[] arrival = new double[weights.length];
        Integer[] order = new Integer[weights.length];
        for (int i = 0; i < weights.length; i++) {
            double time = -StrictMath.log(1 - key.uniformDouble(i));
            arrival[i] = weights[i] > 0 ? time / weights[i] : Double.POSITIVE_INFINITY;
            order[i] = i;
        }
        Arrays.sort(order, (a, b) -> weights[a] > 0 == weights[b] > 0 ? Double.compare(arrival[a], arrival[b]) : weights[a] > 0 ? -1 : 1);
        int[] chosen = new int[count];
        Arrays.setAll(chosen, i -> order[i]);
        return chosen;
    }
}
