package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import java.util.Objects;

/// Turns an image `[c, h, w]` upside down, `y[c, i, j] = x[c, h - 1 - i, j]`, with a given probability.
///
/// @param probability from 0 to 1
public record RandomVerticalFlip(double probability) implements Transform {
    public RandomVerticalFlip {
        if (!(probability >= 0 && probability <= 1))
            throw new IllegalArgumentException("RandomVerticalFlip: probability must be from 0 to 1 (got " + probability + ")");
    }

    @Override
    public Tensor apply(Tensor image, Rng rng) {
        Objects.requireNonNull(image, "RandomVerticalFlip.apply: image is null");
        Objects.requireNonNull(rng, "RandomVerticalFlip.apply: rng is null; pass new Rng(seed)");
        float[] x = Transform.pixels("RandomVerticalFlip", image);
        if (rng.nextDouble() >= probability)
            return image;
        int h = image.shape().size(1), w = image.shape().size(2);
        var y = new float[x.length];
        for (int row = 0; row < image.shape().size(0) * h; row++)
            System.arraycopy(x, row * w, y, (row / h * h + h - 1 - row % h) * w, w);
        return Tensor.of(y, image.shape());
    }
}
