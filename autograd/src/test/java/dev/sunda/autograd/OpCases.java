package dev.sunda.autograd;

import dev.sunda.autograd.check.OpCase;
import java.util.List;
import java.util.stream.Stream;

/// Every differentiable operation of [Variable] and [LinearAlgebra]; a test fails when one is missing.
public final class OpCases {
    // @formatter:off
    public static final List<OpCase> ALL = Stream.of(                       // one family a line
            ArithmeticCases.cases(),
            FunctionCases.cases(),
            PointwiseCases.cases(),
            ReductionCases.cases(),
            SelectionCases.cases(),
            ProductCases.cases(),
            LinearAlgebraCases.cases(),
            SpectralCases.cases(),
            SpecialFunctionCases.cases(),
            StatisticsCases.cases(),
            CombiningCases.cases(),
            ShapeCases.cases(),
            IndexCases.cases())
            .flatMap(List::stream).toList();
    // @formatter:on

    private OpCases() {
    }
}
