package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import java.util.Objects;

/// Turns, enlarges and moves an image `[c, h, w]` a little, at random, about its centre. Values between pixels are interpolated bilinearly,
/// the outside of the image counts as 0.
///
/// The angle is drawn evenly from `[-degrees, degrees)` (positive is counter-clockwise), the moves to the right and down each from
/// `[-shift, shift)`, the scale from `[minScale, maxScale)`.
///
/// @param degrees  largest angle in degrees, from 0 to 180
/// @param shift    largest move in pixels, at least 0
/// @param minScale smallest factor, above 0; 1 leaves the size alone
/// @param maxScale largest factor, at least `minScale`
public record RandomAffine(double degrees, double shift, double minScale, double maxScale) implements Transform {
    public RandomAffine {
        if (!(degrees >= 0 && degrees <= 180))
            throw new IllegalArgumentException("RandomAffine: degrees must be from 0 to 180 (got " + degrees + ")");
        if (!(shift >= 0 && shift < Double.POSITIVE_INFINITY))
            throw new IllegalArgumentException("RandomAffine: shift must not be negative (got " + shift + ")");
        if (!(minScale > 0 && maxScale >= minScale && maxScale < Double.POSITIVE_INFINITY))
            throw new IllegalArgumentException("RandomAffine: scales must be positive and in order (got " + minScale + ", " + maxScale
                    + ")");
    }

    /// Moves only.
    public static RandomAffine shift(double pixels) {
        return new RandomAffine(0, pixels, 1, 1);
    }

    /// Turns only.
    public static RandomAffine rotation(double degrees) {
        return new RandomAffine(degrees, 0, 1, 1);
    }

    @Override
    public Tensor apply(Tensor image, Rng rng) {
        Objects.requireNonNull(image, "RandomAffine.apply: image is null");
        Objects.requireNonNull(rng, "RandomAffine.apply: rng is null; pass new Rng(seed)");
        double angle = symmetric(rng, degrees);
        double right = symmetric(rng, shift);
        double down = symmetric(rng, shift);
        double scale = minScale + (maxScale - minScale) * rng.nextDouble();
        return warp(image, angle, right, down, scale);
    }

    private static double symmetric(Rng rng, double limit) {
        return (2 * rng.nextDouble() - 1) * limit;
    }

    /// Pixel `p` of the result is the image at `centre + R(p - centre - move) / scale`, where `R` turns clockwise by the angle.
    static Tensor warp(Tensor image, double angle, double right, double down, double scale) {
        float[] x = Transform.pixels("RandomAffine", image);
        int h = image.shape().size(1), w = image.shape().size(2);
        double cos = StrictMath.cos(StrictMath.toRadians(angle)) / scale, sin = StrictMath.sin(StrictMath.toRadians(angle)) / scale;
        double centreX = (w - 1) / 2.0, centreY = (h - 1) / 2.0;
        var y = new float[x.length];
        for (int i = 0; i < h; i++)
            for (int j = 0; j < w; j++) {
                double dx = j - centreX - right, dy = i - centreY - down;
                double column = centreX + cos * dx - sin * dy, row = centreY + sin * dx + cos * dy;
                for (int plane = 0; plane < x.length; plane += h * w)
                    y[plane + i * w + j] = bilinear(x, plane, h, w, row, column);
            }
        return Tensor.of(y, image.shape());
    }

    private static float bilinear(float[] x, int plane, int h, int w, double row, double column) {
        double top = Math.floor(row), left = Math.floor(column);
        double fy = row - top, fx = column - left;
        int i = (int) top, j = (int) left;
        double upper = (1 - fx) * at(x, plane, h, w, i, j) + fx * at(x, plane, h, w, i, j + 1);
        double lower = (1 - fx) * at(x, plane, h, w, i + 1, j) + fx * at(x, plane, h, w, i + 1, j + 1);
        return (float) ((1 - fy) * upper + fy * lower);
    }

    private static float at(float[] x, int plane, int h, int w, int i, int j) {
        return i < 0 || i >= h || j < 0 || j >= w ? 0 : x[plane + i * w + j];
    }
}
