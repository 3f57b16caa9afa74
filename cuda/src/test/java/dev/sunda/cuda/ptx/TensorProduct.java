package dev.sunda.cuda.ptx;

/// `mma.sync` of shape `m16n8k8` on `tf32`, or `m16n8k16` on `bf16`: the lanes of a warp hold a matrix `A` of 16 rows, a matrix `B` of 8
/// columns and 16x8 sums, and get `A*B` added to these.
///
/// Counted in registers, of which one holds a `tf32` or two neighbours of `bf16`, the first in its lower half, both have 8 steps: with
/// `g = lane / 4` and `t = lane % 4` a lane holds `A[g][t], A[g+8][t], A[g][t+4], A[g+8][t+4]`, `B[t][g], B[t+4][g]`, and of the sums
/// `C[g][2t], C[g][2t+1], C[g+8][2t], C[g+8][2t+1]`. Of each `tf32` the upper 19 bits count. Devices add in an order and precision of
/// their own; here each sum is rounded once.
final class TensorProduct extends Control.Converging {
    private final int[] target;
    private final int[] a;
    private final int[] b;
    private final int[] c;
    private final boolean halves;
    private final double[][] left;
    private final double[][] right;
    private final float[] sums = new float[4 * Warp.LANES];

    /// @param halves  whether registers hold two factors
    /// @param members register of the member mask, which must name all lanes
    TensorProduct(boolean halves, int[] target, int[] a, int[] b, int[] c, int members) {
        super(members);
        this.halves = halves;
        left = new double[16][halves ? 16 : 8];
        right = new double[8][halves ? 16 : 8];
        this.target = target;
        this.a = a;
        this.b = b;
        this.c = c;
    }

    @Override
    void together(Warp w, int mask, int[] named) {
        if (mask != -1) {
            throw new DeviceFault("a product of matrices needs all lanes of the warp");
        }
        for (int lane = 0; lane < Warp.LANES; lane++) {
            int g = lane / 4;
            int t = lane % 4;
            for (int k = 0; k < 4; k++) {
                factors(left[g + 8 * (k & 1)], t + 4 * (k >> 1), w.i[a[k]][lane]);
            }
            for (int k = 0; k < 2; k++) {
                factors(right[g], t + 4 * k, w.i[b[k]][lane]);
            }
        }
        for (int lane = 0; lane < Warp.LANES; lane++) {
            for (int k = 0; k < 4; k++) {
                sums[4 * lane + k] = sum(lane / 4 + 8 * (k >> 1), 2 * (lane % 4) + (k & 1), FloatOps.f(w.i[c[k]][lane]));
            }
        }
        for (int lane = 0; lane < Warp.LANES; lane++) {
            for (int k = 0; k < 4; k++) {
                w.i[target[k]][lane] = FloatOps.bits(sums[4 * lane + k]);
            }
        }
    }

    private void factors(double[] line, int word, int bits) {
        if (halves) {
            line[2 * word] = FloatOps.f(bits << 16);
            line[2 * word + 1] = FloatOps.f(bits & 0xffff0000);
        } else {
            line[word] = FloatOps.f(bits & 0xffffe000);
        }
    }

    private float sum(int row, int column, float start) {
        double[] a = left[row];
        double[] b = right[column];
        double sum = start;
        for (int k = 0; k < a.length; k++) {
            sum = Math.fma(a[k], b[k], sum);
        }
        return (float) sum;
    }
}
