package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwoDevices.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.driver.PtxProvider;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every function of two tensors of every type it takes against its definition.
class BinaryTests {
    @ParameterizedTest
    @EnumSource(BinaryOp.class)
    void resultsAreThoseOfTheDefinition(BinaryOp op) {
        for (DType dtype : DType.values())
            if (takes(op, dtype))
                compare(op, dtype);
    }

    @ParameterizedTest
    @EnumSource(BinaryOp.class)
    void aNumberStandsOnEitherSide(BinaryOp op) {
        for (DType dtype : DType.values())
            if (takes(op, dtype))
                for (double number : dtype.isFloating() ? new double[] {-2.7, 1e300, -0.0, Double.NaN} : new double[] {3, -1})
                    compare(op, dtype, number);
    }

    @Test
    void aNumberCostsNoLaunch() {
        Tensor x = Tensor.of(1f, 2f, 3f, 4f, 5f).to(new Device("ptx", 0));
        for (UnaryOperator<Tensor> function : List.<UnaryOperator<Tensor>>of(y -> y.mul(2), y -> y.rsub(1), y -> y.pow(3),
                y -> y.ge(2.5), y -> y.copy().to(DType.I64).remainder(2))) {
            PtxProvider.driver(0).launches();
            function.apply(x);
            assertThat(PtxProvider.driver(0).launches()).isNotEmpty().noneMatch(name -> name.contains("fill"));
        }
    }

    private static void compare(BinaryOp op, DType dtype, double number) {
        var devices = new TwoDevices(REFERENCE, op.ordinal());
        DType result = op.isComparison() ? DType.BOOL : dtype;
        for (Layout layout : List.of(Layout.contiguous(Shape.of(63)), Layout.strided(Shape.of(5, 7), new int[] {9, 1}, 1))) {
            Layout dense = Layout.contiguous(layout.shape());
            Object divisors = devices.numbers(dtype, 60 + layout.shape().numel());
            devices.with(dtype.isInteger() && op.isDivision() ? withoutZeros(divisors) : divisors, layout)
                    .with(result, dense).with(result, dense)
                    .compare(bound(op, dtype), cancels(op) ? 1 : 0, (backend, x) -> {
                        backend.binary(op, x[0], number, x[1]);
                        backend.binary(op, number, x[0], x[2]);
                    });
        }
    }

    private static void compare(BinaryOp op, DType dtype) {
        var devices = new TwoDevices(REFERENCE, op.ordinal());
        DType result = op.isComparison() ? DType.BOOL : dtype;
        for (Layout layout : List.of(Layout.contiguous(Shape.of(411)), Layout.strided(Shape.of(5, 7), new int[] {9, 1}, 1))) {
            Layout dense = Layout.contiguous(layout.shape());
            Object divisors = devices.numbers(dtype, 60 + layout.shape().numel());
            devices.with(dtype, layout).with(dtype.isInteger() && op.isDivision() ? withoutZeros(divisors) : divisors, dense)
                    .with(result, dense)
                    .compare(bound(op, dtype), cancels(op) ? 1 : 0, (backend, x) -> backend.binary(op, x[0], x[1], x[2]));
        }
    }

    private static boolean takes(BinaryOp op, DType dtype) {
        if (op.isBitwise())
            return !dtype.isFloating();
        return dtype.isFloating() || op.isComparison() || !op.isFloating() && (dtype != DType.BOOL || !op.isDivision());
    }

    /// In ulps: transcendental functions of doubles are those of other libraries, those of floats are computed in float32.
    private static long bound(BinaryOp op, DType dtype) {
        return switch (op) {
            case POW, ATAN2, HYPOT, LOGADDEXP, LOGADDEXP2, XLOGY -> dtype == DType.F32 ? 2 : 4;
            default -> 0;
        };
    }

    /// Whether digits cancel near the root.
    private static boolean cancels(BinaryOp op) {
        return op == BinaryOp.LOGADDEXP || op == BinaryOp.LOGADDEXP2;
    }

    private static Object withoutZeros(Object numbers) {
        return switch (numbers) {
            case int[] x -> Arrays.stream(x).map(i -> i == 0 ? 7 : i).toArray();
            case long[] x -> Arrays.stream(x).map(i -> i == 0 ? -7 : i).toArray();
            default -> numbers;
        };
    }
}
