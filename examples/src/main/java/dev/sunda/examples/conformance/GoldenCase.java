package dev.sunda.examples.conformance;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// One call with its arguments, and what the caller wants to know about it.
///
/// @param id unique name
/// @param op name of the operation, in PyTorch's words
/// @param dtype element type the expected values have, or null
/// @param args JSON object from argument names to tensors, numbers, booleans, strings, nulls or lists of these
/// @param upstream gradient of each output, JSON null where there is none; empty if no gradients are wanted
/// @param wanted names of the arguments whose gradients are wanted, elements of lists as `tensors[0]`
/// @param mustFail whether the call is invalid
/// @param outputs expected results
/// @param expected JSON object with the expected gradients
/// @param rtol relative tolerance of the expected values
/// @param atol absolute tolerance of the expected values
/// @param outputNames which of the outputs an operator of ONNX may have are there, by their names; empty for other operations
/// @param opset version of the operators of ONNX, 0 for other operations
record GoldenCase(String id, String op, String dtype, JsonNode args, List<JsonNode> upstream, List<String> wanted, boolean mustFail,
        List<JsonNode> outputs, JsonNode expected, double rtol, double atol, List<String> outputNames,
        int opset) {

    static GoldenCase of(JsonNode node) {
        var upstream = new ArrayList<JsonNode>();
        node.path("upstream").forEach(upstream::add);
        var wanted = new ArrayList<String>(node.path("grads").propertyNames());
        var outputs = new ArrayList<JsonNode>();
        node.path("outputs").forEach(outputs::add);
        var names = new ArrayList<String>();
        node.path("outputNames").forEach(name -> names.add(name.asString()));
        JsonNode args = node.has("args") ? node.get("args") : JsonNodeFactory.instance.objectNode();
        JsonNode tolerance = node.path("tolerance");
        return new GoldenCase(node.get("id").asString(), node.get("op").asString(), node.path("dtype").asString(null), args,
                List.copyOf(upstream), List.copyOf(wanted), node.path("mustFail").asBoolean(false), List.copyOf(outputs),
                node.path("grads"),
                tolerance.path("rtol").asDouble(0), tolerance.path("atol").asDouble(0), List.copyOf(names),
                node.path("opset").asInt(0));
    }

    /// The expected gradient of an argument, JSON null where nothing depends on it.
    JsonNode gradient(String name) {
        return expected.get(name);
    }

    boolean wantsGradients() {
        return !upstream.isEmpty() && !wanted.isEmpty();
    }
}
