package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Index;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.GridOrder;
import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.QuantileInterpolation;
import dev.sunda.core.op.Rounding;
import dev.sunda.core.op.ScatterReduction;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// A tensor with a history: operations on variables are recorded, so that gradients can be computed.
///
/// Shapes, types and errors of an operation are those of the same method of [Tensor]; here stands how it is differentiated. A variable made
/// with [#of] is a constant, one made with [#tracked] can be differentiated against, a [Parameter] is trained. Not recorded is what
/// happens inside [GradMode#noGrad] and what involves constants only. Own operations are declared with [Operation].
public sealed class Variable permits Parameter {
    /// Elements of a variable and where they are.
    ///
    /// @param indices int64, of the shape of the values
    public record Indexed(Variable values, Tensor indices) {
    }

    /// Variance and mean over the same elements.
    public record Moments(Variable variance, Variable mean) {
    }

    /// The smallest and the largest of the same elements.
    public record Extremes(Variable min, Variable max) {
    }

    private final Tensor data;
    private final Node node;

    Variable(Tensor data, Node node) {
        this.data = data;
        this.node = node;
    }

    /// A constant: no gradient flows into it.
    public static Variable of(Tensor data) {
        return new Variable(Objects.requireNonNull(data, "Variable.of: the tensor is null"), null);
    }

    /// A leaf that gradients can be computed for: a backward pass adds to its [#grad], as to that of a parameter, and [#gradients] finds
    /// its gradient alone.
    ///
    /// @throws DTypeException if the type is not floating
    public static Variable tracked(Tensor data) {
        if (!data.dtype().isFloating())
            throw new DTypeException(
                    "tracked: only floating types have gradients (got " + data.describe() + "); convert with to(DType.F32)");
        var leaf = new Variable(data, Node.leaf(null));
        leaf.retainGrad();
        return leaf;
    }

    /// A constant of the same shape, type and device, filled with zeros.
    public static Variable zerosLike(Variable x) {
        return of(Tensor.zeros(x.shape(), x.dtype(), x.data().device()));
    }

    /// The gradient of a scalar `loss` with respect to each input, in their order; zeros where the loss does not depend on one.
    ///
    /// @param createGraph whether the results can be differentiated again; otherwise the graph of `loss` is released
    public static List<Variable> gradients(Variable loss, List<? extends Variable> inputs, boolean createGraph) {
        return Gradients.gradients(loss, List.copyOf(inputs), createGraph);
    }

    /// The numbers.
    public Tensor data() {
        return data;
    }

    Node node() {
        return node;
    }

    /// True if gradients flow through this variable.
    public boolean requiresGrad() {
        return node() != null;
    }

    public Shape shape() {
        return data().shape();
    }

    public DType dtype() {
        return data().dtype();
    }

    public Device device() {
        return data().device();
    }

    /// Size of one dimension; negative numbers count from the end.
    public int size(int dim) {
        return data().size(dim);
    }

    public int rank() {
        return data().rank();
    }

    /// The only element, as a double.
    public double item() {
        return data().item();
    }

    /// The same numbers as a constant.
    public Variable detach() {
        return of(data());
    }

    /// Adds the gradient of this scalar to every parameter and tracked leaf it depends on, and releases the graph.
    ///
    /// @throws dev.sunda.core.type.ShapeException unless there is exactly one element
    /// @throws IllegalStateException if this is a constant
    public void backward() {
        backward(false);
    }

    /// As [#backward()].
    ///
    /// @param retainGraph whether the graph stays, so that another pass can walk it
    public void backward(boolean retainGraph) {
        Gradients.backward(this, Gradients.seed(this), retainGraph);
    }

    /// Adds the gradient of `sum(this * upstream)` to every parameter and tracked leaf, and releases the graph.
    ///
    /// @param upstream of this shape
    public void backward(Tensor upstream) {
        backward(upstream, false);
    }

    /// As [#backward(Tensor)].
    ///
    /// @param retainGraph whether the graph stays, so that another pass can walk it
    public void backward(Tensor upstream, boolean retainGraph) {
        Gradients.backward(this, of(upstream), retainGraph);
    }

    /// Calls a function with every gradient of this variable, once it is complete: before it is handed on, and before a parameter adds it.
    /// What the function returns takes the gradient's place; null leaves it. The function computes with `Variable` operations, so that
    /// a recorded pass can be differentiated.
    ///
    /// @return takes the function away again
    /// @throws IllegalArgumentException if this is a constant
    public HookHandle onGradient(UnaryOperator<Variable> hook) {
        return differentiable("onGradient").addHook(hook);
    }

    /// Lets backward passes keep the gradient of this variable, see [#grad]. Parameters and tracked leaves do so anyway.
    ///
    /// @throws IllegalArgumentException if this is a constant
    public void retainGrad() {
        differentiable("retainGrad").keepGrad();
    }

    /// The sum of the gradients that backward passes have kept here, or null. Not to be written into.
    public Tensor grad() {
        return node() == null ? null : node().grad();
    }

    private Node differentiable(String operation) {
        if (node() == null)
            throw new IllegalArgumentException(operation + ": a constant has no gradient (got " + data().describe()
                    + "); make it with Variable.tracked(tensor) or use a Parameter that is not frozen");
        return node();
    }

    // ---------------------------------------------------------------------------------------------------------- arithmetic

    public Variable add(Variable other) {
        return output("add", data().add(other.data()), wrt(this, dy -> dy), wrt(other, dy -> dy));
    }

    public Variable add(double other) {
        return output("add", data().add(other), wrt(this, dy -> dy));
    }

