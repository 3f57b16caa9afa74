package dev.sunda.examples.mnist;

import dev.sunda.core.Rng;
import dev.sunda.nn.Layer;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a checkpoint says besides its tensors.
///
/// @param options      of the run
/// @param progress     how far it has come
/// @param randomStates positions of the network's random streams by path
public record RunState(TrainingOptions options, Progress progress, Map<String, Long> randomStates) {
    static RunState of(TrainingOptions options, Progress progress, Layer model) {
        var positions = new LinkedHashMap<String, Long>();
        model.randomStates().forEach((path, rng) -> positions.put(path, rng.position()));
        return new RunState(options, progress, positions);
    }

    /// Moves the random streams of a model that was made with the run's seed to where they were.
    void restoreRandomStates(Layer model) {
        for (Map.Entry<String, Rng> stream : model.randomStates().entrySet())
            stream.getValue().seek(randomStates.get(stream.getKey()));
    }
}
