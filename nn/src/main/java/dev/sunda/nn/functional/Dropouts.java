package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.kernel.RandomKernels;
import dev.sunda.core.op.RandomKey;

/// Dropout and its derivative.
public final class Dropouts {
    private Dropouts() {
    }

    /// Each element is set to 0 with probability `p`, the others are multiplied by `1 / (1 - p)`, so that the expectation stays.
    ///
    /// The mask is a function of `key`, so the operation is linear in `x` and diagonal: its gradient is the same dropout of `dy`, with the
    /// same key, and nothing has to be remembered. Shapes: any. Source: Srivastava et al. 2014, Dropout, JMLR 15.
    ///
    /// @param p probability of dropping, from 0 to 1
    /// @param key which random numbers decide, `x.numel()` of them
    public static Variable dropout(Variable x, double p, RandomKey key) {
        return output("dropout", RandomKernels.dropout(key, p, x.data()), wrt(x, dy -> dropout(dy, p, key)));
    }
}
