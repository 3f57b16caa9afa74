package dev.sunda.bench;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/// One line of the comparison with other frameworks.
///
/// @param name the same in every framework's runner
/// @param layout `engine` where there are images, whose memory format the engine chooses by itself, otherwise `-`
/// @param measures what can be measured on every device, in the order in which it is
/// @param prepare makes the data in a floating type on a device and returns a call for each measure, and for [Measure#TRAIN_EAGER] on
///     devices that record; calls do not disturb one another
/// @param work what each measure cannot do without
record Case(String name, String layout, List<Measure> measures, BiFunction<DType, Device, Map<Measure, Runnable>> prepare,
        Supplier<Map<Measure, Work>> work) {
    /// Runs the case on a device.
    Map<Measure, Meter.Result> measure(Device device, Effort effort) {
        Map<Measure, Runnable> calls = prepare.apply(DType.F32, device);
        var meter = new Meter(device, effort);
        var results = new LinkedHashMap<Measure, Meter.Result>();
        for (Measure measure : measures)
            results.put(measure, meter.time(calls.get(measure)));
        if (calls.containsKey(Measure.TRAIN_EAGER))
            results.put(Measure.TRAIN_EAGER, meter.time(calls.get(Measure.TRAIN_EAGER)));
        return results;
    }
}
