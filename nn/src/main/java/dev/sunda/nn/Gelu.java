package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.UnaryOp;
import java.util.Objects;

/// `y = x * Phi(x)` with the distribution function of the standard normal distribution, or its approximation by `tanh`. Any shape. No
/// parameters.
public final class Gelu extends Layer {
    private final Approximate approximate;

    /// How the distribution function is computed.
    public enum Approximate {
        /// Exactly.
        NONE,
        /// As `(1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2`.
        TANH
    }

    /// Exact.
    public Gelu() {
        this(Approximate.NONE);
    }

    public Gelu(Approximate approximate) {
        Objects.requireNonNull(approximate, "Gelu: approximate is null; use Approximate.NONE or TANH");
        this.approximate = approximate;
    }

    @Override
    protected Variable compute(Variable x) {
        return x.apply(approximate == Approximate.TANH ? UnaryOp.GELU_TANH : UnaryOp.GELU);
    }

    @Override
    protected String options() {
        return approximate == Approximate.TANH ? "tanh" : "";
    }
}
