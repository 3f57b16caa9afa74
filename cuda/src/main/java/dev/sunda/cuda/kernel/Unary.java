package dev.sunda.cuda.kernel;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryFunction.Keeps;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.List;
import java.util.Locale;

/// Functions of one tensor and their derivatives: `unary.cu`, `unary_more.cu`, `unary_rare.cu`, `unary_f64.cu` and `special.cu`.
public final class Unary {
    /// The number of the first function with parameters, see `operations.cuh`.
    private static final int FIRST_PARAMETRIC = 128;

    /// Names of kernels for one function, by its number: they are asked for at every call.
    private static final String[] FORWARD = entries("unary_");
    private static final String[] BACKWARD = entries("unary_backward_");

    private final Gpu gpu;

    public Unary(Gpu gpu) {
        this.gpu = gpu;
    }

    /// `out = function(x)`.
    public void unary(UnaryFunction function, View x, View out) {
        Strided.over(List.of(out, x), walk -> {
            if (!x.dtype().isFloating())
                integers(function, x.dtype(), walk);
            else if (isRare(function, x.dtype()))
                gpu.kernel("unary_rare", "unary_rare_f32").launch(Grid.over(walk.numel()), code(function), walk.address(1), walk.address(0),
                        walk.struct(), flat(walk), numbers(function));
            else if (isSpecial(function, x.dtype()))
                gpu.kernel("special", "special").launch(Grid.over(walk.numel()), code(function), walk.address(1), walk.address(0),
                        walk.struct(), flat(walk), wide(x.dtype()), numbers(function));
            else if (isMore(function, x.dtype()))
                more(function, walk);
            else
                unary(function, x.dtype(), walk);
        });
    }

    private void more(UnaryFunction function, Strided walk) {
        Quads quads = Quads.of(walk, 4, 4);
        if (quads != null)
            gpu.kernel("unary_more", "unary_more_quads_f32").launch(quads.grid(), code(function), walk.address(1), walk.address(0),
                    quads.struct(2));
        else
            gpu.kernel("unary_more", "unary_more_f32").launch(Grid.over(walk.numel()), code(function), walk.address(1), walk.address(0),
                    walk.struct(), flat(walk));
    }

    private void unary(UnaryFunction function, DType dtype, Strided walk) {
        String entry = FORWARD[code(function)];
        Quads quads = dtype == DType.F32 && gpu.module("unary").has(entry) ? Quads.of(walk, 4, 4) : null;
        if (quads != null)
            gpu.kernel("unary", entry).launch(quads.grid(), walk.address(1), walk.address(0), quads.struct(2), numbers(function));
        else
            gpu.kernel("unary", "unary_" + suffix(dtype)).launch(Grid.over(walk.numel()), code(function), walk.address(1),
                    walk.address(0), walk.struct(), flat(walk), numbers(function));
    }

    private void integers(UnaryFunction function, DType dtype, Strided walk) {
        if (!function.isIntegral() || dtype == DType.BOOL)
            throw new UnsupportedOperationException(function.label() + ": has no form for " + dtype + "; convert to a floating type first");
        gpu.kernel("unary", "unary_" + suffix(dtype)).launch(Grid.over(walk.numel()), code(function), walk.address(1), walk.address(0),
                walk.struct(), flat(walk));
    }

    /// `dx = dy * function'(kept)`.
    public void unaryBackward(UnaryFunction function, View kept, View dy, View dx) {
        View k = function.keeps() == Keeps.NOTHING ? dy : kept;      // the values do not matter then
        Strided.over(List.of(dx, k, dy), walk -> {
            if (hasRareDerivative(function, dx.dtype()))
                gpu.kernel("unary_rare", "unary_rare_backward_f32").launch(Grid.over(walk.numel()), code(function), walk.address(1),
                        walk.address(2), walk.address(0), walk.struct(), flat(walk), numbers(function));
            else if (isSpecial(function, dx.dtype()) && !isSoftplus(function))
                gpu.kernel("special", "special_backward").launch(Grid.over(walk.numel()), code(function), walk.address(1), walk.address(2),
                        walk.address(0), walk.struct(), flat(walk), wide(dx.dtype()), numbers(function));
            else if (isMore(function, dx.dtype()))
                moreBackward(function, walk);
            else
                backward(function, dx.dtype(), walk);
        });
    }

    private void moreBackward(UnaryFunction function, Strided walk) {
        Quads quads = Quads.of(walk, 4, 4, 4);
        if (quads != null)
            gpu.kernel("unary_more", "unary_more_backward_quads_f32").launch(quads.grid(), code(function), walk.address(1), walk.address(2),
                    walk.address(0), quads.struct(3));
        else
            gpu.kernel("unary_more", "unary_more_backward_f32").launch(Grid.over(walk.numel()), code(function), walk.address(1),
                    walk.address(2), walk.address(0), walk.struct(), flat(walk));
    }

    private void backward(UnaryFunction function, DType dtype, Strided walk) {
        String entry = BACKWARD[code(function)];
        Quads quads = dtype == DType.F32 && gpu.module("unary").has(entry) ? Quads.of(walk, 4, 4, 4) : null;
        if (quads != null)
            gpu.kernel("unary", entry).launch(quads.grid(), walk.address(1), walk.address(2), walk.address(0), quads.struct(3),
                    numbers(function));
        else
            gpu.kernel("unary", "unary_backward_" + suffix(dtype)).launch(Grid.over(walk.numel()), code(function), walk.address(1),
                    walk.address(2), walk.address(0), walk.struct(), flat(walk), numbers(function));
    }

