package dev.sunda.cuda.kernel;

import static dev.sunda.core.op.UnaryOp.*;
import static dev.sunda.cuda.kernel.TwoDevices.CPU;
import static dev.sunda.cuda.kernel.TwoDevices.REFERENCE;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryFunction.Keeps;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every function and every derivative against the CPU's kernels: the same bits where both run the same chain of operations, else a last
/// place or a few.
class UnaryTests {
    private static final int ELEMENTS = 331;
    /// Functions of float64 that both devices compute by the same operations.
    private static final Set<UnaryOp> SAME_CHAIN =
            Set.of(NEG, ABS, SIGN, FLOOR, CEIL, ROUND, TRUNC, FRAC, SQUARE, SQRT, RSQRT, RECIPROCAL, EXP,
                    LOG, TANH, SIGMOID, RELU, SOFTSIGN, HARDSIGMOID, HARDSWISH);

    static Stream<UnaryFunction> functions() {
        List<UnaryFunction> functions = new ArrayList<>(List.of(UnaryOp.values()));
        for (ParametricOp.Kind kind : ParametricOp.Kind.values())
            functions.addAll(examples(kind));
        return functions.stream();
    }

    private static List<ParametricOp> examples(ParametricOp.Kind kind) {
        return switch (kind) {
            case LEAKY_RELU -> List.of(ParametricOp.leakyRelu(0.1));
            case ELU -> List.of(ParametricOp.elu(1.5), ParametricOp.selu(), ParametricOp.celu(0.7));
            case CLAMP -> List.of(ParametricOp.clamp(-0.3, 0.9), ParametricOp.clamp(-1, 1));
            case HARDTANH -> List.of(ParametricOp.hardtanh(-1, 1));
            case SOFTPLUS -> List.of(ParametricOp.softplus(1, 20), ParametricOp.softplus(2.5, 10));
            case SOFTSHRINK -> List.of(ParametricOp.softshrink(0.5));
            case HARDSHRINK -> List.of(ParametricOp.hardshrink(0.5));
            case THRESHOLD -> List.of(ParametricOp.threshold(0.1, 20));
            case LOGIT -> List.of(ParametricOp.logit(), ParametricOp.logit(1e-3));
            case POLYGAMMA -> List.of(ParametricOp.polygamma(0), ParametricOp.polygamma(1), ParametricOp.polygamma(2));
            case NAN_TO_NUM -> List.of(ParametricOp.nanToNum(DType.F32));
        };
    }

