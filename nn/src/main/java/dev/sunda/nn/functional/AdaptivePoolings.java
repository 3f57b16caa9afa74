package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.PoolKernels;
import dev.sunda.core.op.AxisMap;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Poolings.MaxPool;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Pooling to a given size: output `i` of `out` sees the pixels from `floor(i * in / out)` to below `ceil((i + 1) * in / out)`, so that the
/// windows cover the axis, overlapping where the sizes do not divide each other.
///
/// All take a batch `[N, C, spatial...]` or a single sample `[C, spatial...]`. Sizes are given for each axis, the outermost first, or one
/// for all; null keeps the size of the input, 0 gives an empty result.
public final class AdaptivePoolings {
    private AdaptivePoolings() {
    }

    // ---------------------------------------------------------------------------------------------------------- averages

    /// Means over a sequence: `[N, C, L]` to `[N, C, size]`.
    public static Variable adaptiveAvgPool1d(Variable x, Integer... size) {
        return average("adaptiveAvgPool1d", x, 1, size);
    }

    /// Means over an image: `[N, C, H, W]` to `[N, C, rows, columns]`. The mean of a rectangle is the mean of its rows' means, so each
    /// axis has an [AxisMap].
    ///
    /// @param size rows and columns, or one number for both; null keeps the input's
    public static Variable adaptiveAvgPool2d(Variable x, Integer... size) {
        return average("adaptiveAvgPool2d", x, 2, size);
    }

    /// Means over a volume: `[N, C, D, H, W]` to `[N, C, depth, rows, columns]`.
    ///
    /// @param size depth, rows and columns, or one number for all; null keeps the input's
    public static Variable adaptiveAvgPool3d(Variable x, Integer... size) {
        return average("adaptiveAvgPool3d", x, 3, size);
    }

    private static Variable average(String name, Variable x, int axes, Integer[] size) {
        int[] out = sizes(name, x, axes, size);
        int first = x.rank() - axes;
        AxisMap[] maps = new AxisMap[axes];
        for (int a = 0; a < axes; a++)
            maps[a] = means(x.size(first + a), out[a]);
        return AxisMaps.map(x, first, List.of(maps));
    }

    /// The windows of one axis, each divided by its length.
    static AxisMap means(int in, int out) {
        int[][] index = windows(in, out);
        double[][] weight = new double[out][];
        for (int i = 0; i < out; i++) {
            weight[i] = new double[index[i].length];
            Arrays.fill(weight[i], 1.0 / index[i].length);
        }
        return AxisMap.of(in, index, weight);
    }

    /// For each output the pixels it sees.
    private static int[][] windows(int in, int out) {
        int[][] index = new int[out][];
        for (int i = 0; i < out; i++)
            index[i] = IntStream.range((int) ((long) i * in / out), (int) Math.ceilDiv((i + 1L) * in, out)).toArray();
        return index;
    }

    // ---------------------------------------------------------------------------------------------------------- maxima

    /// Maxima over a sequence: `[N, C, L]` to `[N, C, size]`; ties and NaN as in [Poolings#maxPool1d].
    public static Variable adaptiveMaxPool1d(Variable x, Integer... size) {
        return adaptiveMaxPool1dWithIndices(x, size).values();
    }

    /// Maxima over an image: `[N, C, H, W]` to `[N, C, rows, columns]`; ties and NaN as in [Poolings#maxPool2d].
    ///
    /// @param size rows and columns, or one number for both; null keeps the input's
    public static Variable adaptiveMaxPool2d(Variable x, Integer... size) {
        return adaptiveMaxPool2dWithIndices(x, size).values();
    }

    /// Maxima over a volume: `[N, C, D, H, W]` to `[N, C, depth, rows, columns]`; ties and NaN as in [Poolings#maxPool3d].
    ///
    /// @param size depth, rows and columns, or one number for all; null keeps the input's
    public static Variable adaptiveMaxPool3d(Variable x, Integer... size) {
        return adaptiveMaxPool3dWithIndices(x, size).values();
    }

    /// [#adaptiveMaxPool1d] with the positions of the maxima.
    public static MaxPool adaptiveMaxPool1dWithIndices(Variable x, Integer... size) {
        return largest("adaptiveMaxPool1d", x, 1, size);
    }

    /// [#adaptiveMaxPool2d] with the positions of the maxima.
    public static MaxPool adaptiveMaxPool2dWithIndices(Variable x, Integer... size) {
        return largest("adaptiveMaxPool2d", x, 2, size);
    }

