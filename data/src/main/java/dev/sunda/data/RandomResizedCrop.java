package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.ShapeException;
import java.util.Objects;

/// Cuts a window of random area, proportions and place out of an image `[c, h, w]` and brings it to one size, as [Resize] does: the usual
/// way of training on photos.
///
/// The area is uniform between two shares of the image's, the logarithm of width to height between those of two numbers. If ten such
/// windows do not fit, it is the largest one in the middle with proportions between them. Source: Szegedy et al. 2014, arXiv:1409.4842.
///
/// @param height     rows of the result, at least 1
/// @param width      columns of the result, at least 1
/// @param leastArea  smallest share of the image, above 0
/// @param mostArea   largest share of the image, not below the smallest
/// @param leastRatio smallest width divided by height, above 0
/// @param mostRatio  largest width divided by height, not below the smallest
public record RandomResizedCrop(int height, int width, double leastArea, double mostArea, double leastRatio, double mostRatio)
        implements
            Transform {
    private static final int TRIES = 10;

    public RandomResizedCrop {
        if (height < 1 || width < 1)
            throw new IllegalArgumentException(
                    "RandomResizedCrop: height and width must be at least 1 (got " + height + ", " + width + ")");
        if (!(leastArea > 0 && leastArea <= mostArea && mostArea < Double.POSITIVE_INFINITY))
            throw new IllegalArgumentException("RandomResizedCrop: the areas must be numbers above 0, the smallest first (got " + leastArea
                    + ", " + mostArea + ")");
        if (!(leastRatio > 0 && leastRatio <= mostRatio && mostRatio < Double.POSITIVE_INFINITY))
            throw new IllegalArgumentException("RandomResizedCrop: the ratios must be numbers above 0, the smallest first (got "
                    + leastRatio + ", " + mostRatio + ")");
    }

    /// From 8 to 100 percent of the image, with proportions from 3:4 to 4:3.
    public RandomResizedCrop(int height, int width) {
        this(height, width, 0.08, 1, 3 / 4.0, 4 / 3.0);
    }

    /// @throws ShapeException if the image has no pixels
    @Override
    public Tensor apply(Tensor image, Rng rng) {
        Objects.requireNonNull(image, "RandomResizedCrop.apply: image is null");
        Objects.requireNonNull(rng, "RandomResizedCrop.apply: rng is null; pass new Rng(seed)");
        float[] x = Transform.pixels("RandomResizedCrop", image);
        int h = image.shape().size(1), w = image.shape().size(2);
        if (h == 0 || w == 0)
            throw new ShapeException("RandomResizedCrop", "the image must have pixels", image.shape());
        Window window = window(h, w, rng);
        Tensor part = RandomCrop.window(x, image.shape(), window.top, window.left, window.height, window.width);
        return Resize.resized(part.toFloatArray(), part.shape(), height, width);
    }

    private record Window(int top, int left, int height, int width) {
    }

    private Window window(int h, int w, Rng rng) {
        for (int i = 0; i < TRIES; i++) {
            double area = (double) h * w * (leastArea + rng.nextDouble() * (mostArea - leastArea));
            double ratio = StrictMath.exp(StrictMath.log(leastRatio)
                    + rng.nextDouble() * (StrictMath.log(mostRatio) - StrictMath.log(leastRatio)));
            long columns = Math.round(Math.sqrt(area * ratio));
            long rows = Math.round(Math.sqrt(area / ratio));
            if (columns > 0 && columns <= w && rows > 0 && rows <= h)
                return new Window(rng.nextInt(h - (int) rows + 1), rng.nextInt(w - (int) columns + 1), (int) rows, (int) columns);
        }
        double ratio = Math.clamp((double) w / h, leastRatio, mostRatio);
        int columns = Math.clamp(Math.round(h * ratio), 1, w);
        int rows = Math.clamp(Math.round(columns / ratio), 1, h);
        return new Window((h - rows) / 2, (w - columns) / 2, rows, columns);
    }
}
