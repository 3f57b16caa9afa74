package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwinViews.DEVICE;
import static dev.sunda.cuda.kernel.TwinViews.REFERENCE;
import static dev.sunda.cuda.kernel.TwinViews.assertClose;
import static dev.sunda.cuda.kernel.TwinViews.twin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.CtcSpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.cuda.CudaBackend;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.FakeMachine;
import dev.sunda.cuda.driver.PtxProvider;
import dev.sunda.cuda.memory.DeviceMemory;
import dev.sunda.cuda.memory.Transfers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Losses and gradients on the device are those of the reference backend, which adds logarithms.
class CtcKernelsProperties {
    private static final int CLASSES = 5;

    /// Likely paths and hopeless ones, probabilities far below the smallest double, impossible classes and NaN.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheReference(@ForAll @IntRange(max = 30) int steps, @ForAll @IntRange(max = 4) int batch, @ForAll boolean wide,
            @ForAll long seed) {
        var views = new TwinViews(seed);
        View logProbs = views.finite(views.source(wide ? DType.F64 : DType.F32, Shape.of(steps, batch, CLASSES)));
        double scale = new double[] {-1, -30, -1e3, -1e4}[views.below(4)];
        double rare = views.coin() ? Double.NEGATIVE_INFINITY : Double.NaN;
        for (int i = 0; i < logProbs.storage().numel(); i++)
            logProbs.heap().setDouble(i, views.below(60) == 0 ? rare : Math.abs(logProbs.heap().getDouble(i)) * scale);
        int width = views.below(8);
        var inputs = new ArrayList<Integer>();
        var labels = new ArrayList<Integer>();
        for (int n = 0; n < batch; n++) {
            inputs.add(views.below(steps + 1));
            labels.add(views.below(width + 1));
        }
        compare(new CtcSpec(views.coin() ? 0 : CLASSES - 1, inputs, labels), views, logProbs, width);
    }

    /// As powers of two they do not fit into an int, and some have no digits behind the point.
    @Example
    void hugeLogarithmsAgreeWithTheReference() {
        var views = new TwinViews(9);
        for (double scale : new double[] {-1e10, -1e13}) {
            View logProbs = views.contiguous(DType.F64, Shape.of(3, 1, CLASSES));
            for (int i = 0; i < logProbs.storage().numel(); i++)
                logProbs.heap().setDouble(i, scale * (1 + views.below(100) / 100.0));
            View targets = views.contiguous(DType.I64, Shape.of(1, 1));
            targets.heap().setLong(0, 2);
            View losses = views.contiguous(DType.F64, Shape.of(1));
            View twinLosses = twin(losses);
            var spec = new CtcSpec(0, List.of(3), List.of(1));
            REFERENCE.ctc(spec, logProbs, targets, losses, null);
            DEVICE.ctc(spec, twin(logProbs), twin(targets), twinLosses, null);
            assertClose(twinLosses, losses, 1e-12);
        }
    }

    /// So many states that they do not fit into the memory of a block, and several for each thread.
    @Example
    void manyLabelsAgreeWithTheReference() {
        var views = new TwinViews(7);
        View logProbs = views.finite(views.contiguous(DType.F32, Shape.of(3, 1, CLASSES)));
        compare(new CtcSpec(0, List.of(3), List.of(800)), views, logProbs, 800);
        compare(new CtcSpec(0, List.of(3), List.of(600)), views, logProbs, 600);
        compare(new CtcSpec(0, Collections.nCopies(1, 3), List.of(2)), views, logProbs, 900);
    }

    /// A label that is no class must not be followed into memory: an error of the caller, told where results are waited for.
    @Example
    void labelsThatAreNoClassesAreReported() {
        var views = new TwinViews(3);
        for (DType dtype : List.of(DType.F32, DType.F64))
            for (long wrong : new long[] {CLASSES, -1, 1L << 32, Long.MIN_VALUE, 1_000_000_000, -1_000_000_000})
                for (int steps : new int[] {0, 3}) {
                    View logProbs = views.finite(views.contiguous(dtype, Shape.of(3, 2, CLASSES)));
                    View targets = views.contiguous(DType.I64, Shape.of(2, 3));
                    for (int i = 0; i < 6; i++)
                        targets.heap().setLong(i, i == 4 ? wrong : 1);
                    View losses = views.contiguous(dtype, Shape.of(2));
                    View gradient = views.contiguous(dtype, Shape.of(3, 2, CLASSES));
                    var spec = new CtcSpec(0, List.of(3, steps), List.of(1, 2));
                    assertThatThrownBy(() -> REFERENCE.ctc(spec, logProbs, targets, losses, gradient)).isInstanceOf(ShapeException.class)
                            .hasMessage("ctc: label " + wrong + " of sequence 1 is outside the dimension of size 5 (got [3, 2, 5])");
                    for (View wanted : new View[] {null, twin(gradient)}) {
                        DEVICE.ctc(spec, twin(logProbs), twin(targets), twin(losses), wanted);
                        assertThatThrownBy(DEVICE::synchronize).isInstanceOf(ShapeException.class)
                                .hasMessage("ctc: index " + wrong + " is outside the dimension of size 5 (got " + wrong + ")");
                    }
                    assertThat(PtxProvider.driver(0).failure()).isNull();
                    var shorter = new CtcSpec(0, List.of(3, 3), List.of(1, 1));
                    DEVICE.ctc(shorter, twin(logProbs), twin(targets), twin(losses), twin(gradient));
                    DEVICE.synchronize();                            // what follows the labels does not count
                }
    }

    /// Where the sums of all sequences would take too much memory, they are computed in parts.
    @Example
    void partsGiveTheBitsOfTheWhole() {
        var cuda = new Cuda(new FakeDriver(FakeMachine.LEAST));
        cuda.initialise();
        var context = new Context(cuda, 0);
        var gpu = new Gpu(context, new Device("ptx", 9), new DeviceMemory(context, true));
        var backend = new CudaBackend(context, gpu, "under test");
        var views = new TwinViews(11);
        View logProbs = views.finite(views.contiguous(DType.F32, Shape.of(6, 5, CLASSES)));
        View targets = views.indices(views.contiguous(DType.I64, Shape.of(5, 3)), CLASSES - 1);
        View losses = views.contiguous(DType.F32, Shape.of(5));
        View gradient = views.contiguous(DType.F32, logProbs.shape());
        var spec = new CtcSpec(CLASSES - 1, List.of(6, 4, 0, 6, 5), List.of(3, 1, 0, 2, 3));
        var found = new ArrayList<List<Object>>();
        for (long bytes : new long[] {Long.MAX_VALUE, 1, 5_000}) {
            View[] on = Stream.of(logProbs, targets, losses, gradient)
                    .map(view -> new View(backend.upload(view.dtype(), view.heap().array()), view.layout())).toArray(View[]::new);
            new Ctc(gpu, new Transfers(context), bytes).ctc(spec, on[0], on[1], on[2], on[3]);
            found.add(List.of(backend.download(on[2].storage(), 0, 5), backend.download(on[3].storage(), 0, 30 * CLASSES)));
        }
        assertThat(found.get(1)).usingRecursiveComparison().isEqualTo(found.get(0));
        assertThat(found.get(2)).usingRecursiveComparison().isEqualTo(found.get(0));
    }

    private static void compare(CtcSpec spec, TwinViews views, View logProbs, int width) {
        boolean wide = logProbs.dtype() == DType.F64;
        View targets = views.target(DType.I64, Shape.of(logProbs.shape().size(1), width));
        for (int i = 0; i < targets.storage().numel(); i++)
            targets.heap().setLong(i, (spec.blank() == 0 ? 1 : 0) + views.below(CLASSES - 1));
        View losses = views.target(logProbs.dtype(), Shape.of(logProbs.shape().size(1)));
        View gradient = views.target(logProbs.dtype(), logProbs.shape());
        View twinLosses = twin(losses);
        View alone = twin(losses);
        View twinGradient = twin(gradient);
        REFERENCE.ctc(spec, logProbs, targets, losses, gradient);
        DEVICE.ctc(spec, twin(logProbs), twin(targets), twinLosses, twinGradient);
        DEVICE.ctc(spec, twin(logProbs), twin(targets), alone, null);
        assertClose(twinLosses, losses, wide ? 1e-12 : 1e-6);
        assertClose(alone, losses, wide ? 1e-12 : 1e-6);
        assertClose(twinGradient, gradient, wide ? 1e-9 : 1e-6);
    }
}