    /// Whether a function of such elements stands in `special.cu`, where float32 is computed in double: Bessel functions and those of the
    /// gamma function's derivatives.
    static boolean isSpecial(UnaryFunction function, DType dtype) {
        return switch (function) {
            case UnaryOp op -> isSpecial(op) && !isMore(op, dtype);
            case ParametricOp op -> isSpecial(op.kind()) || dtype == DType.F32 && isSoftplus(op) && op.a() != 1;
        };
    }

    /// Whether a function of such elements stands in `unary_rare.cu`: functions that the CPU computes in double and a GPU in float32, with
    /// more digits than that where they are needed. The softplus has a factor from 2^-100 to 2^100, whose reciprocal is a float.
    static boolean isRare(UnaryFunction function, DType dtype) {
        return dtype == DType.F32 && switch (function) {
            case UnaryOp op -> switch (op) {
                case ERFC, ERFINV, LGAMMA, ERFCX, NDTRI, TANHSHRINK -> true;
                default -> false;
            };
            case ParametricOp op -> op.kind() == ParametricOp.Kind.LOGIT
                    || isSoftplus(op) && op.a() != 1 && Math.abs(op.a()) >= 0x1p-100 && Math.abs(op.a()) <= 0x1p100;
        };
    }

    /// That of [UnaryOp#LGAMMA] is a polygamma function; that of the softplus needs no more digits than a float has.
    static boolean hasRareDerivative(UnaryFunction function, DType dtype) {
        return isRare(function, dtype) && function != UnaryOp.LGAMMA && !isSoftplus(function);
    }

    private static boolean isSoftplus(UnaryFunction function) {
        return function instanceof ParametricOp op && op.kind() == ParametricOp.Kind.SOFTPLUS;
    }

    /// Whether a function of such elements stands in `unary_more.cu`: functions that the CPU computes in double and a GPU in float32.
    static boolean isMore(UnaryFunction function, DType dtype) {
        return dtype == DType.F32 && function instanceof UnaryOp op && switch (op) {
            case EXPM1, EXP2, LOG1P, LOG2, LOG10, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH -> true;
            default -> false;
        };
    }

    private static boolean isSpecial(UnaryOp op) {
        return switch (op) {
            case EXPM1, EXP2, LOG1P, LOG2, LOG10, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH -> true;
            case ERFC, ERFINV, LGAMMA, ERFCX, NDTRI, I0, I0E, I1, I1E, TANHSHRINK -> true;
            case NEG, ABS, SIGN, FLOOR, CEIL, ROUND, TRUNC, FRAC, SQUARE, SQRT, RSQRT, RECIPROCAL -> false;
            case EXP, LOG, TANH, SIGMOID, RELU, ERF, SILU, MISH, SOFTSIGN, LOG_SIGMOID, HARDSIGMOID, HARDSWISH, GELU, GELU_TANH -> false;
        };
    }

    private static boolean isSpecial(ParametricOp.Kind kind) {
        return switch (kind) {
            case LOGIT, POLYGAMMA -> true;
            case LEAKY_RELU, ELU, CLAMP, HARDTANH, SOFTPLUS, SOFTSHRINK, HARDSHRINK, THRESHOLD, NAN_TO_NUM -> false;
        };
    }

    /// The number of a function in `operations.cuh`.
    static int code(UnaryFunction function) {
        return switch (function) {
            case UnaryOp op -> op.ordinal();
            case ParametricOp op -> FIRST_PARAMETRIC + op.kind().ordinal();
        };
    }

    private static String[] entries(String prefix) {
        var entries = new String[FIRST_PARAMETRIC + ParametricOp.Kind.values().length];
        for (UnaryOp op : UnaryOp.values())
            entries[op.ordinal()] = prefix + op.name().toLowerCase(Locale.ROOT) + "_f32";
        for (ParametricOp.Kind kind : ParametricOp.Kind.values())
            entries[FIRST_PARAMETRIC + kind.ordinal()] = prefix + kind.name().toLowerCase(Locale.ROOT) + "_f32";
        return entries;
    }

    /// `struct Numbers` of operations.cuh.
    private static long[] numbers(UnaryFunction function) {
        return function instanceof ParametricOp op
                ? new long[] {Double.doubleToRawLongBits(op.a()), Double.doubleToRawLongBits(op.b()), Double.doubleToRawLongBits(op.c())}
                : new long[3];
    }

    /// What names of kernels for a type end in.
    static String suffix(DType dtype) {
        return switch (dtype) {
            case F32 -> "f32";
            case F64 -> "f64";
            case I32 -> "i32";
            case I64 -> "i64";
            case BOOL -> "bool";
        };
    }

    /// 1 if all views are one run of memory, so that a kernel need not work out where elements are.
    static int flat(Strided walk) {
        return walk.isContiguous() ? 1 : 0;
    }

    /// 1 if elements are doubles.
    private static int wide(DType dtype) {
        return dtype == DType.F64 ? 1 : 0;
    }
}
