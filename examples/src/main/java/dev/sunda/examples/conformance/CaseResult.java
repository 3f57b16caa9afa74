package dev.sunda.examples.conformance;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What came out of one case.
///
/// @param id of the case
/// @param message why there are no values, or null
/// @param outputs tensors as JSON, in order; empty unless the status is `OK`
/// @param grads tensors as JSON by argument, JSON null for arguments that have none
record CaseResult(String id, Status status, String message, List<JsonNode> outputs, Map<String, JsonNode> grads) {
    enum Status {
        /// Computed.
        OK("ok"),
        /// The library does not offer the operation or an argument.
        UNSUPPORTED("unsupported"),
        /// The call was refused.
        ERROR("error");

        final String label;

        Status(String label) {
            this.label = label;
        }
    }

    static CaseResult without(String id, Status status, String message) {
        return new CaseResult(id, status, message, List.of(), Map.of());
    }

    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", id).put("status", status.label);
        if (status != Status.OK)
            return node.put("message", message);
        var list = node.putArray("outputs");
        outputs.forEach(list::add);
        var gradients = node.putObject("grads");
        grads.forEach(gradients::set);
        return node;
    }
}
