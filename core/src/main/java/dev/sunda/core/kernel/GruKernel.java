package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import dev.sunda.core.op.UnaryOp;

/// Gated recurrent units. With `p = W h_(t-1) + b`, in three parts as `x_t`:
/// `r = sigmoid(x_r + p_r)`, `z = sigmoid(x_z + p_z)`, `n = tanh(x_n + r * p_n)` and `h_t = n + z * (h_(t-1) - n)`.
///
/// Backwards `dn = dh - z * dh` before and `da = dn * (1 - n^2)` behind the `tanh`, `dr = da * p_n` and `dz = dh * (h_(t-1) - n)`, which
/// pass through the sigmoids; `dx = [dr, dz, da]`, `dp = [dr, dz, r * da]` and `dh_(t-1) += z * dh + Wᵀ dp`.
/// Source: Cho et al. 2014, arXiv:1406.1078, in the form that computes all products of a step at once.
public final class GruKernel extends RecurrentKernel {
    private static final Formula STEP = step();
    private static final Formula BACK = back(Term.tensor(0));
    private static final Formula BACK_AT_ONCE = back(Term.tensor(0).add(Term.tensor(12)).add(Term.tensor(13)));
    private final int hidden;
    private final Tensor gates;
    private final Tensor products;
    private Tensor dx;
    private Tensor dproducts;

    /// For the arguments see [RecurrentKernel]; `gates` is `3 * H`, in the order r, z, n.
    ///
    /// @param remembers whether there will be a backward pass
    public static GruKernel of(Tensor x, Tensor h, Tensor weight, Tensor bias, Tensor active, boolean reverse, boolean remembers) {
        check(3, x, h, weight, bias);
        return new GruKernel(x, h, weight, bias, active, reverse, remembers);
    }

    private GruKernel(Tensor x, Tensor h, Tensor weight, Tensor bias, Tensor active, boolean reverse, boolean remembers) {
        super(x, h, weight, bias, active, reverse, remembers, memory(x, x.size(0) + 1, h));
        hidden = h.size(1);
        gates = history(3 * hidden);
        products = history(3 * hidden);
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

    /// Of inputs (0 to 2), products (3 to 5) and the state before (6): gates (7 to 9) and the state (10).
    private static Formula step() {
        Term r = Term.tensor(0).add(Term.tensor(3)).apply(UnaryOp.SIGMOID);
        Term z = Term.tensor(1).add(Term.tensor(4)).apply(UnaryOp.SIGMOID);
        Term n = Term.tensor(2).add(r.mul(Term.tensor(5))).apply(UnaryOp.TANH);
        return new Formula().assign(7, r).assign(8, z).assign(9, n).assign(10, n.add(z.mul(Term.tensor(6).sub(n))));
    }

    /// Of `dh` (0), the state before (1), gates (2 to 4) and the product in the last one (5): gradients of inputs (6 to 8) and products
    /// (9 to 11), and what the state before gets besides (12).
    private static Formula back(Term dh) {
        Term r = Term.tensor(2), z = Term.tensor(3), n = Term.tensor(4);
        Term carried = dh.mul(z);
        Term da = dh.sub(carried).through(UnaryOp.TANH, n);
        Term dr = da.mul(Term.tensor(5)).through(UnaryOp.SIGMOID, r);
        Term dz = dh.mul(Term.tensor(1).sub(n)).through(UnaryOp.SIGMOID, z);
        return new Formula().assign(6, dr).assign(7, dz).assign(8, da).assign(9, dr).assign(10, dz).assign(11, da.mul(r))
                .assign(12, carried);
    }

    @Override
    void step(int t, Tensor h, Tensor next) {
        Tensor input = x.select(0, t);
        Tensor gate = kept(gates, t);
        Tensor product = kept(products, t);
        product(h, product);
        formula(STEP, reset(input), update(input), candidate(input), reset(product), update(product), candidate(product), h, reset(gate),
                update(gate), candidate(gate), next);
    }

    @Override
    boolean backward(int t, Tensor dh, Tensor h, Tensor carried) {
        formula(BACK, tensors(t, dh, h, carried, carried));
        return true;
    }

    @Override
    boolean isOneFormula() {
        return true;
    }

    @Override
    boolean backwardAtOnce(int t, Tensor product, Tensor carried, Tensor dstate, Tensor h) {
        formula(BACK_AT_ONCE, tensors(t, product, h, carried, dstate));
        return true;
    }

    private Tensor[] tensors(int t, Tensor dh, Tensor h, Tensor carried, Tensor dstate) {
        Tensor gate = kept(gates, t);
        Tensor toInput = dx.select(0, t);
        Tensor toProduct = dproducts.select(0, t);
        return new Tensor[] {dh, h, reset(gate), update(gate), candidate(gate), candidate(kept(products, t)), reset(toInput),
            update(toInput), candidate(toInput), reset(toProduct), update(toProduct), candidate(toProduct), carried, dstate};
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

    private Tensor candidate(Tensor gates) {
        return gate(gates, 2, 1, hidden);
    }
}
