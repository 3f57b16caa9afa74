package dev.sunda.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Values and gradients of the public operations against numbers computed with PyTorch.
class GoldenValuesTests {
    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void everyCaseIsRight(String device) {
        var runner = new CaseRunner(Device.parse(device), null);
        for (JsonNode golden : Golden.cases())
            Golden.assertRight(golden, runner.run(GoldenCase.of(golden)).toJson());
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void everyCaseIsRightInFloat64(String device) {
        var runner = new CaseRunner(Device.parse(device), DType.F64);
        for (JsonNode golden : Golden.cases())
            Golden.assertRight(golden, runner.run(GoldenCase.of(golden)).toJson());
    }

    /// Guards the others: cases that are not found cannot fail.
    @Test
    void thereAreCasesOfEveryKind() {
        List<GoldenCase> cases = Golden.cases().stream().map(GoldenCase::of).toList();
        assertThat(cases).hasSizeGreaterThan(70);
        assertThat(cases).anyMatch(GoldenCase::mustFail).anyMatch(GoldenCase::wantsGradients);
        assertThat(cases.stream().map(GoldenCase::dtype)).contains("float32", "float64");
    }
}
