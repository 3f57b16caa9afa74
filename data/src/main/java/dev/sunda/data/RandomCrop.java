package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Objects;

/// Surrounds an image `[c, h, w]` with zeros and cuts out a window at a random place; all places are equally likely.
///
/// @param height  rows of the result, at least 1
/// @param width   columns of the result, at least 1
/// @param padding zeros added on each of the four sides, at least 0
public record RandomCrop(int height, int width, int padding) implements Transform {
    public RandomCrop {
        if (height < 1 || width < 1)
            throw new IllegalArgumentException("RandomCrop: height and width must be at least 1 (got " + height + ", " + width + ")");
        if (padding < 0)
            throw new IllegalArgumentException("RandomCrop: padding must not be negative (got " + padding + ")");
    }

    /// @throws ShapeException if the window is larger than the padded image
    @Override
    public Tensor apply(Tensor image, Rng rng) {
        Objects.requireNonNull(image, "RandomCrop.apply: image is null");
        Objects.requireNonNull(rng, "RandomCrop.apply: rng is null; pass new Rng(seed)");
        float[] x = Transform.pixels("RandomCrop", image);
        int freeRows = image.shape().size(1) + 2 * padding - height;
        int freeColumns = image.shape().size(2) + 2 * padding - width;
        if (freeRows < 0 || freeColumns < 0)
            throw new ShapeException("RandomCrop", "a window of " + height + "x" + width + " does not fit into the image with " + padding
                    + " pixels of padding", image.shape());
        int top = rng.nextInt(freeRows + 1) - padding;
        int left = rng.nextInt(freeColumns + 1) - padding;
        return window(x, image.shape(), top, left, height, width);
    }

    /// A part of an image, with zeros where it lies outside.
    static Tensor window(float[] x, Shape from, int top, int left, int height, int width) {
        int c = from.size(0), h = from.size(1), w = from.size(2);
        var y = new float[c * height * width];
        int firstColumn = Math.max(0, -left), endColumn = Math.min(width, w - left);
        for (int k = 0; k < c; k++)
            for (int i = Math.max(0, -top); i < Math.min(height, h - top) && firstColumn < endColumn; i++)
                System.arraycopy(x, (k * h + top + i) * w + left + firstColumn, y, (k * height + i) * width + firstColumn,
                        endColumn - firstColumn);
        return Tensor.of(y, Shape.of(c, height, width));
    }
}
