package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.AxisMap;
import dev.sunda.core.type.ShapeException;
import java.util.List;

/// Resizing of single dimensions with every choice that exchange formats know; [Interpolations] has PyTorch's.
///
/// Output `i` of a dimension that is scaled by `scale` reads at a position of the input, see [Coordinates]. There it takes the nearest
/// element, or a sum of those around with weights `kernel(distance)`: for [Mode#LINEAR] `max(0, 1 - |d|)`, for [Mode#CUBIC] Keys'
/// convolution with parameter `cubic`. Positions outside count as those of the border.
/// Sources: the operator `Resize` of the ONNX documentation; Keys 1981, Cubic convolution interpolation for digital image processing.
///
/// @param nearest how a position is rounded, for [Mode#NEAREST]
/// @param cubic parameter of the cubic kernel, often -0.75 or -0.5
/// @param excludeOutside whether positions outside have no weight instead, the others being scaled up to a sum of 1
/// @param antialias whether the kernel is stretched where the dimension shrinks, so that it averages over what it leaves out
public record AxisResize(Mode mode, Coordinates coordinates, Nearest nearest, double cubic, boolean excludeOutside, boolean antialias) {
    /// How a value is found.
    public enum Mode {
        NEAREST, LINEAR, CUBIC
    }

    /// Where output `i` lies in the input.
    public enum Coordinates {
        /// `(i + 0.5) / scale - 0.5`.
        HALF_PIXEL,
        /// The same about the middle of the input, also where the size had to be rounded.
        HALF_PIXEL_SYMMETRIC,
        /// The same, and the first element where the result has one.
        PYTORCH_HALF_PIXEL,
        /// `i / scale`.
        ASYMMETRIC,
        /// `i * (in - 1) / (in * scale - 1)`.
        ALIGN_CORNERS
    }

    /// How a position becomes the number of an element.
    public enum Nearest {
        /// To the nearest, halves down.
        ROUND_PREFER_FLOOR,
        /// To the nearest, halves up.
        ROUND_PREFER_CEIL, FLOOR, CEIL
    }

    /// Resizes one dimension of a tensor of any rank.
    ///
    /// @param out its new size, 0 or more
    /// @param scale above 0, usually `out / in`
    /// @throws ShapeException if the dimension is empty and is to have elements, or there is no such dimension
    public Variable apply(Variable x, int dim, int out, double scale) {
        int d = x.shape().dim("resize", dim);
        int in = x.size(d);
        if (in == 0 && out > 0 || out < 0)
            throw new ShapeException("resize", "dimension " + d + " cannot go from " + in + " to " + out + " elements", x.shape());
        if (!(scale > 0))
            throw new IllegalArgumentException("resize: the scale must be positive (got " + scale + ")");
        return AxisMaps.map(x, d, List.of(map(in, out, scale)));
    }

    private AxisMap map(int in, int out, double scale) {
        int[][] index = new int[out][];
        double[][] weight = new double[out][];
        for (int i = 0; i < out; i++) {
            double at = position(i, in, out, scale);
            if (mode == Mode.NEAREST) {
                index[i] = new int[] {Math.clamp((long) rounded(at), 0, in - 1)};
                weight[i] = new double[] {1};
            } else {
                taps(at, in, antialias ? Math.min(scale, 1) : 1, index, weight, i);
            }
        }
        return AxisMap.of(in, index, weight);
    }

    private double position(int i, int in, int out, double scale) {
        double half = (i + 0.5) / scale - 0.5;
        return switch (coordinates) {
            case HALF_PIXEL -> half;
            case HALF_PIXEL_SYMMETRIC -> in / 2.0 * (1 - out / (in * scale)) + half;
            case PYTORCH_HALF_PIXEL -> out == 1 ? -0.5 : half;
            case ASYMMETRIC -> i / scale;
            case ALIGN_CORNERS -> in * scale == 1 ? 0 : i * (in - 1) / (in * scale - 1);
        };
    }

    private double rounded(double at) {
        return switch (nearest) {
            case ROUND_PREFER_FLOOR -> Math.ceil(at - 0.5);
            case ROUND_PREFER_CEIL -> Math.floor(at + 0.5);
            case FLOOR -> Math.floor(at);
            case CEIL -> Math.ceil(at);
        };
    }

    /// The elements less than the kernel's reach away.
    private void taps(double at, int in, double shrink, int[][] index, double[][] weight, int i) {
        int left = (int) Math.floor(at);
        int before = (int) Math.ceil((mode == Mode.CUBIC ? 2 : 1) / shrink) - 1;
        int count = 2 * before + 2;
        index[i] = new int[count];
        weight[i] = new double[count];
        double total = 0;
        for (int k = 0; k < count; k++) {
            int j = left - before + k;
            index[i][k] = Math.clamp(j, 0, in - 1);
            weight[i][k] = excludeOutside && j != index[i][k] ? 0 : kernel((j - at) * shrink);
            total += weight[i][k];
        }
        for (int k = 0; k < count && (excludeOutside || shrink < 1); k++)
            weight[i][k] /= total;
    }

    private double kernel(double distance) {
        return mode == Mode.CUBIC ? Resampling.cubic(distance, cubic) : Math.max(0, 1 - Math.abs(distance));
    }
}
