package dev.sunda.optim;

import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.optim.Optimizer.Slot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Saved state of an optimizer: writing it, and reading it while checking that it fits.
final class OptimizerState {
    private final String owner;
    private final Map<String, Tensor> tensors;
    private final TreeSet<String> left;

    OptimizerState(String owner, Map<String, Tensor> tensors) {
        this.owner = owner;
        this.tensors = tensors;
        this.left = new TreeSet<>(tensors.keySet());
    }

    /// What [#slot] read: steps and state of one parameter, null before its first step.
    record Restored(long steps, List<Tensor> state) {
    }

    static Map<String, Tensor> write(List<Slot> slots, Optimizer optimizer) {
        var result = new LinkedHashMap<String, Tensor>();
        for (int g = 0; g < optimizer.groups(); g++) {
            result.put("group." + g + ".lr", kept(Tensor.scalar(optimizer.learningRate(g), DType.F64, Device.CPU)));
            result.put("group." + g + ".initial_lr", kept(Tensor.scalar(optimizer.baseLearningRate(g), DType.F64, Device.CPU)));
            if (optimizer.momentum(g) != optimizer.baseMomentum(g))
                result.put("group." + g + ".momentum", kept(Tensor.scalar(optimizer.momentum(g), DType.F64, Device.CPU)));
        }
        for (Slot slot : slots) {
            if (slot.steps == 0)                                     // also if its first step broke off
                continue;
            result.put(slot.index + ".step", kept(Tensor.of(new long[] {slot.steps}, Shape.SCALAR)));
            List<String> names = optimizer.buffers(slot.group);
            for (int i = 0; i < names.size(); i++)
                result.put(slot.index + "." + names.get(i), kept(slot.state.get(i).copy()));
        }
        return Collections.unmodifiableMap(result);
    }

    /// Outlives a step scope that may be open around the saving.
    private static Tensor kept(Tensor x) {
        return StepScope.retain(x);
    }

    double rate(String name) {
        double rate = take(name, Shape.SCALAR).item();
        Checks.notNegative(owner, name, rate);
        return rate;
    }

    /// NaN where it was not saved, because it was never set.
    double momentum(int group) {
        String name = "group." + group + ".momentum";
        if (!tensors.containsKey(name))
            return Double.NaN;
        double momentum = take(name, Shape.SCALAR).item();
        Checks.fraction(owner, name, momentum);
        return momentum;
    }

    /// @param initial what the tensors are before the first step: their shapes, types and devices
    Restored slot(Slot slot, List<String> names, List<Tensor> initial) {
        String steps = slot.index + ".step";
        if (!tensors.containsKey(steps))
            return new Restored(0, null);
        long count = take(steps, Shape.SCALAR).toLongArray()[0];
        Checks.positive(owner, steps, count);
        var state = new ArrayList<Tensor>();
        for (int i = 0; i < initial.size(); i++) {
            Tensor to = initial.get(i);
            Tensor saved = take(slot.index + "." + names.get(i), to.shape());
            state.add(to.copyFrom(saved.to(to.device())));
        }
        return new Restored(count, List.copyOf(state));
    }

    void checkNothingLeft() {
        if (!left.isEmpty())
            throw new IllegalArgumentException(
                    owner + ": the saved state does not belong to this optimizer, unknown: " + String.join(", ", left)
                            + "; it must be made with the same parameters, groups and options");
    }

    private Tensor take(String name, Shape shape) {
        Tensor x = tensors.get(name);
        if (x == null)
            throw new IllegalArgumentException(owner + ": the saved state lacks " + name
                    + "; it must come from the same kind of optimizer with the same groups");
        if (!x.shape().equals(shape))
            throw new IllegalArgumentException(owner + ": the saved " + name + " must have shape " + shape + " (got " + x.shape() + ")");
        left.remove(name);
        return x;
    }
}
