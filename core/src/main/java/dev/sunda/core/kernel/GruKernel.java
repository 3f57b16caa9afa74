package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.UnaryOp;

/// Gated recurrent units. With `p = W h_(t-1) + b`, in three parts as `x_t`:
/// `r = sigmoid(x_r + p_r)`, `z = sigmoid(x_z + p_z)`, `n = tanh(x_n + r * p_n)` and `h_t = n + z * (h_(t-1) - n)`.
///
/// Backwards `dn = dh - z * dh` before and `da = dn * (1 - n^2)` behind the `tanh`, `dr = da * p_n` and `dz = dh * (h_(t-1) - n)`, which
/// pass through the sigmoids; `dx = [dr, dz, da]`, `dp = [dr, dz, r * da]` and `dh_(t-1) += z * dh + Wᵀ dp`.
/// Source: Cho et al. 2014, arXiv:1406.1078, in the form that computes all products of a step at once.
public final class GruKernel extends RecurrentKernel {
    private final int hidden;
    private final Tensor gates;
    private final Tensor products;
    private final Tensor two;
    private final Tensor one;
    private final Tensor other;
    private Tensor dx;
    private Tensor dproducts;

    /// For the arguments see [RecurrentKernel]; `gates` is `3 * H`, in the order r, z, n.
    public static GruKernel of(Tensor x, Tensor h, Tensor weight, Tensor bias, Tensor active, boolean reverse) {
        check(3, x, h, weight, bias);
        return new GruKernel(x, h, weight, bias, active, reverse);
    }

    private GruKernel(Tensor x, Tensor h, Tensor weight, Tensor bias, Tensor active, boolean reverse) {
        super(x, h, weight, bias, active, reverse, memory(x, x.size(0) + 1, h));
        hidden = h.size(1);
        gates = empty(x.shape());
        products = empty(x.shape());
        two = empty(h.size(0), 2 * hidden);
        one = empty(h.shape());
        other = empty(h.shape());
    }

    /// All states, `[T + 1, N, H]`.
    public Tensor forward() {
        run();
        return states;
    }

    /// @param dstates gradients of all states
    public Gradients backward(Tensor dstates) {
        dx = empty(x.shape());
        dproducts = empty(x.shape());
        Tensor dh = runBack(dstates);
        return new Gradients(dx, dh, null, weightGradient(), biasGradient(), null);
    }

    @Override
    void step(int t, Tensor h, Tensor next) {
        Tensor input = x.select(0, t);
        Tensor gate = gates.select(0, t);
        Tensor product = products.select(0, t);
        product(h, product);
        binary(BinaryOp.ADD, resetAndUpdate(input), resetAndUpdate(product), two);
        unary(UnaryOp.SIGMOID, two, resetAndUpdate(gate));
        binary(BinaryOp.MUL, reset(gate), candidate(product), one);
        binary(BinaryOp.ADD, candidate(input), one, other);
        unary(UnaryOp.TANH, other, candidate(gate));
        binary(BinaryOp.SUB, h, candidate(gate), one);
        binary(BinaryOp.MUL, update(gate), one, other);
        binary(BinaryOp.ADD, candidate(gate), other, next);
    }

    @Override
    boolean backward(int t, Tensor dh, Tensor h, Tensor carried) {
        Tensor gate = gates.select(0, t);
        Tensor toInput = dx.select(0, t);
        Tensor toProduct = dproducts.select(0, t);
        binary(BinaryOp.MUL, dh, update(gate), carried);
        binary(BinaryOp.SUB, dh, carried, one);
        unaryBackward(UnaryOp.TANH, candidate(gate), one, candidate(toInput));
        binary(BinaryOp.MUL, candidate(toInput), reset(gate), candidate(toProduct));
        binary(BinaryOp.MUL, candidate(toInput), candidate(products.select(0, t)), reset(two));
        binary(BinaryOp.SUB, h, candidate(gate), one);
        binary(BinaryOp.MUL, dh, one, update(two));
        unaryBackward(UnaryOp.SIGMOID, resetAndUpdate(gate), two, resetAndUpdate(toInput));
        x.backend().copy(resetAndUpdate(toInput).view(), resetAndUpdate(toProduct).view());
        return true;
    }

    @Override
    Tensor productGradients() {
        return dproducts;
    }

    private Tensor reset(Tensor gates) {
        return gate(gates, 0, 1, hidden);
    }

    private Tensor update(Tensor gates) {
        return gate(gates, 1, 1, hidden);
    }

    private Tensor resetAndUpdate(Tensor gates) {
        return gate(gates, 0, 2, hidden);
    }

    private Tensor candidate(Tensor gates) {
        return gate(gates, 2, 1, hidden);
    }
}
