package dev.sunda.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Values and gradients of the public operations against numbers computed with PyTorch. Property `sunda.tests.device` names one more
/// device.
class GoldenValuesTests {
    static List<String> devices() {
        String more = System.getProperty("sunda.tests.device");
        return more == null ? List.of("cpu", "reference") : List.of("cpu", "reference", more);
    }

    @ParameterizedTest @MethodSource("devices")
    void everyCaseIsRight(String device) {
        var runner = new CaseRunner(Device.parse(device), null);
        assertThat(Golden.cases()).allSatisfy(golden -> assertThat(Verdict.of(golden, runner.run(golden)))
                .as(golden.id()).extracting(Verdict::status, Verdict::message).containsExactly(Verdict.Status.PASSED, null));
    }

    @ParameterizedTest @MethodSource("devices")
    void everyCaseIsRightInFloat64(String device) {
        var runner = new CaseRunner(Device.parse(device), DType.F64);
        assertThat(Golden.cases()).allSatisfy(golden -> assertThat(Verdict.of(golden, runner.run(golden)))
                .as(golden.id()).extracting(Verdict::status, Verdict::message).containsExactly(Verdict.Status.PASSED, null));
    }

    /// Guards the others: cases that are not found cannot fail.
    @Test
    void thereAreCasesOfEveryKind() {
        List<GoldenCase> cases = Golden.cases();
        assertThat(cases).hasSizeGreaterThan(400);
        assertThat(cases).anyMatch(GoldenCase::mustFail).anyMatch(GoldenCase::wantsGradients);
        assertThat(cases.stream().map(GoldenCase::dtype)).contains("float32", "float64");
    }
}
