package dev.sunda.autograd;

import dev.sunda.autograd.check.OpCase;
import java.util.List;
import java.util.stream.Stream;

/// Every differentiable operation of [Variable] and [LinearAlgebra]; a test fails when one is missing.
final class OpCases {
    static final List<OpCase> ALL = Stream
            .of(ArithmeticCases.cases(), FunctionCases.cases(), PointwiseCases.cases(), ReductionCases.cases(), SelectionCases.cases(),
                    ProductCases.cases(), LinearAlgebraCases.cases(), ShapeCases.cases(), IndexCases.cases())
            .flatMap(List::stream).toList();

    private OpCases() {
    }
}
