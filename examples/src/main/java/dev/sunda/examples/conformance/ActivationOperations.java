package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.UnaryOp;

/// Activations.
final class ActivationOperations {
    private ActivationOperations() {
    }

    static void register(OperationTable table) {
        table.unary("relu", Variable::relu);
        table.unary("sigmoid", Variable::sigmoid);
        table.unary("tanh", Variable::tanh);
        table.one("gelu", a -> a.variable("input").apply(gelu(a)));
    }

    private static UnaryOp gelu(Args a) {
        return switch (a.text("approximate", "none")) {
            case "none" -> UnaryOp.GELU;
            case "tanh" -> UnaryOp.GELU_TANH;
            default -> throw new IllegalArgumentException("approximate: must be none or tanh (got " + a.text("approximate", "") + ")");
        };
    }
}
