package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.RandomViews.assertClose;
import static dev.sunda.core.cpu.RandomViews.copy;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.api.Assertions;

/// Functions with parameters on the fast backend against the naive one, over views of any strides.
class ParametricProperties {
    private static final double ULP = Math.ulp(1f);
    private static final List<ParametricOp> ALL = List.of(ParametricOp.leakyRelu(0.01), ParametricOp.leakyRelu(-2), ParametricOp.elu(0.7),
            ParametricOp.selu(), ParametricOp.celu(1.5), ParametricOp.celu(-0.5), ParametricOp.clamp(-0.7, 1.1), ParametricOp.clamp(1, -1),
            ParametricOp.hardtanh(-1, 1), ParametricOp.softplus(1, 20), ParametricOp.softplus(3, 0.2), ParametricOp.softshrink(0.3),
            ParametricOp.hardshrink(0.3), ParametricOp.threshold(0.1, -7), ParametricOp.logit(), ParametricOp.logit(0.1),
            ParametricOp.polygamma(0), ParametricOp.polygamma(3),
            ParametricOp.nanToNum(1, 2, 3));
    private final CpuBackend cpu = new CpuBackend();
    private final ReferenceBackend naive = new ReferenceBackend(Device.CPU);

    @Provide
    Arbitrary<ParametricOp> functions() {
        return Arbitraries.of(ALL);
    }

    @Example
    void everyFunctionIsThere() {
        Assertions.assertThat(ALL.stream().map(ParametricOp::kind)).contains(ParametricOp.Kind.values());
    }

    @Property(tries = 600)
    void valuesAgree(@ForAll("functions") ParametricOp op, @ForAll boolean wide, @ForAll @IntRange(max = 4) int rank, @ForAll long seed) {
        var views = new RandomViews(seed);
        DType dtype = wide ? DType.F64 : DType.F32;
        Shape shape = views.shape(rank);
        View x = views.source(dtype, shape);
        View actual = views.target(dtype, shape);
        View expected = copy(actual);
        cpu.unary(op, x, actual);
        naive.unary(op, x, expected);
        assertClose(actual, expected, wide ? wideError(op) : 3 * ULP, wide ? 2 * wideError(op) * 0x1p-1022 : 4 * Float.MIN_VALUE);
    }

    @Property(tries = 600)
    void slopesAgree(@ForAll("functions") ParametricOp op, @ForAll boolean wide, @ForAll @IntRange(max = 4) int rank, @ForAll long seed) {
        var views = new RandomViews(seed);
        DType dtype = wide ? DType.F64 : DType.F32;
        Shape shape = views.shape(rank);
        View kept = wide ? views.source(dtype, shape) : views.finite(dtype, shape);
        View dy = views.finite(dtype, shape);
        View actual = views.target(dtype, shape);
        View expected = copy(actual);
        cpu.unaryBackward(op, kept, dy, actual);
        naive.unaryBackward(op, kept, dy, expected);
        assertClose(actual, expected, wide ? wideError(op) : 4 * ULP, wide ? 2 * wideError(op) * 0x1p-1022 : 1e-6);
    }

    /// Definitions with `StrictMath`'s exponentials are followed with exponentials of our own, the others bit by bit.
    private static double wideError(ParametricOp op) {
        return ScalarActivations64.covers(op) ? 3 * Math.ulp(1.0) : 0;
    }
}
