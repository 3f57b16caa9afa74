package dev.sunda.examples.conformance;

import static dev.sunda.examples.conformance.OnnxArgs.flag;
import static dev.sunda.examples.conformance.OnnxArgs.onData;
import static dev.sunda.examples.conformance.OnnxArgs.x;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.Rounding;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.nn.functional.Activations;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Element-wise operators of ONNX, forward only. Source: the ONNX operator documentation.
final class OnnxPointwiseOperations {
    private OnnxPointwiseOperations() {
    }

    static void register(OperationTable table) {
        functions(table);
        activations(table);
        arithmetic(table);
        logic(table);
    }

    private static void unary(OperationTable table, String name, UnaryOperator<Variable> operation) {
        table.one("onnx/" + name, a -> operation.apply(x(a)));
    }

    private static void functions(OperationTable table) {
        unary(table, "Abs", Variable::abs);
        unary(table, "Acos", Variable::acos);
        unary(table, "Acosh", Variable::acosh);
        unary(table, "Asin", Variable::asin);
        unary(table, "Asinh", Variable::asinh);
        unary(table, "Atan", Variable::atan);
        unary(table, "Atanh", Variable::atanh);
        unary(table, "Ceil", Variable::ceil);
        unary(table, "Cos", Variable::cos);
        unary(table, "Cosh", Variable::cosh);
        unary(table, "Erf", Variable::erf);
        unary(table, "Exp", Variable::exp);
        unary(table, "Floor", Variable::floor);
        unary(table, "Identity", x -> x);
        unary(table, "Log", Variable::log);
        unary(table, "Neg", Variable::neg);
        unary(table, "Reciprocal", Variable::reciprocal);
        unary(table, "Round", Variable::round);
        unary(table, "Sign", Variable::sign);
        unary(table, "Sin", Variable::sin);
        unary(table, "Sinh", Variable::sinh);
        unary(table, "Sqrt", Variable::sqrt);
        unary(table, "Tan", Variable::tan);
        table.one("onnx/Clip", OnnxPointwiseOperations::clip);
        table.one("onnx/Cast", a -> {
            flag(a, "saturate", true);
            return x(a).to(type(a.integer("to")));
        });
        table.one("onnx/CastLike", a -> x(a).to(a.tensor("target_type").dtype()));
    }

    private static void activations(OperationTable table) {
        unary(table, "HardSwish", Activations::hardswish);
        unary(table, "Mish", Activations::mish);
        unary(table, "Relu", Variable::relu);
        unary(table, "Sigmoid", Variable::sigmoid);
        unary(table, "Softplus", x -> Activations.softplus(x, 1, 20));
        unary(table, "Softsign", Activations::softsign);
        unary(table, "Tanh", Variable::tanh);
        table.one("onnx/Celu", a -> Activations.celu(x(a), a.number("alpha", 1)));
        table.one("onnx/Elu", a -> Activations.elu(x(a), a.number("alpha", 1)));
        table.one("onnx/Gelu", a -> x(a).apply(a.text("approximate", "none").equals("tanh") ? UnaryOp.GELU_TANH : UnaryOp.GELU));
        table.one("onnx/HardSigmoid", a -> x(a).mul(a.number("alpha", 0.2)).add(a.number("beta", 0.5)).clamp(0.0, 1.0));
        table.one("onnx/LeakyRelu", a -> Activations.leakyRelu(x(a), a.number("alpha", 0.01)));
        table.one("onnx/PRelu", a -> x(a).maximum(0.0).add(x(a).minimum(0.0).mul(a.variable("slope"))));
        table.one("onnx/Selu",
                a -> Activations.elu(x(a), a.number("alpha", 1.67326319217681884765625)).mul(a.number("gamma", 1.05070102214813232421875)));
        table.one("onnx/Shrink", a -> shrink(x(a), a.number("bias", 0), a.number("lambd", 0.5)));
        table.one("onnx/Swish", a -> x(a).mul(x(a).mul(a.number("alpha", 1)).sigmoid()));
        table.one("onnx/ThresholdedRelu", a -> Activations.threshold(x(a), a.number("alpha", 1), 0));
    }

