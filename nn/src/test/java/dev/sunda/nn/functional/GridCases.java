package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.GridSamplings.Outside;
import dev.sunda.nn.functional.GridSamplings.Sampling;
import java.util.List;

/// Sampling at given positions.
final class GridCases {
    private GridCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                sampled("1,b,3,2 1,2,2,2", Sampling.BILINEAR, Outside.ZEROS, false)
                        .refusing(d -> sample(zeros(d, 2, 1, 3, 3), zeros(d, 1, 2, 2, 2), Sampling.BILINEAR))
                        .refusing(d -> sample(zeros(d, 1, 1, 3, 3), zeros(d, 1, 2, 2, 3), Sampling.BILINEAR))
                        .refusing(d -> sample(zeros(d, 1, 3, 3), zeros(d, 1, 2, 2), Sampling.BILINEAR))
                        .refusing(d -> sample(zeros(d, 1, 1, 0, 3), zeros(d, 1, 2, 2, 2), Sampling.NEAREST))
                        .refusing(d -> sample(zeros(d, 1, 1, 2, 2, 2), zeros(d, 1, 2, 2, 2, 3), Sampling.BICUBIC))
                        .refusing(d -> sample(zeros(d, 1, 1, 2, 2).to(DType.F64), zeros(d, 1, 2, 2, 2), Sampling.BICUBIC)),
                sampled("1,b,3,2 1,2,1,2", Sampling.BILINEAR, Outside.BORDER, true),
                sampled("1,1,3,2 1,2,2,2", Sampling.BILINEAR, Outside.REFLECTION, false),
                sampled("2,b,3,2 2,1,2,2", Sampling.NEAREST, Outside.REFLECTION, true),
                sampled("1,1,3,3 1,1,2,2", Sampling.BICUBIC, Outside.ZEROS, true),
                sampled("1,1,2,3 1,1,2,2", Sampling.BICUBIC, Outside.REFLECTION, false),
                sampled("1,1,2,3,2 1,1,1,2,3", Sampling.BILINEAR, Outside.ZEROS, true),
                sampled("1,1,2,1,2 1,1,2,1,3", Sampling.BILINEAR, Outside.REFLECTION, false),
                OpCase.of("affineGrid", "a,2,3", x -> GridSamplings.affineGrid(x.get(0), new int[] {x.get(0).size(0), 1, 2, 3}, true))
                        .asLinear()
                        .refusing(d -> GridSamplings.affineGrid(zeros(d, 1, 3, 3), new int[] {1, 1, 2, 3}, true))
                        .refusing(d -> GridSamplings.affineGrid(zeros(d, 1, 2, 3), new int[] {1, 1, 0, 3}, true))
                        .refusing(d -> GridSamplings.affineGrid(zeros(d, 1, 2, 3), new int[] {1, 1, 3}, true))
                        .refusing(d -> GridSamplings.affineGrid(Variable.of(Tensor.zeros(Shape.of(1, 2, 3), DType.I64, d)),
                                new int[] {1, 1, 2, 3}, true)),
                OpCase.of("affineGrid", "a,3,4", x -> GridSamplings.affineGrid(x.get(0), new int[] {x.get(0).size(0), 1, 2, 1, 3}, false))
                        .asLinear());
    }

    private static OpCase sampled(String shapes, Sampling sampling, Outside outside, boolean aligned) {
        return OpCase.of("gridSample", shapes, x -> GridSamplings.gridSample(x.get(0), x.get(1), sampling, outside, aligned)).asLinear();
    }

    private static Variable sample(Variable x, Variable grid, Sampling sampling) {
        return GridSamplings.gridSample(x, grid, sampling, Outside.ZEROS, false);
    }
}