    /// `this + alpha * other`.
    public Variable add(Variable other, double alpha) {
        return output("add", data().add(other.data(), alpha), wrt(this, dy -> dy), wrt(other, dy -> dy.mul(alpha)));
    }

    public Variable sub(Variable other) {
        return output("sub", data().sub(other.data()), wrt(this, dy -> dy), wrt(other, dy -> dy.neg()));
    }

    public Variable sub(double other) {
        return output("sub", data().sub(other), wrt(this, dy -> dy));
    }

    /// `this - alpha * other`.
    public Variable sub(Variable other, double alpha) {
        return output("sub", data().sub(other.data(), alpha), wrt(this, dy -> dy), wrt(other, dy -> dy.mul(-alpha)));
    }

    /// `other - this`.
    public Variable rsub(double other) {
        return output("rsub", data().rsub(other), wrt(this, dy -> dy.neg()));
    }

    public Variable mul(Variable other) {
        return output("mul", data().mul(other.data()), wrt(this, dy -> dy.mul(other)), wrt(other, dy -> dy.mul(this)));
    }

    public Variable mul(double other) {
        return output("mul", data().mul(other), wrt(this, dy -> dy.mul(other)));
    }

    public Variable div(Variable other) {
        return output("div", data().div(other.data()), wrt(this, dy -> dy.div(other)),
                wrt(other, (dy, y) -> dy.mul(y).div(other).neg()));
    }

    public Variable div(double other) {
        return output("div", data().div(other), wrt(this, dy -> dy.div(other)));
    }

    /// Constant between jumps: the gradients are 0.
    public Variable div(Variable other, Rounding rounding) {
        return PointwiseRules.div(this, other, rounding);
    }

    public Variable div(double other, Rounding rounding) {
        return output(rounding.op().label(), data().div(other, rounding), wrt(this, Variable::zerosLike));
    }

    /// Constant between jumps: the gradients are 0.
    public Variable floorDivide(Variable other) {
        return div(other, Rounding.FLOOR);
    }

    public Variable floorDivide(double other) {
        return div(other, Rounding.FLOOR);
    }

    /// `d/dother = -floor(this / other)`.
    public Variable remainder(Variable other) {
        return PointwiseRules.modulo(BinaryOp.REMAINDER, Rounding.FLOOR, this, other);
    }

    public Variable remainder(double other) {
        return output("remainder", data().remainder(other), wrt(this, dy -> dy));
    }

    /// `d/dother = -trunc(this / other)`.
    public Variable fmod(Variable other) {
        return PointwiseRules.modulo(BinaryOp.FMOD, Rounding.TRUNC, this, other);
    }

    public Variable fmod(double other) {
        return output("fmod", data().fmod(other), wrt(this, dy -> dy));
    }

    /// `d/dx = a x^(a-1)`, taken as 0 where `a` is 0; `d/da = x^a log x`, taken as 0 where `x` is 0 and `a` is not negative.
    public Variable pow(Variable exponent) {
        return ElementwiseRules.pow(this, exponent);
    }

    public Variable pow(double exponent) {
        return ElementwiseRules.pow(this, exponent);
    }

    /// Where both are equal each side gets half of the gradient.
    public Variable maximum(Variable other) {
        return ElementwiseRules.maximum(this, other);
    }

    public Variable maximum(double other) {
        return ElementwiseRules.maximum(this, other);
    }

    /// Where both are equal each side gets half of the gradient.
    public Variable minimum(Variable other) {
        return ElementwiseRules.minimum(this, other);
    }

    public Variable minimum(double other) {
        return ElementwiseRules.minimum(this, other);
    }

    /// The gradient goes where the value came from, where both are equal to this one.
    public Variable fmax(Variable other) {
        Shape.broadcast("fmax", shape(), other.shape());
        return where(data().ge(other.data()).logicalOr(other.data().isNan()), other);
    }

    /// The gradient goes where the value came from, where both are equal to this one.
    public Variable fmin(Variable other) {
        Shape.broadcast("fmin", shape(), other.shape());
        return where(data().le(other.data()).logicalOr(other.data().isNan()), other);
    }

    /// The gradient flows where `min <= x <= max`, bounds included.
    public Variable clamp(double min, double max) {
        return data().dtype().isFloating() ? apply(ParametricOp.clamp(min, max)) : of(data().clamp(min, max));
    }

    /// The gradient goes to the tensor whose element was taken; at a bound to this one, with crossed bounds to `max`.
    ///
    /// @param min null for none
    /// @param max null for none; one of the two must be there
    public Variable clamp(Variable min, Variable max) {
        return PointwiseRules.clamp(this, min, max);
    }

    /// `this + value * a * b`.
    public Variable addcmul(Variable a, Variable b, double value) {
        return output("addcmul", data().addcmul(a.data(), b.data(), value), wrt(this, dy -> dy), wrt(a, dy -> dy.mul(b).mul(value)),
                wrt(b, dy -> dy.mul(a).mul(value)));
    }

    /// `this + value * a / b`.
    public Variable addcdiv(Variable a, Variable b, double value) {
        return output("addcdiv", data().addcdiv(a.data(), b.data(), value), wrt(this, dy -> dy), wrt(a, dy -> dy.div(b).mul(value)),
                wrt(b, dy -> dy.mul(a).div(b.square()).mul(-value)));
    }

    /// `d/dthis = 1 - weight`, `d/dend = weight`.
    public Variable lerp(Variable end, double weight) {
        return PointwiseRules.lerp(this, end, weight);
    }

    /// `d/dthis = 1 - weight`, `d/dend = weight`, `d/dweight = end - this`.
    public Variable lerp(Variable end, Variable weight) {
        return PointwiseRules.lerp(this, end, weight);
    }

