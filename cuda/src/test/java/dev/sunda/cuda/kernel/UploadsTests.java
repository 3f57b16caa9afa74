package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwinViews.DEVICE;
import static dev.sunda.cuda.kernel.TwinViews.REFERENCE;
import static dev.sunda.cuda.kernel.TwinViews.assertClose;
import static dev.sunda.cuda.kernel.TwinViews.twin;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.op.CtcSpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What kernels of a recording read beside tensors is there at every replay.
class UploadsTests {
    @Test
    void recordedMapsAndLengthsStay() {
        var views = new TwinViews(3);
        var seen = AxisMap.of(4, new int[][] {{0, 1}, {3}, {}}, new double[][] {{0.5, 0.25}, {2}, {}});
        var fresh = AxisMap.of(4, new int[][] {{2}, {0, 3}, {1}}, new double[][] {{3}, {1, 0.75}, {-1}});
        View x = views.finite(views.contiguous(DType.F32, Shape.of(2, 4)));
        View mapped = views.contiguous(DType.F32, Shape.of(2, 3));
        View logProbs = views.finite(views.contiguous(DType.F32, Shape.of(5, 2, 3)));
        View targets = views.indices(views.contiguous(DType.I64, Shape.of(2, 2)), 2);
        var spec = new CtcSpec(2, List.of(5, 4), List.of(2, 1));
        View losses = views.contiguous(DType.F32, Shape.of(2));
        View gradient = views.contiguous(DType.F32, logProbs.shape());
        View twinX = twin(x);
        View twinMapped = twin(mapped);
        View twinLogProbs = twin(logProbs);
        View twinTargets = twin(targets);
        View twinLosses = twin(losses);
        View twinGradient = twin(gradient);
        DEVICE.mapAxes(List.of(seen), twinX, 1, twinMapped);         // everything has arrived on the device
        DEVICE.ctc(spec, twinLogProbs, twinTargets, twinLosses, twinGradient);
        View twinOther = twin(mapped);
        DEVICE.fill(-1, twinOther);
        View other = TwinViews.copy(mapped);
        REFERENCE.mapAxes(List.of(seen), x, 1, mapped);
        REFERENCE.mapAxes(List.of(fresh), x, 1, other);
        REFERENCE.ctc(spec, logProbs, targets, losses, gradient);
        try (var recording = DEVICE.record(() -> {
            DEVICE.mapAxes(List.of(fresh), twinX, 1, twinOther);
            DEVICE.mapAxes(List.of(seen), twinX, 1, twinMapped);
            DEVICE.ctc(spec, twinLogProbs, twinTargets, twinLosses, twinGradient);
        })) {
            for (int i = 0; i < 2; i++) {
                for (View out : List.of(twinMapped, twinOther, twinLosses, twinGradient))
                    DEVICE.fill(-1, out);
                recording.replay(Map.of());
                assertClose(twinMapped, mapped, 1e-6);
                assertClose(twinOther, other, 1e-6);
                assertClose(twinLosses, losses, 1e-6);
                assertClose(twinGradient, gradient, 1e-6);
            }
        }
        for (AxisMap map : List.of(fresh, seen))                     // nothing refers to the memory of the recording
            DEVICE.mapAxes(List.of(map), twinX, 1, twinMapped);
        assertClose(twinMapped, mapped, 1e-6);
    }
}
