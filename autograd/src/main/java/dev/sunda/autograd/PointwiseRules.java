package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.Rounding;

/// Derivatives of element-wise operations of several tensors.
final class PointwiseRules {
    private PointwiseRules() {
    }

    /// Constant between the jumps, so nothing flows back.
    static Variable div(Variable a, Variable b, Rounding rounding) {
        return output(rounding.op().label(), a.data().div(b.data(), rounding), wrt(a, Variable::zerosLike), wrt(b, Variable::zerosLike));
    }

    /// `a - b q` with the whole quotient `q`, so `da = dy` and `db = -q dy`.
    static Variable modulo(BinaryOp op, Rounding rounding, Variable a, Variable b) {
        return output(op.label(), a.data().apply(op, b.data()), wrt(a, dy -> dy),
                wrt(b, dy -> dy.mul(Variable.of(a.data().div(b.data(), rounding))).neg()));
    }

    /// `da = dy b / (a^2 + b^2)`, `db = -dy a / (a^2 + b^2)`; 0 at the origin.
    static Variable atan2(Variable a, Variable b) {
        return output("atan2", a.data().atan2(b.data()), wrt(a, dy -> dy.mul(overSquares(b, a))),
                wrt(b, dy -> dy.mul(overSquares(a, b)).neg()));
    }

    /// `a / (a^2 + b^2)`, 0 at the origin.
    private static Variable overSquares(Variable a, Variable b) {
        Variable squares = a.square().add(b.square());
        Tensor origin = squares.data().eq(0);
        Variable divisor = Variable.of(Tensor.ones(squares.shape(), squares.dtype(), squares.device())).where(origin, squares);
        return Variable.zerosLike(squares).where(origin, a.div(divisor));
    }

    /// `da = dy a / y`, `db = dy b / y`.
    static Variable hypot(Variable a, Variable b) {
        return output("hypot", a.data().hypot(b.data()), wrt(a, (dy, y) -> dy.mul(a.div(y))), wrt(b, (dy, y) -> dy.mul(b.div(y))));
    }

    /// `da = dy / (1 + e^(b - a))`, `db = dy / (1 + e^(a - b))`.
    static Variable logaddexp(Variable a, Variable b) {
        return output("logaddexp", a.data().logaddexp(b.data()), wrt(a, dy -> dy.mul(a.sub(b).sigmoid())),
                wrt(b, dy -> dy.mul(b.sub(a).sigmoid())));
    }

    /// `da = dy / (1 + 2^(b - a))`, `db = dy / (1 + 2^(a - b))`.
    static Variable logaddexp2(Variable a, Variable b) {
        double ln2 = Math.log(2);
        return output("logaddexp2", a.data().logaddexp2(b.data()), wrt(a, dy -> dy.mul(a.sub(b).mul(ln2).sigmoid())),
                wrt(b, dy -> dy.mul(b.sub(a).mul(ln2).sigmoid())));
    }

    /// `da = dy log b`, taken as 0 where `a` is 0 and `b` not positive; `db = dy a / b`.
    static Variable xlogy(Variable a, Variable b) {
        return output("xlogy", a.data().xlogy(b.data()), wrt(a, dy -> {
            Tensor flat = a.data().eq(0).logicalAnd(b.data().le(0));
            Variable argument = Variable.of(Tensor.ones(b.shape(), b.dtype(), b.device())).where(flat, b);
            return Variable.zerosLike(dy).where(flat, dy.xlogy(argument));
        }), wrt(b, dy -> dy.mul(a.div(b))));
    }

    /// `da = dy` times the sign that was put in the place of the old one, 0 where `a` is 0; nothing flows to `b`.
    static Variable copysign(Variable a, Variable b) {
        return output("copysign", a.data().copysign(b.data()), wrt(a, (dy, y) -> {
            Tensor ratio = y.data().div(a.data());
            return dy.mul(Variable.of(Tensor.zeros(ratio.shape(), ratio.dtype(), ratio.device()).where(a.data().eq(0), ratio)));
        }), wrt(b, Variable::zerosLike));
    }

    /// The gradient goes to the tensor whose element was taken; at a bound it is `x`, with crossed bounds `max`.
    static Variable clamp(Variable x, Variable min, Variable max) {
        Tensor low = min == null ? null : min.data();
        Tensor high = max == null ? null : max.data();
        Tensor y = x.data().clamp(low, high);
        if (min == null)
            return output("clamp", y, wrt(x, dy -> only(x.data().le(high), dy)), wrt(max, dy -> only(x.data().gt(high), dy)));
        if (max == null)
            return output("clamp", y, wrt(x, dy -> only(x.data().ge(low), dy)), wrt(min, dy -> only(x.data().lt(low), dy)));
        return output("clamp", y, wrt(x, dy -> only(x.data().ge(low).logicalAnd(x.data().le(high)), dy)),
                wrt(min, dy -> only(low.lt(high).logicalAnd(x.data().lt(low)), dy)),
                wrt(max, dy -> only(x.data().gt(high).logicalOr(high.lt(low)), dy)));
    }

    private static Variable only(Tensor where, Variable dy) {
        return dy.where(where, Variable.zerosLike(dy));
    }

    /// `dstart = (1 - weight) dy`, `dend = weight dy`.
    static Variable lerp(Variable start, Variable end, double weight) {
        return output("lerp", start.data().lerp(end.data(), weight), wrt(start, dy -> dy.mul(1 - weight)), wrt(end, dy -> dy.mul(weight)));
    }

    /// As with a number, and `dweight = (end - start) dy`.
    static Variable lerp(Variable start, Variable end, Variable weight) {
        return output("lerp", start.data().lerp(end.data(), weight.data()), wrt(start, dy -> dy.mul(weight.neg().add(1))),
                wrt(end, dy -> dy.mul(weight)), wrt(weight, dy -> dy.mul(end.sub(start))));
    }
}
