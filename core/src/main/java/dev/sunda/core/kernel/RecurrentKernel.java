package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.LstmStep;
import dev.sunda.core.spi.RightSide;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// One recurrent layer in one direction over a whole sequence, and its gradients; an object is one run and remembers what its backward pass
/// needs.
///
/// What the inputs contribute to the gates has been computed for all steps before, as one product. A step adds the product of the state
/// before it with the weight; the backward pass takes the gradient of the weight as one product over all steps. Steps write into memory
/// that was made before the first one.
///
/// The states lie in the order of time, with the one before the first step at the front, or, in the reverse direction, at the end. Where a
/// sample is not active its state stays as it is.
public abstract class RecurrentKernel {
    /// `[T, N, gates]`: what the inputs contribute.
    final Tensor x;
    /// `[T + 1, N, P]`.
    final Tensor states;
    private final Tensor weight;
    private final RightSide product;
    private final Tensor bias;
    private final Tensor active;
    private final boolean reverse;
    private final boolean remembers;
    private final Tensor fresh;

    /// The gradients of what a run was made of.
    ///
    /// @param dx `[T, N, gates]`
    /// @param dh `[N, P]`
    /// @param dc `[N, H]`; null without cells
    /// @param dweight `[gates, P]`
    /// @param dbias `[gates]`
    /// @param dprojection `[P, H]`; null without projection
    public record Gradients(Tensor dx, Tensor dh, Tensor dc, Tensor dweight, Tensor dbias, Tensor dprojection) {
    }

    /// @param x `[T, N, gates]`: what the inputs contribute to the gates
    /// @param h `[N, P]`: the state before the first step
    /// @param weight `[gates, P]`
    /// @param bias `[gates]` or null
    /// @param active boolean `[T, N, 1]`, true where a sample has not ended; null if none ends early
    /// @param remembers whether there will be a backward pass; otherwise what only that needs is not kept
    /// @param states memory for all states, `[T + 1, N, P]`
    RecurrentKernel(Tensor x, Tensor h, Tensor weight, Tensor bias, Tensor active, boolean reverse, boolean remembers, Tensor states) {
        this.x = x.contiguous();
        this.states = states;
        this.weight = weight;
        this.bias = bias;
        this.active = active;
        this.reverse = reverse;
        this.remembers = remembers;
        product = rightSide(weight.mT().contiguous());
        fresh = active == null ? null : empty(h.shape());
        states.select(0, before(firstStep())).copyFrom(h);
    }

    static void check(int gates, Tensor x, Tensor h, Tensor weight, Tensor bias) {
        if (x.rank() != 3 || h.rank() != 2 || weight.rank() != 2)
            throw new ShapeException("recurrence", "needs [steps, batch, gates], [batch, width] and [gates, width]", x.shape(), h.shape(),
                    weight.shape());
        if (x.size(0) < 1 || x.size(1) != h.size(0) || x.size(2) != weight.size(0) || h.size(1) != weight.size(1)
                || weight.size(0) % gates != 0 || bias != null && !bias.shape().equals(Shape.of(weight.size(0))))
            throw new ShapeException("recurrence", "inputs, state and weight do not fit together", x.shape(), h.shape(), weight.shape());
        if (!x.dtype().isFloating() || h.dtype() != x.dtype() || weight.dtype() != x.dtype())
            throw new DTypeException("recurrence: needs operands of one floating type (got " + x.describe() + ", " + h.describe() + ", "
                    + weight.describe() + "); convert with to(dtype)");
        Tensor.checkSameDevice("recurrence", x, h);
        Tensor.checkSameDevice("recurrence", x, weight);
    }

    // ---------------------------------------------------------------------------------------------------------- what a cell says

    /// One step.
    ///
    /// @param h the state before it
    /// @param next the state after it; written
    abstract void step(int t, Tensor h, Tensor next);

    /// One step backwards.
    ///
    /// @param dh gradient of the state after the step; zeros where a sample is not active
    /// @param h the state before the step
    /// @param carried what the state before the step gets besides the product with the weight; written, or left alone if that is nothing
    /// @return whether `carried` was written
    abstract boolean backward(int t, Tensor dh, Tensor h, Tensor carried);

