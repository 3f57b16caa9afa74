package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/// Views with every kind of stride, filled with random numbers, and their comparison.
final class RandomViews {
    private static final float[] SPECIAL = {0, -0.0f, 1, -1, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE,
        -Float.MIN_NORMAL, Float.MAX_VALUE, 1e-20f, 88.7f, -103.9f, 0.625f};
    private final SplittableRandom random;

    RandomViews(long seed) {
        random = new SplittableRandom(seed);
    }

    int below(int n) {
        return random.nextInt(n);
    }

    boolean coin() {
        return random.nextBoolean();
    }

    /// Sizes from 1 to 6, one of them sometimes up to 80, for tails of vectors, or 0.
    Shape shape(int rank) {
        int[] sizes = new int[rank];
        for (int d = 0; d < rank; d++)
            sizes[d] = 1 + random.nextInt(6);
        if (rank > 0 && random.nextInt(3) > 0)
            sizes[random.nextInt(rank)] = 1 + random.nextInt(80);
        if (rank > 0 && random.nextInt(10) == 0)
            sizes[random.nextInt(rank)] = 0;
        return Shape.of(sizes);
    }

    /// A source: any layout, broadcast ones included.
    View source(DType dtype, Shape shape) {
        return filled(dtype, layout(shape, true));
    }

    /// Normal numbers, all of them finite.
    View finite(Shape shape) {
        return finite(DType.F32, shape);
    }

    /// Normal numbers, all of them finite.
    View finite(DType dtype, Shape shape) {
        View view = filled(dtype, layout(shape, true));
        for (int i = 0; i < view.storage().numel(); i++)
            view.heap().setDouble(i, random.nextGaussian() * 2);
        return view;
    }

    /// A destination: any layout without overlap, holding what must not be left there.
    View target(DType dtype, Shape shape) {
        return filled(dtype, layout(shape, false));
    }

    /// Normal numbers without gaps.
    View contiguous(DType dtype, Shape shape) {
        return filled(dtype, Layout.contiguous(shape));
    }

    /// The absolute values, as they lie.
    static View magnitudes(View view) {
        View result = copy(view);
        for (int i = 0; i < result.storage().numel(); i++)
            result.heap().setDouble(i, Math.abs(result.heap().getDouble(i)));
        return result;
    }

    /// The same numbers in memory of their own.
    static View copy(View view) {
        HeapStorage to = HeapStorage.allocate(Device.CPU, view.dtype(), view.storage().numel());
        System.arraycopy(view.heap().array(), 0, to.array(), 0, to.numel());
        return new View(to, view.layout());
    }

    private Layout layout(Shape shape, boolean mayOverlap) {
        int rank = shape.rank();
        int kind = random.nextInt(6);
        if (kind == 0)
            return Layout.contiguous(shape);
        if (kind == 1 && rank >= 3)
            return Layout.channelsLast(shape);
        int[] order = new int[rank];
        Arrays.setAll(order, d -> d);
        for (int d = rank - 1; d > 0; d--) {
            int other = random.nextInt(d + 1);
            int swap = order[d];
            order[d] = order[other];
            order[other] = swap;
        }
        return strided(shape, order, kind >= 3, kind == 4, mayOverlap && kind == 5);
    }

    private Layout strided(Shape shape, int[] order, boolean gaps, boolean flips, boolean broadcasts) {
        int[] strides = new int[shape.rank()];
        int offset = gaps ? random.nextInt(4) : 0;
        int step = 1;
        for (int i = order.length - 1; i >= 0; i--) {
            int d = order[i];
            step *= gaps && random.nextInt(3) == 0 ? 2 : 1;
            strides[d] = broadcasts && random.nextBoolean() ? 0 : step;
            if (flips && random.nextBoolean()) {
                offset += step * Math.max(0, shape.size(d) - 1);
                strides[d] = -step;
            }
            step *= Math.max(1, shape.size(d));
        }
        return Layout.strided(shape, strides, offset);
    }

    private View filled(DType dtype, Layout layout) {
        int numel = 1 + layout.offset();
        for (int d = 0; d < layout.shape().rank(); d++)
            numel += Math.max(0, layout.stride(d)) * Math.max(0, layout.shape().size(d) - 1);
        HeapStorage storage = HeapStorage.allocate(Device.CPU, dtype, numel + 3);
        for (int i = 0; i < storage.numel(); i++)
            switch (dtype) {
            case F32 -> storage.floats()[i] = random.nextInt(8) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)]
                    : (float) (random.nextGaussian() * 3);
            case F64 -> storage.doubles()[i] = random.nextGaussian();
            case BOOL -> storage.bytes()[i] = (byte) random.nextInt(2);
            default -> storage.setLong(i, random.nextInt(100) - 50);
            }
        return new View(storage, layout);
    }

    /// Compares the whole memory of two views, so that an element written beside the view is found too.
    static void assertClose(View actual, View expected, double relative, double absolute) {
        assertThat(actual.storage().numel()).isEqualTo(expected.storage().numel());
        for (int i = 0; i < actual.storage().numel(); i++) {
            double a = actual.heap().getDouble(i);
            double e = expected.heap().getDouble(i);
            boolean same = Double.compare(a, e) == 0 || a == e || Math.abs(a - e) <= absolute + relative * Math.abs(e);
            assertThat(same).as(() -> String.format(Locale.ROOT, "%s: got %s, expected %s", actual.layout(), a, e)).isTrue();
        }
    }

    /// Compares like [#assertClose]; elements may differ by a part of those of `most`.
    static void assertWithin(View actual, View expected, View most, double part) {
        for (int i = 0; i < actual.storage().numel(); i++) {
            double a = actual.heap().getDouble(i);
            double e = expected.heap().getDouble(i);
            double bound = part * most.heap().getDouble(i);
            assertThat(a == e || Math.abs(a - e) <= bound)
                    .as(() -> String.format(Locale.ROOT, "%s: got %s, expected %s, at most %s away", actual.layout(), a, e, bound))
                    .isTrue();
        }
    }

    static void assertSame(View actual, View expected) {
        assertClose(actual, expected, 0, 0);
    }
}
