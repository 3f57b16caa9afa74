package dev.sunda.core;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/// Rows of numbers, and Java arrays of arrays.
final class Creation {
    private Creation() {
    }

    static Tensor arange(double start, double end, double step, DType dtype, Device device) {
        double count = Math.ceil((end - start) / step);
        if (!Double.isFinite(start) || !Double.isFinite(end) || !(Math.abs(step) > 0) || !(count >= 0))
            throw new IllegalArgumentException(
                    "arange: the step must lead from the start to the end (got " + start + ", " + end + ", " + step
                            + ")");
        return row("arange", count, i -> start + i * step, dtype, device);
    }

    /// The second half is counted from the end, so that the last number is `end`.
    static Tensor linspace(double start, double end, int steps, DType dtype, Device device) {
        return row("linspace", steps, line(start, end, steps), dtype, device);
    }

    static Tensor logspace(double start, double end, int steps, double base, DType dtype, Device device) {
        IntToDoubleFunction exponent = line(start, end, steps);
        return row("logspace", steps, i -> StrictMath.pow(base, exponent.applyAsDouble(i)), dtype, device);
    }

    private static IntToDoubleFunction line(double start, double end, int steps) {
        double step = steps > 1 ? (end - start) / (steps - 1) : 0;
        return i -> i < (steps + 1) / 2 ? start + i * step : end - (steps - 1 - i) * step;
    }

    private static Tensor row(String operation, double count, IntToDoubleFunction value, DType dtype, Device device) {
        if (!(count >= 0 && count < Integer.MAX_VALUE - 8))
            throw new ShapeException(String.format("%s: the number of elements must be from 0 to 2^31 - 9 (got %.0f)", operation, count));
        double[] values = new double[(int) count];
        Arrays.setAll(values, value);
        return Tensor.of(values).to(dtype).to(device);
    }

    /// Row by row, however deep.
    static Tensor ofNested(Object array) {
        Shape shape = shape(array);
        Class<?> element = array == null ? null : array.getClass();
        while (element != null && element.isArray())
            element = element.getComponentType();
        if (element == float.class)
            return Tensor.of((float[]) flat(array, shape, float.class), shape);
        if (element == double.class)
            return Tensor.of((double[]) flat(array, shape, double.class), shape);
        if (element == int.class)
            return Tensor.of((int[]) flat(array, shape, int.class), shape);
        if (element == long.class)
            return Tensor.of((long[]) flat(array, shape, long.class), shape);
        if (element == boolean.class)
            return Tensor.of((boolean[]) flat(array, shape, boolean.class), shape);
        throw new IllegalArgumentException("ofNested: needs arrays of float, double, int, long or boolean (got "
                + (array == null ? null : array.getClass().getSimpleName()) + ")");
    }

    private static Shape shape(Object array) {
        int[] sizes = new int[0];
        for (Object rest = array; rest != null && rest.getClass().isArray(); rest = first(rest)) {
            sizes = Arrays.copyOf(sizes, sizes.length + 1);
            sizes[sizes.length - 1] = Array.getLength(rest);
        }
        return Shape.of(sizes);
    }

    private static Object first(Object array) {
        return Array.getLength(array) == 0 || array.getClass().getComponentType().isPrimitive() ? null : Array.get(array, 0);
    }

    private static Object flat(Object array, Shape shape, Class<?> element) {
        Object values = Array.newInstance(element, shape.numel());
        copy(array, shape, 0, values, 0);
        return values;
    }

    private static int copy(Object from, Shape shape, int dim, Object to, int at) {
        if (from == null || Array.getLength(from) != shape.size(dim) || dim == shape.rank() - 1 && !isRow(from))
            throw new ShapeException("ofNested", "all arrays of one depth must be equally long, dimension " + dim, shape);
        int size = shape.size(dim);
        if (isRow(from)) {
            System.arraycopy(from, 0, to, at, size);
            return at + size;
        }
        int next = at;
        for (int i = 0; i < size; i++)
            next = copy(Array.get(from, i), shape, dim + 1, to, next);
        return next;
    }

    private static boolean isRow(Object array) {
        return array.getClass().getComponentType().isPrimitive();
    }
}
