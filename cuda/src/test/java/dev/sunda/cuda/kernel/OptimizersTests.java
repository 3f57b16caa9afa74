package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwoDevices.CPU;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.spi.Update;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// Steps of optimizers have the bits of the CPU's.
class OptimizersTests {
    private static final List<Layout> LAYOUTS = List.of(Layout.contiguous(Shape.of(103)), Layout.dense(Shape.of(4, 6), 1, 0));
    private static final List<SgdStep> SGD =
            List.of(new SgdStep(0.1, 0, 0, 0, false, false, true), new SgdStep(0.1, 0.9, 0, 0.01, true, false, false),
                    new SgdStep(0.03, 0.9, 0.1, 0.01, false, true, true), new SgdStep(0.03, 0.9, 0.1, 0.01, false, true, false),
                    new SgdStep(0.2, 0.5, 0, 0, true, false, true));
    private static final List<AdamStep> ADAM = List.of(new AdamStep(1e-3, 0.9, 0.999, 1e-8, 0, false, false, 1),
            new AdamStep(1e-2, 0.9, 0.99, 1e-6, 0.1, true, false, 7), new AdamStep(1e-2, 0.3, 0.9, 1e-4, 0.1, false, true, 3));

    @Test
    void sgd() {
        for (DType dtype : List.of(DType.F32, DType.F64))
            for (SgdStep step : SGD)
                for (Layout layout : LAYOUTS) {
                    new TwoDevices(CPU, 1).with(dtype, layout).with(dtype, Layout.contiguous(layout.shape()))
                            .compare(0, (backend, x) -> backend.sgd(List.of(Update.of(step, x[0], x[1], null))));
                    new TwoDevices(CPU, 2).with(dtype, layout).with(dtype, Layout.contiguous(layout.shape())).with(dtype, layout)
                            .compare(0, (backend, x) -> backend.sgd(List.of(Update.of(step, x[0], x[1], x[2]))));
                }
    }

    @Test
    void adam() {
        for (DType dtype : List.of(DType.F32, DType.F64))
            for (AdamStep step : ADAM)
                for (Layout layout : LAYOUTS) {
                    new TwoDevices(CPU, 3).with(dtype, layout).with(dtype, Layout.contiguous(layout.shape())).with(dtype, layout)
                            .with(dtype, layout)
                            .compare(0, (backend, x) -> backend.adam(List.of(Update.of(step, x[0], x[1], x[2], x[3], null))));
                    new TwoDevices(CPU, 4).with(dtype, layout).with(dtype, Layout.contiguous(layout.shape())).with(dtype, layout)
                            .with(dtype, layout).with(dtype, layout)
                            .compare(0, (backend, x) -> backend.adam(List.of(Update.of(step, x[0], x[1], x[2], x[3], x[4]))));
                }
    }

    /// More parameters than a launch takes, of all kinds of layouts and both types, with more constants than a launch takes.
    @Property(tries = 6)
    void allParametersAtOnce(@ForAll long seed, @ForAll @IntRange(max = 150) int count, @ForAll boolean more) {
        var devices = new TwoDevices(CPU, seed);
        for (int k = 0; k < count; k++) {
            DType dtype = devices.between(0, 3) == 0 ? DType.F64 : DType.F32;
            Shape shape = devices.smallShape();
            boolean plain = devices.between(0, 3) > 0;
            Layout state =
                    devices.between(0, 1) == 0 ? Layout.dense(shape, 1, 0) : Layout.strided(shape, Layout.contiguous(shape).strides(), 1);
            for (int n = 0; n < 5; n++)
                devices.with(dtype, plain ? Layout.contiguous(shape)
                        : n == 1 ? devices.source(shape) : dtype == DType.F64 ? devices.layout(shape) : state);
        }
        devices.compare(0, (backend, x) -> {
            var adam = new ArrayList<Update<AdamStep>>();
            var sgd = new ArrayList<Update<SgdStep>>();
            for (int k = 0; k < count; k++) {
                var step = new AdamStep(1e-2 / (1 + k % 11), 0.9, 0.99, 1e-6, 0.1, k % 2 == 0, k % 3 == 0, 1 + k / 40);
                adam.add(Update.of(step, x[5 * k], x[5 * k + 1], x[5 * k + 2], x[5 * k + 3], k % 2 == 0 || more ? x[5 * k + 4] : null));
                sgd.add(Update.of(SGD.get(k % SGD.size()), x[5 * k], x[5 * k + 1], k % 5 == 0 ? null : x[5 * k + 2]));
            }
            backend.adam(adam);
            backend.sgd(sgd);
        });
    }
}
