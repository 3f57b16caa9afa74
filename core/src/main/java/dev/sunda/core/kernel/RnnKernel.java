package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import dev.sunda.core.op.UnaryOp;

/// The simple recurrence `h_t = f(x_t + W h_(t-1) + b)`, `f` being a function whose derivative is written with its value, such as `tanh`.
///
/// With `da_t = f'(h_t) dh_t`: `dx_t = da_t`, `dh_(t-1) += Wᵀ da_t`, `dW = sum of da_t h_(t-1)ᵀ` and `db = sum of da_t`.
/// Source: Elman 1990, Finding Structure in Time, doi:10.1207/s15516709cog1402_1.
public final class RnnKernel extends RecurrentKernel {
    private final UnaryOp activation;
    private final Tensor product;
    private final Formula step;
    private Tensor gradients;

    /// For the arguments see [RecurrentKernel]; `gates` is `H`, the width of the state.
    ///
    /// @param remembers whether there will be a backward pass
    public static RnnKernel of(UnaryOp activation, Tensor x, Tensor h, Tensor weight, Tensor bias, Tensor active, boolean reverse,
            boolean remembers) {
        if (activation.keeps() != UnaryOp.Keeps.OUTPUT)
            throw new IllegalArgumentException("rnn: the derivative of the function must follow from its value (got " + activation + ")");
        check(1, x, h, weight, bias);
        return new RnnKernel(activation, x, h, weight, bias, active, reverse, remembers);
    }

    private RnnKernel(UnaryOp activation, Tensor x, Tensor h, Tensor weight, Tensor bias, Tensor active, boolean reverse,
            boolean remembers) {
        super(x, h, weight, bias, active, reverse, remembers, memory(x, x.size(0) + 1, h));
        this.activation = activation;
        product = empty(h.shape());
        step = new Formula().assign(2, Term.tensor(0).add(Term.tensor(1)).apply(activation));
    }

    /// All states, `[T + 1, N, H]`.
    public Tensor forward() {
        run();
        return states;
    }

    /// @param dstates gradients of all states
    public Gradients backward(Tensor dstates) {
        gradients = empty(x.shape());
        Tensor dh = runBack(dstates);
        return new Gradients(gradients, dh, null, weightGradient(), biasGradient(), null);
    }

    @Override
    void step(int t, Tensor h, Tensor next) {
        product(h, product);
        formula(step, x.select(0, t), product, next);
    }

    @Override
    boolean backward(int t, Tensor dh, Tensor h, Tensor carried) {
        unaryBackward(activation, states.select(0, after(t)), dh, gradients.select(0, t));
        return false;
    }

    @Override
    Tensor productGradients() {
        return gradients;
    }
}
