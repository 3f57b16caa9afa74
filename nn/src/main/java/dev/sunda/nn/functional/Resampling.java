package dev.sunda.nn.functional;

import dev.sunda.core.op.AxisMap;
import dev.sunda.nn.functional.Interpolation.Mode;
import java.util.function.DoubleUnaryOperator;

/// Which pixels of an axis an output of a resized one is made of.
///
/// Coordinates are those of PyTorch. With `scale` input pixels for each output, output `i` lies at `i * scale` where corners are aligned
/// (`scale = (in - 1) / (out - 1)`), else at `(i + 0.5) * scale - 0.5`, with `scale` being one over the given factor or `in / out`.
/// Pixels outside are those of the border.
final class Resampling {
    private Resampling() {
    }

    /// @param factor given scale factor, or 0 to take the ratio of the sizes
    static AxisMap map(Mode mode, int in, int out, boolean aligned, double factor, boolean antialias) {
        double scale = aligned ? out > 1 ? (in - 1) / (out - 1.0) : 0 : factor > 0 ? 1 / factor : (double) in / out;
        if (antialias)
            return in == out ? linear(in, out, aligned, scale) : antialiased(mode, in, out, scale);
        return switch (mode) {
            case NEAREST -> nearest(in, out, scale, 0);
            case NEAREST_EXACT -> nearest(in, out, scale, 0.5);
            case BICUBIC -> cubic(in, out, aligned, scale);
            default -> linear(in, out, aligned, scale);
        };
    }

    /// Rounding the position to float before the floor, as PyTorch does, keeps `i * (in / out)` from falling just below a whole number.
    private static AxisMap nearest(int in, int out, double scale, double centre) {
        int[] index = new int[out];
        for (int i = 0; i < out; i++)
            index[i] = Math.min((int) Math.floor((float) ((i + centre) * scale)), in - 1);
        return AxisMap.copies(in, index);
    }

    /// `(1 - lambda) * x[j] + lambda * x[j + 1]` around the position. An axis that keeps its size is left alone, whatever the factor.
    private static AxisMap linear(int in, int out, boolean aligned, double scale) {
        int[][] index = new int[out][];
        double[][] weight = new double[out][];
        for (int i = 0; i < out; i++) {
            double at = in == out ? i : aligned ? i * scale : Math.max(0, (i + 0.5) * scale - 0.5);
            int j = Math.min((int) at, in - 1);
            double lambda = Math.clamp(at - j, 0, 1);
            index[i] = new int[] {j, Math.min(j + 1, in - 1)};
            weight[i] = new double[] {1 - lambda, lambda};
        }
        return AxisMap.of(in, index, weight);
    }

    /// The four pixels around the position with the weights of [#cubic(double, double)] at their distances.
    private static AxisMap cubic(int in, int out, boolean aligned, double scale) {
        int[][] index = new int[out][4];
        double[][] weight = new double[out][4];
        for (int i = 0; i < out; i++) {
            double at = aligned ? i * scale : (i + 0.5) * scale - 0.5;
            int j = Math.min((int) Math.floor(at), in - 1);
            double lambda = Math.clamp(at - j, 0, 1);
            for (int k = 0; k < 4; k++) {
                index[i][k] = Math.clamp(j + k - 1, 0, in - 1);
                weight[i][k] = cubic(lambda - (k - 1), -0.75);
            }
        }
        return AxisMap.of(in, index, weight);
    }

    /// The cubic convolution kernel with parameter `a`. Source: Keys 1981, Cubic convolution interpolation for digital image processing,
    /// IEEE TASSP 29(6).
    static double cubic(double distance, double a) {
        double d = Math.abs(distance);
        if (d <= 1)
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }

    /// The kernel stretched by `scale` where the image shrinks, its weights divided by their sum. The cubic kernel has parameter -0.5 here,
    /// as in PyTorch and Pillow. An axis that keeps its size is left alone.
    private static AxisMap antialiased(Mode mode, int in, int out, double scale) {
        DoubleUnaryOperator kernel = mode == Mode.BICUBIC ? d -> cubic(d, -0.5) : d -> Math.max(0, 1 - Math.abs(d));
        double stretch = Math.max(1, scale);
        double support = (mode == Mode.BICUBIC ? 2 : 1) * stretch;
        int[][] index = new int[out][];
        double[][] weight = new double[out][];
        for (int i = 0; i < out; i++) {
            double centre = scale * (i + 0.5);
            int first = Math.max((int) (centre - support + 0.5), 0);
            int size = Math.max(0, Math.min((int) (centre + support + 0.5), in) - first);
            index[i] = new int[size];
            weight[i] = new double[size];
            double total = 0;
            for (int k = 0; k < size; k++) {
                index[i][k] = first + k;
                weight[i][k] = kernel.applyAsDouble((first + k - centre + 0.5) / stretch);
                total += weight[i][k];
            }
            for (int k = 0; k < size && total != 0; k++)
                weight[i][k] /= total;
        }
        return AxisMap.of(in, index, weight);
    }
}
