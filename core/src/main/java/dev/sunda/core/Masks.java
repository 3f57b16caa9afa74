package dev.sunda.core;

import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.Locale;

/// Elements that a mask of booleans names.
final class Masks {
    private Masks() {
    }

    static Tensor fill(Tensor x, Tensor mask, double value) {
        return fill(x, mask, Tensor.scalar(fitting("maskedFill", x, value), x.dtype(), x.device()));
    }

    static Tensor fill(Tensor x, Tensor mask, Tensor value) {
        broadcast("maskedFill", x, mask);
        Tensor.checkSameDevice("maskedFill", x, value);
        if (value.rank() != 0)
            throw new ShapeException("maskedFill", "the value must be a single number without dimensions", value.shape());
        return value.to(x.dtype()).where(mask, x);
    }

    /// @throws DTypeException if an integer type cannot hold the number
    static double fitting(String operation, Tensor x, double value) {
        boolean fits = switch (x.dtype()) {
            case I32 -> value > -0x1p31 - 1 && value < 0x1p31;
            case I64 -> value >= -0x1p63 && value < 0x1p63;
            case BOOL, F32, F64 -> true;
        };
        if (!fits)
            throw new DTypeException(
                    String.format(Locale.ROOT, "%s: the type of the tensor cannot hold the value %s (got %s)", operation, value,
                            x.describe()));
        return value;
    }

    static Tensor select(Tensor x, Tensor mask) {
        Shape shape = broadcast("maskedSelect", x, mask);
        return x.expand(shape).reshape(-1).indexSelect(0, places(mask.expand(shape)).to(x.device()));
    }

    static Tensor scatter(Tensor x, Tensor mask, Tensor source) {
        Shape shape = broadcast("maskedScatter", x, mask);
        Tensor.checkSameDevice("maskedScatter", x, source);
        if (source.dtype() != x.dtype())
            throw new DTypeException(
                    "maskedScatter: the source must have this tensor's type (got " + x.describe() + ", " + source.describe() + ")");
        Tensor places = places(mask.expand(shape)).to(x.device());
        int count = places.numel();
        if (source.numel() < count)
            throw new ShapeException("maskedScatter", "the mask names " + count + " elements but the source has " + source.numel(),
                    mask.shape(), source.shape());
        Tensor out = Tensor.empty(Layout.contiguous(shape), x.dtype(), x.device()).copyFrom(x);
        x.backend().scatter("maskedScatter", ScatterOp.SET, source.reshape(-1).narrow(0, 0, count).view(), 0, places.view(),
                out.reshape(-1).view());
        return out;
    }

    /// `[n, rank]`: where the elements are that are not 0.
    static Tensor nonzero(Tensor x) {
        long[] places = places(x).toLongArray();
        int rank = x.rank();
        long[] positions = new long[places.length * rank];
        for (int i = 0; i < places.length; i++) {
            long rest = places[i];
            for (int d = rank - 1; d >= 0; d--) {
                positions[i * rank + d] = rest % x.size(d);
                rest /= x.size(d);
            }
        }
        return Tensor.of(positions, Shape.of(places.length, rank)).to(x.device());
    }

    /// Row-major positions of what is true, on the CPU.
    private static Tensor places(Tensor mask) {
        boolean[] values = mask.toBooleanArray();
        long[] places = new long[values.length];
        int count = 0;
        for (int i = 0; i < values.length; i++)
            if (values[i])
                places[count++] = i;
        return Tensor.of(Arrays.copyOf(places, count));
    }

    private static Shape broadcast(String operation, Tensor x, Tensor mask) {
        Tensor.checkSameDevice(operation, x, mask);
        if (mask.dtype() != DType.BOOL)
            throw new DTypeException(operation + ": the mask must be bool (got " + mask.describe() + "); compare it with ne(0)");
        return Shape.broadcast(operation, x.shape(), mask.shape());
    }
}
