package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.GridSamplings.Outside;
import dev.sunda.nn.functional.GridSamplings.Sampling;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Expectations from PyTorch 2.13.
class GridTests {
    /// A corner, the other one, a place inside, one outside, one far outside.
    private static Tensor grid() {
        return Tensor.of(new double[] {-1, -1, 1, 1, 0.1, 0.3, 1.7, -2.3, 5, 7}, Shape.of(1, 1, 5, 2));
    }

    private static Tensor image() {
        return Tensor.arange(1, 10, 1).to(DType.F64).reshape(1, 1, 3, 3);
    }

    @Test
    void samplesAgreeWithPyTorch() {
        Variable x = Variable.of(image());
        Variable grid = Variable.of(grid());
        assertClose("aligned", GridSamplings.gridSample(x, grid, Sampling.BILINEAR, Outside.ZEROS, true).data(), 1, 9, 6, 0, 0);
        assertClose("edges", GridSamplings.gridSample(x, grid, Sampling.BILINEAR, Outside.ZEROS, false).data(), 0.25, 2.25, 6.5, 0, 0);
        assertClose("nearest", GridSamplings.gridSample(x, grid, Sampling.NEAREST, Outside.ZEROS, false).data(), 1, 9, 5, 0, 0);
        Tensor cubic = GridSamplings.gridSample(x, grid, Sampling.BICUBIC, Outside.ZEROS, true).data();
        assertThat(cubic.get(0, 0, 0, 2)).isCloseTo(6.746498, within(1e-5));
        assertThat(cubic.get(0, 0, 0, 3)).isCloseTo(-0.0974883, within(1e-5));
    }

    @Test
    void gradientsOfPositionsAgreeWithPyTorch() {
        Variable grid = Variable.tracked(grid());
        Variable y = GridSamplings.gridSample(Variable.of(image()), grid, Sampling.BILINEAR, Outside.ZEROS, true);
        Tensor ones = Tensor.ones(y.shape(), y.dtype(), y.device());
        Tensor dgrid = Gradients.gradients(List.of(y), List.of(Variable.of(ones)), List.of(grid), false).getFirst().data();
        assertClose("dgrid", dgrid, 1, 3, -9, -9, 1, 3, 0, 0, 0, 0);
    }

    @Test
    void strangePositionsDoNoHarm() {
        Tensor strange = Tensor.of(new double[] {Double.NaN, 0, 0, Double.POSITIVE_INFINITY}, Shape.of(1, 1, 2, 2));
        for (Outside outside : Outside.values())
            for (Sampling sampling : Sampling.values())
                assertThat(GridSamplings.gridSample(Variable.of(image()), Variable.of(strange), sampling, outside, true).shape())
                        .isEqualTo(Shape.of(1, 1, 1, 2));
        assertThat(GridSamplings.gridSample(Variable.of(ramp(0, 1, 2, 2)), Variable.of(ramp(0, 3, 2, 2)), Sampling.BILINEAR, Outside.ZEROS,
                false).shape()).isEqualTo(Shape.of(0, 1, 3, 2));
    }

    @Test
    void anAffineGridOfTheIdentityIsThePixelCentres() {
        Variable identity = Variable.of(Tensor.of(new double[] {1, 0, 0, 0, 1, 0}, Shape.of(1, 2, 3)));
        assertClose("edges", GridSamplings.affineGrid(identity, new int[] {1, 1, 2, 2}, false).data(), -0.5, -0.5, 0.5, -0.5, -0.5, 0.5,
                0.5, 0.5);
        assertClose("aligned", GridSamplings.affineGrid(identity, new int[] {1, 1, 2, 1}, true).data(), 0, -1, 0, 1);
        Variable x = Variable.of(ramp(1, 2, 3, 4));
        Variable grid = GridSamplings.affineGrid(identity, new int[] {1, 2, 3, 4}, false);
        assertClose("the image itself", GridSamplings.gridSample(x, grid, Sampling.BILINEAR, Outside.ZEROS, false).data(), x.data(), 1e-12);
    }
}
