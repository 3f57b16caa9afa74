package dev.sunda.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// A result as one line of JSON, in the form all frameworks' runners share.
final class Line {
    private static final JsonMapper JSON = JsonMapper.shared();

    private Line() {
    }

    /// `{"case":"gemm/256","layout":"-","threads":2,"device":"cpu","forward_ms":0.1234}`.
    static String of(Case c, int threads, Map<Meter.Measure, Meter.Result> results) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("case", c.name());
        fields.put("layout", c.layout());
        fields.put("threads", threads);
        fields.put("device", "cpu");
        results.forEach((measure, result) -> fields.put(measure.key(), Math.round(result.ms() * 1e4) / 1e4));
        return JSON.writeValueAsString(fields);
    }
}
