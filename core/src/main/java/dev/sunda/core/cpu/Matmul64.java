package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.RightSide;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// [Matmul] of F64: batched matrix products of any strides, `out[b] = x[b] · y[b] + bias`.
final class Matmul64 {
    /// Matrices with fewer multiplications than this share threads by batch, larger ones by tile.
    private static final long SMALL = 1 << 20;
    /// Left sides with at most so many rows use a right side with contiguous rows in place.
    private static final int FEW_ROWS = 4;
    /// Columns worked on at a time then.
    private static final int STRIP = 256;

    private Matmul64() {
    }

    /// `x` is `[B, m, k]`, `y` is `[B, k, n]`, `bias` `[n]` or null, `out` is `[B, m, n]`; only `out` is modified. Each element is
    /// a chain of fused multiply-adds with ascending `k` that begins with its bias.
    static void matmul(View x, View y, View bias, View out) {
        matmul(Gemm64Kernel.CHOSEN, x, y, bias, out);
    }

    static void matmul(Gemm64Kernel kernel, View x, View y, View bias, View out) {
        var shape = out.shape();
        if (shape.numel() == 0)
            return;
        double[] start = start(kernel, bias, shape.size(2));
        long work = (long) shape.size(1) * shape.size(2) * x.shape().size(2);
        if (work >= SMALL)
            for (int b = 0; b < shape.size(0); b++)
                multiply(kernel, x, y, start, out, b);
        else
            Parallel.forChunks(shape.size(0), (int) Math.max(1, SMALL / Math.max(1, work)), (_, from, to) -> {
                for (int b = from; b < to; b++)
                    multiply(kernel, x, y, start, out, b);
            });
    }

    private static double[] start(Gemm64Kernel kernel, View bias, int n) {
        return bias == null ? Gemm64.start(kernel, null, 0, 0, n)
                : Gemm64.start(kernel, bias.heap().doubles(), bias.layout().offset(), bias.layout().stride(0), n);
    }

    /// A right side `[1, k, n]` that is packed now, for products whose results have contiguous rows.
    static RightSide rightSide(Gemm64Kernel kernel, View y, int rows) {
        if (rows <= FEW_ROWS || y.shape().numel() == 0)
            return (x, bias, out) -> matmul(kernel, x, y, bias, out);
        int k = y.shape().size(1);
        int n = y.shape().size(2);
        var panels = Gemm64.pack(kernel, new double[Gemm64.packed(kernel, k, n)], matrix(y, 0, 1, 2), 0, k, n);
        return (x, bias, out) -> {
            var layout = out.layout();
            if (layout.stride(2) == 1)
                Gemm64.multiply(kernel, out.shape().size(1), n, k, matrix(x, 0, 1, 2), panels, start(kernel, bias, n),
                        out.heap().doubles(), layout.offset(), layout.stride(1));
            else
                matmul(kernel, x, y, bias, out);
        };
    }

    private static void multiply(Gemm64Kernel kernel, View x, View y, double[] start, View out, int batch) {
        int m = out.shape().size(1);
        int n = out.shape().size(2);
        int k = x.shape().size(2);
        var layout = out.layout();
        double[] to = out.heap().doubles();
        int at = layout.offset() + batch * layout.stride(0);
        if (m <= FEW_ROWS && layout.stride(2) == 1 && y.layout().stride(2) == 1) {
            few(x, y, start, batch, to, at, layout.stride(1), m, n, k);
        } else if (layout.stride(2) == 1 || n == 1) {
            Gemm64.multiply(kernel, m, n, k, matrix(x, batch, 1, 2), matrix(y, batch, 1, 2), start, to, at, layout.stride(1));
        } else if (layout.stride(1) == 1 || m == 1) {                // out' = y' x', the same products in the same order
            for (int j = 0; j < n; j++)
                Arrays.fill(to, at + j * layout.stride(2), at + j * layout.stride(2) + m, start[j]);
            Gemm64.multiply(kernel, n, m, k, matrix(y, batch, 2, 1), matrix(x, batch, 2, 1), null, to, at, layout.stride(2));
        } else {
            double[] result = Scratch64.doubles(Role.RESULT, Math.multiplyExact(m, n));
            Gemm64.multiply(kernel, m, n, k, matrix(x, batch, 1, 2), matrix(y, batch, 1, 2), start, result, 0, n);
            for (int i = 0; i < m; i++)
                for (int j = 0; j < n; j++)
                    to[at + i * layout.stride(1) + j * layout.stride(2)] = result[i * n + j];
        }
    }

    /// Few rows are not worth packing the right side for.
    private static void few(View x, View y, double[] start, int batch, double[] c, int co, int ldc, int m, int n, int k) {
        double[] left = x.heap().doubles();
        double[] right = y.heap().doubles();
        int xo = x.layout().offset() + batch * x.layout().stride(0);
        int yo = y.layout().offset() + batch * y.layout().stride(0);
        Parallel.forChunks(n, STRIP, (_, from, to) -> {
            for (int i = 0; i < m; i++)
                System.arraycopy(start, from, c, co + i * ldc + from, to - from);
            for (int p = 0; p < k; p++)
                for (int i = 0; i < m; i++)
                    add(left[xo + i * x.layout().stride(1) + p * x.layout().stride(2)], right, yo + p * y.layout().stride(1) + from, c,
                            co + i * ldc + from, to - from);
        });
    }

    private static void add(double factor, double[] b, int bi, double[] c, int ci, int n) {
        for (int j = 0; j < n; j++)
            c[ci + j] = Math.fma(factor, b[bi + j], c[ci + j]);
    }

    private static Matrix64 matrix(View view, int batch, int rows, int columns) {
        var layout = view.layout();
        return Matrix64.of(view.heap().doubles(), layout.offset() + batch * layout.stride(0), layout.stride(rows),
                layout.stride(columns));
    }
}
