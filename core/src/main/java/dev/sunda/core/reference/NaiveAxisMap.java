package dev.sunda.core.reference;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.spi.View;

/// Linear maps along one dimension.
final class NaiveAxisMap {
    private NaiveAxisMap() {
    }

    /// `out[.., i, ..] = sum over the taps t of i of weight(t) * x[.., index(t), ..]`.
    static void map(AxisMap map, View x, int dim, View out) {
        double[] input = Elements.doubles(x);
        var from = Slices.along("mapAxis", x.shape(), dim);
        var to = Slices.along("mapAxis", out.shape(), dim);
        var result = new double[out.shape().numel()];
        for (int s = 0; s < to.count(); s++)
            for (int i = 0; i < map.out(); i++)
                for (int t = map.start(i); t < map.start(i + 1); t++)
                    result[to.at(s, i)] += map.weight(t) * input[from.at(s, map.index(t))];
        Elements.store(result, out);
    }
}
