package dev.sunda.core;

import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A tensor taken apart along one dimension; the parts are views.
final class Splitting {
    private Splitting() {
    }

    static List<Tensor> split(Tensor x, int size, int dim) {
        int length = length("split", x, dim);
        if (size < 0 || size == 0 && length > 0)
            throw new ShapeException("split", "the size of a part must be at least 1, got " + size, x.shape());
        int[] sizes = new int[Math.max(1, size == 0 ? 1 : Math.ceilDiv(length, size))];
        Arrays.fill(sizes, size);
        sizes[sizes.length - 1] = length - (sizes.length - 1) * size;
        return parts(x, dim, sizes);
    }

    static List<Tensor> split(Tensor x, int[] sizes, int dim) {
        int length = length("split", x, dim);
        long sum = 0;
        for (int size : sizes) {
            if (size < 0)
                throw new ShapeException("split", "sizes must not be negative, got " + Arrays.toString(sizes), x.shape());
            sum += size;
        }
        if (sum != length)
            throw new ShapeException("split", "the sizes " + Arrays.toString(sizes) + " must add up to " + length
                    + ", the size of dimension " + dim, x.shape());
        return parts(x, dim, sizes);
    }

    /// Sizes that differ by one at most, the larger ones first.
    static List<Tensor> tensorSplit(Tensor x, int sections, int dim) {
        int length = length("tensorSplit", x, dim);
        if (sections < 1)
            throw new ShapeException("tensorSplit", "the number of parts must be positive, got " + sections, x.shape());
        int[] sizes = new int[sections];
        for (int i = 0; i < sections; i++)
            sizes[i] = length / sections + (i < length % sections ? 1 : 0);
        return parts(x, dim, sizes);
    }

    static List<Tensor> tensorSplit(Tensor x, int[] indices, int dim) {
        length("tensorSplit", x, dim);
        var parts = new ArrayList<Tensor>();
        for (int i = 0; i <= indices.length; i++)
            parts.add(x.slice(dim, i == 0 ? 0 : indices[i - 1], i < indices.length ? indices[i] : Integer.MAX_VALUE, 1));
        return List.copyOf(parts);
    }

    static List<Tensor> chunk(Tensor x, int chunks, int dim) {
        int length = length("chunk", x, dim);
        if (chunks < 1)
            throw new ShapeException("chunk", "the number of parts must be positive, got " + chunks, x.shape());
        if (length == 0)
            return parts(x, dim, new int[chunks]);
        return split(x, Math.ceilDiv(length, chunks), dim);
    }

    static List<Tensor> unbind(Tensor x, int dim) {
        int length = length("unbind", x, dim);
        var parts = new ArrayList<Tensor>();
        for (int i = 0; i < length; i++)
            parts.add(x.select(dim, i));
        return List.copyOf(parts);
    }

    private static int length(String operation, Tensor x, int dim) {
        if (x.rank() == 0)
            throw new ShapeException(operation, "a scalar cannot be taken apart", x.shape());
        return x.size(x.shape().dim(operation, dim));
    }

    private static List<Tensor> parts(Tensor x, int dim, int[] sizes) {
        var parts = new ArrayList<Tensor>();
        int at = 0;
        for (int size : sizes) {
            parts.add(x.narrow(dim, at, size));
            at += size;
        }
        return List.copyOf(parts);
    }
}
