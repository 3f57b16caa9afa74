package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.CtcSpec;
import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Losses and gradients are those of the reference backend, which adds logarithms.
class CtcProperties {
    private static final int CLASSES = 5;

    private final CpuBackend cpu = new CpuBackend();
    private final ReferenceBackend naive = new ReferenceBackend(Device.REFERENCE);

    /// Likely paths and hopeless ones, probabilities far below the smallest double, and classes that are impossible.
    @Property(tries = 500)
    void agreesWithTheReference(@ForAll @IntRange(max = 40) int steps, @ForAll @IntRange(min = 1, max = 4) int batch, @ForAll long seed) {
        var views = new RandomViews(seed);
        DType dtype = views.coin() ? DType.F64 : DType.F32;
        View logProbs = views.finite(dtype, Shape.of(steps, batch, CLASSES));
        double scale = new double[] {-1, -30, -1e3, -1e4}[views.below(4)];
        for (int i = 0; i < logProbs.storage().numel(); i++)
            logProbs.heap().setDouble(i, views.below(20) == 0 ? Double.NEGATIVE_INFINITY : Math.abs(logProbs.heap().getDouble(i)) * scale);
        int width = views.below(8);
        View targets = views.target(DType.I64, Shape.of(batch, width));
        for (int i = 0; i < targets.storage().numel(); i++)
            targets.heap().setLong(i, 1 + views.below(CLASSES - 1));
        var inputs = new ArrayList<Integer>();
        var labels = new ArrayList<Integer>();
        for (int n = 0; n < batch; n++) {
            inputs.add(views.below(steps + 1));
            labels.add(views.below(width + 1));
        }
        compare(new CtcSpec(0, inputs, labels), views, logProbs, targets);
    }

    @Example
    void labelsThatAreNoClassesAreRefused() {
        var views = new RandomViews(3);
        for (long wrong : new long[] {CLASSES, -1, 1L << 32}) {
            View logProbs = views.finite(DType.F32, Shape.of(3, 2, CLASSES));
            View targets = views.target(DType.I64, Shape.of(2, 3));
            for (int i = 0; i < targets.storage().numel(); i++)
                targets.heap().setLong(i, 1);
            targets.heap().setLong(targets.layout().offset() + targets.layout().stride(0) + targets.layout().stride(1), wrong);
            View losses = views.target(DType.F32, Shape.of(2));
            View gradient = views.target(DType.F32, Shape.of(3, 2, CLASSES));
            var spec = new CtcSpec(0, List.of(3, 3), List.of(1, 2));
            assertThatThrownBy(() -> cpu.ctc(spec, logProbs, targets, losses, gradient)).isInstanceOf(ShapeException.class)
                    .hasMessage("ctc: label " + wrong + " of sequence 1 is outside the dimension of size 5 (got [3, 2, 5])");
            cpu.ctc(new CtcSpec(0, List.of(3, 3), List.of(1, 1)), logProbs, targets, losses, gradient);   // what follows does not count
        }
    }

    private void compare(CtcSpec spec, RandomViews views, View logProbs, View targets) {
        boolean isDouble = logProbs.dtype() == DType.F64;
        View losses = views.target(logProbs.dtype(), Shape.of(logProbs.shape().size(1)));
        View gradient = views.target(logProbs.dtype(), logProbs.shape());
        View expectedLosses = RandomViews.copy(losses);
        View expectedGradient = RandomViews.copy(gradient);
        naive.ctc(spec, logProbs, targets, expectedLosses, expectedGradient);
        cpu.ctc(spec, logProbs, targets, losses, gradient);
        RandomViews.assertClose(losses, expectedLosses, isDouble ? 1e-12 : 1e-6, 1e-12);
        RandomViews.assertClose(gradient, expectedGradient, isDouble ? 1e-9 : 1e-6, 1e-9);
        View alone = RandomViews.copy(losses);
        cpu.ctc(spec, logProbs, targets, alone, null);
        RandomViews.assertSame(alone, losses);
    }
}
