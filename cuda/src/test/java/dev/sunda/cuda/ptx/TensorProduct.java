package dev.sunda.cuda.ptx;

/// `mma.sync` of shape `m16n8k8` on `tf32`: the lanes of a warp hold a 16x8 matrix `A`, an 8x8 matrix `B` and 16x8 sums, and get `A*B`
/// added to these.
///
/// With `g = lane / 4` and `t = lane % 4` a lane holds `A[g][t], A[g+8][t], A[g][t+4], A[g+8][t+4]`, `B[t][g], B[t+4][g]`, and of the
/// sums `C[g][2t], C[g][2t+1], C[g+8][2t], C[g+8][2t+1]`. Of each factor the upper 19 bits count. Devices add in an order and precision
/// of their own; here each sum is rounded once.
final class TensorProduct extends Control.Converging {
    private final int[] target;
    private final int[] a;
    private final int[] b;
    private final int[] c;
    private final double[][] left = new double[16][8];
    private final double[][] right = new double[8][8];
    private final float[] sums = new float[4 * Warp.LANES];

    /// @param members register of the member mask, which must name all lanes
    TensorProduct(int[] target, int[] a, int[] b, int[] c, int members) {
        super(members);
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
                left[g + 8 * (k & 1)][t + 4 * (k >> 1)] = factor(w.i[a[k]][lane]);
            }
            for (int k = 0; k < 2; k++) {
                right[t + 4 * k][g] = factor(w.i[b[k]][lane]);
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

    private static double factor(int bits) {
        return FloatOps.f(bits & 0xffffe000);
    }

    private float sum(int row, int column, float start) {
        double sum = start;
        for (int k = 0; k < 8; k++) {
            sum = Math.fma(left[row][k], right[k][column], sum);
        }
        return (float) sum;
    }
}
