package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.ShapeException;
import java.util.Objects;

/// Cuts the middle out of an image `[c, h, w]`; where it cannot be in the middle it lies at `(h - height) / 2`, rounded to the even number.
///
/// @param height rows of the result, at least 1
/// @param width  columns of the result, at least 1
public record CenterCrop(int height, int width) implements Transform {
    public CenterCrop {
        if (height < 1 || width < 1)
            throw new IllegalArgumentException("CenterCrop: height and width must be at least 1 (got " + height + ", " + width + ")");
    }

    /// @throws ShapeException if the image is smaller than the result
    @Override
    public Tensor apply(Tensor image, Rng rng) {
        Objects.requireNonNull(image, "CenterCrop.apply: image is null");
        float[] x = Transform.pixels("CenterCrop", image);
        int rows = image.shape().size(1) - height;
        int columns = image.shape().size(2) - width;
        if (rows < 0 || columns < 0)
            throw new ShapeException("CenterCrop", "a window of " + height + "x" + width + " does not fit into the image; put a Resize "
                    + "before it", image.shape());
        return RandomCrop.window(x, image.shape(), (int) Math.rint(rows / 2.0), (int) Math.rint(columns / 2.0), height, width);
    }
}
