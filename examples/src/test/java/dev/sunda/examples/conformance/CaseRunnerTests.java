package dev.sunda.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.examples.conformance.CaseResult.Status;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// `VECTOR` stands for the float32 vector `[1, 2]`.
class CaseRunnerTests {
    private static CaseResult run(String json, DType dtype) {
        String vector = JsonTensors.write(Tensor.of(1f, 2f)).toString();
        var golden = GoldenCase.of(new JsonMapper().readTree(json.replace("VECTOR", vector)));
        return new CaseRunner(Device.CPU, dtype).run(golden);
    }

    private static void assertUnsupported(String json, String message) {
        CaseResult result = run(json, null);
        assertThat(result.status()).isEqualTo(Status.UNSUPPORTED);
        assertThat(result.message()).isEqualTo(message);
        assertThat(result.toJson().toString()).contains("\"status\":\"unsupported\"", message);
    }

    @Test
    void computesValuesAndGradients() {
        CaseResult result = run("""
                {"id": "x", "op": "mul", "dtype": "float32", "args": {"input": VECTOR, "other": 3}, "upstream": [VECTOR],
                 "grads": {"input": VECTOR}}""", null);
        assertThat(result.status()).isEqualTo(Status.OK);
        assertThat(JsonTensors.read(result.outputs().getFirst()).toFloatArray()).containsExactly(3, 6);
        assertThat(JsonTensors.read(result.grads().get("input")).toFloatArray()).containsExactly(3, 6);
    }

    @Test
    void outputsWithoutUpstreamCountNothing() {
        CaseResult result = run("""
                {"id": "x", "op": "mul", "args": {"input": VECTOR, "other": 3}, "upstream": [null], "grads": {"input": VECTOR}}""", null);
        assertThat(JsonTensors.read(result.grads().get("input")).toFloatArray()).containsExactly(0, 0);
    }

    @Test
    void whatTheLibraryLacksIsUnsupported() {
        assertUnsupported("{\"id\": \"x\", \"op\": \"frobnicate\", \"args\": {}}", "operation frobnicate");
        assertUnsupported("{\"id\": \"x\", \"op\": \"relu\", \"args\": {\"input\": VECTOR, \"inplace\": true}}", "argument inplace");
        assertUnsupported("{\"id\": \"x\", \"op\": \"relu\", \"args\": {}}", "without argument input");
        assertUnsupported("{\"id\": \"x\", \"op\": \"relu\", \"args\": {\"input\": 3}}", "argument input that is not a tensor");
        assertUnsupported("{\"id\": \"x\", \"op\": \"softmax\", \"args\": {\"input\": VECTOR, \"dim\": 0.5}}",
                "argument dim that is not an integer (got 0.5)");
        assertUnsupported(
                "{\"id\": \"x\", \"op\": \"relu\", \"args\": {\"input\": {\"dtype\": \"int16\", \"shape\": [0], \"data\": \"\"}}}",
                "element type int16");
    }

    @Test
    void nullArgumentsAreAbsent() {
        assertThat(run("{\"id\": \"x\", \"op\": \"sum\", \"args\": {\"input\": VECTOR, \"dim\": null, \"extra\": null}}", null).status())
                .isEqualTo(Status.OK);
    }

    @Test
    void refusalsAreErrors() {
        CaseResult result = run("{\"id\": \"x\", \"op\": \"softmax\", \"args\": {\"input\": VECTOR, \"dim\": 1}}", null);
        assertThat(result.status()).isEqualTo(Status.ERROR);
        assertThat(result.message()).startsWith("softmax: there is no dimension 1");
    }

    @Test
    void resultsComeBackInTheTypeOfTheCase() {
        String json = "{\"id\": \"x\", \"op\": \"exp\", \"dtype\": \"float32\", \"args\": {\"input\": VECTOR}}";
        Tensor y = JsonTensors.read(run(json, DType.F64).outputs().getFirst());
        assertThat(y.dtype()).isEqualTo(DType.F32);
        assertThat(y.toFloatArray()).containsExactly((float) StrictMath.exp(1), (float) StrictMath.exp(2));
    }
}
