package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;

/// One batched product of matrices as the kernels of `matmul.cuh` see it: sizes and strides, those of single positions being 0.
///
/// @param x address, then the strides of batch, row and column
/// @param bias strides of row and column
/// @param biasAddress 0 for no bias
record Product(DType dtype, int batches, int m, int n, int k, Matrix x, Matrix y, Matrix out, int[] bias, long biasAddress) {

    /// Where matrices lie: strides in elements.
    record Matrix(long address, int batchStride, int rowStride, int columnStride) {
        static Matrix of(View view) {
            var layout = view.layout();
            var shape = view.shape();
            return new Matrix(Gpu.address(view), shape.size(0) == 1 ? 0 : layout.stride(0), shape.size(1) == 1 ? 0 : layout.stride(1),
                    shape.size(2) == 1 ? 0 : layout.stride(2));
        }

        Matrix transposed() {
            return new Matrix(address, batchStride, columnStride, rowStride);
        }
    }

    /// How an operand can be read 16 bytes at a time.
    enum Reading {
        ALONG_K, ACROSS_K, SINGLY
    }

    static Product of(View x, View y, View bias, View out) {
        int step = bias == null || bias.shape().size(0) == 1 ? 0 : bias.layout().stride(0);
        return new Product(out.dtype(), out.shape().size(0), out.shape().size(1), out.shape().size(2), x.shape().size(2), Matrix.of(x),
                Matrix.of(y), Matrix.of(out), new int[] {0, step}, bias == null ? 0 : Gpu.address(bias));
    }

    /// The same numbers as `outᵀ = yᵀ xᵀ`.
    Product transposed() {
        return new Product(dtype, batches, n, m, k, y.transposed(), x.transposed(), out.transposed(), new int[] {bias[1], bias[0]},
                biasAddress);
    }

    /// The same without bias, to memory where each matrix is dense.
    Product toParts(long parts) {
        return new Product(dtype, batches, m, n, k, x, y, new Matrix(parts, m * n, n, 1), new int[2], 0);
    }

    /// Elements in 16 bytes.
    int vector() {
        return 16 / dtype.bytes();
    }

    int numel() {
        return batches * m * n;
    }

    /// How the left operand can be read, whose rows are its outer dimension.
    Reading readingX() {
        return reading(x.address, m, x.batchStride, x.rowStride, x.columnStride);
    }

    /// How the right operand can be read, whose columns are its outer dimension.
    Reading readingY() {
        return reading(y.address, n, y.batchStride, y.columnStride, y.rowStride);
    }

    private Reading reading(long address, int outers, int batchStride, int outerStride, int kStride) {
        if (address % 16 != 0 || batchStride % vector() != 0)
            return Reading.SINGLY;
        if (kStride == 1 && k % vector() == 0 && outerStride % vector() == 0)
            return Reading.ALONG_K;
        return outerStride == 1 && outers % vector() == 0 && kStride % vector() == 0 ? Reading.ACROSS_K : Reading.SINGLY;
    }

    /// True if rows of the result can be written 16 bytes at a time.
    boolean writesVectors() {
        return out.columnStride == 1 && n % vector() == 0 && out.address % 16 == 0 && out.rowStride % vector() == 0
                && out.batchStride % vector() == 0;
    }

    /// `struct Product` of matmul.cuh.
    int[] struct(int rowTiles, int columnTiles, int slices, int slice) {
        return new int[] {batches, m, n, k, rowTiles, columnTiles, slices, slice, x.batchStride, x.rowStride, x.columnStride,
            y.batchStride, y.rowStride, y.columnStride, out.batchStride, out.rowStride, out.columnStride, bias[0], bias[1],
            writesVectors() ? 1 : 0};
    }
}
