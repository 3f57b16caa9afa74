package dev.sunda.nn;

import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.Objects;

/// Shapes of sequences, images and volumes.
final class Images {
    private Images() {
    }

    /// `[C, spatial...]` as `[1, C, spatial...]`, other shapes as they are.
    static Shape batched(Shape x, int axes) {
        if (x.rank() != axes + 1)
            return x;
        int[] sizes = new int[axes + 2];
        sizes[0] = 1;
        System.arraycopy(x.sizes(), 0, sizes, 1, axes + 1);
        return Shape.of(sizes);
    }

    /// Checks the sizes a layer is to give its result, null being a size that stays.
    static void checkSizes(String layer, Integer[] size, int axes) {
        Objects.requireNonNull(size, () -> layer + ": size is null; give one for each axis, null for one that stays");
        if (size.length != 1 && size.length != axes || Arrays.stream(size).anyMatch(s -> s != null && s < 0))
            throw new IllegalArgumentException(layer + ": the size must be one number or one for each of " + axes
                    + " axes, 0 or more (got " + Arrays.toString(size) + ")");
    }
}
