package dev.sunda.bench;

import java.util.Map;
import java.util.function.Consumer;

/// One line of the comparison with other frameworks.
///
/// @param name the same in every framework's runner
/// @param layout `engine` where there are images, whose memory format the engine chooses by itself, otherwise `-`
/// @param work makes its data and hands its calls to the meter; null if the case cannot run
/// @param lacks the operation that does not exist, or null
record Case(String name, String layout, Consumer<Meter> work, String lacks) {
    static Case of(String name, String layout, Consumer<Meter> work) {
        return new Case(name, layout, work, null);
    }

    /// A case that other frameworks can run and Sunda cannot.
    static Case missing(String name, String operation) {
        return new Case(name, "-", null, operation);
    }

    boolean isMissing() {
        return work == null;
    }

    /// Runs the case.
    Map<Meter.Measure, Meter.Result> measure(Effort effort) {
        var meter = new Meter(effort);
        work.accept(meter);
        return meter.results();
    }
}
