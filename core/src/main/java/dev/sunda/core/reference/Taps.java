package dev.sunda.core.reference;

import dev.sunda.core.op.Window;
import java.util.Arrays;
import java.util.List;

/// Where windows over one, two, three or more spatial axes read: for every output position and every kernel position, both
/// counted in row-major order over the axes, the row-major input position, or [#PADDING].
///
/// @param in number of input positions
/// @param out number of output positions
/// @param kernel number of kernel positions
/// @param at input position for `[output position][kernel position]`
record Taps(int in, int out, int kernel, int[][] at) {
    /// Marks a tap that falls into the padding.
    static final int PADDING = -1;

    static Taps of(List<Window> axes) {
        var all = new Taps(1, 1, 1, new int[][] {{0}});
        for (Window axis : axes)
            all = all.times(axis);
        return all;
    }

    /// Adds one more axis, inside the ones so far.
    private Taps times(Window axis) {
        var table = new int[out * axis.out()][kernel * axis.kernel()];
        for (int[] row : table)
            Arrays.fill(row, PADDING);
        for (int y = 0; y < table.length; y++)
            for (int k = 0; k < kernel * axis.kernel(); k++) {
                int outside = at[y / axis.out()][k / axis.kernel()];
                int inside = axis.at(y % axis.out(), k % axis.kernel());
                if (outside != PADDING && inside >= 0 && inside < axis.in())
                    table[y][k] = outside * axis.in() + inside;
            }
        return new Taps(in * axis.in(), out * axis.out(), kernel * axis.kernel(), table);
    }
}