    /// [#adaptiveMaxPool3d] with the positions of the maxima.
    public static MaxPool adaptiveMaxPool3dWithIndices(Variable x, Integer... size) {
        return largest("adaptiveMaxPool3d", x, 3, size);
    }

    /// Where the sizes divide each other this is pooling with windows side by side. Otherwise all windows are made as long as the longest,
    /// by repeating their last pixel, and laid side by side; what was largest there is then taken from `x` by its position.
    private static MaxPool largest(String name, Variable x, int axes, Integer[] size) {
        int[] out = sizes(name, x, axes, size);
        if (x.rank() == axes + 1) {
            MaxPool batch = largest(name, x.unsqueeze(0), axes, size);
            return new MaxPool(batch.values().squeeze(0), batch.index().squeeze(0));
        }
        if (x.size(1) == 0)
            throw new ShapeException(name, "there are no channels", x.shape());
        if (Arrays.stream(out).anyMatch(s -> s == 0))
            return nothing(x, out);
        Tensor laid = x.data();
        int[] kernel = new int[axes];
        int[][] source = new int[axes][];
        for (int a = 0; a < axes; a++) {
            int[][] windows = windows(x.size(a + 2), out[a]);
            kernel[a] = Arrays.stream(windows).mapToInt(w -> w.length).max().orElseThrow();
            source[a] = sideBySide(windows, kernel[a]);
            if (source[a].length != x.size(a + 2))
                laid = laid.indexSelect(a + 2, Tensor.of(source[a]).to(x.device()));
        }
        int[] ones = new int[axes];
        Arrays.fill(ones, 1);
        var spec = PoolSpec.of(name, laid.shape(), kernel, kernel, new int[axes], ones, false, false);
        if (laid.shape().equals(x.shape()))
            return Poolings.maxPool(x, spec);
        Tensor index = positions(x.shape(), source, PoolKernels.maxPool(spec, laid, false).index());
        Variable values = x.flatten(2, -1).gather(2, index.flatten(2, -1)).reshape(spec.outputShape());
        return new MaxPool(values, index);
    }

    private static MaxPool nothing(Variable x, int[] out) {
        Variable empty = x;
        for (int a = 0; a < out.length; a++)
            empty = empty.narrow(a + 2, 0, 0);
        Shape shape = x.shape();
        for (int a = 0; a < out.length; a++)
            shape = shape.with(a + 2, out[a]);
        return new MaxPool(empty.reshape(shape), Tensor.zeros(shape, DType.I32, x.device()));
    }

    private static int[] sideBySide(int[][] windows, int length) {
        int[] source = new int[windows.length * length];
        for (int i = 0; i < source.length; i++) {
            int[] window = windows[i / length];
            source[i] = window[Math.min(i % length, window.length - 1)];
        }
        return source;
    }

    /// Positions in the windows laid side by side, as positions in `x`.
    private static Tensor positions(Shape x, int[][] source, Tensor index) {
        int[] table = {0};
        for (int a = 0; a < source.length; a++) {
            int[] inner = new int[table.length * source[a].length];
            for (int i = 0; i < inner.length; i++)
                inner[i] = table[i / source[a].length] * x.size(a + 2) + source[a][i % source[a].length];
            table = inner;
        }
        return Tensor.of(table).to(index.device()).gather(0, index.reshape(-1)).reshape(index.shape());
    }

    // ---------------------------------------------------------------------------------------------------------- sizes

    private static int[] sizes(String name, Variable x, int axes, Integer[] size) {
        if (!x.dtype().isFloating())
            throw new DTypeException(name + ": needs a floating type (got " + x.data().describe() + "); convert with to(DType.F32)");
        if (x.rank() != axes + 1 && x.rank() != axes + 2)
            throw new ShapeException(name, "the input must have " + (axes + 1) + " or " + (axes + 2) + " dimensions", x.shape());
        if (size.length != axes && size.length != 1)
            throw new IllegalArgumentException(name + ": the size of the result must be one number or one for each of " + axes
                    + " axes (got " + Arrays.toString(size) + ")");
        int[] out = new int[axes];
        for (int a = 0; a < axes; a++) {
            int in = x.size(x.rank() - axes + a);
            Integer wanted = size[size.length == 1 ? 0 : a];
            out[a] = wanted == null ? in : wanted;
            if (out[a] < 0)
                throw new IllegalArgumentException(name + ": sizes of the result must be 0 or more (got " + Arrays.toString(size) + ")");
            if (in == 0)
                throw new ShapeException(name, "the input has no pixels", x.shape());
        }
        return out;
    }
}
