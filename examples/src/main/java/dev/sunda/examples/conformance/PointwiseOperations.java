package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.UnaryOp;

/// Element-wise operations.
final class PointwiseOperations {
    private PointwiseOperations() {
    }

    static void register(OperationTable table) {
        table.binary("add", Variable::add, Variable::add);
        table.binary("sub", Variable::sub, Variable::sub);
        table.binary("mul", Variable::mul, Variable::mul);
        table.binary("div", Variable::div, Variable::div);
        table.one("pow", a -> a.isTensor("exponent") ? a.variable("input").pow(a.variable("exponent"))
                : a.variable("input").pow(a.number("exponent")));
        table.one("maximum", a -> a.variable("input").maximum(a.variable("other")));
        table.one("minimum", a -> a.variable("input").minimum(a.variable("other")));
        table.one("where", a -> a.variable("input").where(a.tensor("condition"), a.variable("other")));
        table.unary("neg", Variable::neg);
        table.unary("abs", Variable::abs);
        table.unary("sign", x -> x.apply(UnaryOp.SIGN));
        table.unary("square", Variable::square);
        table.unary("sqrt", Variable::sqrt);
        table.unary("rsqrt", Variable::rsqrt);
        table.unary("reciprocal", Variable::reciprocal);
        table.unary("exp", Variable::exp);
        table.unary("expm1", x -> x.apply(UnaryOp.EXPM1));
        table.unary("log", Variable::log);
        table.unary("log1p", x -> x.apply(UnaryOp.LOG1P));
        table.unary("sin", Variable::sin);
        table.unary("cos", Variable::cos);
        table.unary("erf", Variable::erf);
    }
}
