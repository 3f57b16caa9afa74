package dev.sunda.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class DropoutProperties {
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void derivatives(@ForAll @IntRange(min = 1, max = 4) int n,
            @ForAll @IntRange(min = 1, max = 4) int c, @ForAll @IntRange(max = 9) int tenths,
            @ForAll @IntRange(max = 3) int memory, @ForAll @IntRange(max = 1000) int seed) {
        var key = new Rng(seed).take(n * c);
        Tensor x = OpChecks.normal(Shape.of(n, c), new Rng(seed).split(1), memory);
        OpChecks.derivatives(v -> Dropouts.dropout(v.getFirst(), tenths / 10.0, key), List.of(x));
        OpChecks.fusedBackwardEqualsRecorded(v -> Dropouts.dropout(v.getFirst(), tenths / 10.0, key), List.of(x));
    }

    /// The mask depends on the position of an element, not on where it lies in memory.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void theMaskIsAFunctionOfTheKey(@ForAll @IntRange(min = 1, max = 9) int n,
            @ForAll @IntRange(min = 1, max = 40) int c,
            @ForAll @IntRange(max = 3) int memory, @ForAll @IntRange(max = 1000) int seed) {
        var key = new Rng(seed).take(n * c);
        Tensor x = OpChecks.normal(Shape.of(n, c), new Rng(seed).split(1), 0).to(DType.F32);
        float[] expected = Dropouts.dropout(Variable.of(x), 0.4, key).data().toFloatArray();
        assertThat(Dropouts.dropout(Variable.of(OpChecks.stored(x, memory)), 0.4, key).data().toFloatArray()).isEqualTo(expected);
    }
}
