package dev.sunda.autograd;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.List;

/// Products of several matrices and matrices of powers.
final class MatrixProducts {
    private MatrixProducts() {
    }

    /// The product in the order that takes the fewest multiplications, found by dynamic programming. A vector in front counts as a row,
    /// one at the end as a column.
    static Variable multiDot(List<Variable> factors) {
        if (factors.size() < 2)
            throw new IllegalArgumentException("multiDot: needs at least two factors (got " + factors.size() + ")");
        int last = factors.size() - 1;
        boolean row = factors.getFirst().rank() == 1;
        boolean column = factors.getLast().rank() == 1;
        var matrices = new ArrayList<>(factors);
        if (row)
            matrices.set(0, factors.getFirst().unsqueeze(0));
        if (column)
            matrices.set(last, factors.getLast().unsqueeze(1));
        for (int i = 0; i <= last; i++)
            if (matrices.get(i).rank() != 2 || i > 0 && matrices.get(i - 1).size(1) != matrices.get(i).size(0))
                throw new ShapeException("multiDot", "the factors must be matrices, or vectors at the ends, whose sizes fit",
                        factors.stream().map(Variable::shape).toArray(Shape[]::new));
        Variable product = product(matrices, cuts(matrices), 0, last);
        return row && column ? product.reshape() : row ? product.squeeze(0) : column ? product.squeeze(1) : product;
    }

    /// `cuts[i][j]`: behind which factor the product of factors `i` to `j` is parted.
    private static int[][] cuts(List<Variable> matrices) {
        int n = matrices.size();
        double[][] cost = new double[n][n];
        int[][] cuts = new int[n][n];
        for (int length = 1; length < n; length++)
            for (int i = 0; i + length < n; i++) {
                int j = i + length;
                cost[i][j] = Double.POSITIVE_INFINITY;
                for (int cut = i; cut < j; cut++) {
                    double outer = (double) matrices.get(i).size(0) * matrices.get(cut).size(1) * matrices.get(j).size(1);
                    double total = cost[i][cut] + cost[cut + 1][j] + outer;
                    if (total < cost[i][j]) {
                        cost[i][j] = total;
                        cuts[i][j] = cut;
                    }
                }
            }
        return cuts;
    }

    private static Variable product(List<Variable> matrices, int[][] cuts, int from, int to) {
        if (from == to)
            return matrices.get(from);
        int cut = cuts[from][to];
        return product(matrices, cuts, from, cut).matmul(product(matrices, cuts, cut + 1, to));
    }

    /// Powers by repeated products, so that the derivative holds at 0, too.
    static Variable vander(Variable x, int columns, boolean increasing) {
        if (x.rank() < 1)
            throw new ShapeException("vander", "needs at least one dimension", x.shape());
        if (columns < 0)
            throw new IllegalArgumentException("vander: the number of columns must not be negative (got " + columns + ")");
        Variable power = Variable.of(Tensor.onesLike(x.data()));
        if (columns == 0)
            return power.unsqueeze(-1).narrow(-1, 0, 0);
        var powers = new ArrayList<Variable>();
        for (int i = 0; i < columns; i++) {
            powers.add(power);
            power = power.mul(x);
        }
        return Variable.stack(increasing ? powers : powers.reversed(), -1);
    }
}
