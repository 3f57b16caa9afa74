package dev.sunda.core.cpu;

import dev.sunda.core.op.AxisMap;
import java.util.Arrays;
import java.util.List;

/// Linear maps of axes that follow one another in memory, as one map of the positions in the block they span, in arrays for kernels.
final class Taps {
    /// Positions before the map.
    final int in;
    /// The taps of output `i` are those from `start[i]` to below `start[i + 1]`.
    final int[] start;
    /// Position that each tap reads.
    final int[] index;
    /// What each tap multiplies by.
    final double[] weight;
    /// The weights rounded to float.
    final float[] floats;
    /// Taps of every output, or -1 if their numbers differ.
    final int each;
    /// Whether every output is a copy of one input.
    final boolean copies;
    /// Whether outputs are the inputs.
    final boolean identity;

    private Taps(int in, int[] start, int[] index, double[] weight) {
        this.in = in;
        this.start = start;
        this.index = index;
        this.weight = weight;
        floats = new float[weight.length];
        for (int t = 0; t < floats.length; t++)
            floats[t] = (float) weight[t];
        int same = out() == 0 ? 0 : start[1];
        for (int i = 0; i < out() && same >= 0; i++)
            same = start[i + 1] - start[i] == same ? same : -1;
        each = same;
        copies = each == 1 && Arrays.stream(weight).allMatch(w -> w == 1);
        boolean inOrder = copies && out() == in;
        for (int i = 0; i < in && inOrder; i++)
            inOrder = index[i] == i;
        identity = inOrder;
    }

    /// The product of these maps, the outermost one first; without any, the map from one position to itself.
    static Taps of(List<AxisMap> maps) {
        var taps = new Taps(1, new int[] {0, 1}, new int[1], new double[] {1});
        for (AxisMap map : maps)
            taps = taps.times(map);
        return taps;
    }

    private Taps times(AxisMap map) {
        int outputs = Math.multiplyExact(out(), map.out());
        int count = Math.multiplyExact(index.length, map.taps());
        var starts = new int[outputs + 1];
        var positions = new int[count];
        var weights = new double[count];
        for (int i = 0, output = 0, next = 0; i < out(); i++)
            for (int j = 0; j < map.out(); j++) {
                for (int s = start[i]; s < start[i + 1]; s++)
                    for (int t = map.start(j); t < map.start(j + 1); t++) {
                        positions[next] = index[s] * map.in() + map.index(t);
                        weights[next++] = weight[s] * map.weight(t);
                    }
                starts[++output] = next;
            }
        return new Taps(in * map.in(), starts, positions, weights);
    }

    /// Positions after the map.
    int out() {
        return start.length - 1;
    }

    /// Mean number of taps of an output, at least 1: what one costs.
    int mean() {
        return Math.max(1, index.length / Math.max(1, out()));
    }
}
