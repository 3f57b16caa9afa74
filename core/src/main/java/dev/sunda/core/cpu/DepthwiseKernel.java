package dev.sunda.core.cpu;

/// Innermost loops of depthwise convolutions, vectorised over channels. Images and weights are channels-last.
sealed interface DepthwiseKernel permits ScalarDepthwise, SimdDepthwise {
    /// The twin this process uses.
    DepthwiseKernel ACTIVE = VectorPath.isSimd() ? new SimdDepthwise() : new ScalarDepthwise();

    /// Neighbouring pixels that see the same taps: `out[p][c] = start[c] + sum over t of x[at[t] + p * step + c] * w[weight[t] + c]`, a
    /// chain in the order of `t`.
    ///
    /// @param taps how many entries of `at` and `weight` count
    /// @param out pixel `p` at `oo + p * channels`; modified
    void pixels(float[] x, int[] at, int step, float[] w, int[] weight, int taps, float[] start, int channels, int pixels, float[] out,
            int oo);

    /// A box of taps: `out[p][c] = start[c] + sum over z, y, t of x[xo + z * plane + y * line + p * step + t * next + c] * w[...]`, a chain
    /// in the order of `z`, `y`, `t`, in which the weights lie too: tap number `i` at `wo + i * ws + c`.
    ///
    /// @param out pixel `p` at `oo + p * op`; modified
    void box(float[] x, int xo, int step, Box box, float[] w, int wo, int ws, float[] start, int so, int channels, int pixels, float[] out,
            int oo, int op);

    /// Taps that are evenly spaced along each axis.
    ///
    /// @param planes taps along the depth
    /// @param plane floats between them
    /// @param lines taps along the height
    /// @param line floats between them
    /// @param taps taps along the width
    /// @param next floats between them
    record Box(int planes, int plane, int lines, int line, int taps, int next) {
    }

    /// A kernel of three times three taps, the rows as far apart as the taps, for `4 * groups` rows:
    /// `out[r][p][c] = start[c] + sum over t, u < 3 of x[xo + (r + t) * line + p * step + u * next + c] * w[wo + (3 * t + u) * ws + c]`, a
    /// chain in the order of `t`, then `u`.
    ///
    /// @param out pixel `p` of row `r` at `oo + r * or + p * op`; modified
    void squares(float[] x, int xo, int line, int groups, int step, int next, float[] w, int wo, int ws, float[] start, int so,
            int channels,
            int pixels, float[] out, int oo, int or, int op);

    /// Copies `channels` channels of pixels.
    ///
    /// @param x pixel `p` at `xo + p * step`
    /// @param out pixel `p` at `oo + p * op`; modified
    void copy(float[] x, int xo, int step, int channels, int pixels, float[] out, int oo, int op);

    /// `sums[so + t * channels + c] += sum over p of x[xo + p * step + t * tapStep + c] * dy[dyo + p * channels + c]` for `t < taps` and
    /// `c < count`, each a chain in the order of `p`.
    void gradient(float[] x, int xo, int step, int tapStep, int taps, float[] dy, int dyo, int channels, int count, int pixels,
            float[] sums, int so);
}
