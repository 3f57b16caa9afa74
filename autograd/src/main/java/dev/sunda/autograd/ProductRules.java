package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

/// Derivatives of matrix products.
final class ProductRules {
    private ProductRules() {
    }

    /// For matrices `dx = dy · yᵀ` and `dy = xᵀ · dy`; vectors are made matrices first, batches are summed back by the engine.
    static Variable matmul(Variable x, Variable y) {
        if (x.rank() == 1 && y.rank() == 1)
            return matmul(x.unsqueeze(0), y.unsqueeze(1)).reshape();
        if (x.rank() == 1)
            return matmul(x.unsqueeze(0), y).squeeze(-2);
        if (y.rank() == 1)
            return matmul(x, y.unsqueeze(1)).squeeze(-1);
        return output("matmul", x.data().matmul(y.data()), wrt(x, dy -> dy.matmul(y.mT())), wrt(y, dy -> weight(x, dy, y.rank())));
    }

    /// `xᵀ · dy`; where one matrix served a whole batch of rows, as one product over all rows instead of a sum of many.
    private static Variable weight(Variable x, Variable dy, int rank) {
        if (rank == 2 && x.rank() > 2 && x.shape().numel() > 0 && dy.shape().numel() > 0)
            return x.reshape(-1, x.size(-1)).mT().matmul(dy.reshape(-1, dy.size(-1)));
        return x.mT().matmul(dy);
    }
}
