package dev.sunda.nn;

import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.ShapeException;

/// Numbers that belong to a layer's state but are not trained. Survives step scopes.
public final class Buffer {
    private Tensor value;

    Buffer(Tensor value) {
        this.value = StepScope.retain(value);
    }

    /// The numbers; a later [#set] changes them in place.
    public Tensor data() {
        return value;
    }

    /// Overwrites the numbers by others of the same shape, converted to this type and device.
    ///
    /// @throws ShapeException if the shape differs; nothing has changed then
    public void set(Tensor numbers) {
        if (!numbers.shape().equals(value.shape()))
            throw new ShapeException("Buffer", "the new value has another shape", value.shape(), numbers.shape());
        value.copyFrom(numbers.to(value.device()));
    }

    void convertTo(DType dtype) {
        value = StepScope.retain(value.to(dtype));
    }

    void moveTo(Device device) {
        value = StepScope.retain(value.to(device));
    }
}