    /// `d/dthis = other / (this^2 + other^2)`, `d/dother = -this / (this^2 + other^2)`; 0 at the origin.
    public Variable atan2(Variable other) {
        return PointwiseRules.atan2(this, other);
    }

    /// `d/dthis = this / y`, `d/dother = other / y`.
    public Variable hypot(Variable other) {
        return PointwiseRules.hypot(this, other);
    }

    /// `d/dthis = 1 / (1 + e^(other - this))`, and the other way round.
    public Variable logaddexp(Variable other) {
        return PointwiseRules.logaddexp(this, other);
    }

    /// `d/dthis = 1 / (1 + 2^(other - this))`, and the other way round.
    public Variable logaddexp2(Variable other) {
        return PointwiseRules.logaddexp2(this, other);
    }

    /// `d/dthis = log(other)`, taken as 0 where this is 0 and `other` not positive; `d/dother = this / other`.
    public Variable xlogy(Variable other) {
        return PointwiseRules.xlogy(this, other);
    }

    /// `d/dthis` is 1 or -1, whichever the sign was multiplied by, and 0 at 0; nothing flows to `other`.
    public Variable copysign(Variable other) {
        return PointwiseRules.copysign(this, other);
    }

    /// `this * 2^other`.
    public Variable ldexp(Variable other) {
        return mul(other.exp2());
    }

    /// [#pow(Variable)] in float64.
    public Variable floatPower(Variable exponent) {
        return to(DType.F64).pow(exponent.to(DType.F64));
    }

    public Variable deg2rad() {
        return mul(Math.PI / 180);
    }

    public Variable rad2deg() {
        return mul(180 / Math.PI);
    }

    /// `condition ? this : other`; the gradient goes where the value came from.
    public Variable where(Tensor condition, Variable other) {
        return ElementwiseRules.where(condition, this, other);
    }

    /// Any element-wise function.
    public Variable apply(UnaryFunction function) {
        return ElementwiseRules.apply(function, this);
    }

    public Variable neg() {
        return output("neg", data().neg(), wrt(this, dy -> dy.neg()));
    }

    public Variable abs() {
        return apply(UnaryOp.ABS);
    }

    /// The gradients of what is constant between jumps are 0.
    public Variable sign() {
        return apply(UnaryOp.SIGN);
    }

    public Variable floor() {
        return apply(UnaryOp.FLOOR);
    }

    public Variable ceil() {
        return apply(UnaryOp.CEIL);
    }

    public Variable round() {
        return apply(UnaryOp.ROUND);
    }

    public Variable round(int decimals) {
        return output("round", data().round(decimals), wrt(this, Variable::zerosLike));
    }

    public Variable trunc() {
        return apply(UnaryOp.TRUNC);
    }

    /// The gradient passes as it is.
    public Variable frac() {
        return apply(UnaryOp.FRAC);
    }

    public Variable square() {
        return apply(UnaryOp.SQUARE);
    }

    public Variable sqrt() {
        return apply(UnaryOp.SQRT);
    }

    public Variable rsqrt() {
        return apply(UnaryOp.RSQRT);
    }

    public Variable reciprocal() {
        return apply(UnaryOp.RECIPROCAL);
    }

    public Variable exp() {
        return apply(UnaryOp.EXP);
    }

    public Variable exp2() {
        return apply(UnaryOp.EXP2);
    }

    public Variable expm1() {
        return apply(UnaryOp.EXPM1);
    }

    public Variable log() {
        return apply(UnaryOp.LOG);
    }

    public Variable log2() {
        return apply(UnaryOp.LOG2);
    }

    public Variable log10() {
        return apply(UnaryOp.LOG10);
    }

    public Variable log1p() {
        return apply(UnaryOp.LOG1P);
    }

    public Variable sin() {
        return apply(UnaryOp.SIN);
    }

    public Variable cos() {
        return apply(UnaryOp.COS);
    }

    public Variable tan() {
        return apply(UnaryOp.TAN);
    }

    public Variable asin() {
        return apply(UnaryOp.ASIN);
    }

    public Variable acos() {
        return apply(UnaryOp.ACOS);
    }

    public Variable atan() {
        return apply(UnaryOp.ATAN);
    }

    public Variable sinh() {
        return apply(UnaryOp.SINH);
    }

    public Variable cosh() {
        return apply(UnaryOp.COSH);
    }

    public Variable asinh() {
        return apply(UnaryOp.ASINH);
    }

    public Variable acosh() {
        return apply(UnaryOp.ACOSH);
    }

    public Variable atanh() {
        return apply(UnaryOp.ATANH);
    }

    public Variable tanh() {
        return apply(UnaryOp.TANH);
    }

    public Variable sigmoid() {
        return apply(UnaryOp.SIGMOID);
    }

    public Variable relu() {
        return apply(UnaryOp.RELU);
    }

    public Variable erf() {
        return apply(UnaryOp.ERF);
    }

    public Variable erfc() {
        return apply(UnaryOp.ERFC);
    }

    public Variable erfinv() {
        return apply(UnaryOp.ERFINV);
    }

    public Variable lgamma() {
        return apply(UnaryOp.LGAMMA);
    }

    public Variable digamma() {
        return polygamma(0);
    }

    public Variable polygamma(int order) {
        return apply(ParametricOp.polygamma(order));
    }

    public Variable logit() {
        return apply(ParametricOp.logit());
    }

    /// The gradient is 0 where `x` was moved into `[eps, 1 - eps]`.
    public Variable logit(double eps) {
        return apply(ParametricOp.logit(eps));
    }

    /// The gradient is 0 where a number was put in.
    public Variable nanToNum() {
        return data().dtype().isFloating() ? apply(ParametricOp.nanToNum(dtype())) : this;
    }

