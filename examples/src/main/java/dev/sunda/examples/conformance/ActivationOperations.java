package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.nn.functional.Activations;

/// Activations.
final class ActivationOperations {
    private ActivationOperations() {
    }

    static void register(OperationTable table) {
        table.unary("relu", Variable::relu);
        table.unary("relu6", Activations::relu6);
        table.unary("sigmoid", Variable::sigmoid);
        table.unary("tanh", Variable::tanh);
        table.unary("silu", Activations::silu);
        table.unary("mish", Activations::mish);
        table.unary("selu", Activations::selu);
        table.unary("softsign", Activations::softsign);
        table.unary("logsigmoid", Activations::logSigmoid);
        table.unary("hardsigmoid", Activations::hardsigmoid);
        table.unary("hardswish", Activations::hardswish);
        table.unary("tanhshrink", Activations::tanhshrink);
        table.one("gelu", a -> a.variable("input").apply(gelu(a)));
        table.one("elu", a -> Activations.elu(a.variable("input"), a.number("alpha", 1)));
        table.one("celu", a -> Activations.celu(a.variable("input"), a.number("alpha", 1)));
        table.one("leaky_relu", a -> Activations.leakyRelu(a.variable("input"), a.number("negative_slope", 0.01)));
        table.one("softplus", a -> Activations.softplus(a.variable("input"), a.number("beta", 1), a.number("threshold", 20)));
        table.one("softshrink", a -> Activations.softshrink(a.variable("input"), a.number("lambd", 0.5)));
        table.one("hardshrink", a -> Activations.hardshrink(a.variable("input"), a.number("lambd", 0.5)));
        table.one("hardtanh", a -> Activations.hardtanh(a.variable("input"), a.number("min_val", -1), a.number("max_val", 1)));
        table.one("threshold", a -> Activations.threshold(a.variable("input"), a.number("threshold"), a.number("value")));
        table.one("prelu", a -> Activations.prelu(a.variable("input"), a.variable("weight")));
        table.one("glu", a -> Activations.glu(a.variable("input"), a.integer("dim", -1)));
        table.one("softmin", a -> Activations.softmin(a.variable("input"), a.integer("dim")));
    }

    private static UnaryOp gelu(Args a) {
        return switch (a.text("approximate", "none")) {
            case "none" -> UnaryOp.GELU;
            case "tanh" -> UnaryOp.GELU_TANH;
            default -> throw new IllegalArgumentException("approximate: must be none or tanh (got " + a.text("approximate", "") + ")");
        };
    }
}
