package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwoDevices.CPU;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.List;
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
                            .compare(0, (backend, x) -> backend.sgd(step, x[0], x[1], null));
                    new TwoDevices(CPU, 2).with(dtype, layout).with(dtype, Layout.contiguous(layout.shape())).with(dtype, layout)
                            .compare(0, (backend, x) -> backend.sgd(step, x[0], x[1], x[2]));
                }
    }

    @Test
    void adam() {
        for (DType dtype : List.of(DType.F32, DType.F64))
            for (AdamStep step : ADAM)
                for (Layout layout : LAYOUTS) {
                    new TwoDevices(CPU, 3).with(dtype, layout).with(dtype, Layout.contiguous(layout.shape())).with(dtype, layout)
                            .with(dtype, layout).compare(0, (backend, x) -> backend.adam(step, x[0], x[1], x[2], x[3], null));
                    new TwoDevices(CPU, 4).with(dtype, layout).with(dtype, Layout.contiguous(layout.shape())).with(dtype, layout)
                            .with(dtype, layout).with(dtype, layout)
                            .compare(0, (backend, x) -> backend.adam(step, x[0], x[1], x[2], x[3], x[4]));
                }
    }
}
