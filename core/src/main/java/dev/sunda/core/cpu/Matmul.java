package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.LstmStep;
import dev.sunda.core.spi.RightSide;
import dev.sunda.core.spi.View;

/// Batched matrix products of any strides: `out[b] = x[b] · y[b] + bias`.
final class Matmul {
    /// Matrices with fewer multiplications than this share threads by batch, larger ones by tile unless there are [#MANY].
    private static final long SMALL = 1 << 18;
    /// From so many matrices on each is multiplied by one thread, if its sides are small enough for a core's caches.
    private static final int MANY = 16;
    private static final int LARGEST_ALONE = 1 << 18;
    /// Left sides with at most so many rows use the right side in place.
    private static final int FEW_ROWS = 16;
    /// Columns and steps of `k` worked on at a time then.
    private static final int STRIP = 128;

    private Matmul() {
    }

    /// A matrix inside an array.
    private record Matrix(float[] data, int offset, int rows, int columns, int rowStride, int columnStride) {
        static Matrix of(View view, int batch) {
            var layout = view.layout();
            var shape = layout.shape();
            int rows = shape.size(1);
            int columns = shape.size(2);
            return new Matrix(view.heap().floats(), layout.offset() + batch * layout.stride(0), rows, columns,
                    rows == 1 ? columns : layout.stride(1), columns == 1 ? 1 : layout.stride(2));
        }

        GemmRows side(GemmKernel kernel) {
            return GemmRows.of(kernel, data, offset, rowStride, columnStride);
        }

        Matrix columnsFrom(int first) {
            return new Matrix(data, offset + first * columnStride, rows, columns - first, rowStride, columnStride);
        }

        Matrix transposed() {
            return new Matrix(data, offset, columns, rows, columnStride, rowStride);
        }
    }

    /// `x` is `[B, m, k]`, `y` is `[B, k, n]`, `bias` is `[n]` or null, `out` is `[B, m, n]`; only `out` is modified. Each element is a
    /// chain of fused multiply-adds with ascending `k` that starts from its bias (or 0).
    static void matmul(View x, View y, View bias, View out) {
        matmul(GemmKernel.ACTIVE, x, y, bias, out);
    }

    static void matmul(GemmKernel kernel, View x, View y, View bias, View out) {
        var shape = out.shape();
        if (shape.numel() == 0)
            return;
        long depth = x.shape().size(2);
        long work = shape.size(1) * depth * shape.size(2);
        boolean alone = shape.size(0) >= MANY && Math.max(shape.size(1), shape.size(2)) * depth <= LARGEST_ALONE;
        if (work < SMALL || alone)
            Parallel.forChunks(shape.size(0), (int) Math.max(1, SMALL / Math.max(1, work)), (_, from, to) -> {
                for (int b = from; b < to; b++)
                    multiply(kernel, Matrix.of(x, b), Matrix.of(y, b), bias, 0, Matrix.of(out, b));
            });
        else
            for (int b = 0; b < shape.size(0); b++)
                multiply(kernel, Matrix.of(x, b), Matrix.of(y, b), bias, 0, Matrix.of(out, b));
    }

    /// A right side `[1, k, n]` that is packed now, for products of all left sides but those of few rows.
    static RightSide rightSide(GemmKernel kernel, View y, int rows) {
        if (rows <= FEW_ROWS || y.shape().numel() == 0)
            return (x, bias, out) -> matmul(kernel, x, y, bias, out);
        Matrix right = Matrix.of(y, 0);
        int n = right.columns();
        var panels = Gemm.pack(kernel, new float[GemmScratch.FIRST + Gemm.packed(kernel, right.rows(), n)], right.data(), right.offset(),
                right.rowStride(),
                right.columnStride(), right.rows(), n);
        return new Packed(kernel, panels);
    }

    private record Packed(GemmKernel kernel, Gemm.Panels panels) implements RightSide {
        @Override
        public void multiply(View x, View bias, View out) {
            Matmul.multiply(kernel, Matrix.of(x, 0), panels, start(bias), Matrix.of(out, 0));
        }

        @Override
        public boolean lstm(View h, View bias, LstmStep step) {
            if (!LstmCells.take(panels))
                return false;
            LstmCells.step(kernel, panels, start(bias), h, step);
            return true;
        }

        private float[] start(View bias) {
            return Gemm.start(kernel, bias, 0, panels.n());
        }
    }

    /// @param bias may be null, otherwise the bias of the first column is number `first`
    private static void multiply(GemmKernel kernel, Matrix x, Matrix y, View bias, int first, Matrix out) {
        if (out.columnStride() != 1 && out.rowStride() == 1 && bias == null) {  // out' = y' x', the same products in the same order
            multiply(kernel, y.transposed(), x.transposed(), null, 0, out.transposed());
            return;
        }
        int m = x.rows();
        int n = y.columns();
        int whole = n - n % kernel.columns();
        if (m <= FEW_ROWS && y.columnStride() == 1 && out.columnStride() == 1 && whole > 0) {
            few(kernel, x, y, bias, first, out, whole);
            if (whole < n)
                multiply(kernel, x, y.columnsFrom(whole), bias, first + whole, out.columnsFrom(whole));
            return;
        }
        var panels = Gemm.pack(kernel, y.data(), y.offset(), y.rowStride(), y.columnStride(), y.rows(), n);
        multiply(kernel, x, panels, Gemm.start(kernel, bias, first, n), out);
    }

    private static void multiply(GemmKernel kernel, Matrix x, Gemm.Panels panels, float[] start, Matrix out) {
        int m = x.rows();
        int n = panels.n();
        if (out.columnStride() == 1) {
            Gemm.multiply(kernel, m, x.side(kernel), panels, start, out.data(), Gemm.Places.every(out.rowStride(), out.offset()));
            return;
        }
        float[] result = GemmScratch.floats(Role.RESULT, Math.multiplyExact(m, n));
        Gemm.multiply(kernel, m, x.side(kernel), panels, start, result, Gemm.Places.every(n, 0));
        Layouts.transfer(result, 0, n, 1, out.data(), out.offset(), out.rowStride(), out.columnStride(), m, n);
    }

    /// Few rows are not worth packing the right side for: the first `n` columns, whole tiles of them, straight from where they lie.
    private static void few(GemmKernel kernel, Matrix x, Matrix y, View bias, int first, Matrix out, int n) {
        float[] start = Gemm.start(kernel, bias, first, n);
        int m = x.rows();
        int k = x.columns();
        float[] left = GemmScratch.floats(Role.SOURCE, Math.multiplyExact(m, k));
        Layouts.transfer(x.data(), x.offset(), x.columnStride(), x.rowStride(), left, 0, m, 1, k, m);
        int columns = kernel.columns() * Math.max(1, STRIP / kernel.columns());
        Parallel.forChunks(n, columns, (_, from, to) -> {
            for (int i = 0; i < m; i++)
                System.arraycopy(start, from, out.data(), out.offset() + i * out.rowStride() + from, to - from);
            for (int p = 0; p < k; p += STRIP)
                Gemm.addOuter(kernel, m, to - from, Math.min(STRIP, k - p), left, p * m, m, y.data(), y.offset() + p * y.rowStride() + from,
                        y.rowStride(), out.data(), out.offset() + from, out.rowStride());
        });
    }
}