    public Variable nanToNum(double nan, double posInf, double negInf) {
        return data().dtype().isFloating() ? apply(ParametricOp.nanToNum(nan, posInf, negInf)) : this;
    }

    /// `x * Phi(x)`; [UnaryOp#GELU_TANH] is its approximation.
    public Variable gelu() {
        return apply(UnaryOp.GELU);
    }

    /// In another element type; the gradient comes back in this one.
    public Variable to(DType dtype) {
        return dtype == dtype() ? this : output("to", data().to(dtype), wrt(this, dy -> dy));
    }

    /// On another device; the gradient comes back to this one.
    public Variable to(Device device) {
        Device from = device();
        return device.equals(from) ? this : output("to", data().to(device), wrt(this, dy -> dy.to(from)));
    }

    // ---------------------------------------------------------------------------------------------------------- reductions

    public Variable sum() {
        return sum(Dims.all());
    }

    public Variable sum(Dims dims) {
        return ReductionRules.sum(this, dims);
    }

    public Variable mean() {
        return mean(Dims.all());
    }

    public Variable mean(Dims dims) {
        int count = dims.count("mean", shape());
        return sum(dims).div(count);
    }

    /// The variance with divisor `max(0, n - correction)` (1 for the unbiased estimate).
    public Variable var(Dims dims, double correction) {
        return ReductionRules.variance(this, dims, correction);
    }

    /// The standard deviation, the square root of [#var]; its gradient is 0 where it is 0.
    public Variable std(Dims dims, double correction) {
        return ReductionRules.deviation(this, dims, correction);
    }

    /// [#var] and mean.
    public Moments varMean(Dims dims, double correction) {
        return new Moments(var(dims, correction), mean(dims));
    }

    /// The Euclidean norm of all elements.
    public Variable norm() {
        return norm(2, Dims.all());
    }

    /// The vector norm `(sum of |x|^p)^(1/p)`, see [Tensor#norm]. Order 0 has no gradient; where a norm is not smooth the gradient is a
    /// subgradient: 0 at the zero vector, an even share for elements that tie for an infinite order.
    public Variable norm(double p, Dims dims) {
        return NormRules.norm(this, p, dims);
    }

    /// `log(sum(exp(x)))` without overflow; `dx = dy * exp(x - y)`.
    public Variable logSumExp(Dims dims) {
        return ReductionRules.logSumExp(this, dims);
    }

    /// The sum without the elements that are NaN, which get no gradient.
    public Variable nansum(Dims dims) {
        return zerosLike(this).where(data().ne(data()), this).sum(dims);
    }

    /// The mean of the elements that are not NaN; NaN if there are none.
    public Variable nanmean(Dims dims) {
        return nansum(dims).div(of(data().eq(data()).sum(dims).to(dtype())));
    }

    /// The product; its gradient is right also where elements are 0.
    public Variable prod(Dims dims) {
        return ReductionRules.product(this, dims);
    }

    /// The largest element; ties share the gradient evenly.
    public Variable amax(Dims dims) {
        return ReductionRules.extreme(true, this, dims);
    }

    /// The smallest element; ties share the gradient evenly.
    public Variable amin(Dims dims) {
        return ReductionRules.extreme(false, this, dims);
    }

    /// [#amin] and [#amax].
    public Extremes aminmax(Dims dims) {
        return new Extremes(amin(dims), amax(dims));
    }

    /// The largest of all elements; ties share the gradient evenly.
    public Variable max() {
        return amax(Dims.all());
    }

    /// The smallest of all elements; ties share the gradient evenly.
    public Variable min() {
        return amin(Dims.all());
    }

    /// The largest element along `dim` and its place; the gradient goes to the first one of equals.
    public Indexed max(int dim, boolean keepDim) {
        return SelectionRules.pickOne("max", this, data().max(dim, true), dim, keepDim);
    }

    /// The smallest element along `dim` and its place; the gradient goes to the first one of equals.
    public Indexed min(int dim, boolean keepDim) {
        return SelectionRules.pickOne("min", this, data().min(dim, true), dim, keepDim);
    }

    /// The most frequent element along `dim`, the smallest of several, and the last place it stands at, which the gradient goes to.
    public Indexed mode(int dim, boolean keepDim) {
        return SelectionRules.pickOne("mode", this, data().mode(dim, true), dim, keepDim);
    }

    /// The median of all elements, the lower one of two; elements that equal it share the gradient evenly.
    public Variable median() {
        return SelectionRules.shared("median", this, data().median());
    }

    /// The median along `dim`, the lower one of two, and its place, which the gradient goes to.
    public Indexed median(int dim, boolean keepDim) {
        return SelectionRules.pickOne("median", this, data().median(dim, true), dim, keepDim);
    }

    /// [#median()] of the elements that are not NaN.
    public Variable nanMedian() {
        return SelectionRules.shared("nanMedian", this, data().nanMedian());
    }

    /// [#median(int, boolean)] of the elements that are not NaN.
    public Indexed nanMedian(int dim, boolean keepDim) {
        return SelectionRules.pickOne("nanMedian", this, data().nanMedian(dim, true), dim, keepDim);
    }

    /// Quantile `q` of all elements, on the line between its neighbours; NaN if one is NaN.
    public Variable quantile(double q) {
        return reshape(-1).quantile(new double[] {q}, 0, false, QuantileInterpolation.LINEAR).reshape();
    }

    /// Quantiles along `dim`: entry `i` of the first dimension of the result is quantile `q[i]`. Neighbours share the gradient by their
    /// weights. A row with NaN gives NaN.
    ///
    /// @param q each from 0 (the smallest element) to 1 (the largest)
    /// @param interpolation what counts between two elements
    public Variable quantile(double[] q, int dim, boolean keepDim, QuantileInterpolation interpolation) {
        return SelectionRules.quantile(this, q, dim, keepDim, interpolation, false);
    }

