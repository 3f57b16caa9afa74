package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Objects;

/// Brings an image `[c, h, w]` to another size. A pixel of the result is a mean of the pixels around the place it stands for, weighted by
/// a triangle that is as wide as two pixels of the result, or of the image if the result is larger: bilinear interpolation that leaves
/// no pixel out. Values as PyTorch's `interpolate` in mode `bilinear` with `antialias`, and as torchvision's `Resize`.
///
/// @param height rows of the result, at least 1
/// @param width  columns of the result, at least 1
public record Resize(int height, int width) implements Transform {
    public Resize {
        if (height < 1 || width < 1)
            throw new IllegalArgumentException("Resize: height and width must be at least 1 (got " + height + ", " + width + ")");
    }

    /// Brings the shorter side to a size and the longer one to what keeps the shape, rounded down.
    ///
    /// @param size at least 1; an image whose longer side would have 2^31 pixels or more is refused
    public static Transform shorterSide(int size) {
        if (size < 1)
            throw new IllegalArgumentException("Resize: the shorter side must be at least 1 (got " + size + ")");
        return (image, rng) -> {
            float[] x = Transform.pixels("Resize", image);
            int h = image.shape().size(1), w = image.shape().size(2);
            checkPixels(image.shape());
            long longer = (long) size * Math.max(h, w) / Math.min(h, w);
            if (longer > Integer.MAX_VALUE)
                throw new ShapeException("Resize", "the shorter side must leave a longer one below 2^31, " + size + " makes it " + longer,
                        image.shape());
            return h <= w ? resized(x, image.shape(), size, (int) longer) : resized(x, image.shape(), (int) longer, size);
        };
    }

    /// @throws ShapeException if the image has no pixels
    @Override
    public Tensor apply(Tensor image, Rng rng) {
        Objects.requireNonNull(image, "Resize.apply: image is null");
        float[] x = Transform.pixels("Resize", image);
        checkPixels(image.shape());
        return resized(x, image.shape(), height, width);
    }

    private static void checkPixels(Shape image) {
        if (image.size(1) == 0 || image.size(2) == 0)
            throw new ShapeException("Resize", "the image must have pixels", image);
    }

    /// First along the rows, then along the columns.
    static Tensor resized(float[] x, Shape from, int height, int width) {
        int c = from.size(0), h = from.size(1), w = from.size(2);
        Shape shape = Shape.of(c, height, width);                    // refuses what is too large, before anything is allocated
        var narrow = new float[Shape.of(c, h, width).numel()];
        var columns = Mean.of(w, width);
        for (int row = 0; row < c * h; row++)
            for (int j = 0; j < width; j++)
                narrow[row * width + j] = columns[j].of(x, row * w, 1);
        var rows = Mean.of(h, height);
        var y = new float[shape.numel()];
        for (int k = 0; k < c; k++)
            for (int i = 0; i < height; i++)
                for (int j = 0; j < width; j++)
                    y[(k * height + i) * width + j] = rows[i].of(narrow, k * h * width + j, width);
        return Tensor.of(y, shape);
    }

    /// The pixels that a pixel of the result is made of.
    ///
    /// @param first   the first of them
    /// @param weights with sum 1
    private record Mean(int first, double[] weights) {
        static Mean[] of(int from, int to) {
            double scale = (double) from / to;
            double reach = Math.max(scale, 1);
            var means = new Mean[to];
            for (int i = 0; i < to; i++) {
                double centre = scale * (i + 0.5);
                int first = Math.max(0, (int) (centre - reach + 0.5));
                var weights = new double[Math.min(from, (int) (centre + reach + 0.5)) - first];
                double sum = 0;
                for (int j = 0; j < weights.length; j++)
                    sum += weights[j] = Math.max(0, 1 - Math.abs((first + j + 0.5 - centre) / reach));
                for (int j = 0; j < weights.length; j++)
                    weights[j] /= sum;
                means[i] = new Mean(first, weights);
            }
            return means;
        }

        float of(float[] x, int start, int step) {
            double sum = 0;
            for (int j = 0; j < weights.length; j++)
                sum += weights[j] * x[start + (first + j) * step];
            return (float) sum;
        }
    }
}
