package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Backends;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;

/// The same memory on the reference backend and on a device whose kernels are interpreted: an operation runs on both, then all of what it
/// may have written is compared.
final class Twins {
    private static final Backend REFERENCE = Backends.of(Device.REFERENCE);
    private static final Backend GPU = Backends.of(new Device("ptx", 0));

    private final Random random;
    private final List<Twin> twins = new ArrayList<>();

    /// How the elements of a view lie in memory.
    enum Order {
        ROW_MAJOR, CHANNELS_LAST, ANY
    }

    /// One view, twice.
    private record Twin(View reference, View gpu, boolean written) {
    }

    /// What is to be compared.
    interface Operation {
        void run(Backend backend, View... views);
    }

    Twins(long seed) {
        random = random(seed);
    }

    /// Seeds that are small numbers, as they mostly are, give first numbers far apart.
    static Random random(long seed) {
        return new Random(seed * 0x9E3779B97F4A7C15L);
    }

    Twins reads(DType type, Order order, DoubleSupplier values, int... sizes) {
        return add(type, layout(order, false, sizes), values, false);
    }

    Twins readsNormal(DType type, Order order, int... sizes) {
        return reads(type, order, normal(), sizes);
    }

    /// A view of which one number stands for all along some dimensions.
    Twins readsBroadcast(DType type, Order order, int... sizes) {
        return add(type, layout(order, true, sizes), normal(), false);
    }

    Twins writes(DType type, Order order, int... sizes) {
        return add(type, layout(order, false, sizes), () -> 77, true);
    }

    /// No view in this place.
    Twins nothing() {
        twins.add(null);
        return this;
    }

    DoubleSupplier normal() {
        return random::nextGaussian;
    }

    DoubleSupplier integers(int below) {
        return () -> random.nextInt(2 * below + 1) - below;
    }

    /// Runs `operation` on both backends, twice on the device.
    ///
    /// @param tolerance error allowed, relative to 1 + the value
    void check(double tolerance, Operation operation) {
        operation.run(REFERENCE, twins.stream().map(t -> t == null ? null : t.reference).toArray(View[]::new));
        View[] gpu = twins.stream().map(t -> t == null ? null : t.gpu).toArray(View[]::new);
        operation.run(GPU, gpu);
        List<Object> first = downloaded();
        operation.run(GPU, gpu);
        assertThat(Arrays.deepEquals(downloaded().toArray(), first.toArray())).as("the second run gives the same bits").isTrue();
        for (int i = 0; i < first.size(); i++)
            if (twins.get(i) != null)
                compare(i, twins.get(i), first.get(i), tolerance);
    }

    private List<Object> downloaded() {
        var arrays = new ArrayList<>();
        for (Twin t : twins)
            arrays.add(t == null ? null : GPU.download(t.gpu.storage(), 0, t.gpu.storage().numel()));
        return arrays;
    }

    private static void compare(int view, Twin twin, Object actual, double tolerance) {
        Object expected = twin.reference.heap().array();
        for (int i = 0; i < Array.getLength(expected); i++) {
            double e = ((Number) Array.get(expected, i)).doubleValue();
            double a = ((Number) Array.get(actual, i)).doubleValue();
            boolean close = Double.compare(e, a) == 0 || e == a && tolerance > 0
                    || Math.abs(e - a) <= (twin.written ? tolerance : 0) * (1 + Math.abs(e));
            assertThat(close).as("element %d of the memory of view %d %s: %s instead of %s", i, view, twin.reference.layout(), a, e)
                    .isTrue();
        }
    }

    private Twins add(DType type, Layout layout, DoubleSupplier values, boolean written) {
        int numel = end(layout) + random.nextInt(3);
        Object array = array(type, numel, values);
        twins.add(new Twin(new View(REFERENCE.upload(type, array), layout), new View(GPU.upload(type, array), layout), written));
        return this;
    }

    private static int end(Layout layout) {
        int end = layout.offset();
        for (int d = 0; d < layout.shape().rank(); d++)
            end += Math.max(0, layout.stride(d)) * Math.max(0, layout.shape().size(d) - 1);
        return layout.shape().numel() == 0 ? layout.offset() : end + 1;
    }

    private static Object array(DType type, int numel, DoubleSupplier values) {
        Object array = Array.newInstance(switch (type) {
            case F32 -> float.class;
            case F64 -> double.class;
            case I32 -> int.class;
            case I64 -> long.class;
            case BOOL -> byte.class;
        }, numel);
        for (int i = 0; i < numel; i++) {
            double value = values.getAsDouble();
            switch (type) {
                case F32 -> Array.setFloat(array, i, (float) value);
                case F64 -> Array.setDouble(array, i, value);
                case I32 -> Array.setInt(array, i, (int) value);
                case I64 -> Array.setLong(array, i, (long) value);
                case BOOL -> Array.setByte(array, i, (byte) (value > 0 ? 1 : 0));
            }
        }
        return array;
    }

    private Layout layout(Order order, boolean broadcast, int... sizes) {
        Shape shape = Shape.of(sizes);
        if (order == Order.ROW_MAJOR && !broadcast)
            return Layout.contiguous(shape);
        if (order == Order.CHANNELS_LAST && sizes.length > 2)
            return Layout.channelsLast(shape);
        return scattered(shape, broadcast);
    }

    /// Dimensions in any order, some backwards, with gaps, or standing still.
    private Layout scattered(Shape shape, boolean broadcast) {
        var dims = new ArrayList<Integer>();
        for (int d = 0; d < shape.rank(); d++)
            dims.add(random.nextInt(dims.size() + 1), d);
        var strides = new int[shape.rank()];
        int step = 1 + random.nextInt(2);
        int offset = random.nextInt(3);
        for (int d : dims) {
            if (broadcast && random.nextBoolean())
                continue;
            boolean back = random.nextInt(4) == 0;
            strides[d] = back ? -step : step;
            if (back)
                offset += step * Math.max(0, shape.size(d) - 1);
            step *= Math.max(1, shape.size(d)) + random.nextInt(2);
        }
        return Layout.strided(shape, strides, offset);
    }
}
