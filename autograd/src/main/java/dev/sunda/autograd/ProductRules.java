package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Operation.Wrt;

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
        return output("matmul", x.data().matmul(y.data()), toLeft(x, y), toRight(x, y));
    }

    /// The bias is added to every row, so its gradient is the sum of the rows of `dy`, which the engine takes.
    static Variable matmul(Variable x, Variable y, Variable bias) {
        if (x.rank() == 1)
            return matmul(x.unsqueeze(0), y, bias).squeeze(-2);
        return output("matmul", x.data().matmul(y.data(), bias.data()), toLeft(x, y), toRight(x, y), wrt(bias, dy -> dy));
    }

    private static Wrt toLeft(Variable x, Variable y) {
        return wrt(x, dy -> dy.matmul(y.mT()));
    }

    /// `xᵀ · dy`; where one matrix served a whole batch of rows, as one product over all rows instead of a sum of many. A matrix that lies
    /// transposed in memory, as the weight of a linear layer does, gets a gradient that lies so, too: `(dyᵀ · x)ᵀ`, the same sums.
    private static Wrt toRight(Variable x, Variable y) {
        boolean flat = y.rank() == 2 && x.rank() > 2;
        boolean transposed = y.rank() == 2 && y.data().mT().layout().isContiguous();
        return wrt(y, dy -> {
            boolean rows = flat && x.shape().numel() > 0 && dy.shape().numel() > 0;
            Variable left = rows ? x.reshape(-1, x.size(-1)) : x;
            Variable right = rows ? dy.reshape(-1, dy.size(-1)) : dy;
            return transposed && left.rank() == 2 ? right.mT().matmul(left).mT() : left.mT().matmul(right);
        });
    }
}