    private static void arithmetic(OperationTable table) {
        binary(table, "Add", "A", "B", Variable::add);
        binary(table, "Sub", "A", "B", Variable::sub);
        binary(table, "Mul", "A", "B", Variable::mul);
        binary(table, "Div", "A", "B", (x, y) -> x.dtype().isFloating() ? x.div(y) : x.div(y, Rounding.TRUNC));
        binary(table, "Pow", "X", "Y", (x, y) -> x.pow(y).to(x.dtype()));
        table.one("onnx/Mod", a -> {
            Variable y = a.variable("B");
            return flag(a, "fmod", false) ? a.variable("A").fmod(y) : a.variable("A").remainder(y);
        });
        many(table, "Max", list -> list.reduce(Variable::maximum).orElseThrow());
        many(table, "Min", list -> list.reduce(Variable::minimum).orElseThrow());
        many(table, "Sum", list -> list.reduce(Variable::add).orElseThrow());
        table.one("onnx/Mean", a -> a.variables("data_0").stream().reduce(Variable::add).orElseThrow().div(a.variables("data_0").size()));
    }

    private static void logic(OperationTable table) {
        compare(table, "Equal", BinaryOp.EQ);
        compare(table, "Greater", BinaryOp.GT);
        compare(table, "GreaterOrEqual", BinaryOp.GE);
        compare(table, "Less", BinaryOp.LT);
        compare(table, "LessOrEqual", BinaryOp.LE);
        compare(table, "And", BinaryOp.AND);
        compare(table, "Or", BinaryOp.OR);
        compare(table, "Xor", BinaryOp.XOR);
        binary(table, "BitwiseAnd", "A", "B", (x, y) -> Variable.of(x.data().bitwiseAnd(y.data())));
        binary(table, "BitwiseOr", "A", "B", (x, y) -> Variable.of(x.data().bitwiseOr(y.data())));
        binary(table, "BitwiseXor", "A", "B", (x, y) -> Variable.of(x.data().bitwiseXor(y.data())));
        unary(table, "BitwiseNot", x -> onData(x, Tensor::bitwiseNot));
        unary(table, "Not", x -> onData(x, Tensor::logicalNot));
        unary(table, "IsNaN", x -> onData(x, Tensor::isNan));
        table.one("onnx/IsInf", OnnxPointwiseOperations::isInf);
        table.one("onnx/Where", a -> a.variable("X").where(a.tensor("condition"), a.variable("Y")));
    }

    private static void binary(OperationTable table, String name, String left, String right, BinaryOperator<Variable> operation) {
        table.one("onnx/" + name, a -> operation.apply(a.variable(left), lined(a, a.variable(left), a.variable(right))));
    }

    private static void compare(OperationTable table, String name, BinaryOp op) {
        binary(table, name, "A", "B", (x, y) -> Variable.of(x.data().apply(op, y.data())));
    }

    private static void many(OperationTable table, String name, Function<Stream<Variable>, Variable> join) {
        table.one("onnx/" + name, a -> join.apply(a.variables("data_0").stream()));
    }

    /// Up to version 6 the second operand's dimensions line up with those of the first from `axis` on.
    private static Variable lined(Args a, Variable x, Variable y) {
        int broadcast = a.integer("broadcast", 0);
        int axis = a.integer("axis", x.rank() - y.rank());
        Variable lined = y;
        for (int d = axis + y.rank(); broadcast != 0 && d < x.rank(); d++)
            lined = lined.unsqueeze(-1);
        return lined;
    }

    /// The upper bound wins over the lower one.
    private static Variable clip(Args a) {
        Variable x = x(a);
        if (!a.has("min") && !a.has("max"))
            return x;
        if (!a.isTensor("min") && !a.isTensor("max"))
            return x.clamp(a.number("min", Double.NEGATIVE_INFINITY), a.number("max", Double.POSITIVE_INFINITY));
        Variable raised = a.has("min") ? x.maximum(a.variable("min")) : x;
        return a.has("max") ? raised.minimum(a.variable("max")) : raised;
    }

    private static Variable shrink(Variable x, double bias, double lambda) {
        Variable above = x.sub(bias).where(x.data().gt(lambda), Variable.zerosLike(x));
        return x.add(bias).where(x.data().lt(-lambda), above);
    }

    private static Variable isInf(Args a) {
        Tensor x = x(a).data();
        Tensor positive = x.eq(Double.POSITIVE_INFINITY);
        Tensor negative = x.eq(Double.NEGATIVE_INFINITY);
        boolean seesPositive = flag(a, "detect_positive", true);
        boolean seesNegative = flag(a, "detect_negative", true);
        Tensor none = positive.logicalAnd(negative);
        return Variable.of((seesPositive ? positive : none).logicalOr(seesNegative ? negative : none));
    }

    /// Element types by their numbers in ONNX.
    static DType type(int number) {
        return switch (number) {
            case 1 -> DType.F32;
            case 6 -> DType.I32;
            case 7 -> DType.I64;
            case 9 -> DType.BOOL;
            case 11 -> DType.F64;
            default -> throw new UnsupportedCase("element type number " + number);
        };
    }
}
