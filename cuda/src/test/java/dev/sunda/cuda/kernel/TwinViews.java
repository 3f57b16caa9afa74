package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Backends;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/// Random views in the memory of the reference backend, with every kind of stride, and copies of their whole memory on the device whose
/// kernels are interpreted.
final class TwinViews {
    static final Backend REFERENCE = Backends.of(Device.REFERENCE);
    static final Backend DEVICE = Backends.of(new Device("ptx", 0));

    private static final double[] SPECIAL = {0, -0.0, 1, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY,
        Float.MIN_VALUE, Float.MAX_VALUE, 0.5, 2};

    private final SplittableRandom random;

    TwinViews(long seed) {
        random = new SplittableRandom(seed);
    }

    int below(int n) {
        return random.nextInt(n);
    }

    boolean coin() {
        return random.nextBoolean();
    }

    /// A number from 1 to `most`, small ones more often.
    int size(int most) {
        return 1 + random.nextInt(1 + random.nextInt(most));
    }

    /// Sizes from 1 to `most`; one may be 0.
    Shape shape(int rank, int most) {
        int[] sizes = new int[rank];
        for (int d = 0; d < rank; d++)
            sizes[d] = size(most);
        if (rank > 0 && random.nextInt(12) == 0)
            sizes[random.nextInt(rank)] = 0;
        return Shape.of(sizes);
    }

    /// What is read: any layout, broadcast ones included; numbers with many ties, NaN and infinities among them.
    View source(DType dtype, Shape shape) {
        return filled(dtype, layout(shape, true));
    }

    /// What is written: any layout without overlap, holding what must not be left there.
    View target(DType dtype, Shape shape) {
        return filled(dtype, layout(shape, false));
    }

    /// Numbers without gaps.
    View contiguous(DType dtype, Shape shape) {
        return filled(dtype, Layout.contiguous(shape));
    }

    /// Normal numbers in the place of what a view holds.
    View finite(View view) {
        for (int i = 0; i < view.storage().numel(); i++)
            view.heap().setDouble(i, random.nextDouble() * 4 - 2);
        return view;
    }

    /// Indices below `limit` in the place of what a view holds.
    View indices(View view, int limit) {
        for (int i = 0; i < view.storage().numel(); i++)
            view.heap().setLong(i, random.nextInt(limit));
        return view;
    }

    private View filled(DType dtype, Layout layout) {
        int numel = 1 + layout.offset();
        for (int d = 0; d < layout.shape().rank(); d++)
            numel += Math.max(0, layout.stride(d)) * Math.max(0, layout.shape().size(d) - 1);
        HeapStorage storage = HeapStorage.allocate(Device.REFERENCE, dtype, numel + random.nextInt(3));
        for (int i = 0; i < storage.numel(); i++)
            if (!dtype.isFloating())
                storage.setLong(i, dtype == DType.BOOL ? random.nextInt(2) : random.nextInt(40) - 20);
            else
            storage.setDouble(i, random.nextInt(5) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextInt(100) / 8.0 - 6);
        return new View(storage, layout);
    }

    private Layout layout(Shape shape, boolean mayOverlap) {
        int kind = random.nextInt(6);
        if (kind == 0)
            return Layout.contiguous(shape);
        if (kind == 1 && shape.rank() >= 3)
            return Layout.channelsLast(shape);
        int[] order = new int[shape.rank()];
        Arrays.setAll(order, d -> d);
        for (int d = order.length - 1; d > 0; d--) {
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

    /// The whole memory of a view on the device.
    static View twin(View view) {
        return view == null ? null : new View(DEVICE.upload(view.dtype(), view.heap().array()), view.layout());
    }

    /// The same numbers in memory of their own.
    static View copy(View view) {
        HeapStorage to = HeapStorage.allocate(Device.REFERENCE, view.dtype(), view.storage().numel());
        System.arraycopy(view.heap().array(), 0, to.array(), 0, to.numel());
        return new View(to, view.layout());
    }

    /// Compares all of their memory, so that an element written beside the view is found, too.
    static void assertSame(View twin, View expected) {
        assertClose(twin, expected, 0);
    }

    /// @param tolerance relative to 1 + the magnitude of what is expected
    static void assertClose(View twin, View expected, double tolerance) {
        HeapStorage actual = HeapStorage.allocate(Device.REFERENCE, twin.dtype(), twin.storage().numel());
        System.arraycopy(DEVICE.download(twin.storage(), 0, actual.numel()), 0, actual.array(), 0, actual.numel());
        for (int i = 0; i < actual.numel(); i++) {
            double a = actual.getDouble(i);
            double e = expected.heap().getDouble(i);
            boolean same = Double.compare(a, e) == 0 || Math.abs(a - e) <= tolerance * (1 + Math.abs(e));
            int at = i;
            assertThat(same).as(() -> String.format(Locale.ROOT, "%s at %d: got %s, expected %s", expected.layout(), at, a, e)).isTrue();
        }
    }
}
