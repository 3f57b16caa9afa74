package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.Unary.flat;
import static dev.sunda.cuda.kernel.Unary.suffix;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Functions of two tensors: `binary.cu`, and what is more than a few instructions, `binary_more.cu` and `special_binary.cu`.
public final class Binary {
    private static final String[] ENTRIES = Stream.of(BinaryOp.values()).map(op -> "binary_" + op.name().toLowerCase(Locale.ROOT) + "_f32")
            .toArray(String[]::new);

    private final Gpu gpu;

    public Binary(Gpu gpu) {
        this.gpu = gpu;
    }

    /// `out = op(a, b)`. An integer divisor is not 0.
    public void binary(BinaryOp op, View a, View b, View out) {
        DType dtype = a.dtype();
        Strided.over(List.of(out, a, b), walk -> {
            if (op.isComparison())
                compare(op, dtype, walk);
            else if (dtype.isFloating() && !isArithmetic(op))
                special(op, dtype, walk);
            else
                arithmetic(op, dtype, walk);
        });
    }

    private void compare(BinaryOp op, DType dtype, Strided walk) {
        Quads quads = dtype == DType.F32 ? Quads.of(walk, 1, 4, 4) : null;
        if (quads != null)
            gpu.kernel("binary", "compare_quads_f32").launch(quads.grid(), op.ordinal(), walk.address(1), walk.address(2), walk.address(0),
                    quads.struct(3));
        else
            general("compare_" + suffix(dtype), op, walk);
    }

    private void arithmetic(BinaryOp op, DType dtype, Strided walk) {
        String entry = ENTRIES[op.ordinal()];
        Quads quads = dtype == DType.F32 && gpu.module("binary").has(entry) ? Quads.of(walk, 4, 4, 4) : null;
        if (quads != null)
            gpu.kernel("binary", entry).launch(quads.grid(), walk.address(1), walk.address(2), walk.address(0), quads.struct(3));
        else
            general((dtype.isFloating() ? "arithmetic_" : "binary_") + suffix(dtype), op, walk);
    }

    private void special(BinaryOp op, DType dtype, Strided walk) {
        Quads quads = dtype == DType.F32 ? Quads.of(walk, 4, 4, 4) : null;
        if (quads != null)
            gpu.kernel("binary_more", "binary_more_quads_f32").launch(quads.grid(), op.ordinal(), walk.address(1), walk.address(2),
                    walk.address(0), quads.struct(3));
        else if (dtype == DType.F32)
            gpu.kernel("binary_more", "binary_more_f32").launch(Grid.over(walk.numel()), op.ordinal(), walk.address(1), walk.address(2),
                    walk.address(0), walk.struct(), flat(walk));
        else
            gpu.kernel("special_binary", "special_binary_f64").launch(Grid.over(walk.numel()), op.ordinal(), walk.address(1),
                    walk.address(2), walk.address(0), walk.struct(), flat(walk));
    }

    private void general(String entry, BinaryOp op, Strided walk) {
        gpu.kernel("binary", entry).launch(Grid.over(walk.numel()), op.ordinal(), walk.address(1), walk.address(2), walk.address(0),
                walk.struct(), flat(walk));
    }

    /// Whether a function of floating types is computed in their own type, by a few instructions.
    static boolean isArithmetic(BinaryOp op) {
        return switch (op) {
            case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, COPYSIGN -> true;
            default -> false;
        };
    }
}
