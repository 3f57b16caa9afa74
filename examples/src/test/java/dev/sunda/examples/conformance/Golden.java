package dev.sunda.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Expected values of our own making, in the form the command reads, and the rule by which a result is right.
final class Golden {
    private Golden() {
    }

    static List<JsonNode> cases() {
        try (InputStream text = Golden.class.getResourceAsStream("golden.json")) {
            var cases = new ArrayList<JsonNode>();
            new JsonMapper().readTree(text).get("cases").forEach(cases::add);
            return cases;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// `|actual - expected| <= atol + rtol * |expected|`, the same shape and type; invalid calls are refused with a message.
    static void assertRight(JsonNode golden, JsonNode result) {
        String id = golden.get("id").asString();
        if (golden.path("mustFail").asBoolean(false)) {
            assertThat(result.get("status").asString()).as(id).isEqualTo("error");
            assertThat(result.get("message").asString()).as(id).doesNotStartWith("crashed").isNotBlank();
            return;
        }
        assertThat(result.get("status").asString()).as(id + " " + result.path("message")).isEqualTo("ok");
        JsonNode tolerance = golden.get("tolerance");
        assertThat(result.get("outputs").size()).as(id).isEqualTo(golden.get("outputs").size());
        for (int i = 0; i < golden.get("outputs").size(); i++)
            assertClose(id + " output " + i, golden.get("outputs").get(i), result.get("outputs").get(i), tolerance);
        for (String name : golden.path("grads").propertyNames())
            assertClose(id + " gradient of " + name, golden.get("grads").get(name), result.get("grads").get(name), tolerance);
    }

    private static void assertClose(String what, JsonNode expected, JsonNode actual, JsonNode tolerance) {
        Tensor e = JsonTensors.read(expected);
        Tensor a = JsonTensors.read(actual);
        assertThat(a.describe()).as(what).isEqualTo(e.describe());
        double[] wanted = e.toDoubleArray();
        double[] got = a.toDoubleArray();
        for (int i = 0; i < wanted.length; i++)
            assertThat(Math.abs(got[i] - wanted[i])).as("%s, element %d: got %s, expected %s", what, i, got[i], wanted[i])
                    .isLessThanOrEqualTo(tolerance.get("atol").asDouble() + tolerance.get("rtol").asDouble() * Math.abs(wanted[i]));
    }
}
