package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Backends;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;

/// Runs calls on the kernels and on another device with the same memory, and compares all of the memory afterwards: what a call was not to
/// touch must be as it was.
final class TwoDevices {
    static final Backend KERNELS = Backends.of(new Device("ptx", 0));
    static final Backend CPU = Backends.of(Device.CPU);
    static final Backend REFERENCE = Backends.of(Device.REFERENCE);

    private static final double[] EDGES =
            {0.0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 6, 20, -20, 1e-3, -1e-3, 1e-8, 1e-30, -1e-30, 1e-42, -1e-42,
                88, -88, 104, -104, 700, -745, 1e10, -1e10, 3e30, -3e30, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};

    private final Backend other;
    private final List<Object> arrays = new ArrayList<>();
    private final List<Layout> layouts = new ArrayList<>();
    private final Random random;

    /// @param other what results are compared with
    TwoDevices(Backend other, long seed) {
        this.other = other;
        random = new Random(seed);
    }

    /// A number between `from` and `to`, both included.
    int between(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    /// One more operand.
    ///
    /// @return this
    TwoDevices with(Object array, Layout layout) {
        arrays.add(array);
        layouts.add(layout);
        return this;
    }

    /// One more operand of numbers from 1 to 2 of either sign.
    TwoDevices withOnes(DType dtype, Layout layout) {
        Object numbers = numbers(dtype, length(layout));
        for (int i = 0; i < Array.getLength(numbers); i++) {
            double number = (1 + random.nextDouble()) * (random.nextBoolean() ? 1 : -1);
            if (dtype == DType.F32)
                Array.setFloat(numbers, i, (float) number);
            else
                Array.setDouble(numbers, i, number);
        }
        return with(numbers, layout);
    }

    /// One more operand of whole numbers from -3 to 3.
    TwoDevices withWhole(DType dtype, Layout layout) {
        Object numbers = numbers(dtype, length(layout));
        for (int i = 0; i < Array.getLength(numbers); i++) {
            int number = between(-3, 3);
            if (dtype == DType.F32)
                Array.setFloat(numbers, i, number);
            else
                Array.setDouble(numbers, i, number);
        }
        return with(numbers, layout);
    }

    /// One more operand in an array that is just long enough, contiguous.
    TwoDevices with(Object array, int... sizes) {
        return with(array, Layout.contiguous(sizes.length == 0 ? Shape.of(Array.getLength(array)) : Shape.of(sizes)));
    }

    /// One more operand of random numbers.
    TwoDevices with(DType dtype, Layout layout) {
        return with(numbers(dtype, length(layout)), layout);
    }

    private static int length(Layout layout) {
        int last = layout.offset();
        for (int d = 0; d < layout.shape().rank(); d++)
            last += Math.max(0, layout.stride(d)) * Math.max(0, layout.shape().size(d) - 1);
        return last + 3;
    }

    /// Runs the call with the operands in their order.
    ///
    /// @param ulps how far results may lie apart
    void compare(long ulps, BiConsumer<Backend, View[]> call) {
        compare(ulps, 0, call);
    }

    /// The same; results nearer to 0 than `least` are measured by its last place.
    void compare(long ulps, double least, BiConsumer<Backend, View[]> call) {
        List<Object> expected = run(other, call);
        List<Object> actual = run(KERNELS, call);
        for (int n = 0; n < arrays.size(); n++)
            assertClose(actual.get(n), expected.get(n), ulps, least, arrays, layouts.get(n));
        arrays.clear();
        layouts.clear();
    }

    private List<Object> run(Backend backend, BiConsumer<Backend, View[]> call) {
        var views = new View[arrays.size()];
        for (int n = 0; n < views.length; n++)
            views[n] = new View(backend.upload(dtype(arrays.get(n)), arrays.get(n)), layouts.get(n));
        call.accept(backend, views);
        var results = new ArrayList<Object>();
        for (View view : views)
            results.add(backend.download(view.storage(), 0, view.storage().numel()));
        return results;
    }

    private static void assertClose(Object actual, Object expected, long ulps, double least, List<Object> inputs, Layout layout) {
        for (int i = 0; i < Array.getLength(expected); i++) {
            Number a = (Number) Array.get(actual, i);
            Number e = (Number) Array.get(expected, i);
            if (e.doubleValue() < least && e.doubleValue() > -least)
                assertThat(a.doubleValue()).as("element %d, from %s in %s", i, at(inputs, i), layout)
                        .isCloseTo(e.doubleValue(), within(ulps * (e instanceof Float ? Math.ulp((float) least) : Math.ulp(least))));
            else
                assertThat(apart(a, e)).as("element %d: got %s, expected %s, from %s in %s", i, a, e, at(inputs, i), layout)
                        .isLessThanOrEqualTo(ulps);
        }
    }

    private static List<Object> at(List<Object> inputs, int i) {
        return inputs.stream().map(x -> i < Array.getLength(x) ? Array.get(x, i) : "-").toList();
    }

    /// How many numbers of the type lie between two; zeros of either sign differ, NaN does not.
    static long apart(Number a, Number b) {
        return switch (a) {
            case Float x -> Float.isNaN(x) && Float.isNaN(b.floatValue()) ? 0 : distance(order(x), order(b.floatValue()));
            case Double x -> Double.isNaN(x) && Double.isNaN(b.doubleValue()) ? 0 : distance(order(x), order(b.doubleValue()));
            default -> a.equals(b) ? 0 : Long.MAX_VALUE;
        };
    }

    private static long distance(long a, long b) {
        long difference = a - b;
        return ((a ^ b) & (a ^ difference)) < 0 ? Long.MAX_VALUE : Math.abs(difference);
    }

    private static long order(float x) {
        int bits = Float.floatToIntBits(x);
        return bits >= 0 ? bits : -1L - (bits & Integer.MAX_VALUE);
    }

    private static long order(double x) {
        long bits = Double.doubleToLongBits(x);
        return bits >= 0 ? bits : -1L - (bits & Long.MAX_VALUE);
    }

    // ------------------------------------------------------------------------------------------------------------------------ operands

    /// Edge values, and numbers of all sizes.
    Object numbers(DType dtype, int n) {
        return switch (dtype) {
            case F32 -> {
                var numbers = new float[n];
                for (int i = 0; i < n; i++)
                    numbers[i] = (float) number();
                yield numbers;
            }
            case F64 -> {
                var numbers = new double[n];
                for (int i = 0; i < n; i++)
                    numbers[i] = number();
                yield numbers;
            }
            case I32 -> {
                var numbers = new int[n];
                for (int i = 0; i < n; i++)
                    numbers[i] = (int) integer();
                yield numbers;
            }
            case I64 -> {
                var numbers = new long[n];
                for (int i = 0; i < n; i++)
                    numbers[i] = integer();
                yield numbers;
            }
            case BOOL -> {
                var numbers = new byte[n];
                for (int i = 0; i < n; i++)
                    numbers[i] = (byte) random.nextInt(2);
                yield numbers;
            }
        };
    }

    private double number() {
        return switch (random.nextInt(4)) {
            case 0 -> EDGES[random.nextInt(EDGES.length)];
            case 1 -> random.nextGaussian() * Math.pow(10, random.nextInt(21) - 10);
            case 2 -> random.nextDouble() * 2 - 1;
            default -> random.nextGaussian() * 4;
        };
    }

    private long integer() {
        return switch (random.nextInt(6)) {
            case 0 -> Long.MIN_VALUE;
            case 1 -> Integer.MIN_VALUE;
            case 2 -> random.nextLong();
            default -> random.nextInt(201) - 100;
        };
    }

    /// Sizes of up to four dimensions.
    Shape shape() {
        var sizes = new int[random.nextInt(5)];
        for (int d = 0; d < sizes.length; d++)
            sizes[d] = switch (random.nextInt(10)) {
                case 0 -> random.nextInt(2);
                case 1 -> 33;
                case 2, 3, 4 -> 4 * between(1, 4);
                default -> between(1, 7);
            };
        return Shape.of(sizes);
    }

    /// Two dimensions with few elements, now and then none, or more than a block takes.
    Shape smallShape() {
        return random.nextInt(20) == 0 ? Shape.of(1, between(2040, 4100)) : Shape.of(between(0, 4), between(1, 9));
    }

    /// A layout without overlaps: any order of the dimensions, gaps, flipped dimensions, an offset.
    Layout layout(Shape shape) {
        return layout(shape, false);
    }

    /// A layout in which elements may stand for many.
    Layout source(Shape shape) {
        return layout(shape, true);
    }

    private Layout layout(Shape shape, boolean broadcast) {
        int rank = shape.rank();
        if (random.nextInt(3) == 0)
            return Layout.contiguous(shape);
        var order = new ArrayList<Integer>();
        for (int d = 0; d < rank; d++)
            order.add(random.nextInt(2) == 0 ? d : random.nextInt(d + 1), d);
        var strides = new int[rank];
        int step = 1;
        int offset = random.nextInt(3) == 0 ? random.nextInt(5) : 4 * random.nextInt(2);
        int gap = random.nextInt(4) == 0 ? 4 * between(0, 1) + random.nextInt(2) : 0;
        boolean sparse = random.nextInt(4) == 0;
        for (int i = rank - 1; i >= 0; i--) {
            int d = order.get(i);
            if (broadcast && random.nextInt(4) == 0)
                continue;
            strides[d] = step * (sparse && i == rank - 1 ? 2 : 1);
            step = strides[d] * Math.max(1, shape.size(d)) + (i == rank - 1 ? gap : 0);
            if (random.nextInt(8) == 0) {
                offset += strides[d] * Math.max(0, shape.size(d) - 1);
                strides[d] = -strides[d];
            }
        }
        return Layout.strided(shape, strides, offset);
    }

    private static DType dtype(Object array) {
        return switch (array) {
            case float[] _ -> DType.F32;
            case double[] _ -> DType.F64;
            case int[] _ -> DType.I32;
            case long[] _ -> DType.I64;
            default -> DType.BOOL;
        };
    }
}
