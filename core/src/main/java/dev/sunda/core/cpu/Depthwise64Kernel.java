package dev.sunda.core.cpu;

import dev.sunda.core.cpu.DepthwiseWalk.Box;
import dev.sunda.core.cpu.DepthwiseWalk.Taps;

/// [DepthwiseKernel] of F64.
sealed interface Depthwise64Kernel permits ScalarDepthwise64, SimdDepthwise64 {
    /// The twin this process uses.
    Depthwise64Kernel CHOSEN = VectorPath.isSimd() ? new SimdDepthwise64() : new ScalarDepthwise64();

    /// How many places of [Cells] this kernel wants to lie side by side.
    int lanes();

    /// Some numbers (one for each tap, for example) for each place of a period.
    ///
    /// @param offset where they begin
    /// @param lanes places that lie side by side
    /// @param rows numbers of a place
    /// @param period places, a multiple of `lanes`
    record Cells(double[] data, int offset, int lanes, int rows, int period) {
        int size() {
            return rows * period;
        }

        /// Where number `row` of a place lies.
        int at(int row, int place) {
            return offset + (place / lanes * rows + row) * lanes + place % lanes;
        }
    }

    /// As [DepthwiseKernel#four].
    void four(double[] x, int xo, Box box, Cells w, boolean fresh, double[] out, int oo, int or, int n);

    /// As [DepthwiseKernel#rows].
    void rows(double[] x, int xs, Taps taps, Cells w, double[] out, int oo, int os, int rows, int n);

    /// As [DepthwiseKernel#fourGradient].
    void fourGradient(double[] x, int xo, Box box, double[] dy, int yo, int ys, int n, Cells sums);

    /// As [DepthwiseKernel#rowsGradient].
    void rowsGradient(double[] x, int xs, Taps taps, double[] dy, int yo, int ys, int rows, int n, Cells sums);
}
