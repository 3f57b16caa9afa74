package dev.sunda.core.reference;

import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.SplittableRandom;

/// Views for tests: given values, patterns and random numbers, in row-major or in awkward memory order.
final class Samples {
    private Samples() {
    }

    static View of(DType dtype, Shape shape, double... values) {
        View view = empty(dtype, shape);
        Elements.store(values, view);
        return view;
    }

    static View f64(Shape shape, double... values) {
        return of(DType.F64, shape, values);
    }

    /// A vector of doubles.
    static View f64(double... values) {
        return f64(Shape.of(values.length), values);
    }

    static View f32(double... values) {
        return of(DType.F32, Shape.of(values.length), values);
    }

    static View i64(Shape shape, long... values) {
        View view = empty(DType.I64, shape);
        Elements.store(values, view);
        return view;
    }

    static View i64(long... values) {
        return i64(Shape.of(values.length), values);
    }

    static View i32(long... values) {
        View view = empty(DType.I32, Shape.of(values.length));
        Elements.store(values, view);
        return view;
    }

    static View bool(long... values) {
        View view = empty(DType.BOOL, Shape.of(values.length));
        Elements.store(values, view);
        return view;
    }

    /// A destination, filled with numbers that no kernel may leave behind.
    static View empty(DType dtype, Shape shape) {
        View view = new View(HeapStorage.allocate(Device.REFERENCE, dtype, shape.numel()), Layout.contiguous(shape));
        for (int i = 0; i < shape.numel(); i++)
            view.heap().setDouble(i, -77);
        return view;
    }

    static View f64Empty(int... sizes) {
        return empty(DType.F64, Shape.of(sizes));
    }

    /// `((7 i + seed) mod 11 - 5) / 4` for element `i`: small numbers whose sums of products are exact.
    static View pattern(DType dtype, int seed, Shape shape) {
        var values = new double[shape.numel()];
        for (int i = 0; i < values.length; i++)
            values[i] = ((i * 7 + seed) % 11 - 5) / 4.0;
        return of(dtype, shape, values);
    }

    static View pattern(int seed, int... sizes) {
        return pattern(DType.F64, seed, Shape.of(sizes));
    }

    /// Standard normal numbers, rounded to the type.
    static View random(DType dtype, SplittableRandom random, Shape shape) {
        var values = new double[shape.numel()];
        for (int i = 0; i < values.length; i++)
            values[i] = random.nextGaussian();
        return of(dtype, shape, values);
    }

    /// The same elements in a larger storage, with the dimensions in random order and direction and with gaps.
    static View scrambled(View x, SplittableRandom random) {
        int rank = x.shape().rank();
        int[] strides = new int[rank];
        boolean[] done = new boolean[rank];
        int step = 1 + random.nextInt(2);
        int offset = 3;
        for (int i = 0; i < rank; i++) {
            int d = random.nextInt(rank);
            while (done[d])
                d = (d + 1) % rank;
            done[d] = true;
            int size = Math.max(1, x.shape().size(d));
            boolean flipped = random.nextBoolean();
            strides[d] = flipped ? -step : step;
            offset += flipped ? (size - 1) * step : 0;
            step *= size + random.nextInt(2);
        }
        var view = new View(HeapStorage.allocate(Device.REFERENCE, x.dtype(), step + 5), Layout.strided(x.shape(), strides, offset));
        NaiveElementwise.copy(x, view);
        return view;
    }

    /// The inner product of two views.
    static double dot(View x, View y) {
        double[] a = Elements.doubles(x);
        double[] b = Elements.doubles(y);
        double sum = 0;
        for (int i = 0; i < a.length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
