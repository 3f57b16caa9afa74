package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Poolings.MaxPool;
import java.util.Arrays;

/// Maxima of windows whose distances are drawn at random, so that a size can shrink by any factor.
///
/// With a number `u` drawn for each axis of each channel and `a = (in - kernel) / (out - 1)`, window `i` starts at
/// `floor((i + u) a) - floor(u a)` and the last one at `in - kernel`. The elements of all windows are gathered and the largest of each is
/// picked, the first of equals, NaN before all others; derivatives follow from those. Source: Graham 2014, arXiv:1412.6071.
public final class FractionalPoolings {
    private FractionalPoolings() {
    }

    /// The largest element of each window of an image, `[N, C, H, W]` or `[C, H, W]`.
    ///
    /// @param kernel window sizes, at least 1
    /// @param outputSize of the result, at least 1; at most the size of the image less that of a window, plus 1
    /// @param samples `[N, C, 2]`, from 0 to below 1 and of the type of `x`: for each channel the number for the columns, then that for
    ///     the rows, as in PyTorch
    public static Variable fractionalMaxPool2d(Variable x, int[] kernel, int[] outputSize, Tensor samples) {
        return fractionalMaxPool2dWithIndices(x, kernel, outputSize, samples).values();
    }

    /// The same with the positions of the maxima, int64.
    public static MaxPool fractionalMaxPool2dWithIndices(Variable x, int[] kernel, int[] outputSize, Tensor samples) {
        return pool("fractionalMaxPool2d", x, kernel, outputSize, samples, 2);
    }

    /// The largest element of each window of a volume, `[N, C, D, H, W]` or `[C, D, H, W]`, see [#fractionalMaxPool2d].
    ///
    /// @param samples `[N, C, 3]`: the numbers for depth, rows and columns
    public static Variable fractionalMaxPool3d(Variable x, int[] kernel, int[] outputSize, Tensor samples) {
        return fractionalMaxPool3dWithIndices(x, kernel, outputSize, samples).values();
    }

    /// The same with the positions of the maxima, int64.
    public static MaxPool fractionalMaxPool3dWithIndices(Variable x, int[] kernel, int[] outputSize, Tensor samples) {
        return pool("fractionalMaxPool3d", x, kernel, outputSize, samples, 3);
    }

    private static MaxPool pool(String name, Variable x, int[] kernel, int[] size, Tensor samples, int axes) {
        check(name, x, kernel, size, axes);
        if (x.rank() == axes + 1) {
            MaxPool batch = pool(name, x.unsqueeze(0), kernel, size, samples, axes);
            return new MaxPool(batch.values().squeeze(0), batch.index().squeeze(0));
        }
        int n = x.size(0);
        int c = x.size(1);
        if (!samples.shape().equals(Shape.of(n, c, axes)) || samples.dtype() != x.dtype())
            throw new ShapeException(name + ": needs samples of the type of the input and shape " + Shape.of(n, c, axes) + " (got "
                    + samples.describe() + ")");
        int windows = Shape.of(size).numel();
        int taps = Shape.of(kernel).numel();
        Tensor places = Tensor.of(places(name, x.shape(), kernel, size, samples), Shape.of(n, c, windows * taps)).to(x.device());
        Variable all = x.flatten(2, -1).gather(2, places).reshape(n, c, windows, taps);
        Variable.Indexed largest = all.max(3, true);
        Tensor index = places.reshape(n, c, windows, taps).gather(3, largest.indices());
        int[] out = x.shape().sizes();
        System.arraycopy(size, 0, out, 2, axes);
        return new MaxPool(largest.values().reshape(Shape.of(out)), index.reshape(Shape.of(out)));
    }

    private static void check(String name, Variable x, int[] kernel, int[] size, int axes) {
        if (!x.dtype().isFloating())
            throw new DTypeException(name + ": needs a floating type (got " + x.data().describe() + "); convert with to(DType.F32)");
        if (x.rank() != axes + 1 && x.rank() != axes + 2)
            throw new ShapeException(name, "the input must have " + (axes + 1) + " or " + (axes + 2) + " dimensions", x.shape());
        if (kernel.length != axes || size.length != axes)
            throw new IllegalArgumentException(name + ": kernel and output size must be given for " + axes + " axes (got "
                    + Arrays.toString(kernel) + ", " + Arrays.toString(size) + ")");
        for (int a = 0; a < axes; a++)
            if (kernel[a] < 1 || size[a] < 1 || (long) size[a] + kernel[a] - 1 > x.size(a - axes))
                throw new ShapeException(name, "windows of " + Arrays.toString(kernel) + " do not fit " + Arrays.toString(size)
                        + " times at different places", x.shape());
    }

    /// Row-major positions within the spatial axes: `[N, C, windows, elements of a window]`.
    private static long[] places(String name, Shape x, int[] kernel, int[] size, Tensor samples) {
        int axes = kernel.length;
        double[] drawn = samples.toDoubleArray();
        for (double u : drawn)
            if (!(u >= 0 && u < 1))
                throw new IllegalArgumentException(name + ": samples must be from 0 to below 1 (got " + u + ")");
        int windows = Shape.of(size).numel();
        int taps = Shape.of(kernel).numel();
        long[] places = new long[drawn.length / axes * windows * taps];
        int[][] starts = new int[axes][];
        for (int channel = 0, at = 0; channel < drawn.length / axes; channel++) {
            for (int a = 0; a < axes; a++)
                starts[a] = starts(drawn[channel * axes + (axes == 2 ? 1 - a : a)], x.size(a - axes), size[a], kernel[a], samples.dtype());
            for (int window = 0; window < windows; window++)
                for (int tap = 0; tap < taps; tap++)
                    places[at++] = place(x, starts, size, kernel, window, tap);
        }
        return places;
    }

    private static int[] starts(double u, int in, int out, int kernel, DType dtype) {
        int[] starts = new int[out];
        double step = rounded((double) (in - kernel) / (out - 1), dtype);
        for (int i = 0; i < out - 1; i++)
            starts[i] = (int) rounded(rounded(i + u, dtype) * step, dtype) - (int) rounded(u * step, dtype);
        starts[out - 1] = in - kernel;
        return starts;
    }

    /// Windows start where the arithmetic of the type says.
    private static double rounded(double x, DType dtype) {
        return dtype == DType.F32 ? (float) x : x;
    }

    private static long place(Shape x, int[][] starts, int[] size, int[] kernel, int window, int tap) {
        long place = 0;
        long factor = 1;
        int w = window;
        int t = tap;
        for (int a = size.length - 1; a >= 0; a--) {
            place += factor * (starts[a][w % size[a]] + t % kernel[a]);
            factor *= x.size(a - size.length);
            w /= size[a];
            t /= kernel[a];
        }
        return place;
    }
}
