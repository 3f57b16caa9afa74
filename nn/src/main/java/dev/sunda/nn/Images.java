package dev.sunda.nn;

import dev.sunda.core.type.Shape;

/// Shapes of images.
final class Images {
    private Images() {
    }

    /// `[C, H, W]` as `[1, C, H, W]`, other shapes as they are.
    static Shape batched(Shape x) {
        return x.rank() == 3 ? Shape.of(1, x.size(0), x.size(1), x.size(2)) : x;
    }
}
