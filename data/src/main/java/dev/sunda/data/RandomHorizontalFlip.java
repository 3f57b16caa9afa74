package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import java.util.Objects;

/// Mirrors an image `[c, h, w]` left to right, `y[c, i, j] = x[c, i, w - 1 - j]`, with a given probability.
///
/// @param probability from 0 to 1
public record RandomHorizontalFlip(double probability) implements Transform {
    public RandomHorizontalFlip {
        if (!(probability >= 0 && probability <= 1))
            throw new IllegalArgumentException("RandomHorizontalFlip: probability must be from 0 to 1 (got " + probability + ")");
    }

    @Override
    public Tensor apply(Tensor image, Rng rng) {
        Objects.requireNonNull(image, "RandomHorizontalFlip.apply: image is null");
        Objects.requireNonNull(rng, "RandomHorizontalFlip.apply: rng is null; pass new Rng(seed)");
        float[] x = Transform.pixels("RandomHorizontalFlip", image);
        if (rng.nextDouble() >= probability)
            return image;
        int w = image.shape().size(2);
        var y = new float[x.length];
        for (int row = 0; row < x.length; row += w)
            for (int j = 0; j < w; j++)
                y[row + j] = x[row + w - 1 - j];
        return Tensor.of(y, image.shape());
    }
}
