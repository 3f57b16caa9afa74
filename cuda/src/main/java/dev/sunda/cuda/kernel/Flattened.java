package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.memory.DeviceStorage;

/// Images of more dimensions than a kernel can walk, as `[N, C, pixels]` in row-major order.
final class Flattened {
    /// Images of more dimensions are flattened.
    private static final int MAX_RANK = Rows.MAX_RANK + 1;

    private final Gpu gpu;
    private final Copies copies;

    Flattened(Gpu gpu) {
        this.gpu = gpu;
        copies = new Copies(gpu);
    }

    static boolean isNeeded(View image) {
        return image.shape().rank() > MAX_RANK;
    }

    /// A flat copy.
    View copy(View image) {
        View flat = room(image);
        copies.copy(image, flat.as(Layout.contiguous(image.shape())));
        return flat;
    }

    /// Room for a flat copy.
    View room(View image) {
        int n = image.shape().size(0);
        int c = image.shape().size(1);
        int numel = image.shape().numel();
        Shape shape = Shape.of(n, c, n == 0 || c == 0 ? 0 : numel / n / c);
        return new View(DeviceStorage.allocate(gpu.device(), gpu.memory(), image.dtype(), numel), Layout.contiguous(shape));
    }

    /// Copies what has been written flat to where it belongs.
    void back(View flat, View image) {
        copies.copy(flat.as(Layout.contiguous(image.shape())), image);
    }
}
