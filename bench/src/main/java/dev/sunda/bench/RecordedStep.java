package dev.sunda.bench;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.StepGraph;
import dev.sunda.core.Backends;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Forward and backward pass as they are trained on a device that records: written down at the third call and from then on asked for as a
/// whole, see [StepGraph].
final class RecordedStep {
    private final StepGraph graph;
    private final Tensor[] inputs;

    /// @param parameters whose gradients the passes compute
    /// @param passes from the inputs to the loss
    RecordedStep(List<Parameter> parameters, Function<List<Tensor>, Tensor> passes, Tensor... inputs) {
        graph = new StepGraph(parameters, passes);
        this.inputs = inputs;
    }

    /// @throws IllegalStateException if the passes cannot be recorded: their time would be taken for that of a recording
    void run() {
        graph.run(inputs);
        if (graph.eagerBecause() != null)
            throw new IllegalStateException("bench: the step was to be recorded but cannot be: " + graph.eagerBecause());
    }

    /// On a device that records the calls with a recorded one for [Measure#TRAIN], and theirs for [Measure#TRAIN_EAGER]; else the same
    /// calls.
    static Map<Measure, Runnable> where(Device device, Map<Measure, Runnable> calls, Runnable recorded) {
        if (!Backends.of(device).canRecord())
            return calls;
        var more = new EnumMap<>(calls);
        more.put(Measure.TRAIN_EAGER, calls.get(Measure.TRAIN));
        more.put(Measure.TRAIN, recorded);
        return more;
    }
}
