package dev.sunda.bench;

import dev.sunda.core.type.Device;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// A result as one line of JSON, in the form all frameworks' runners share, with the bytes that a call allocates and the shortest time
/// that the machine allows besides, where its ceilings are known.
final class Line {
    private static final JsonMapper JSON = JsonMapper.shared();

    private Line() {
    }

    /// `{"case":"gemm/256","layout":"-","threads":2,"device":"cpu","forward_ms":0.1234,"forward_bytes":1234,"forward_floor_ms":0.12}`.
    static String of(Case c, Device device, int threads, Map<Measure, Meter.Result> results, Ceilings ceilings) {
        Map<Measure, Work> work = c.work().get();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("case", c.name());
        fields.put("layout", c.layout());
        fields.put("threads", threads);
        fields.put("device", device.toString());
        results.forEach((measure, result) -> {
            fields.put(measure.label() + "_ms", rounded(result.ms()));
            fields.put(measure.label() + "_bytes", Math.round(result.bytes()));
            if (ceilings != null)
                fields.put(measure.label() + "_floor_ms", rounded(work.get(measure).ms(ceilings)));
        });
        return JSON.writeValueAsString(fields);
    }

    private static double rounded(double ms) {
        return Math.round(ms * 1e4) / 1e4;
    }
}
