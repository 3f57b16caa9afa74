package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/// Arguments as the operators of ONNX have them: what once was an attribute became an input later, flags are whole numbers, and the same
/// input goes by several names.
final class OnnxArgs {
    private OnnxArgs() {
    }

    /// The first input, which most operators call `X`.
    static Variable x(Args a) {
        return a.variable(List.of("X", "input", "data", "x").stream().filter(a::has).findFirst()
                .orElseThrow(() -> new UnsupportedCase("without an input")));
    }

    static boolean flag(Args a, String name, boolean otherwise) {
        return a.integer(name, otherwise ? 1 : 0) != 0;
    }

    /// Numbers from a tensor or an attribute; none if it is absent.
    static int[] integers(Args a, String name) {
        if (!a.has(name))
            return new int[0];
        return a.isTensor(name) ? Arrays.stream(a.tensor(name).reshape(-1).toLongArray()).mapToInt(OnnxArgs::limited).toArray()
                : a.integers(name);
    }

    /// "To the end" is written as the largest number there is.
    private static int limited(long value) {
        return Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    static int integer(Args a, String name, int otherwise) {
        int[] values = integers(a, name);
        return values.length == 0 ? otherwise : values[0];
    }

    /// A number from a tensor or an attribute.
    static double number(Args a, String name, double otherwise) {
        if (!a.has(name))
            return otherwise;
        return a.isTensor(name) ? a.tensor(name).item() : a.number(name);
    }

    static int dim(Variable x, int axis) {
        return axis < 0 ? axis + x.rank() : axis;
    }

    /// The `axes` of a reduction, all of them if none are named.
    static Dims axes(Args a, boolean keep) {
        int[] axes = integers(a, "axes");
        return keep ? Dims.keep(axes) : Dims.of(axes);
    }

    /// Negative indices count from the end of a dimension of this size.
    static Tensor fromStart(Tensor index, int size) {
        return index.add(size).where(index.lt(0), index);
    }

    static Variable onData(Variable x, UnaryOperator<Tensor> operation) {
        return Variable.of(operation.apply(x.data()));
    }
}
