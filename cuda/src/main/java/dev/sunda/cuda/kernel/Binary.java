package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.Unary.flat;
import static dev.sunda.cuda.kernel.Unary.suffix;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Functions of two tensors or of one and a number: `binary.cu`, and what is more than a few instructions, `binary_more.cu` and
/// `special_binary.cu`.
public final class Binary {
    private static final String[] ENTRIES = Stream.of(BinaryOp.values()).map(op -> "binary_" + op.name().toLowerCase(Locale.ROOT) + "_f32")
            .toArray(String[]::new);

    private final Gpu gpu;

    public Binary(Gpu gpu) {
        this.gpu = gpu;
    }

    /// `out = op(a, b)`. An integer divisor is not 0.
    public void binary(BinaryOp op, View a, View b, View out) {
        Strided.over(List.of(out, a, b), walk -> launch(op, a.dtype(), elements(walk, 1), elements(walk, 2), walk));
    }

    /// The same with one number in the place of each element of `b`.
    public void binary(BinaryOp op, View a, double b, View out) {
        long[] number = number(b, a.dtype());
        Strided.over(List.of(out, a, a), walk -> launch(op, a.dtype(), elements(walk, 1), number, walk));
    }

    /// The same with one number in the place of each element of `a`.
    public void binary(BinaryOp op, double a, View b, View out) {
        long[] number = number(a, b.dtype());
        Strided.over(List.of(out, b, b), walk -> launch(op, b.dtype(), number, elements(walk, 2), walk));
    }

    /// `struct Operand` of operand.cuh for a view of the walk.
    private static long[] elements(Strided walk, int view) {
        return new long[] {walk.address(view), 0};
    }

    /// `struct Operand` of operand.cuh for a number.
    private static long[] number(double value, DType dtype) {
        return new long[] {0, switch (dtype) {
            case F32 -> Integer.toUnsignedLong(Float.floatToRawIntBits((float) value));
            case F64 -> Double.doubleToRawLongBits(value);
            case I32, I64 -> (long) value;
            case BOOL -> value != 0 ? 1 : 0;
        }};
    }

    private void launch(BinaryOp op, DType dtype, long[] a, long[] b, Strided walk) {
        if (op.isComparison())
            compare(op, dtype, a, b, walk);
        else if (dtype.isFloating() && !isArithmetic(op))
            special(op, dtype, a, b, walk);
        else
            arithmetic(op, dtype, a, b, walk);
    }

    private void compare(BinaryOp op, DType dtype, long[] a, long[] b, Strided walk) {
        Quads quads = dtype == DType.F32 ? Quads.of(walk, 1, 4, 4) : null;
        if (quads != null)
            gpu.kernel("binary", "compare_quads_f32").launch(quads.grid(), op.ordinal(), a, b, walk.address(0), quads.struct(3));
        else
            general("binary", "compare_" + suffix(dtype), op, a, b, walk);
    }

    private void arithmetic(BinaryOp op, DType dtype, long[] a, long[] b, Strided walk) {
        String entry = ENTRIES[op.ordinal()];
        Quads quads = dtype == DType.F32 && gpu.module("binary").has(entry) ? Quads.of(walk, 4, 4, 4) : null;
        if (quads != null)
            gpu.kernel("binary", entry).launch(quads.grid(), a, b, walk.address(0), quads.struct(3));
        else
            general("binary", (dtype.isFloating() ? "arithmetic_" : "binary_") + suffix(dtype), op, a, b, walk);
    }

    private void special(BinaryOp op, DType dtype, long[] a, long[] b, Strided walk) {
        Quads quads = dtype == DType.F32 ? Quads.of(walk, 4, 4, 4) : null;
        if (quads != null)
            gpu.kernel("binary_more", "binary_more_quads_f32").launch(quads.grid(), op.ordinal(), a, b, walk.address(0), quads.struct(3));
        else if (dtype == DType.F32)
            general("binary_more", "binary_more_f32", op, a, b, walk);
        else
            general("special_binary", "special_binary_f64", op, a, b, walk);
    }

    private void general(String module, String entry, BinaryOp op, long[] a, long[] b, Strided walk) {
        gpu.kernel(module, entry).launch(Grid.over(walk.numel()), op.ordinal(), a, b, walk.address(0), walk.struct(), flat(walk));
    }

    /// Whether a function of floating types is computed in their own type, by a few instructions.
    static boolean isArithmetic(BinaryOp op) {
        return switch (op) {
            case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, COPYSIGN -> true;
            default -> false;
        };
    }
}
