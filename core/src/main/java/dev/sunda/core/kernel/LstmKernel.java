package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Long short-term memory. With `a = x_t + W h_(t-1) + b` in four parts: `i = sigmoid(a_i)`, `f = sigmoid(a_f)`, `g = tanh(a_g)`,
/// `o = sigmoid(a_o)`, `c_t = f * c_(t-1) + i * g` and `h_t = o * tanh(c_t)`, or `h_t = R (o * tanh(c_t))` with a projection `R`.
///
/// Backwards, with `dq` the gradient of `o * tanh(c_t)`, which is `dh`, or `Rᵀ dh`: `do = dq * tanh(c_t)`,
/// `dc += dq * o * (1 - tanh(c_t)^2)`, `di = dc * g`, `df = dc * c_(t-1)`, `dg = dc * i` and `dc_(t-1) = dc * f`; passed through the
/// functions of the gates they are `da`, and `dx = da`, `dh_(t-1) += Wᵀ da`, `dR = sum of dh qᵀ`.
/// Source: Hochreiter, Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, with forget gates as in Gers et al. 2000; Sak et al. 2014,
/// arXiv:1402.1128 for the projection.
public final class LstmKernel extends RecurrentKernel {
    private final int hidden;
    private final Tensor projection;
    private final Tensor result;
    private final Tensor cells;
    private final Tensor gates;
    private final Tensor squashed;
    private final Tensor outputs;
    private final Tensor four;
    private final Tensor sum;
    private final Tensor one;
    private final Tensor other;
    private final Tensor cell;
    private Tensor gradients;
    private Tensor dstates;
    private Tensor dcell;

    /// For the arguments see [RecurrentKernel]; `gates` is `4 * H`, in the order i, f, g, o.
    ///
    /// @param c `[N, H]`: the cells before the first step
    /// @param projection `[P, H]`, or null, then `P` is `H`
    public static LstmKernel of(Tensor x, Tensor h, Tensor c, Tensor weight, Tensor bias, Tensor projection, Tensor active,
            boolean reverse) {
        check(4, x, h, weight, bias);
        int hidden = weight.size(0) / 4;
        if (!c.shape().equals(Shape.of(h.size(0), hidden)))
            throw new ShapeException("lstm", "the cells must be [" + h.size(0) + ", " + hidden + "]", c.shape());
        if (projection == null ? h.size(1) != hidden : !projection.shape().equals(Shape.of(h.size(1), hidden)))
            throw new ShapeException("lstm", "the projection must be [" + h.size(1) + ", " + hidden + "]",
                    projection == null ? weight.shape() : projection.shape());
        int numbers = (x.size(0) + 1) * h.numel();
        Tensor result = Tensor.empty(Layout.contiguous(Shape.of(numbers + c.numel())), x.dtype(), x.device());
        return new LstmKernel(x, h, c, weight, bias, projection, active, reverse, result,
                result.narrow(0, 0, numbers).reshape(x.size(0) + 1, h.size(0), h.size(1)));
    }

    private LstmKernel(Tensor x, Tensor h, Tensor c, Tensor weight, Tensor bias, Tensor projection, Tensor active, boolean reverse,
            Tensor result, Tensor states) {
        super(x, h, weight, bias, active, reverse, states);
        this.result = result;
        this.projection = projection;
        hidden = c.size(1);
        cells = memory(x, steps() + 1, c);
        cells.select(0, before(reverse ? steps() - 1 : 0)).copyFrom(c);
        gates = empty(x.shape());
        squashed = memory(x, steps(), c);
        outputs = projection == null ? null : empty(squashed.shape());
        four = empty(h.size(0), 4 * hidden);
        sum = empty(four.shape());
        one = empty(c.shape());
        other = empty(c.shape());
        cell = empty(c.shape());
    }

    /// All states, `[T + 1, N, P]`, and behind them the last cells, `[N, H]`, as one vector.
    public Tensor forward() {
        run();
        last(result).copyFrom(cells.select(0, after(lastStep())));
        return result;
    }

