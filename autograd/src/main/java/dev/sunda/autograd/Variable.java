package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.List;

/// A tensor with a history: operations on variables are recorded, so that gradients can be computed.
///
/// Shapes, types and errors of an operation are those of the same method of [Tensor]; here stands how it is differentiated. A variable made
/// with [#of] is a constant, one made with [#tracked] can be differentiated against, a [Parameter] is trained. Not recorded is what
/// happens inside [GradMode#noGrad] and what involves constants only. Own operations are declared with [Operation].
public sealed class Variable permits Parameter {
    private final Tensor data;
    private final Node node;

    Variable(Tensor data, Node node) {
        this.data = data;
        this.node = node;
    }

    /// A constant: no gradient flows into it.
    public static Variable of(Tensor data) {
        return new Variable(data, null);
    }

    /// A leaf that gradients can be computed for, with `gradients(loss, List.of(x), ...)`.
    ///
    /// @throws DTypeException if the type is not floating
    public static Variable tracked(Tensor data) {
        if (!data.dtype().isFloating())
            throw new DTypeException(
                    "tracked: only floating types have gradients (got " + data.describe() + "); convert with to(DType.F32)");
        return new Variable(data, Node.leaf(null));
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

    /// Adds the gradient of this scalar to every parameter it depends on, and releases the graph.
    ///
    /// @throws dev.sunda.core.type.ShapeException unless there is exactly one element
    public void backward() {
        Gradients.backward(this, Gradients.seed(this));
    }

    /// Adds the gradient of `sum(this * upstream)` to every parameter, and releases the graph.
    ///
    /// @param upstream of this shape
    public void backward(Tensor upstream) {
        Gradients.backward(this, of(upstream));
    }

    // ---------------------------------------------------------------------------------------------------------- arithmetic

    public Variable add(Variable other) {
        return output("add", data().add(other.data()), wrt(this, dy -> dy), wrt(other, dy -> dy));
    }

    public Variable add(double other) {
        return output("add", data().add(other), wrt(this, dy -> dy));
    }

    public Variable sub(Variable other) {
        return output("sub", data().sub(other.data()), wrt(this, dy -> dy), wrt(other, dy -> dy.neg()));
    }

    public Variable sub(double other) {
        return output("sub", data().sub(other), wrt(this, dy -> dy));
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

    /// Where both are equal each side gets half of the gradient.
    public Variable minimum(Variable other) {
        return ElementwiseRules.minimum(this, other);
    }

    /// `condition ? this : other`; the gradient goes where the value came from.
    public Variable where(Tensor condition, Variable other) {
        return ElementwiseRules.where(condition, this, other);
    }

    /// Any element-wise function.
    public Variable apply(UnaryOp op) {
        return ElementwiseRules.apply(op, this);
    }

    public Variable neg() {
        return output("neg", data().neg(), wrt(this, dy -> dy.neg()));
    }

    public Variable abs() {
        return apply(UnaryOp.ABS);
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

    public Variable log() {
        return apply(UnaryOp.LOG);
    }

    public Variable sin() {
        return apply(UnaryOp.SIN);
    }

    public Variable cos() {
        return apply(UnaryOp.COS);
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

    /// The variance with divisor `n - correction` (1 for the unbiased estimate).
    public Variable var(Dims dims, int correction) {
        return ReductionRules.variance(this, dims, correction);
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

    // ---------------------------------------------------------------------------------------------------------- products

    public Variable matmul(Variable other) {
        return ProductRules.matmul(this, other);
    }

    /// [#matmul(Variable)] `+ bias` in one pass, see [Tensor#matmul(Tensor, Tensor)].
    public Variable matmul(Variable other, Variable bias) {
        return ProductRules.matmul(this, other, bias);
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

    public Variable narrow(int dim, int start, int length) {
        return ShapeRules.narrow(this, dim, start, length);
    }

    /// Parts of equal size along `dim`, the last one possibly smaller; at most `chunks` of them.
    public List<Variable> chunk(int chunks, int dim) {
        return ShapeRules.chunk(this, chunks, dim);
    }

    public Variable slice(int dim, int start, int end, int step) {
        return ShapeRules.slice(this, dim, start, end, step);
    }

    public Variable select(int dim, int index) {
        return ShapeRules.select(this, dim, index);
    }

    /// Joins variables along an existing dimension.
    public static Variable cat(List<Variable> parts, int dim) {
        return ShapeRules.cat(parts, dim);
    }

    /// Joins variables of one shape along a new dimension.
    public static Variable stack(List<Variable> parts, int dim) {
        return ShapeRules.stack(parts, dim);
    }

    public Variable gather(int dim, Tensor index) {
        return ShapeRules.gather(this, dim, index);
    }

    public Variable indexSelect(int dim, Tensor index) {
        return ShapeRules.indexSelect(this, dim, index);
    }

    /// A copy with `source` added at the positions `index` names; `d/dx = dy`, `d/dsource = gather(dy)`.
    public Variable scatterAdd(int dim, Tensor index, Variable source) {
        return ShapeRules.scatterAdd(this, dim, index, source);
    }

    /// The numbers, and whether gradients flow.
    @Override
    public String toString() {
        return data() + (requiresGrad() ? " (requires grad)" : "");
    }
}
