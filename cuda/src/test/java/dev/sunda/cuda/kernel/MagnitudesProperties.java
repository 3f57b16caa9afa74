package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwoDevices.REFERENCE;

import dev.sunda.core.op.Magnitude;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class MagnitudesProperties {
    /// More tensors than a launch takes, of both types and all layouts, some of them broadcast. Sums of whole numbers have no rounding, in
    /// whatever order they are made.
    @Property(tries = 6)
    void asOneAfterAnother(@ForAll long seed, @ForAll Magnitude magnitude, @ForAll @IntRange(max = 260) int count) {
        var devices = new TwoDevices(REFERENCE, seed);
        for (int k = 0; k < count; k++) {
            Shape shape = k % 90 == 2 ? Shape.of(2, devices.between(2000, 4500)) : devices.smallShape();   // several blocks
            devices.withWhole(devices.between(0, 3) == 0 ? DType.F64 : DType.F32,
                    devices.between(0, 2) > 0 ? Layout.contiguous(shape) : devices.source(shape));
        }
        devices.with(DType.F64, Layout.contiguous(Shape.SCALAR)).compare(0,
                (backend, x) -> backend.magnitude(magnitude, Arrays.asList(x).subList(0, count), x[count]));
    }

    /// NaN and infinities go through as they do elsewhere; each of up to 40 additions rounds by half a unit at most.
    @Property(tries = 12)
    void edgesOfNumbers(@ForAll long seed, @ForAll Magnitude magnitude, @ForAll boolean wide) {
        var devices = new TwoDevices(REFERENCE, seed);
        devices.with(wide ? DType.F64 : DType.F32, Layout.contiguous(Shape.of(devices.between(1, 40))))
                .with(DType.F64, Layout.contiguous(Shape.SCALAR))
                .compare(20, (backend, x) -> backend.magnitude(magnitude, Arrays.asList(x).subList(0, 1), x[1]));
    }
}
