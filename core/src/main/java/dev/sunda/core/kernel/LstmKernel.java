package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.LstmStep;
import dev.sunda.core.spi.RightSide;
import dev.sunda.core.spi.View;
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
    private static final Formula STEP = step();
    private static final Formula BACK = back(Term.tensor(0));
    private static final Formula BACK_AT_ONCE = back(Term.tensor(0).add(Term.tensor(12)));
    /// [#BACK] in two parts, between which samples that have ended are left out.
    private static final Formula CELL = output(new Formula().assign(7, cell(Term.tensor(0))), Term.tensor(0));
    private static final Formula GATES = gates(Term.tensor(7));
    private final int hidden;
    private final Tensor projection;
    private final RightSide project;
    private final Tensor result;
    private final Tensor cells;
    private final Tensor gates;
    private final Tensor squashed;
    private final Tensor outputs;
    private final Tensor four;
    private final Tensor one;
    private final Tensor other;
    private final Tensor cell;
    private Tensor gradients;
    private Tensor dstates;
    private Tensor dcell;
    private RightSide unproject;

    /// For the arguments see [RecurrentKernel]; `gates` is `4 * H`, in the order i, f, g, o.
    ///
    /// @param c `[N, H]`: the cells before the first step
    /// @param projection `[P, H]`, or null, then `P` is `H`
    /// @param remembers whether there will be a backward pass
    public static LstmKernel of(Tensor x, Tensor h, Tensor c, Tensor weight, Tensor bias, Tensor projection, Tensor active,
            boolean reverse, boolean remembers) {
        check(4, x, h, weight, bias);
        int hidden = weight.size(0) / 4;
        if (!c.shape().equals(Shape.of(h.size(0), hidden)))
            throw new ShapeException("lstm", "the cells must be [" + h.size(0) + ", " + hidden + "]", c.shape());
        if (projection == null ? h.size(1) != hidden : !projection.shape().equals(Shape.of(h.size(1), hidden)))
            throw new ShapeException("lstm", "the projection must be [" + h.size(1) + ", " + hidden + "]",
                    projection == null ? weight.shape() : projection.shape());
        int numbers = (x.size(0) + 1) * h.numel();
        Tensor result = Tensor.empty(Layout.contiguous(Shape.of(numbers + c.numel())), x.dtype(), x.device());
        return new LstmKernel(x, h, c, weight, bias, projection, active, reverse, remembers, result,
                result.narrow(0, 0, numbers).reshape(x.size(0) + 1, h.size(0), h.size(1)));
    }

    private LstmKernel(Tensor x, Tensor h, Tensor c, Tensor weight, Tensor bias, Tensor projection, Tensor active, boolean reverse,
            boolean remembers, Tensor result, Tensor states) {
        super(x, h, weight, bias, active, reverse, remembers, states);
        this.result = result;
        this.projection = projection;
        project = projection == null ? null : rightSide(projection.mT());
        hidden = c.size(1);
        cells = memory(x, steps() + 1, c);
        cells.select(0, before(reverse ? steps() - 1 : 0)).copyFrom(c);
        gates = history(4 * hidden);
        squashed = history(hidden);
        outputs = projection == null ? null : history(hidden);
        four = empty(h.size(0), 4 * hidden);
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
        unproject = projection == null ? null : rightSide(projection);
        Tensor dh = runBack(dresult.narrow(0, 0, states.numel()).reshape(states.shape()));
        return new Gradients(gradients, dh, dcell, weightGradient(), biasGradient(), projection == null ? null : outer(dstates, outputs));
    }

    private Tensor last(Tensor vector) {
        return vector.narrow(0, states.numel(), cells.size(1) * hidden).reshape(cells.size(1), hidden);
    }

    /// Of inputs (0 to 3), products (4 to 7) and the cell before (8): gates (9 to 12), the cell (13), its `tanh` (14) and `o * tanh(c_t)`.
    private static Formula step() {
        Term i = sum(0).apply(UnaryOp.SIGMOID);
        Term f = sum(1).apply(UnaryOp.SIGMOID);
        Term g = sum(2).apply(UnaryOp.TANH);
        Term o = sum(3).apply(UnaryOp.SIGMOID);
        Term c = f.mul(Term.tensor(8)).add(i.mul(g));
        Term tanh = c.apply(UnaryOp.TANH);
        return new Formula().assign(9, i).assign(10, f).assign(11, g).assign(12, o).assign(13, c).assign(14, tanh).assign(15, o.mul(tanh));
    }

    /// Of `dq`, `tanh` of the cell (1), gates (2 to 5), the cell before (6) and the gradient of the cell that other ways brought (7):
    /// gradients before the gates (8 to 11) and that of the cell before (7).
    private static Formula back(Term dq) {
        return output(gates(cell(dq)), dq);
    }

    /// The gradient of the cell.
    private static Term cell(Term dq) {
        return Term.tensor(7).add(dq.mul(Term.tensor(5)).through(UnaryOp.TANH, Term.tensor(1)));
    }

    private static Formula gates(Term dcell) {
        Term i = Term.tensor(2), f = Term.tensor(3), g = Term.tensor(4);
        return new Formula().assign(8, dcell.mul(g).through(UnaryOp.SIGMOID, i))
                .assign(9, dcell.mul(Term.tensor(6)).through(UnaryOp.SIGMOID, f))
                .assign(10, dcell.mul(i).through(UnaryOp.TANH, g)).assign(7, dcell.mul(f));
    }

    private static Formula output(Formula formula, Term dq) {
        return formula.assign(11, dq.mul(Term.tensor(1)).through(UnaryOp.SIGMOID, Term.tensor(5)));
    }

    private static Term sum(int gate) {
        return Term.tensor(gate).add(Term.tensor(4 + gate));
    }

    @Override
    void step(int t, Tensor h, Tensor next) {
        Tensor old = cells.select(0, before(t));
        Tensor to = cells.select(0, after(t));
        Tensor fresh = someEnd() ? cell : to;
        Tensor unprojected = projection == null ? next : kept(outputs, t);
        if (!atOnce(t, h, old, fresh, unprojected))
            oneByOne(t, h, old, fresh, unprojected);
        keep(t, fresh, old, to);
        if (projection != null)
            multiply(unprojected, project, null, next);
    }

    private boolean atOnce(int t, Tensor h, Tensor old, Tensor fresh, Tensor out) {
        View gate = remembers() ? kept(gates, t).view() : null;
        View tanh = remembers() ? kept(squashed, t).view() : null;
        return lstm(h, new LstmStep(x.select(0, t).view(), old.view(), fresh.view(), out.view(), gate, tanh));
    }

    private void oneByOne(int t, Tensor h, Tensor old, Tensor fresh, Tensor out) {
        Tensor from = x.select(0, t);
        Tensor gate = kept(gates, t);
        product(h, four);
        formula(STEP, input(from), forget(from), candidate(from), output(from), input(four), forget(four), candidate(four), output(four),
                old, input(gate), forget(gate), candidate(gate), output(gate), fresh, kept(squashed, t), out);
    }

    @Override
    boolean backward(int t, Tensor dh, Tensor h, Tensor carried) {
        Tensor dq = dh;
        if (projection != null) {
            dstates.select(0, t).copyFrom(dh);
            multiply(dh, unproject, null, cell);
            dq = cell;
        }
        if (!someEnd()) {
            formula(BACK, tensors(t, dq, dcell, dq));
            return false;
        }
        formula(CELL, tensors(t, dq, dcell, dq));
        clear(t, dcell, one);
        formula(GATES, tensors(t, dq, one, dq));
        stay(t, dcell, other);
        binary(BinaryOp.ADD, one, other, dcell);
        return false;
    }

    @Override
    boolean isOneFormula() {
        return projection == null;
    }

    @Override
    boolean backwardAtOnce(int t, Tensor product, Tensor carried, Tensor dstate, Tensor h) {
        formula(BACK_AT_ONCE, tensors(t, product, dcell, dstate));
        return false;
    }

    private Tensor[] tensors(int t, Tensor dq, Tensor dcell, Tensor dstate) {
        Tensor gate = kept(gates, t);
        Tensor to = gradients.select(0, t);
        return new Tensor[] {dq, kept(squashed, t), input(gate), forget(gate), candidate(gate), output(gate), cells.select(0, before(t)),
            dcell, input(to), forget(to), candidate(to), output(to), dstate};
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

    private Tensor candidate(Tensor gates) {
        return gate(gates, 2, 1, hidden);
    }

    private Tensor output(Tensor gates) {
        return gate(gates, 3, 1, hidden);
    }
}
