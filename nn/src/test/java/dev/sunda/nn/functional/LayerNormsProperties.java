package dev.sunda.nn.functional;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Layer normalisation over sizes, numbers of normalised dimensions, optional parameters and memory orders.
class LayerNormsProperties {
    private static final double EPS = 1e-2;

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void derivatives(@ForAll @IntRange(min = 1, max = 3) int a, @ForAll @IntRange(min = 1, max = 3) int b,
            @ForAll @IntRange(min = 2, max = 4) int c, @ForAll @IntRange(min = 1, max = 3) int dims, @ForAll boolean weight,
            @ForAll boolean bias, @ForAll @IntRange(max = 3) int memory, @ForAll @IntRange(max = 1000) int seed) {
        var rng = new Rng(seed);
        Shape shape = Shape.of(a, b, c);
        Shape last = Shape.of(switch (dims) {
            case 1 -> new int[] {c};
            case 2 -> new int[] {b, c};
            default -> new int[] {a, b, c};
        });
        var inputs = new ArrayList<Tensor>();
        inputs.add(OpChecks.stored(OpChecks.distinct(shape, rng, 0).mul(5), memory));
        if (weight)
            inputs.add(OpChecks.normal(last, rng, memory));
        if (bias)
            inputs.add(OpChecks.normal(last, rng, memory));
        OpChecks.check(x -> LayerNorms.layerNorm(x.getFirst(), last, weight ? x.get(1) : null, bias ? x.getLast() : null, EPS), inputs);
    }

    /// Each row of the result has mean 0 and variance 1, whatever the input's were.
    @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
    void normalizes(@ForAll @IntRange(min = 1, max = 5) int rows, @ForAll @IntRange(min = 2, max = 40) int n,
            @ForAll @IntRange(max = 1000) int seed) {
        Tensor x = OpChecks.distinct(Shape.of(rows, n), new Rng(seed), 0).mul(7).add(100);
        Tensor y = LayerNorms.layerNorm(Variable.of(x), Shape.of(n), null, null, 1e-12).data();
        for (int row = 0; row < rows; row++) {
            OpChecks.assertClose("mean", y.select(0, row).mean(), 0);
            OpChecks.assertClose("variance", y.select(0, row).square().mean(), 1);
        }
    }

    @Example
    void refusesWhatDoesNotFit() {
        Variable x = Variable.of(OpChecks.ramp(2, 3));
        assertThatThrownBy(() -> LayerNorms.layerNorm(x, Shape.of(2), null, null, 1e-5)).isInstanceOf(ShapeException.class)
                .hasMessage("layerNorm: the last dimensions of the input must be [2] (got [2, 3], [2])");
        assertThatThrownBy(() -> LayerNorms.layerNorm(x, Shape.SCALAR, null, null, 1e-5)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> LayerNorms.layerNorm(x, Shape.of(1, 2, 3), null, null, 1e-5)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> LayerNorms.layerNorm(x, Shape.of(3), Variable.of(OpChecks.ramp(2)), null, 1e-5))
                .isInstanceOf(ShapeException.class).hasMessageContaining("the parameters must be [3]");
        assertThatThrownBy(() -> LayerNorms.layerNorm(x, Shape.of(3), null, null, -1))
                .hasMessage("layerNorm: eps must not be negative (got -1.0)");
    }
}