    /// Whether one formula takes a step back where no sample ends early, [#backwardAtOnce].
    boolean isOneFormula() {
        return false;
    }

    /// What [#backward] does, with the sum that is the gradient of the state after the step: `product + carried + dstate`, or
    /// `product + dstate` where nothing is carried.
    ///
    /// @param product of the weight and the gradients of the step that comes behind
    /// @param carried what [#backward] says, of the step that comes behind; that of this step is written
    /// @param dstate what comes from outside
    /// @return whether `carried` was written
    boolean backwardAtOnce(int t, Tensor product, Tensor carried, Tensor dstate, Tensor h) {
        throw new UnsupportedOperationException("recurrence: it takes more than a formula to take a step back");
    }

    /// `[T, N, gates]`: the gradients of the products of states and weight, which [#backward] has left.
    abstract Tensor productGradients();

    // ---------------------------------------------------------------------------------------------------------- the loops

    final int steps() {
        return x.size(0);
    }

    private int firstStep() {
        return reverse ? steps() - 1 : 0;
    }

    /// Where the state before step `t` lies.
    final int before(int t) {
        return reverse ? t + 1 : t;
    }

    /// Where the state after step `t` lies.
    final int after(int t) {
        return reverse ? t : t + 1;
    }

    final int lastStep() {
        return reverse ? 0 : steps() - 1;
    }

    final void run() {
        for (int s = 0; s < steps(); s++) {
            int t = reverse ? steps() - 1 - s : s;
            Tensor h = states.select(0, before(t));
            Tensor next = states.select(0, after(t));
            step(t, h, active == null ? next : fresh);
            keep(t, fresh, h, next);
        }
    }

    /// The gradient of the state before the first step.
    ///
    /// @param dstates gradients of all states
    final Tensor runBack(Tensor dstates) {
        if (!remembers)
            throw new IllegalStateException("recurrence: this run was made without what its backward pass needs");
        if (active == null && isOneFormula())
            return runBackAtOnce(dstates);
        Tensor[] scratch = {empty(states.size(1), states.size(2)), empty(states.size(1), states.size(2))};
        Tensor arriving = empty(scratch[0].shape()).copyFrom(dstates.select(0, after(lastStep())));
        Tensor carried = empty(scratch[0].shape());
        RightSide right = rightSide(weight);
        for (int s = 0; s < steps(); s++) {
            int t = reverse ? s : steps() - 1 - s;
            clear(t, arriving, scratch[0]);
            boolean more = backward(t, active == null ? arriving : scratch[0], states.select(0, before(t)), carried);
            Tensor sum = scratch[0];
            multiply(productGradients().select(0, t), right, null, sum);
            if (more)
                sum = add(sum, carried, scratch[1]);
            if (active != null) {
                stay(t, arriving, carried);
                sum = add(sum, carried, sum == scratch[0] ? scratch[1] : scratch[0]);
            }
            add(sum, dstates.select(0, before(t)), arriving);
        }
        return arriving;
    }

    /// The same in two passes a step: the formula that takes it back, and the product for the step before.
    private Tensor runBackAtOnce(Tensor dstates) {
        Shape shape = Shape.of(states.size(1), states.size(2));
        Tensor product = Tensor.full(shape, -0.0, x.dtype(), x.device());    // adds nothing, not even to a -0
        Tensor carried = Tensor.full(shape, -0.0, x.dtype(), x.device());
        RightSide right = rightSide(weight);
        boolean more = false;
        for (int s = 0; s < steps(); s++) {
            int t = reverse ? s : steps() - 1 - s;
            more = backwardAtOnce(t, product, carried, dstates.select(0, after(t)), states.select(0, before(t)));
            multiply(productGradients().select(0, t), right, null, product);
        }
        Tensor sum = more ? add(product, carried, empty(shape)) : product;
        return add(sum, dstates.select(0, before(firstStep())), empty(shape));
    }

    private Tensor add(Tensor a, Tensor b, Tensor out) {
        binary(BinaryOp.ADD, a, b, out);
        return out;
    }

