package dev.sunda.core.kernel;

import dev.sunda.core.Backends;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Magnitude;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// What several tensors together come to, all of them at once.
public final class MagnitudeKernels {
    private MagnitudeKernels() {
    }

    /// A number of float64 on the device of the first tensor, on the CPU if there is none.
    ///
    /// @param tensors of floating types, on any devices
    public static Tensor magnitude(Magnitude magnitude, List<Tensor> tensors) {
        var devices = new LinkedHashMap<Device, List<View>>();
        for (Tensor x : tensors) {
            if (!x.dtype().isFloating())
                throw new DTypeException("magnitude: needs floating types (got " + x.describe() + "); convert with to(DType.F32)");
            devices.computeIfAbsent(x.device(), _ -> new ArrayList<>()).add(x.view());
        }
        Tensor total = null;
        for (var entry : devices.entrySet()) {
            Tensor part = Tensor.empty(Layout.contiguous(Shape.SCALAR), DType.F64, entry.getKey());
            Backends.of(entry.getKey()).magnitude(magnitude, entry.getValue(), part.view());
            total = total == null ? part : join(magnitude, total, part.to(total.device()));
        }
        return total == null ? Tensor.scalar(0, DType.F64, Device.CPU) : total;
    }

    private static Tensor join(Magnitude magnitude, Tensor a, Tensor b) {
        return magnitude == Magnitude.LARGEST ? a.maximum(b) : a.add(b);
    }
}
