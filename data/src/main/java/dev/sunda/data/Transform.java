package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.ShapeException;

import java.util.List;
import java.util.Objects;

/// Changes the input of one sample, possibly at random.
///
/// A [DataLoader] hands every sample its own random stream, which depends on (seed, epoch, index) only, or another one each time that a
/// sampler repeats the sample in an epoch. Take all randomness from it and the result does not depend on threads. The given tensor is not
/// modified.
@FunctionalInterface
public interface Transform {
    /// Leaves the input as it is.
    Transform NONE = (input, _) -> input;

    /// @param input input of one sample, for example an image `[c, h, w]`
    /// @param rng   random stream of this sample in this epoch
    Tensor apply(Tensor input, Rng rng);

    /// Applies the transforms one after the other; number `i` draws from `rng.split(i)`, so that exchanging one leaves the randomness of
    /// the others alone.
    static Transform compose(Transform... transforms) {
        Objects.requireNonNull(transforms, "Transform.compose: transforms is null");
        for (Transform transform : transforms)
            Objects.requireNonNull(transform, "Transform.compose: a transform is null; use Transform.NONE, or leave it out");
        List<Transform> steps = List.of(transforms);
        return (input, rng) -> {
            Tensor x = input;
            for (int i = 0; i < steps.size(); i++)
                x = steps.get(i).apply(x, rng.split(i));
            return x;
        };
    }

    /// Checks that `image` is F32 `[c, h, w]`.
    private static void checkImage(String operation, Tensor image) {
        if (image.shape().rank() != 3)
            throw new ShapeException(operation, "an image must have the shape [c, h, w]", image.shape());
        if (image.dtype() != DType.F32)
            throw new IllegalArgumentException(operation + ": an image must be F32 (got " + image.dtype() + " " + image.shape() + ")");
    }

    /// The numbers of an F32 image `[c, h, w]`, copied, row by row.
    ///
    /// @throws ShapeException naming `operation` if it has another shape
    static float[] pixels(String operation, Tensor image) {
        Objects.requireNonNull(operation, "Transform.pixels: operation is null; give the name of the transform");
        Objects.requireNonNull(image, () -> operation + ": image is null");
        checkImage(operation, image);
        return image.toFloatArray();
    }
}
