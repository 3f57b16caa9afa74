package dev.sunda.core.cpu;

import dev.sunda.core.cpu.DepthwiseWalk.Box;
import dev.sunda.core.cpu.DepthwiseWalk.Taps;

/// Innermost loops of depthwise convolutions. Images are channels-last, and what lies side by side in them is computed as one long row
/// of places, whatever the number of channels: for a tap, neighbouring places are neighbours in memory too.
///
/// Weights and sums of gradients are [Cells]: place `i` of a row has the numbers of place `i` modulo their period.
sealed interface DepthwiseKernel permits ScalarDepthwise, SimdDepthwise {
    /// The twin this process uses.
    DepthwiseKernel ACTIVE = VectorPath.isSimd() ? new SimdDepthwise() : new ScalarDepthwise();

    /// How many places of [Cells] this kernel wants to lie side by side.
    int lanes();

    /// Some numbers (one for each tap, for example) for each place of a period.
    ///
    /// @param offset where they begin
    /// @param lanes places that lie side by side
    /// @param rows numbers of a place
    /// @param period places, a multiple of `lanes`
    record Cells(float[] data, int offset, int lanes, int rows, int period) {
        int size() {
            return rows * period;
        }

        /// Where number `row` of a place lies.
        int at(int row, int place) {
            return offset + (place / lanes * rows + row) * lanes + place % lanes;
        }
    }

    /// Four rows of results that lie as far apart as the taps of a column, `n` places each:
    /// `out[r][i] = begin + sum over columns u, taps t of x[xo + u * next + (r + t) * line + i] * w[...][i]`, a chain in that order.
    ///
    /// @param fresh whether chains begin with number 0 of the cells, else with what is in `out`
    /// @param out row `r` at `oo + r * or`; modified
    void four(float[] x, int xo, Box box, Cells w, boolean fresh, float[] out, int oo, int or, int n);

    /// Rows of `n` places: `out[p][i] = begin + sum over t of x[from[t] + p * xs + i] * w[number[t]][i]`, a chain in the order of `t` that
    /// begins with number 0 of the cells.
    ///
    /// @param out row `p` at `oo + p * os`; modified
    /// @param n no more than a period if there are several rows
    void rows(float[] x, int xs, Taps taps, Cells w, float[] out, int oo, int os, int rows, int n);

    /// For each tap of a box the sum over the places `i` of four rows, and at each place over the rows `r`, added to what is there:
    /// `sums[...][i] += x[xo + u * next + (r + t) * line + i] * dy[yo + r * ys + i]`.
    ///
    /// @param sums modified
    void fourGradient(float[] x, int xo, Box box, float[] dy, int yo, int ys, int n, Cells sums);

    /// For each tap the sum over rows `p` and their places `i`: `sums[number[t]][i] += x[from[t] + p * xs + i] * dy[yo + p * ys + i]`.
    ///
    /// @param n no more than a period if there are several rows
    /// @param sums modified
    void rowsGradient(float[] x, int xs, Taps taps, float[] dy, int yo, int ys, int rows, int n, Cells sums);
}
