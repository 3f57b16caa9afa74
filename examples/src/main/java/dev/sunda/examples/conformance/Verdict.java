package dev.sunda.examples.conformance;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Whether a result is right.
///
/// A value is right if its type and shape are those expected and every element satisfies
/// `|actual - expected| <= atol + rtol * |expected|`, with the tolerances of the case; NaN equals NaN, an infinity only itself, integers
/// and booleans are exact. A call that must fail is right if it was refused with a message and did not crash.
///
/// @param status what is true of the result
/// @param message what is wrong, or null
/// @param error largest difference as a share of the largest expected magnitude of its tensor
record Verdict(Status status, String message, double error) {
    enum Status {
        PASSED, WRONG, UNSUPPORTED
    }

    static Verdict of(GoldenCase golden, CaseResult result) {
        if (result.status() == CaseResult.Status.UNSUPPORTED)
            return new Verdict(Status.UNSUPPORTED, result.message(), 0);
        if (golden.mustFail())
            return refused(result);
        if (result.status() == CaseResult.Status.ERROR)
            return new Verdict(Status.WRONG, result.message(), 0);
        var wrong = new ArrayList<String>();
        double error = 0;
        List<JsonNode> expected = golden.outputs();
        if (expected.size() != result.outputs().size())
            wrong.add(result.outputs().size() + " outputs, expected " + expected.size());
        for (int i = 0; i < Math.min(expected.size(), result.outputs().size()); i++)
            error = Math.max(error, compare("output " + i, golden, expected.get(i), result.outputs().get(i), wrong));
        for (String name : golden.wanted()) {
            JsonNode gradient = result.grads().get(name);
            error = Math.max(error, compareGradient("gradient of " + name, golden, golden.gradient(name), gradient, wrong));
        }
        return wrong.isEmpty() ? new Verdict(Status.PASSED, null, error) : new Verdict(Status.WRONG, String.join("; ", wrong), error);
    }

    private static Verdict refused(CaseResult result) {
        if (result.status() == CaseResult.Status.OK)
            return new Verdict(Status.WRONG, "was not refused", 0);
        String message = result.message();
        boolean clear = message != null && !message.isBlank() && !message.startsWith(CaseRunner.CRASHED);
        return clear ? new Verdict(Status.PASSED, null, 0)
                : new Verdict(Status.WRONG, "was refused without a clear message: " + message, 0);
    }

    /// Where nothing depends on an argument, no gradient and zeros are both right.
    private static double compareGradient(String what, GoldenCase golden, JsonNode expected, JsonNode actual, List<String> wrong) {
        boolean none = actual == null || actual.isNull();
        if (!expected.isNull() && !none)
            return compare(what, golden, expected, actual, wrong);
        if (expected.isNull() && (none || JsonTensors.read(actual).abs().to(DType.F64).sum().item() == 0))
            return 0;
        wrong.add(what + (none ? " is missing" : " should be zero"));
        return 0;
    }

    private static double compare(String what, GoldenCase golden, JsonNode expected, JsonNode actual, List<String> wrong) {
        Tensor e = JsonTensors.read(expected);
        Tensor a = JsonTensors.read(actual);
        boolean sameType = a.dtype() == e.dtype() || a.dtype().isInteger() && e.dtype().isInteger();
        if (!sameType || !a.shape().equals(e.shape())) {
            wrong.add(what + " is " + a.describe() + ", expected " + e.describe());
            return 0;
        }
        double[] wanted = e.toDoubleArray();
        double[] got = a.toDoubleArray();
        double largest = 0;
        double scale = 0;
        String first = null;
        for (int i = 0; i < wanted.length; i++) {
            if (Double.isFinite(wanted[i]))
                scale = Math.max(scale, Math.abs(wanted[i]));
            if (wanted[i] == got[i] || Double.isNaN(wanted[i]) && Double.isNaN(got[i]))
                continue;
            double difference = Math.abs(got[i] - wanted[i]);        // NaN or infinite where one of both is
            boolean right = difference <= golden.atol() + golden.rtol() * Math.abs(wanted[i]) && Double.isFinite(difference);
            if (right)
                largest = Math.max(largest, difference);
            else if (first == null)
                first = what + ", element " + i + ": got " + got[i] + ", expected " + wanted[i];
        }
        if (first != null)
            wrong.add(first);
        return scale == 0 ? 0 : largest / scale;
    }
}