    /// Quantiles along `dim` of the elements that are not NaN; NaN if there are none.
    public Variable nanQuantile(double[] q, int dim, boolean keepDim, QuantileInterpolation interpolation) {
        return SelectionRules.quantile(this, q, dim, keepDim, interpolation, true);
    }

    /// The covariances `[n, n]` of the rows of `[n, observations]`, or the variance of a vector.
    ///
    /// @param correction taken from the number of observations, 1 for the unbiased estimate
    /// @param frequencies how often each observation counts, integers, or null
    /// @param weights how much each observation counts, or null
    public Variable cov(double correction, Tensor frequencies, Tensor weights) {
        return Covariances.cov(this, correction, frequencies, weights);
    }

    /// The coefficients of correlation of the rows of `[n, observations]`, each from -1 to 1.
    public Variable corrcoef() {
        return Covariances.corrcoef(this);
    }

    /// The norm of `this - other` over all elements.
    public Variable dist(Variable other, double p) {
        return sub(other).norm(p, Dims.all());
    }

    /// The slices along `dim` whose norm is larger than `most`, made that long; the others as they are.
    ///
    /// @param p of the norm, positive
    public Variable renorm(double p, int dim, double most) {
        return Differences.renorm(this, p, dim, most);
    }

    /// Sums over the dimensions in which `target` was stretched by broadcasting.
    public Variable sumTo(Shape target) {
        Shape from = shape();
        return from.equals(target) ? this : output("sumTo", data().sumTo(target), wrt(this, dy -> dy.expand(from)));
    }

    /// `exp(x) / sum(exp(x))` along `dim`; `dx = y * (dy - sum(dy * y))`.
    public Variable softmax(int dim) {
        return ReductionRules.softmax(this, dim);
    }

    /// `x - log(sum(exp(x)))` along `dim`; `dx = dy - exp(y) * sum(dy)`.
    public Variable logSoftmax(int dim) {
        return ReductionRules.logSoftmax(this, dim);
    }

    // ---------------------------------------------------------------------------------------------------------- scans and sorting

    /// Differences of neighbours along `dim`, `times` times over; each time there is one less.
    public Variable diff(int times, int dim) {
        return Differences.diff(this, times, dim);
    }

    /// The area under the lines through these values, `step` apart, along `dim`.
    public Variable trapezoid(double step, int dim) {
        return Differences.areas("trapezoid", this, step, dim).sum(Dims.of(dim));
    }

    /// The area under the lines through these values at the positions `x` along `dim`.
    ///
    /// @param x one position for each element along `dim`, or a shape that broadcasts with this one
    public Variable trapezoid(Variable x, int dim) {
        return Differences.areas("trapezoid", this, x, dim).sum(Dims.of(dim - (dim < 0 ? 0 : rank())));
    }

    /// The areas of [#trapezoid(double, int)] up to each value but the first.
    public Variable cumulativeTrapezoid(double step, int dim) {
        return Differences.areas("cumulativeTrapezoid", this, step, dim).cumsum(dim);
    }

    /// The areas of [#trapezoid(Variable, int)] up to each value but the first.
    public Variable cumulativeTrapezoid(Variable x, int dim) {
        return Differences.areas("cumulativeTrapezoid", this, x, dim).cumsum(dim - (dim < 0 ? 0 : rank()));
    }

    /// Running sums along `dim`.
    public Variable cumsum(int dim) {
        return ScanRules.sum(this, dim);
    }

    /// Running products along `dim`; the gradient is right also where elements are 0.
    public Variable cumprod(int dim) {
        return ScanRules.product(this, dim);
    }

    /// `log(cumsum(exp(x)))` along `dim`, without overflow.
    public Variable logCumSumExp(int dim) {
        return ScanRules.logSumExp(this, dim);
    }

    /// The largest element so far along `dim` and its place, the last one of equals.
    public Indexed cumMax(int dim) {
        return SelectionRules.pick("cumMax", this, data().cumMax(dim), dim);
    }

    /// The smallest element so far along `dim` and its place, the last one of equals.
    public Indexed cumMin(int dim) {
        return SelectionRules.pick("cumMin", this, data().cumMin(dim), dim);
    }

    /// The elements along `dim` in order, and where they were; see [Tensor#sort].
    public Indexed sort(int dim, boolean descending) {
        return SelectionRules.pick("sort", this, data().sort(dim, descending), dim);
    }

    /// The `k` largest (or smallest) elements along `dim` in order, and where they were.
    public Indexed topK(int k, int dim, boolean largest) {
        return SelectionRules.pick("topK", this, data().topK(k, dim, largest), dim);
    }

    /// Element number `k` (from 1 on) in ascending order along `dim`, and where it was.
    public Indexed kthValue(int k, int dim, boolean keepDim) {
        return SelectionRules.pickOne("kthValue", this, data().kthValue(k, dim, true), dim, keepDim);
    }

    // ---------------------------------------------------------------------------------------------------------- products

    public Variable matmul(Variable other) {
        return ProductRules.matmul(this, other);
    }

    /// [#matmul(Variable)] `+ bias` in one pass, see [Tensor#matmul(Tensor, Tensor)].
    public Variable matmul(Variable other, Variable bias) {
        return ProductRules.matmul(this, other, bias);
    }

    /// The sum of the products of two vectors.
    public Variable dot(Variable other) {
        return Contractions.dot(this, other);
    }