    /// `product of h and the weight + bias`.
    final void product(Tensor h, Tensor out) {
        multiply(h, product, bias, out);
    }

    /// A step of an LSTM at once, see [RightSide#lstm].
    final boolean lstm(Tensor h, LstmStep step) {
        return product.lstm(h.view(), bias == null ? null : bias.view(), step);
    }

    /// The states before each step, in the order of time.
    private Tensor statesBefore() {
        return states.narrow(0, reverse ? 1 : 0, steps());
    }

    final Tensor weightGradient() {
        return outer(productGradients(), statesBefore());
    }

    final Tensor biasGradient() {
        return bias == null ? null : productGradients().sum(Dims.of(0, 1));
    }

    // ---------------------------------------------------------------------------------------------------------- samples that end early

    /// `to = fresh` where the sample is active, `old` elsewhere; nothing happens if all are active.
    final void keep(int t, Tensor fresh, Tensor old, Tensor to) {
        if (active != null)
            choose(t, fresh, old, to);
    }

    /// `to = dy` where the sample is active, 0 elsewhere; nothing happens if all are active.
    final void clear(int t, Tensor dy, Tensor to) {
        if (active != null)
            choose(t, dy, zeros(dy), to);
    }

    /// `to = dy` where the sample is not active, 0 elsewhere.
    final void stay(int t, Tensor dy, Tensor to) {
        choose(t, zeros(dy), dy, to);
    }

    final boolean someEnd() {
        return active != null;
    }

    private void choose(int t, Tensor a, Tensor b, Tensor to) {
        x.backend().where(active.select(0, t).expand(to.shape()).view(), a.view(), b.view(), to.view());
    }

    private Tensor zeros(Tensor like) {
        return Tensor.scalar(0, x.dtype(), x.device()).expand(like.shape());
    }

    // ---------------------------------------------------------------------------------------------------------- steps of arithmetic

    /// Memory for what every step leaves to the backward pass: `[T, N, width]`, or `[1, N, width]` for all steps if there will be none.
    final Tensor history(int width) {
        return empty(remembers ? steps() : 1, x.size(1), width);
    }

    /// Whether there will be a backward pass.
    final boolean remembers() {
        return remembers;
    }

    /// What step `t` leaves in memory from [#history].
    final Tensor kept(Tensor history, int t) {
        return history.select(0, remembers ? t : 0);
    }

    /// `count` times the shape of `one`.
    static Tensor memory(Tensor x, int count, Tensor one) {
        return Tensor.empty(Layout.contiguous(Shape.of(count, one.size(0), one.size(1))), x.dtype(), x.device());
    }

    final Tensor empty(int... sizes) {
        return empty(Shape.of(sizes));
    }

    final Tensor empty(Shape shape) {
        return Tensor.empty(Layout.contiguous(shape), x.dtype(), x.device());
    }

    final void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
        x.backend().binary(op, a.view(), b.view(), out.view());
    }

    final void unaryBackward(UnaryOp op, Tensor kept, Tensor dy, Tensor dx) {
        x.backend().unaryBackward(op, kept.view(), dy.view(), dx.view());
    }

    /// Assigns some tensors, all of one shape, in one pass over memory.
    final void formula(Formula formula, Tensor... tensors) {
        View[] views = new View[tensors.length];
        Arrays.setAll(views, k -> tensors[k].view());
        x.backend().formula(formula, views);
    }

    /// A matrix that every step multiplies with.
    final RightSide rightSide(Tensor b) {
        return x.backend().rightSide(b.unsqueeze(0).view(), states.size(1));
    }

    static void multiply(Tensor a, RightSide b, Tensor bias, Tensor out) {
        b.multiply(a.unsqueeze(0).view(), bias == null ? null : bias.view(), out.unsqueeze(0).view());
    }

    /// `sum over steps and samples of a bᵀ`.
    static Tensor outer(Tensor a, Tensor b) {
        return a.flatten(0, 1).mT().matmul(b.flatten(0, 1));
    }

    /// Part `index` of the gates: `H` columns each.
    static Tensor gate(Tensor gates, int index, int count, int hidden) {
        return gates.narrow(-1, index * hidden, count * hidden);
    }
}
