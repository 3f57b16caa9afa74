package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.ShapeException;

import java.util.Arrays;
import java.util.Objects;

/// `y[c, i, j] = (x[c, i, j] - mean[c]) / std[c]` for F32 images `[c, h, w]`.
///
/// Put it after transforms that fill in a background, because they fill in 0, which is black before it. Sets that need nothing else use
/// [LabelledImages#normalized], which costs no time.
public final class Normalize implements Transform {
    private final double[] mean;
    private final double[] std;

    /// For images with one channel.
    public Normalize(double mean, double std) {
        this(new double[] {mean}, new double[] {std});
    }

    /// @param mean one finite number per channel
    /// @param std  one positive number per channel
    public Normalize(double[] mean, double[] std) {
        check("Normalize", mean, std);
        this.mean = mean.clone();
        this.std = std.clone();
    }

    static void check(String operation, double[] mean, double[] std) {
        Objects.requireNonNull(mean, () -> operation + ": mean is null");
        Objects.requireNonNull(std, () -> operation + ": std is null");
        if (mean.length != std.length || mean.length == 0)
            throw new IllegalArgumentException(operation + ": there must be as many means as standard deviations (got " + mean.length + ", "
                    + std.length + ")");
        for (double m : mean)
            if (!Double.isFinite(m))
                throw new IllegalArgumentException(operation + ": means must be finite (got " + Arrays.toString(mean) + ")");
        for (double s : std)
            if (!(s > 0 && s < Double.POSITIVE_INFINITY))
                throw new IllegalArgumentException(operation + ": standard deviations must be positive (got " + Arrays.toString(std) + ")");
    }

    /// @throws ShapeException if the number of channels differs from the number of means
    @Override
    public Tensor apply(Tensor image, Rng rng) {
        Objects.requireNonNull(image, "Normalize.apply: image is null");
        float[] x = Transform.pixels("Normalize", image);
        if (image.shape().size(0) != mean.length)
            throw new ShapeException("Normalize", "there are " + mean.length + " means, but the image has " + image.shape().size(0)
                    + " channels",
                    image.shape());
        int plane = image.shape().size(1) * image.shape().size(2);
        for (int c = 0; c < mean.length; c++) {
            float m = (float) mean[c];
            float s = (float) std[c];
            for (int i = c * plane; i < (c + 1) * plane; i++)
                x[i] = (x[i] - m) / s;
        }
        return Tensor.of(x, image.shape());
    }
}
