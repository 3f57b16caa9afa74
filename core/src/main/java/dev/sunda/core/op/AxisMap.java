package dev.sunda.core.op;

import java.util.Arrays;
import java.util.Objects;

/// A linear map along one axis, the same for every line of a tensor: a sparse matrix, stored row by row.
///
/// `out[i] = sum over t of weight[i][t] * x[index[i][t]]`, each output having taps of its own, maybe none, which gives 0. Padding by
/// reflection, resizing and adaptive averages are such maps; so is the adjoint of each, [#transposed].
///
/// Immutable.
public final class AxisMap {
    private final int in;
    private final int[] start;
    private final int[] index;
    private final double[] weight;

    private AxisMap(int in, int[] start, int[] index, double[] weight) {
        this.in = in;
        this.start = start;
        this.index = index;
        this.weight = weight;
    }

    /// Weighted taps.
    ///
    /// @param in size of the axis
    /// @param index for each output the positions it reads, from 0 to `in - 1`; they may repeat
    /// @param weight one number for each of them
    /// @throws IllegalArgumentException if a position lies outside the axis or a weight is missing
    public static AxisMap of(int in, int[][] index, double[][] weight) {
        Objects.requireNonNull(index, "AxisMap.of: index is null");
        Objects.requireNonNull(weight, "AxisMap.of: weight is null");
        int[] start = new int[index.length + 1];
        for (int i = 0; i < index.length; i++) {
            if (weight[i].length != index[i].length)
                throw new IllegalArgumentException("AxisMap: output " + i + " needs one weight for each position (got "
                        + index[i].length + " positions, " + weight[i].length + " weights)");
            start[i + 1] = start[i] + index[i].length;
        }
        int[] positions = Arrays.stream(index).flatMapToInt(Arrays::stream).toArray();
        for (int position : positions)
            check(in, position);
        return new AxisMap(in, start, positions, Arrays.stream(weight).flatMapToDouble(Arrays::stream).toArray());
    }

    /// One tap of weight 1 for each output: a copy.
    ///
    /// @param in size of the axis
    /// @param index for each output the position it shows; -1 for none
    /// @throws IllegalArgumentException if a position lies outside the axis
    public static AxisMap copies(int in, int... index) {
        Objects.requireNonNull(index, "AxisMap.copies: index is null");
        int[] start = new int[index.length + 1];
        for (int i = 0; i < index.length; i++) {
            if (index[i] != -1)
                check(in, index[i]);
            start[i + 1] = start[i] + (index[i] == -1 ? 0 : 1);
        }
        int[] positions = Arrays.stream(index).filter(position -> position != -1).toArray();
        double[] ones = new double[positions.length];
        Arrays.fill(ones, 1);
        return new AxisMap(in, start, positions, ones);
    }

    private static void check(int in, int position) {
        if (position < 0 || position >= in)
            throw new IllegalArgumentException("AxisMap: positions must be from 0 to below the size of the axis, " + in + " (got "
                    + position + ")");
    }

    /// The adjoint: tap `(i, j)` of the matrix becomes `(j, i)`. Taps of one output are in ascending order of their position.
    public AxisMap transposed() {
        int[] back = new int[in + 1];
        for (int position : index)
            back[position + 1]++;
        for (int j = 0; j < in; j++)
            back[j + 1] += back[j];
        int[] next = back.clone();
        int[] output = new int[index.length];
        double[] factor = new double[index.length];
        for (int i = 0; i < out(); i++)
            for (int t = start[i]; t < start[i + 1]; t++) {
                int slot = next[index[t]]++;
                output[slot] = i;
                factor[slot] = weight[t];
            }
        return new AxisMap(out(), back, output, factor);
    }

    /// Size of the axis before the map.
    public int in() {
        return in;
    }

    /// Size of the axis after the map.
    public int out() {
        return start.length - 1;
    }

    /// Number of all taps.
    public int taps() {
        return index.length;
    }

    /// The taps of output `i` are those from `start(i)` to below `start(i + 1)`.
    public int start(int i) {
        return start[i];
    }

    /// Position that tap `t` reads.
    public int index(int t) {
        return index[t];
    }

    /// What tap `t` multiplies by.
    public double weight(int t) {
        return weight[t];
    }

    /// Sizes and number of taps, for messages.
    @Override
    public String toString() {
        return in + " -> " + out() + " with " + taps() + " taps";
    }
}
