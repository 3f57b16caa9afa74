package dev.sunda.core.reference;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Linear maps along neighbouring dimensions.
final class NaiveAxisMap {
    private NaiveAxisMap() {
    }

    /// One dimension after the other.
    static void map(List<AxisMap> maps, View x, int dim, View out) {
        double[] values = Elements.doubles(x);
        Shape shape = x.shape();
        for (int a = 0; a < maps.size(); a++) {
            Shape mapped = shape.with(dim + a, maps.get(a).out());
            values = map(maps.get(a), values, Slices.along("mapAxes", shape, dim + a), Slices.along("mapAxes", mapped, dim + a));
            shape = mapped;
        }
        Elements.store(values, out);
    }

    /// `out[.., i, ..] = sum over the taps t of i of weight(t) * x[.., index(t), ..]`.
    private static double[] map(AxisMap map, double[] x, Slices from, Slices to) {
        var out = new double[to.count() * map.out()];
        for (int s = 0; s < to.count(); s++)
            for (int i = 0; i < map.out(); i++)
                for (int t = map.start(i); t < map.start(i + 1); t++)
                    out[to.at(s, i)] += map.weight(t) * x[from.at(s, map.index(t))];
        return out;
    }
}
