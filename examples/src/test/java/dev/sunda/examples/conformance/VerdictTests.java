package dev.sunda.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import dev.sunda.examples.conformance.Verdict.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// The judge itself: `relu` of `[1, 2]`, with expected values of all kinds.
class VerdictTests {
    private static Verdict judge(Tensor expected, Tensor gradient) {
        String json = """
                {"id": "x", "op": "relu", "dtype": "float32", "args": {"input": INPUT}, "outputs": [OUTPUT], "upstream": [INPUT],
                 "grads": {"input": GRADIENT}, "tolerance": {"rtol": 1e-3, "atol": 1e-6}}"""
                .replace("INPUT", JsonTensors.write(Tensor.of(1f, 2f)).toString())
                .replace("OUTPUT", JsonTensors.write(expected).toString())
                .replace("GRADIENT", gradient == null ? "null" : JsonTensors.write(gradient).toString());
        var golden = GoldenCase.of(new JsonMapper().readTree(json));
        return Verdict.of(golden, new CaseRunner(Device.CPU, null).run(golden));
    }

    private static Verdict judge(float first, float second) {
        return judge(Tensor.of(first, second), Tensor.of(1f, 2f));
    }

    @Test
    void valuesWithinTheToleranceAreRight() {
        assertThat(judge(1, 2)).isEqualTo(new Verdict(Status.PASSED, null, 0));
        Verdict close = judge(1, 2.001f);
        assertThat(close.status()).isEqualTo(Status.PASSED);
        assertThat(close.error()).isBetween(4e-4, 6e-4);
    }

    @Test
    void otherValuesAreWrong() {
        assertThat(judge(1, 2.01f).message()).isEqualTo("output 0, element 1: got 2.0, expected 2.009999990463257");
        assertThat(judge(Float.NaN, 2).status()).isEqualTo(Status.WRONG);
        assertThat(judge(1, Float.POSITIVE_INFINITY).status()).isEqualTo(Status.WRONG);
    }

    @Test
    void typesShapesAndGradientsCount() {
        assertThat(judge(Tensor.of(1.0, 2.0), Tensor.of(1f, 2f)).message()).isEqualTo("output 0 is float32 [2], expected float64 [2]");
        assertThat(judge(Tensor.of(1f, 2f).reshape(1, 2), Tensor.of(1f, 2f)).status()).isEqualTo(Status.WRONG);
        assertThat(judge(Tensor.of(1f, 2f), Tensor.of(1f, 3f)).message()).startsWith("gradient of input, element 1");
        assertThat(judge(Tensor.of(1f, 2f), null).message()).isEqualTo("gradient of input should be zero");
    }

    @Test
    void invalidCallsMustBeRefused() {
        String json = """
                {"id": "x", "op": "OP", "mustFail": true, "args": {"input": INPUT, "dim": 3}}"""
                .replace("INPUT", JsonTensors.write(Tensor.of(1f, 2f)).toString());
        var refused = GoldenCase.of(new JsonMapper().readTree(json.replace("OP", "softmax")));
        assertThat(Verdict.of(refused, new CaseRunner(Device.CPU, null).run(refused)).status()).isEqualTo(Status.PASSED);
        var computed = GoldenCase.of(new JsonMapper().readTree(json.replace("OP", "relu").replace(", \"dim\": 3", "")));
        assertThat(Verdict.of(computed, new CaseRunner(Device.CPU, null).run(computed)).message()).isEqualTo("was not refused");
        var crashed = new CaseResult("x", CaseResult.Status.ERROR, CaseRunner.CRASHED + "a bug", List.of(), Map.of());
        assertThat(Verdict.of(refused, crashed).status()).isEqualTo(Status.WRONG);
    }
}
