package dev.sunda.autograd;

import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.ShapeException;
import java.util.Objects;
import java.util.function.Consumer;

/// A trainable leaf: a value that optimizers change and a gradient that backward passes add to.
///
/// The only variable whose value changes. Each change bumps a version, so that a graph recorded before it cannot be
/// differentiated with the new numbers by mistake.
public final class Parameter extends Variable {
    private Tensor value;
    private Node leaf;
    private Tensor grad;
    private boolean frozen;

    /// @param value initial value, of a floating type; the parameter takes it over
    /// @throws DTypeException if the type is not floating
    public Parameter(Tensor value) {
        Objects.requireNonNull(value, "Parameter: value is null");
        super(null, null);                                           // the value changes, so it is held here
        if (!value.dtype().isFloating())
            throw new DTypeException("Parameter: needs a floating type (got " + value.describe() + "); convert with to(DType.F32)");
        this.value = StepScope.retain(value);
        this.leaf = Node.leaf(this);
    }

    @Override
    public Tensor data() {
        return value;
    }

    /// The sum of the gradients since the last [#zeroGrad], or null if there was none. Not to be written into.
    @Override
    public Tensor grad() {
        return grad;
    }

    /// Replaces the gradient, for example by a clipped one.
    ///
    /// @param gradient of the parameter's shape and type; null clears it
    public void setGrad(Tensor gradient) {
        if (gradient != null && (!gradient.shape().equals(shape()) || gradient.dtype() != dtype()))
            throw new ShapeException("setGrad", "the gradient must be " + value.describe(), gradient.shape());
        grad = gradient == null ? null : StepScope.retain(gradient);
    }

    /// Forgets the gradient.
    public void zeroGrad() {
        grad = null;
    }

    /// Changes the value in place: what optimizers do. Graphs recorded before become stale.
    ///
    /// @param change writes into the tensor it is given
    public void update(Consumer<Tensor> change) {
        Objects.requireNonNull(change, "Parameter.update: change is null");
        try {
            change.accept(value);
        } finally {
            value.view().storage().version().bump();                 // also where the change broke off half-way
        }
    }

    /// Overwrites the value with other numbers of the same shape, converted to this type and device.
    ///
    /// @throws ShapeException if the shape differs; nothing has changed then
    public void set(Tensor numbers) {
        if (!numbers.shape().equals(shape()))
            throw new ShapeException("Parameter", "the new value has another shape", shape(), numbers.shape());
        update(target -> target.copyFrom(numbers.to(target.device())));
    }

    /// Moves value and gradient to another device. Optimizers made before keep their state on the old one: make them after moving.
    public void moveTo(Device device) {
        Objects.requireNonNull(device, "Parameter.moveTo: device is null; use Device.CPU");
        replace(value.to(device));
        grad = grad == null ? null : StepScope.retain(grad.to(device));
    }

    /// Converts value and gradient to another floating type, for example float64 for a gradient check. Make optimizers afterwards.
    ///
    /// @throws DTypeException if the type is not floating; nothing has changed then
    public void convertTo(DType dtype) {
        Objects.requireNonNull(dtype, "Parameter.convertTo: dtype is null; use DType.F32");
        if (!dtype.isFloating())
            throw new DTypeException("Parameter: needs a floating type (got " + dtype + ")");
        replace(value.to(dtype));
        grad = grad == null ? null : StepScope.retain(grad.to(dtype));
    }

    private void replace(Tensor other) {
        if (other != value)
            value.view().storage().version().bump();                 // graphs that used the old value are stale
        value = StepScope.retain(other);
    }

    /// A frozen parameter is treated as a constant: what is computed from now on gives it no gradient, and optimizers leave it alone.
    public void freeze() {
        frozen = true;
    }

    /// Undoes [#freeze].
    public void unfreeze() {
        frozen = false;
    }

    public boolean isFrozen() {
        return frozen;
    }

    @Override
    Node node() {
        return frozen ? null : leaf;
    }

    void accumulate(Tensor dx) {
        grad = StepScope.retain(grad == null ? dx : grad.add(dx));
    }
}
