package dev.sunda.nn;

import dev.sunda.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Whether saved tensors fit a model.
final class StateDict {
    private static final int LISTED = 20;

    private StateDict() {
    }

    /// @throws IllegalArgumentException listing everything that does not fit
    static void check(String model, Map<String, Tensor> expected, Map<String, Tensor> given, boolean strict) {
        var missing = new ArrayList<String>();
        var mismatched = new ArrayList<String>();
        expected.forEach((name, ours) -> {
            Tensor theirs = given.get(name);
            if (theirs == null)
                missing.add(name);
            else if (!theirs.shape().equals(ours.shape()) || theirs.dtype() != ours.dtype())
                mismatched.add(name + " (the model has " + ours.describe() + ", got " + theirs.describe() + ")");
        });
        var unexpected = given.keySet().stream().filter(name -> !expected.containsKey(name)).toList();
        var problems = new ArrayList<String>();
        if (strict)
            list(problems, "missing", missing);
        if (strict)
            list(problems, "unexpected", unexpected);
        list(problems, "mismatched", mismatched);
        if (!problems.isEmpty())
            throw new IllegalArgumentException("loadStateDict: the tensors do not fit " + model + "; " + String.join("; ", problems));
    }

    private static void list(List<String> problems, String what, List<String> names) {
        if (names.isEmpty())
            return;
        String rest = names.size() > LISTED ? " and " + (names.size() - LISTED) + " more" : "";
        problems.add(what + ": " + String.join(", ", names.subList(0, Math.min(LISTED, names.size()))) + rest);
    }
}
