package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.Random;

/// Random tensors in every memory order for the tests of the image kernels, and their comparison with the naive backend.
final class ConvolutionViews {
    static final ReferenceBackend REFERENCE = new ReferenceBackend(Device.REFERENCE);

    private ConvolutionViews() {
    }

    /// How the elements of a test tensor lie in memory.
    enum Order {
        CONTIGUOUS, CHANNELS_LAST, REVERSED_DIMENSIONS, SLICED, FLIPPED, REVERSED_AND_FLIPPED;

        /// A layout of `shape` in a storage of [#room] elements.
        Layout layout(Shape shape) {
            int[] backwards = new int[shape.rank()];
            for (int d = 0; d < backwards.length; d++)
                backwards[d] = backwards.length - 1 - d;
            return switch (this) {
                case CONTIGUOUS -> Layout.contiguous(shape);
                case CHANNELS_LAST -> shape.rank() > 2 ? Layout.channelsLast(shape) : Layout.contiguous(shape);
                case REVERSED_DIMENSIONS -> Layout.dense(shape, backwards);
                case SLICED -> {
                    Layout whole = Layout.contiguous(doubled(shape));
                    for (int d = 0; d < shape.rank(); d++)
                        whole = whole.slice(d, d % 2, shape.size(d), 2);
                    yield whole;
                }
                case FLIPPED -> {
                    Layout whole = Layout.contiguous(shape);
                    for (int d = 0; d < shape.rank(); d++)
                        whole = whole.slice(d, Math.max(0, shape.size(d) - 1), shape.size(d), -1);
                    yield whole;
                }
                case REVERSED_AND_FLIPPED -> {
                    int last = shape.rank() - 1;
                    yield last < 0 ? Layout.contiguous(shape)
                            : Layout.dense(shape, backwards).slice(last, Math.max(0, shape.size(last) - 1), shape.size(last), -1);
                }
            };
        }

        int room(Shape shape) {
            return this == SLICED ? doubled(shape).numel() : shape.numel();
        }

        private static Shape doubled(Shape shape) {
            int[] sizes = shape.sizes();
            for (int d = 0; d < sizes.length; d++)
                sizes[d] *= 2;
            return Shape.of(sizes);
        }
    }

    /// Numbers from -1 to 1, all of the storage, whatever the view shows of it.
    static View random(Shape shape, Order order, Random random) {
        return random(DType.F32, shape, order, random);
    }

    /// The same of type F32 or F64.
    static View random(DType dtype, Shape shape, Order order, Random random) {
        View view = empty(dtype, shape, order);
        for (int i = 0; i < view.storage().numel(); i++)
            view.heap().setDouble(i, (dtype == DType.F32 ? random.nextFloat() : random.nextDouble()) * 2 - 1);
        return view;
    }

    /// A tensor to be overwritten; floats start as NaN, so that a forgotten element shows.
    static View empty(DType dtype, Shape shape, Order order) {
        var storage = HeapStorage.allocate(Device.CPU, dtype, order.room(shape));
        for (int i = 0; (dtype == DType.F32 || dtype == DType.F64) && i < storage.numel(); i++)
            storage.setDouble(i, Double.NaN);
        return new View(storage, order.layout(shape));
    }

    static View like(View view) {
        return empty(view.dtype(), view.shape(), Order.CONTIGUOUS);
    }

    /// Every element of `actual` lies within `tolerance` of the one in `expected`.
    static void assertClose(View actual, View expected, double tolerance) {
        double[] a = values(actual);
        double[] e = values(expected);
        for (int i = 0; i < e.length; i++)
            if (!(Math.abs(a[i] - e[i]) <= tolerance) && Double.compare(a[i], e[i]) != 0)
                assertThat(a[i]).as("element %d of %s", i, expected.shape()).isEqualTo(e[i]);
    }

    /// The same bits.
    static void assertSame(View actual, View expected) {
        assertThat(values(actual)).isEqualTo(values(expected));
    }

    /// The elements in row-major order.
    static double[] values(View view) {
        int[] sizes = view.shape().sizes();
        double[] values = new double[view.shape().numel()];
        for (int i = 0; i < values.length; i++) {
            int at = view.layout().offset();
            int left = i;
            for (int d = sizes.length - 1; d >= 0; d--) {
                at += left % sizes[d] * view.layout().stride(d);
                left /= sizes[d];
            }
            values[i] = view.heap().getDouble(at);
        }
        return values;
    }
}
