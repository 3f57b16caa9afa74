package dev.sunda.core.reference;

import dev.sunda.core.type.Layout;

/// Visits the elements of a layout in row-major order, whatever its strides: each [#next] is the index of one more element
/// in the storage. May be asked as often as the layout has elements.
final class Walk {
    private final int[] sizes;
    private final int[] strides;
    private final int[] position;
    private int index;

    Walk(Layout layout) {
        sizes = layout.shape().sizes();
        strides = layout.strides();
        position = new int[sizes.length];
        index = layout.offset();
    }

    int next() {
        int current = index;
        for (int d = sizes.length - 1; d >= 0; d--) {                // count up like an odometer, the last dimension fastest
            index += strides[d];
            if (++position[d] < sizes[d])
                break;
            index -= sizes[d] * strides[d];
            position[d] = 0;
        }
        return current;
    }
}
