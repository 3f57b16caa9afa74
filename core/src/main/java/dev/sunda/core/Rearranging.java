package dev.sunda.core;

import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.List;

/// Elements moved to other places or repeated: results are copies.
final class Rearranging {
    private Rearranging() {
    }

    static Tensor roll(Tensor x, int[] shifts, int... dims) {
        if (shifts.length == 0 || shifts.length != dims.length && !(shifts.length == 1 && dims.length == 0))
            throw new ShapeException("roll",
                    "needs one shift for each dimension, got shifts " + Arrays.toString(shifts) + " and dimensions "
                            + Arrays.toString(dims),
                    x.shape());
        if (dims.length == 0)
            return roll(x.reshape(-1), shifts[0], 0).reshape(x.shape());
        for (int dim : dims)
            x.shape().dim("roll", dim);
        Tensor y = x;
        for (int i = 0; i < dims.length; i++)
            y = roll(y, shifts[i], dims[i]);
        return y;
    }

    private static Tensor roll(Tensor x, int shift, int dim) {
        int size = x.size(dim);
        if (size == 0)
            return x.copy();
        int first = Math.floorMod(-(long) shift, size);
        return Tensor.cat(List.of(x.narrow(dim, first, size - first), x.narrow(dim, 0, first)), dim);
    }

    static Tensor rot90(Tensor x, int times, int dim0, int dim1) {
        if (x.rank() < 2)
            throw new ShapeException("rot90", "needs at least two dimensions", x.shape());
        int from = x.shape().dim("rot90", dim0);
        int to = x.shape().dim("rot90", dim1);
        if (from == to)
            throw new ShapeException("rot90", "the two dimensions must differ, got " + dim0 + " and " + dim1, x.shape());
        return switch (Math.floorMod(times, 4)) {
            case 1 -> x.flip(to).transpose(from, to).copy();
            case 2 -> x.flip(from, to).copy();
            case 3 -> x.flip(from).transpose(from, to).copy();
            default -> x.copy();
        };
    }

    static Tensor repeat(Tensor x, int... times) {
        int added = times.length - x.rank();
        if (added < 0)
            throw new ShapeException("repeat", "needs a number for each dimension, got " + Arrays.toString(times), x.shape());
        int[] apart = new int[2 * times.length];                     // each dimension behind one for its repetitions
        int[] stretched = new int[apart.length];
        int[] joined = new int[times.length];
        for (int d = 0; d < times.length; d++) {
            if (times[d] < 0)
                throw new ShapeException("repeat", "numbers must not be negative, got " + Arrays.toString(times), x.shape());
            int size = d < added ? 1 : x.size(d - added);
            apart[2 * d] = 1;
            stretched[2 * d] = times[d];
            apart[2 * d + 1] = stretched[2 * d + 1] = size;
            joined[d] = Math.multiplyExact(times[d], size);
        }
        return x.reshape(Shape.of(apart)).expand(Shape.of(stretched)).copy().reshape(Shape.of(joined));
    }

    static Tensor tile(Tensor x, int... times) {
        int[] all = new int[Math.max(times.length, x.rank())];
        Arrays.fill(all, 1);
        System.arraycopy(times, 0, all, all.length - times.length, times.length);
        return repeat(x, all);
    }

    static Tensor repeatInterleave(Tensor x, int times, int dim) {
        int d = x.shape().dim("repeatInterleave", dim);
        if (times < 0)
            throw new ShapeException("repeatInterleave", "the number must not be negative, got " + times, x.shape());
        Shape joined = x.shape().with(d, Math.multiplyExact(x.size(d), times));
        Tensor apart = x.unsqueeze(d + 1);
        return apart.expand(apart.shape().with(d + 1, times)).copy().reshape(joined);
    }

    static Tensor repeatInterleave(Tensor x, Tensor times, int dim) {
        int d = x.shape().dim("repeatInterleave", dim);
        return x.indexSelect(d, repeated("repeatInterleave", times, x.size(d), x.shape()).to(x.device()));
    }

    /// Position `i` as often as `times[i]` says, for `size` positions.
    private static Tensor repeated(String operation, Tensor times, int size, Shape got) {
        if (!times.dtype().isInteger())
            throw new DTypeException(operation + ": the numbers must be int64 or int32 (got " + times.describe() + ")");
        if (times.rank() > 1 || times.numel() != size && times.numel() != 1)
            throw new ShapeException(operation, "needs one number, or one for each of " + size + " positions", got, times.shape());
        long[] each = times.toLongArray();
        long total = 0;
        for (int i = 0; i < size; i++) {
            long n = each[each.length == 1 ? 0 : i];
            if (n < 0)
                throw new ShapeException(operation, "numbers must not be negative, number " + i + " is " + n, got, times.shape());
            total += n;
        }
        long[] positions = new long[Shape.of(Math.toIntExact(total)).numel()];
        for (int i = 0, at = 0; i < size; i++) {
            int end = at + (int) each[each.length == 1 ? 0 : i];
            Arrays.fill(positions, at, end, i);
            at = end;
        }
        return Tensor.of(positions);
    }
}
