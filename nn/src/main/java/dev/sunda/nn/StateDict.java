package dev.sunda.nn;

import dev.sunda.core.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Whether saved tensors fit a model.
final class StateDict {
    private static final int LISTED = 20;

    private StateDict() {
    }

    /// @return what is missing and unexpected
    /// @throws IllegalArgumentException listing everything that does not fit
    static Layer.Differences check(String model, Map<String, Tensor> expected, Map<String, Tensor> given, boolean strict) {
        var missing = new ArrayList<String>();
        var mismatched = new ArrayList<String>();
        Set<Tensor> shared = Collections.newSetFromMap(new IdentityHashMap<>());
        expected.forEach((name, ours) -> {
            if (given.get(name) != null)
                shared.add(ours);
        });
        expected.forEach((name, ours) -> {
            Tensor theirs = given.get(name);
            if (theirs == null && !shared.contains(ours))
                missing.add(name);
            else if (theirs != null && (!theirs.shape().equals(ours.shape()) || theirs.dtype() != ours.dtype()))
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
        return new Layer.Differences(missing, unexpected);
    }

    private static void list(List<String> problems, String what, List<String> names) {
        if (names.isEmpty())
            return;
        String rest = names.size() > LISTED ? " and " + (names.size() - LISTED) + " more" : "";
        problems.add(what + ": " + String.join(", ", names.subList(0, Math.min(LISTED, names.size()))) + rest);
    }
}