    @ParameterizedTest
    @MethodSource("functions")
    void valuesAreThoseOfTheCpu(UnaryFunction function) {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            var devices = new TwoDevices(CPU, 1);
            for (Layout layout : layouts(devices))
                devices.with(dtype, layout).with(dtype, Layout.contiguous(layout.shape()))
                        .compare(bound(function, dtype), cancels(function) ? 1 : sinks(function, dtype) ? 0x1p-1012 : 0,
                                (backend, x) -> backend.unary(function, x[0], x[1]));
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void derivativesAreThoseOfTheCpu(UnaryFunction function) {
        var devices = new TwoDevices(CPU, 2);
        for (Layout layout : layouts(devices)) {
            Layout dense = Layout.contiguous(layout.shape());
            if (function != UnaryOp.ERFCX)                           // the CPU's loses its digits far from 0; FloatAccuracyTests
                devices.with(DType.F32, layout).with(DType.F32, dense).with(DType.F32, dense)
                        .compare(boundOfDerivative(function), 0, (backend, x) -> backward(function, backend, x));
            devices.with(DType.F64, layout).withOnes(DType.F64, dense).with(DType.F64, dense)
                    .compare(bound(function, DType.F64), 1, (backend, x) -> backward(function, backend, x));
        }
    }

    private static void backward(UnaryFunction function, Backend backend, View[] x) {
        backend.unaryBackward(function, function.keeps() == Keeps.NOTHING ? null : x[0], x[1], x[2]);
    }

    /// Runs of four with a rest, and rows with gaps.
    private static List<Layout> layouts(TwoDevices devices) {
        return List.of(Layout.contiguous(Shape.of(ELEMENTS)), Layout.strided(Shape.of(5, 7), new int[] {9, 1}, 1));
    }

    /// In ulps. Float32 results of special functions are rounded from nearly the same doubles, but for those computed in float.
    private static long bound(UnaryFunction function, DType dtype) {
        if (Unary.isMore(function, dtype) || Unary.isRare(function, dtype))
            return 2;
        if (dtype == DType.F32)
            return Unary.isSpecial(function, dtype) || function instanceof ParametricOp op && op.kind() == ParametricOp.Kind.SOFTPLUS ? 1
                    : 0;
        return function instanceof UnaryOp op && SAME_CHAIN.contains(op) ? 0 : 8;
    }

    /// Of float32 ones in ulps.
    private static long boundOfDerivative(UnaryFunction function) {
        return Unary.hasRareDerivative(function, DType.F32) ? 7 : bound(function, DType.F32);
    }

    /// Whether digits cancel, so that results are measured by the last place of 1, as in `docs/functions.md`.
    private static boolean cancels(UnaryFunction function) {
        return function == UnaryOp.TANHSHRINK || function == UnaryOp.LGAMMA
                || function instanceof ParametricOp op && op.kind() == ParametricOp.Kind.POLYGAMMA;
    }

    /// Whether an exponential loses digits to the smallest numbers before it is multiplied by an argument of hundreds.
    private static boolean sinks(UnaryFunction function, DType dtype) {
        return dtype == DType.F64 && (function == UnaryOp.SILU || function == UnaryOp.MISH);
    }

    /// Beside limits that are no floats: 0.1 lies below the float next to it, 0.7 above.
    @Test
    void limitsAreThoseOfDoubles() {
        var x = new float[12];
        for (int i = 0; i < x.length; i++) {
            float limit = i % 2 == 0 ? 0.1f : 0.7f;
            x[i] = (i < 6 ? 1 : -1) * (i % 3 == 0 ? limit : i % 3 == 1 ? Math.nextUp(limit) : Math.nextDown(limit));
        }
        for (double limit : new double[] {0.1, 0.7})
            for (ParametricOp op : List.of(ParametricOp.clamp(-limit, limit), ParametricOp.hardtanh(-limit, limit),
                    ParametricOp.softplus(1, limit), ParametricOp.softplus(3, 3 * limit),
                    ParametricOp.logit(limit), ParametricOp.softshrink(limit), ParametricOp.hardshrink(limit),
                    ParametricOp.threshold(limit, 20), ParametricOp.threshold(-limit, 20))) {
                        var devices = new TwoDevices(REFERENCE, 4);
                        Layout layout = Layout.contiguous(Shape.of(x.length));
                        int bound = op.kind() == ParametricOp.Kind.SOFTPLUS || op.kind() == ParametricOp.Kind.LOGIT ? 2 : 0;
                        devices.with(x).with(DType.F32, layout).compare(bound, (backend, v) -> backend.unary(op, v[0], v[1]));
                        devices.with(x).withOnes(DType.F32, layout).with(DType.F32, layout).compare(bound,
                                (backend, v) -> backward(op, backend, v));
                    }
    }

    @Test
    void integersWrapAround() {
        for (UnaryOp op : UnaryOp.values())
            if (op.isIntegral())
                for (DType dtype : List.of(DType.I32, DType.I64)) {
                    var devices = new TwoDevices(REFERENCE, 3);
                    devices.with(dtype, Layout.contiguous(Shape.of(50))).with(dtype, Layout.contiguous(Shape.of(50)))
                            .compare(0, (backend, x) -> backend.unary(op, x[0], x[1]));
                }
    }
}