    /// Sums of products over the last dimension of both: `[.., k]` and `[..', k]` give `[.., ..']`.
    public Variable inner(Variable other) {
        return Contractions.inner(this, other);
    }

    /// All products of two vectors: `[m]` and `[n]` give `[m, n]`.
    public Variable outer(Variable other) {
        return Contractions.outer(this, other);
    }

    /// A matrix times a vector.
    public Variable mv(Variable vector) {
        return Contractions.mv(this, vector);
    }

    /// Products of matrices of two batches of one size, without broadcasting.
    public Variable bmm(Variable other) {
        return Contractions.bmm(this, other);
    }

    /// `beta * this + alpha * x · y` for matrices; with `beta` 0 this variable does not count, not even where it is NaN.
    public Variable addmm(Variable x, Variable y, double beta, double alpha) {
        return Contractions.scaledSum("addmm", this, x, y, beta, alpha, 2);
    }

    /// `beta * this + alpha * x · vector`.
    public Variable addmv(Variable x, Variable vector, double beta, double alpha) {
        return Contractions.addmv(this, x, vector, beta, alpha);
    }

    /// `beta * this + alpha * x yᵀ` for vectors.
    public Variable addr(Variable x, Variable y, double beta, double alpha) {
        return Contractions.added("addr", this, x.outer(y), beta, alpha);
    }

    /// `beta * this + alpha * sum of x[i] · y[i]` over two batches.
    public Variable addbmm(Variable x, Variable y, double beta, double alpha) {
        return Contractions.added("addbmm", this, x.bmm(y).sum(Dims.of(0)), beta, alpha);
    }

    /// [#addmm] for batches of matrices.
    public Variable baddbmm(Variable x, Variable y, double beta, double alpha) {
        return Contractions.scaledSum("baddbmm", this, x, y, beta, alpha, 3);
    }

    /// The sum of the diagonal of a matrix.
    public Variable trace() {
        return Contractions.trace(this);
    }

    /// The vector product along a dimension of size 3; the other dimensions are broadcast.
    public Variable cross(Variable other, int dim) {
        return Contractions.cross(this, other, dim);
    }

    /// The Kronecker product: every element of this variable times all of `other`, sizes multiply.
    public Variable kron(Variable other) {
        return Contractions.kron(this, other);
    }

    /// Sums of products over the last `dims` dimensions of this variable and the first ones of `other`.
    public Variable tensordot(Variable other, int dims) {
        return Contractions.tensordot(this, other, dims);
    }

    /// Sums of products over pairs of dimensions: `dims[i]` of this variable and `otherDims[i]` of `other`. The other dimensions follow
    /// in their order, this variable's first.
    public Variable tensordot(Variable other, int[] dims, int[] otherDims) {
        return Contractions.tensordot("tensordot", this, other, dims, otherDims);
    }

    /// The sum of products that an equation names, such as `"bij,bjk->bik"`: for every position of the letters of the result the sum over
    /// all other letters. A letter twice in one operand takes the diagonal, `...` stands for further dimensions, which are broadcast, and
    /// so are sizes of 1. Without an arrow the result has the ellipsis and, in alphabetical order, the letters that occur once.
    ///
    /// @throws IllegalArgumentException if the equation is malformed or does not fit the operands
    public static Variable einsum(String equation, Variable... operands) {
        Objects.requireNonNull(equation, "einsum: equation is null");
        return Einsum.compute(equation, List.of(operands));
    }

    // ---------------------------------------------------------------------------------------------------------- shapes and indexing

    public Variable reshape(int... sizes) {
        return reshaped(data().reshape(sizes));
    }

    public Variable reshape(Shape shape) {
        return reshaped(data().reshape(shape));
    }

    public Variable flatten(int startDim, int endDim) {
        return reshaped(data().flatten(startDim, endDim));
    }

    public Variable squeeze() {
        return reshaped(data().squeeze());
    }

    public Variable squeeze(int... dims) {
        return reshaped(data().squeeze(dims));
    }

    public Variable unsqueeze(int dim) {
        return reshaped(data().unsqueeze(dim));
    }

    private Variable reshaped(Tensor y) {
        Shape from = shape();
        return output("reshape", y, wrt(this, dy -> dy.reshape(from)));
    }

    public Variable expand(Shape target) {
        Shape from = shape();
        return from.equals(target) ? this : output("expand", data().expand(target), wrt(this, dy -> dy.sumTo(from)));
    }

    /// As [#expand(Shape)]; -1 leaves a dimension as it is.
    public Variable expand(int... sizes) {
        return expand(data().expand(sizes).shape());
    }

    public Variable expandAs(Variable other) {
        return expand(other.shape());
    }

    public Variable permute(int... dims) {
        return ShapeRules.permute(this, dims);
    }

    public Variable transpose(int dim0, int dim1) {
        return output("transpose", data().transpose(dim0, dim1), wrt(this, dy -> dy.transpose(dim0, dim1)));
    }

    public Variable mT() {
        return transpose(-2, -1);
    }

    public Variable flip(int... dims) {
        return output("flip", data().flip(dims), wrt(this, dy -> dy.flip(dims)));
    }

    /// Every row backwards.
    public Variable fliplr() {
        return ShapeRules.flip("fliplr", this, 1);
    }

    /// The rows in the opposite order.
    public Variable flipud() {
        return ShapeRules.flip("flipud", this, 0);
    }

    public Variable movedim(int[] source, int[] destination) {
        return ShapeRules.movedim(this, source, destination);
    }

    public Variable movedim(int source, int destination) {
        return movedim(new int[] {source}, new int[] {destination});
    }

    public Variable swapaxes(int dim0, int dim1) {
        return transpose(dim0, dim1);
    }

