package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.Rounding;
import dev.sunda.core.type.DType;

/// Element-wise operations.
final class PointwiseOperations {
    private PointwiseOperations() {
    }

    static void register(OperationTable table) {
        arithmetic(table);
        functions(table);
        table.one("clamp", PointwiseOperations::clamp);
        table.one("maximum", a -> a.variable("input").maximum(a.variable("other")));
        table.one("minimum", a -> a.variable("input").minimum(a.variable("other")));
        table.one("where", a -> a.variable("input").where(a.tensor("condition"), a.variable("other")));
        table.one("lerp", a -> a.isTensor("weight") ? a.variable("input").lerp(a.variable("end"), a.variable("weight"))
                : a.variable("input").lerp(a.variable("end"), a.number("weight")));
        table.one("addcmul", a -> a.variable("input").addcmul(a.variable("tensor1"), a.variable("tensor2"), a.number("value", 1)));
        table.one("addcdiv", a -> a.variable("input").addcdiv(a.variable("tensor1"), a.variable("tensor2"), a.number("value", 1)));
        table.one("atan2", a -> a.variable("input").atan2(a.variable("other")));
        table.one("hypot", a -> a.variable("input").hypot(a.variable("other")));
        table.one("logaddexp", a -> a.variable("input").logaddexp(a.variable("other")));
        table.one("logaddexp2", a -> a.variable("input").logaddexp2(a.variable("other")));
        table.one("xlogy", a -> a.variable("input").xlogy(a.variable("other")));
        table.one("fmax", a -> a.variable("input").fmax(a.variable("other")));
        table.one("fmin", a -> a.variable("input").fmin(a.variable("other")));
        table.one("nan_to_num", PointwiseOperations::nanToNum);
        table.one("copysign", a -> a.variable("input").copysign(a.variable("other")));
        table.one("logit", a -> a.has("eps") ? a.variable("input").logit(a.number("eps")) : a.variable("input").logit());
    }

    private static void arithmetic(OperationTable table) {
        table.one("add", a -> a.isTensor("other") ? a.variable("input").add(a.variable("other"), a.number("alpha", 1))
                : a.variable("input").add(a.number("other") * a.number("alpha", 1)));
        table.one("sub", a -> a.isTensor("other") ? a.variable("input").sub(a.variable("other"), a.number("alpha", 1))
                : a.variable("input").sub(a.number("other") * a.number("alpha", 1)));
        table.binary("mul", Variable::mul, Variable::mul);
        table.one("div", PointwiseOperations::div);
        table.binary("floor_divide", Variable::floorDivide, Variable::floorDivide);
        table.binary("remainder", Variable::remainder, Variable::remainder);
        table.binary("fmod", Variable::fmod, Variable::fmod);
        table.one("pow", a -> a.isTensor("exponent") ? a.variable("input").pow(a.variable("exponent"))
                : a.variable("input").pow(a.number("exponent")));
    }

    private static void functions(OperationTable table) {
        table.unary("neg", Variable::neg);
        table.unary("abs", Variable::abs);
        table.unary("sign", Variable::sign);
        table.unary("floor", Variable::floor);
        table.unary("ceil", Variable::ceil);
        table.one("round", a -> a.has("decimals") ? a.variable("input").round(a.integer("decimals")) : a.variable("input").round());
        table.unary("trunc", Variable::trunc);
        table.unary("frac", Variable::frac);
        table.unary("square", Variable::square);
        table.unary("sqrt", Variable::sqrt);
        table.unary("rsqrt", Variable::rsqrt);
        table.unary("reciprocal", Variable::reciprocal);
        table.unary("exp", Variable::exp);
        table.unary("exp2", Variable::exp2);
        table.unary("expm1", Variable::expm1);
        table.unary("log", Variable::log);
        table.unary("log2", Variable::log2);
        table.unary("log10", Variable::log10);
        table.unary("log1p", Variable::log1p);
        table.unary("sin", Variable::sin);
        table.unary("cos", Variable::cos);
        table.unary("tan", Variable::tan);
        table.unary("asin", Variable::asin);
        table.unary("acos", Variable::acos);
        table.unary("atan", Variable::atan);
        table.unary("sinh", Variable::sinh);
        table.unary("cosh", Variable::cosh);
        table.unary("asinh", Variable::asinh);
        table.unary("acosh", Variable::acosh);
        table.unary("atanh", Variable::atanh);
        table.unary("erf", Variable::erf);
        table.unary("erfc", Variable::erfc);
        table.unary("erfinv", Variable::erfinv);
        table.unary("lgamma", Variable::lgamma);
        table.unary("digamma", Variable::digamma);
        table.one("polygamma", a -> a.variable("input").polygamma(a.integer("n")));
    }

    private static Variable div(Args a) {
        Variable x = a.variable("input");
        if (!a.has("rounding_mode"))
            return a.isTensor("other") ? x.div(a.variable("other")) : x.div(a.number("other"));
        Rounding rounding = switch (a.text("rounding_mode", "")) {
            case "trunc" -> Rounding.TRUNC;
            case "floor" -> Rounding.FLOOR;
            default -> throw new IllegalArgumentException(
                    "rounding_mode: must be trunc or floor (got " + a.text("rounding_mode", "") + ")");
        };
        return a.isTensor("other") ? x.div(a.variable("other"), rounding) : x.div(a.number("other"), rounding);
    }

    private static Variable nanToNum(Args a) {
        Variable x = a.variable("input");
        double largest = x.dtype() == DType.F32 ? Float.MAX_VALUE : Double.MAX_VALUE;
        return x.nanToNum(a.number("nan", 0), a.number("posinf", largest), a.number("neginf", -largest));
    }

    private static Variable clamp(Args a) {
        if (a.has("min") && a.has("max") && a.isTensor("min") != a.isTensor("max"))
            throw new IllegalArgumentException("clamp: the bounds must both be tensors or both numbers (got one of each)");
        if (a.isTensor("min") || a.isTensor("max") || !a.has("min") && !a.has("max"))
            return a.variable("input").clamp(a.optional("min"), a.optional("max"));
        return a.variable("input").clamp(a.number("min", Double.NEGATIVE_INFINITY), a.number("max", Double.POSITIVE_INFINITY));
    }
}
