package dev.sunda.autograd;

import dev.sunda.core.type.Dims;
import java.util.function.Function;

/// Norms of matrices, see [LinearAlgebra#matrixNorm(Variable, MatrixNorm)].
public enum MatrixNorm {
    /// The root of the sum of all squares.
    FROBENIUS(a -> a.norm(2, Dims.of(-2, -1))),
    /// The sum of the singular values.
    NUCLEAR(a -> SpectralRules.svdvals(a).sum(Dims.of(-1))),
    /// The largest sum of absolute values of a column.
    ONE(a -> a.abs().sum(Dims.of(-2)).amax(Dims.of(-1))),
    /// The smallest sum of absolute values of a column.
    MINUS_ONE(a -> a.abs().sum(Dims.of(-2)).amin(Dims.of(-1))),
    /// The largest singular value.
    TWO(a -> SpectralRules.svdvals(a).amax(Dims.of(-1))),
    /// The smallest singular value.
    MINUS_TWO(a -> SpectralRules.svdvals(a).amin(Dims.of(-1))),
    /// The largest sum of absolute values of a row.
    INFINITY(a -> a.abs().sum(Dims.of(-1)).amax(Dims.of(-1))),
    /// The smallest sum of absolute values of a row.
    MINUS_INFINITY(a -> a.abs().sum(Dims.of(-1)).amin(Dims.of(-1)));

    private final Function<Variable, Variable> formula;

    MatrixNorm(Function<Variable, Variable> formula) {
        this.formula = formula;
    }

    /// @param a `[.., m, n]`
    Variable of(Variable a) {
        return formula.apply(a);
    }

    boolean isOfSingularValues() {
        return this == TWO || this == MINUS_TWO;
    }
}