    public Variable unflatten(int dim, int... sizes) {
        return reshaped(data().unflatten(dim, sizes));
    }

    public Variable atLeast1d() {
        return reshaped(data().atLeast1d());
    }

    public Variable atLeast2d() {
        return reshaped(data().atLeast2d());
    }

    public Variable atLeast3d() {
        return reshaped(data().atLeast3d());
    }

    public Variable narrow(int dim, int start, int length) {
        return ShapeRules.view("narrow", this, x -> x.narrow(dim, start, length));
    }

    public Variable slice(int dim, int start, int end, int step) {
        return ShapeRules.view("slice", this, x -> x.slice(dim, start, end, step));
    }

    public Variable select(int dim, int index) {
        return ShapeRules.view("select", this, x -> x.select(dim, index));
    }

    public Variable diagonal(int offset, int dim1, int dim2) {
        return ShapeRules.view("diagonal", this, x -> x.diagonal(offset, dim1, dim2));
    }

    /// Windows along `dim`, see [Tensor#unfold]; where they overlap gradients add up.
    public Variable unfold(int dim, int size, int step) {
        return ShapeRules.unfold(this, dim, size, step);
    }

    /// Parts of equal size along `dim`, the last one possibly smaller; at most `chunks` of them.
    public List<Variable> chunk(int chunks, int dim) {
        return ShapeRules.parts("chunk", this, dim, data().chunk(chunks, dim));
    }

    /// Parts of `size` positions along `dim`, the last one possibly smaller.
    public List<Variable> split(int size, int dim) {
        return ShapeRules.parts("split", this, dim, data().split(size, dim));
    }

    /// Parts of these sizes, which add up to that of `dim`.
    public List<Variable> split(int[] sizes, int dim) {
        return ShapeRules.parts("split", this, dim, data().split(sizes, dim));
    }

    /// Exactly `sections` parts along `dim` whose sizes differ by one at most, the larger ones first.
    public List<Variable> tensorSplit(int sections, int dim) {
        return ShapeRules.parts("tensorSplit", this, dim, data().tensorSplit(sections, dim));
    }

    /// The parts along `dim` before, between and behind these positions.
    public List<Variable> tensorSplit(int[] indices, int dim) {
        return ShapeRules.tensorSplit(this, indices, dim);
    }

    /// [#tensorSplit(int, int)] along the columns of a matrix, or along a vector.
    public List<Variable> hsplit(int sections) {
        return tensorSplit(ShapeRules.splitSections("hsplit", this, sections, rank() == 1 ? 0 : 1), rank() == 1 ? 0 : 1);
    }

    /// [#tensorSplit(int, int)] along the rows.
    public List<Variable> vsplit(int sections) {
        return tensorSplit(ShapeRules.splitSections("vsplit", this, sections, 0), 0);
    }

    /// [#tensorSplit(int, int)] along the third dimension.
    public List<Variable> dsplit(int sections) {
        return tensorSplit(ShapeRules.splitSections("dsplit", this, sections, 2), 2);
    }

    /// Every position of `dim` by itself, without that dimension.
    public List<Variable> unbind(int dim) {
        return ShapeRules.unbind(this, dim);
    }

    public Variable roll(int[] shifts, int... dims) {
        return ShapeRules.roll(this, shifts, dims);
    }

    public Variable roll(int shift, int dim) {
        return roll(new int[] {shift}, dim);
    }

    public Variable rot90(int times, int dim0, int dim1) {
        return ShapeRules.rot90(this, times, dim0, dim1);
    }

    public Variable repeat(int... times) {
        return ShapeRules.repeat(this, data().repeat(times));
    }

    public Variable tile(int... times) {
        return ShapeRules.repeat(this, data().tile(times));
    }

    public Variable repeatInterleave(int times, int dim) {
        return ShapeRules.repeatInterleave(this, times, dim);
    }

    public Variable repeatInterleave(Tensor times, int dim) {
        return ShapeRules.repeatInterleave(this, times, dim);
    }

    public Variable tril(int diagonal) {
        return output("tril", data().tril(diagonal), wrt(this, dy -> dy.tril(diagonal)));
    }

    public Variable triu(int diagonal) {
        return output("triu", data().triu(diagonal), wrt(this, dy -> dy.triu(diagonal)));
    }

    public Variable diag(int offset) {
        return ShapeRules.diag(this, offset);
    }

    /// A square matrix with all elements on one diagonal.
    public Variable diagflat(int offset) {
        return reshape(-1).diag(offset);
    }

    public Variable diagEmbed(int offset, int dim1, int dim2) {
        return output("diagEmbed", data().diagEmbed(offset, dim1, dim2), wrt(this, dy -> dy.diagonal(offset, dim1, dim2)));
    }

    /// Joins variables along an existing dimension.
    public static Variable cat(List<Variable> parts, int dim) {
        return ShapeRules.cat(parts, dim);
    }

    /// Joins variables of one shape along a new dimension.
    public static Variable stack(List<Variable> parts, int dim) {
        return ShapeRules.stack(parts, dim);
    }

    /// Side by side, see [Tensor#hstack].
    public static Variable hstack(List<Variable> parts) {
        return ShapeRules.hstack(parts);
    }

    /// One below the other, see [Tensor#vstack].
    public static Variable vstack(List<Variable> parts) {
        return cat(ShapeRules.some("vstack", parts).stream().map(Variable::atLeast2d).toList(), 0);
    }

    /// One behind the other, see [Tensor#dstack].
    public static Variable dstack(List<Variable> parts) {
        return cat(ShapeRules.some("dstack", parts).stream().map(Variable::atLeast3d).toList(), 2);
    }