    /// @param dresult gradient of what [#forward] gave
    public Gradients backward(Tensor dresult) {
        gradients = empty(x.shape());
        dstates = projection == null ? null : empty(x.shape().with(2, projection.size(0)));
        dcell = last(dresult).copy();
        Tensor dh = runBack(dresult.narrow(0, 0, states.numel()).reshape(states.shape()));
        return new Gradients(gradients, dh, dcell, weightGradient(), biasGradient(), projection == null ? null : outer(dstates, outputs));
    }

    private Tensor last(Tensor vector) {
        return vector.narrow(0, states.numel(), cells.size(1) * hidden).reshape(cells.size(1), hidden);
    }

    @Override
    void step(int t, Tensor h, Tensor next) {
        Tensor gate = gates.select(0, t);
        Tensor old = cells.select(0, before(t));
        Tensor to = cells.select(0, after(t));
        product(h, four);
        binary(BinaryOp.ADD, x.select(0, t), four, sum);
        unary(UnaryOp.SIGMOID, inputAndForget(sum), inputAndForget(gate));
        unary(UnaryOp.TANH, candidate(sum), candidate(gate));
        unary(UnaryOp.SIGMOID, output(sum), output(gate));
        binary(BinaryOp.MUL, forget(gate), old, one);
        binary(BinaryOp.MUL, input(gate), candidate(gate), other);
        Tensor fresh = someEnd() ? cell : to;
        binary(BinaryOp.ADD, one, other, fresh);
        unary(UnaryOp.TANH, fresh, squashed.select(0, t));
        keep(t, fresh, old, to);
        if (projection == null) {
            binary(BinaryOp.MUL, output(gate), squashed.select(0, t), next);
            return;
        }
        binary(BinaryOp.MUL, output(gate), squashed.select(0, t), outputs.select(0, t));
        multiply(outputs.select(0, t), projection.mT(), null, next);
    }

    @Override
    boolean backward(int t, Tensor dh, Tensor h, Tensor carried) {
        Tensor gate = gates.select(0, t);
        Tensor tanh = squashed.select(0, t);
        Tensor dq = dh;
        if (projection != null) {
            dstates.select(0, t).copyFrom(dh);
            multiply(dh, projection, null, cell);
            dq = cell;
        }
        binary(BinaryOp.MUL, dq, tanh, output(four));
        binary(BinaryOp.MUL, dq, output(gate), one);
        unaryBackward(UnaryOp.TANH, tanh, one, other);
        binary(BinaryOp.ADD, dcell, other, one);
        clear(t, dcell.copyFrom(one), one);
        binary(BinaryOp.MUL, one, candidate(gate), input(four));
        binary(BinaryOp.MUL, one, cells.select(0, before(t)), forget(four));
        binary(BinaryOp.MUL, one, input(gate), candidate(four));
        cellGradient(t, gate);
        Tensor to = gradients.select(0, t);
        unaryBackward(UnaryOp.SIGMOID, inputAndForget(gate), inputAndForget(four), inputAndForget(to));
        unaryBackward(UnaryOp.TANH, candidate(gate), candidate(four), candidate(to));
        unaryBackward(UnaryOp.SIGMOID, output(gate), output(four), output(to));
        return false;
    }

    /// From that of the cells after the step, which is in `dcell`, and its active part, in `one`.
    private void cellGradient(int t, Tensor gate) {
        if (!someEnd()) {
            binary(BinaryOp.MUL, one, forget(gate), dcell);
            return;
        }
        stay(t, dcell, other);
        binary(BinaryOp.MUL, one, forget(gate), cell);
        binary(BinaryOp.ADD, cell, other, dcell);
    }

    @Override
    Tensor productGradients() {
        return gradients;
    }

    private Tensor input(Tensor gates) {
        return gate(gates, 0, 1, hidden);
    }

    private Tensor forget(Tensor gates) {
        return gate(gates, 1, 1, hidden);
    }

    private Tensor inputAndForget(Tensor gates) {
        return gate(gates, 0, 2, hidden);
    }

    private Tensor candidate(Tensor gates) {
        return gate(gates, 2, 1, hidden);
    }

    private Tensor output(Tensor gates) {
        return gate(gates, 3, 1, hidden);
    }
}
