package dev.sunda.data;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

import java.util.Arrays;
import java.util.Objects;

/// Brings a drawing of one character into the form MNIST has, so that a network trained on MNIST can read it: `[1, 28, 28]`, ink 1 on
/// paper 0.
///
/// Whatever the border mostly shows is paper, and ink is what differs most from it, darker or lighter; what differs no more than the
/// border does within itself is noise. The part that holds ink is cut out, scaled to fit into 20x20 pixels with its proportions kept, each
/// new pixel being the mean of the area it covers, and placed in 28x28 so that its centre of mass lies in the pixel right below the
/// middle. Images of MNIST itself come out as they went in, but for a few whose box is 19 wide. Source: LeCun, Cortes, Burges, "The MNIST
/// database of handwritten digits"; which pixel is the middle was measured on the files.
public final class MnistStyle {
    private static final int SIZE = 28, BOX = 20;
    /// Differences from the paper below so many times the typical one along the border are noise.
    private static final float NOISE = 6;
    /// No more than this share of the largest difference is taken for noise.
    private static final float MOST_NOISE = 0.5f;
    /// A drawing whose largest difference from the paper is smaller is blank.
    private static final float FAINTEST = 0.1f;

    private MnistStyle() {
    }

    /// @param image grey `[1, h, w]`, F32 in `[0, 1]`, as [ImageFiles#readGrey] gives; not modified
    /// @return `[1, 28, 28]` in `[0, 1]`, not normalised
    /// @throws DataException if there is nothing to see
    public static Tensor of(Tensor image) {
        Objects.requireNonNull(image, "MnistStyle.of: image is null");
        Shape shape = image.shape();
        if (shape.rank() != 3 || shape.size(0) != 1 || shape.numel() == 0)
            throw new ShapeException("MnistStyle", "a drawing must be grey, [1, h, w]", shape);
        if (image.dtype() != DType.F32)
            throw new IllegalArgumentException("MnistStyle: a drawing must be F32 (got " + image.dtype() + ")");
        var drawing = new Plane(ink(image.toFloatArray(), shape.size(1), shape.size(2)), shape.size(1), shape.size(2));
        return Tensor.of(drawing.crop().fit().centre().values, Shape.of(1, SIZE, SIZE));
    }

    /// Amount of ink, 0 to 1: the difference from the paper in the direction of the ink, over the largest one.
    private static float[] ink(float[] x, int h, int w) {
        for (float value : x)
            if (!(value >= 0 && value <= 1))
                throw new IllegalArgumentException("MnistStyle: pixels must be from 0 to 1 (got " + value + "); do not normalise before");
        float[] border = border(x, h, w);
        float paper = median(border);
        float darker = 0, lighter = 0;
        for (float value : x) {
            darker = Math.max(darker, paper - value);
            lighter = Math.max(lighter, value - paper);
        }
        float contrast = Math.max(darker, lighter);
        if (contrast < FAINTEST)
            throw new DataException("MnistStyle: the drawing is blank: no pixel differs from the paper by more than " + contrast
                    + " on a scale from 0 to 1");
        for (int i = 0; i < border.length; i++)
            border[i] = Math.abs(border[i] - paper);
        float noise = Math.min(NOISE * median(border) / contrast, MOST_NOISE);
        float sign = darker > lighter ? -1 : 1;
        var ink = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            float share = sign * (x[i] - paper) / contrast;
            ink[i] = share <= noise ? 0 : share;
        }
        return ink;
    }

    private static float[] border(float[] x, int h, int w) {
        var border = new float[x.length];
        int n = 0;
        for (int i = 0; i < h; i++)
            for (int j = 0; j < w; j++)
                if (i == 0 || j == 0 || i == h - 1 || j == w - 1)
                    border[n++] = x[i * w + j];
        return Arrays.copyOf(border, n);
    }

    private static float median(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /// A grey picture, row by row.
    private record Plane(float[] values, int h, int w) {
        /// The smallest rectangle that holds all ink.
        Plane crop() {
            int top = h, bottom = -1, left = w, right = -1;
            for (int i = 0; i < h; i++)
                for (int j = 0; j < w; j++)
                    if (values[i * w + j] > 0) {
                        top = Math.min(top, i);
                        bottom = i;
                        left = Math.min(left, j);
                        right = Math.max(right, j);
                    }
            int rows = bottom - top + 1, columns = right - left + 1;
            var cut = new float[rows * columns];
            for (int i = 0; i < rows; i++)
                System.arraycopy(values, (top + i) * w + left, cut, i * columns, columns);
            return new Plane(cut, rows, columns);
        }

        /// Scaled so that the longer side has 20 pixels.
        Plane fit() {
            int longer = Math.max(h, w);
            int rows = (int) Math.max(1, Math.round((double) BOX * h / longer));
            int columns = (int) Math.max(1, Math.round((double) BOX * w / longer));
            return new Plane(values, h, w).narrowed(columns).turned().narrowed(rows).turned();
        }

        /// Each row resampled to `columns` means over areas of equal width.
        private Plane narrowed(int columns) {
            var out = new float[h * columns];
            double step = (double) w / columns;
            for (int j = 0; j < columns; j++) {
                double from = j * step, to = Math.min(w, (j + 1) * step);
                for (int i = 0; i < h; i++) {
                    double sum = 0;
                    for (int s = (int) from; s < to; s++)
                        sum += values[i * w + s] * (Math.min(to, s + 1) - Math.max(from, s));
                    out[i * columns + j] = (float) (sum / step);
                }
            }
            return new Plane(out, h, columns);
        }

        private Plane turned() {
            var out = new float[values.length];
            for (int i = 0; i < h; i++)
                for (int j = 0; j < w; j++)
                    out[j * h + i] = values[i * w + j];
            return new Plane(out, w, h);
        }

        /// Placed in 28x28 with the centre of mass from 14 to 15 in both directions, as far as the border allows.
        Plane centre() {
            double mass = 0, massX = 0, massY = 0;
            for (int i = 0; i < h; i++)
                for (int j = 0; j < w; j++) {
                    float value = values[i * w + j];
                    mass += value;
                    massX += value * (j + 0.5);
                    massY += value * (i + 0.5);
                }
            int left = Math.clamp((int) Math.ceil(SIZE / 2.0 - massX / mass), 0, SIZE - w);
            int top = Math.clamp((int) Math.ceil(SIZE / 2.0 - massY / mass), 0, SIZE - h);
            var out = new float[SIZE * SIZE];
            for (int i = 0; i < h; i++)
                System.arraycopy(values, i * w, out, (top + i) * SIZE + left, w);
            return new Plane(out, SIZE, SIZE);
        }
    }
}