    /// Side by side, vectors as columns.
    public static Variable columnStack(List<Variable> parts) {
        return Combining.columnStack(parts);
    }

    /// The matrices along a diagonal of blocks, with zeros around them; a vector is one row, a scalar one number.
    public static Variable blockDiag(List<Variable> parts) {
        return Combining.blockDiag(parts);
    }

    /// All rows with an element of each vector, the last one changing fastest.
    public static Variable cartesianProd(List<Variable> vectors) {
        return Combining.cartesianProd(vectors);
    }

    /// Rows of `size` elements of this vector whose places ascend, in lexicographic order of the places.
    ///
    /// @param withReplacement whether an element can be in a row several times
    public Variable combinations(int size, boolean withReplacement) {
        return Combining.combinations(this, size, withReplacement);
    }

    /// All broadcast to one shape.
    public static List<Variable> broadcastTensors(List<Variable> variables) {
        return ShapeRules.broadcast(variables);
    }

    /// The coordinates of a grid, see [Tensor#meshgrid].
    public static List<Variable> meshgrid(List<Variable> vectors, GridOrder order) {
        return ShapeRules.meshgrid(vectors, order);
    }

    public Variable gather(int dim, Tensor index) {
        return IndexRules.gather(this, dim, index);
    }

    public Variable indexSelect(int dim, Tensor index) {
        return IndexRules.indexSelect(this, dim, index);
    }

    public Variable takeAlongDim(Tensor index, int dim) {
        return IndexRules.takeAlongDim(this, index, dim);
    }

    /// A copy with `source` added at the positions `index` names; `d/dx = dy`, `d/dsource = gather(dy)`.
    public Variable scatterAdd(int dim, Tensor index, Variable source) {
        return IndexRules.scatterAdd(this, dim, index, source);
    }

    /// A copy with the elements of `source` written to the positions `index` names. What is overwritten gets no gradient.
    public Variable scatter(int dim, Tensor index, Variable source) {
        return IndexRules.scatter(this, dim, index, source);
    }

    public Variable scatter(int dim, Tensor index, double value) {
        return IndexRules.scatter(this, dim, index, value);
    }

    /// A copy in which the elements of `source` are joined at the positions `index` names. Ties of `AMAX` and `AMIN` share the gradient
    /// evenly; that of a product is right also where elements are 0.
    public Variable scatterReduce(int dim, Tensor index, Variable source, ScatterReduction reduction, boolean includeSelf) {
        return ScatterRules.reduce(this, dim, index, source, reduction, includeSelf);
    }

    public Variable indexAdd(int dim, Tensor index, Variable source) {
        return IndexRules.indexAdd(this, dim, index, source);
    }

    /// A copy with the rows of `source` in the place of those `index` names. What is overwritten gets no gradient.
    public Variable indexCopy(int dim, Tensor index, Variable source) {
        return IndexRules.indexCopy(this, dim, index, source);
    }

    public Variable indexFill(int dim, Tensor index, double value) {
        return maskedFill(data().indexMask(dim, index), value);
    }

    /// @param value without dimensions
    public Variable indexFill(int dim, Tensor index, Variable value) {
        return maskedFill(data().indexMask(dim, index), value);
    }

    public Variable take(Tensor index) {
        return IndexRules.take(this, index);
    }

    /// A copy with the elements of `source` written, or added, at row-major positions. What is overwritten gets no gradient.
    public Variable put(Tensor index, Variable source, boolean accumulate) {
        return IndexRules.put(this, index, source, accumulate);
    }

    public Variable maskedFill(Tensor mask, double value) {
        return IndexRules.maskedFill(this, mask, value);
    }

    /// @param value without dimensions; its gradient is the sum over the mask
    public Variable maskedFill(Tensor mask, Variable value) {
        return IndexRules.maskedFill(this, mask, value);
    }

    public Variable maskedSelect(Tensor mask) {
        return IndexRules.maskedSelect(this, mask);
    }

    public Variable maskedScatter(Tensor mask, Variable source) {
        return IndexRules.maskedScatter(this, mask, source);
    }

    /// What stands at `x[items]`, see [Index]; where a place is named twice gradients add up.
    public Variable index(Index... items) {
        return IndexRules.index(this, items);
    }

    /// A copy with other numbers at one place of `dim`. What is overwritten gets no gradient.
    ///
    /// @param source of the shape of [#select]
    public Variable selectScatter(Variable source, int dim, int index) {
        return ShapeRules.replaced("selectScatter", this, source, x -> x.select(dim, index));
    }

    /// A copy with other numbers at some places of `dim`. What is overwritten gets no gradient.
    ///
    /// @param source of the shape of [#slice]
    public Variable sliceScatter(Variable source, int dim, int start, int end, int step) {
        return ShapeRules.replaced("sliceScatter", this, source, x -> x.slice(dim, start, end, step));
    }

    /// A copy with other numbers on a diagonal. What is overwritten gets no gradient.
    ///
    /// @param source of the shape of [#diagonal]
    public Variable diagonalScatter(Variable source, int offset, int dim1, int dim2) {
        return ShapeRules.replaced("diagonalScatter", this, source, x -> x.diagonal(offset, dim1, dim2));
    }

    /// A copy with other numbers at `x[items]`, see [Tensor#indexPut]. What is overwritten gets no gradient.
    public Variable indexPut(Variable values, boolean accumulate, Index... items) {
        return IndexRules.indexPut(this, values, accumulate, items);
    }

    public Variable indexPut(double value, Index... items) {
        return IndexRules.indexPut(this, value, items);
    }

    /// The numbers, and whether gradients flow.
    @Override
    public String toString() {
        return data() + (requiresGrad() ? " (requires grad)" : "");
    }
}
