package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwoDevices.REFERENCE;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Copies and selection: bit for bit as defined.
class CopiesTests {
    @ParameterizedTest
    @EnumSource(DType.class)
    void convertsToEveryType(DType from) {
        for (DType to : DType.values()) {
            var devices = new TwoDevices(REFERENCE, 5);
            for (Layout layout : List.of(Layout.contiguous(Shape.of(300)), Layout.strided(Shape.of(5, 7), new int[] {1, 5}, 2)))
                devices.with(from, layout).with(to, Layout.contiguous(layout.shape()))
                        .compare(0, (backend, x) -> backend.copy(x[0], x[1]));
        }
    }

    @Test
    void numbersBeyondTheRangeOfIntegersBecomeTheNearest() {
        double[] numbers = {1e300, -1e300, 9.3e18, -9.3e18, 2147483648.0, -2147483649.0, 4294967296.5, Double.NaN, Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY, -0.0, 0.5, -0.9, 1e-300};
        for (DType to : DType.values()) {
            var devices = new TwoDevices(REFERENCE, 6);
            devices.with(numbers).with(to, Layout.contiguous(Shape.of(numbers.length)))
                    .compare(0, (backend, x) -> backend.copy(x[0], x[1]));
        }
    }

    /// Tiles that are whole, cut on one side and on both, of matrices side by side and apart.
    @Test
    void transposes() {
        for (DType dtype : DType.values())
            for (Shape shape : List.of(Shape.of(64, 32), Shape.of(33, 70), Shape.of(8, 9), Shape.of(3, 20, 41), Shape.of(2, 3, 9, 35))) {
                int rank = shape.rank();
                var order = new int[rank];
                for (int d = 0; d < rank; d++)
                    order[d] = d;
                order[rank - 1] = rank - 2;
                order[rank - 2] = rank - 1;
                new TwoDevices(REFERENCE, 7).with(dtype, Layout.dense(shape, order)).with(dtype, Layout.contiguous(shape))
                        .compare(0, (backend, x) -> backend.copy(x[0], x[1]));
            }
    }

    @Test
    void channelsLastAndBack() {
        Shape shape = Shape.of(2, 9, 5, 7);
        for (DType dtype : DType.values()) {
            new TwoDevices(REFERENCE, 8).with(dtype, Layout.contiguous(shape)).with(dtype, Layout.channelsLast(shape))
                    .compare(0, (backend, x) -> backend.copy(x[0], x[1]));
            new TwoDevices(REFERENCE, 9).with(dtype, Layout.channelsLast(shape)).with(dtype, Layout.contiguous(shape))
                    .compare(0, (backend, x) -> backend.copy(x[0], x[1]));
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void selects(DType dtype) {
        for (Shape shape : List.of(Shape.of(130), Shape.of(5, 8), Shape.of(3, 5)))
            new TwoDevices(REFERENCE, 10).with(DType.BOOL, Layout.contiguous(shape)).with(dtype, Layout.contiguous(shape))
                    .with(dtype, Layout.contiguous(shape)).with(dtype, Layout.contiguous(shape))
                    .compare(0, (backend, x) -> backend.where(x[0], x[1], x[2], x[3]));
    }
}
