package dev.sunda.optim;

import dev.sunda.core.Tensor;
import java.util.Map;
import java.util.Objects;

/// What option records and constructors demand of numbers.
final class Checks {
    private Checks() {
    }

    /// @throws NullPointerException if there is no map, or one of its tensors is missing
    static void state(String owner, Map<String, Tensor> state) {
        Objects.requireNonNull(state, () -> owner + ": state is null; it must come from stateDict()");
        state.forEach((name, x) -> Objects.requireNonNull(x, () -> owner + ": '" + name + "' is null; it must come from stateDict()"));
    }

    /// @throws IllegalArgumentException unless `value` is finite and 0 or more
    static void notNegative(String owner, String option, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY))
            throw new IllegalArgumentException(owner + ": " + option + " must be 0 or more (got " + value + ")");
    }

    /// @throws IllegalArgumentException unless `value` is at least 1
    static void positive(String owner, String option, long value) {
        if (value < 1)
            throw new IllegalArgumentException(owner + ": " + option + " must be positive (got " + value + ")");
    }

    /// @throws IllegalArgumentException unless `value` lies in `[0, 1]`
    static void share(String owner, String option, double value) {
        if (!(value >= 0 && value <= 1))
            throw new IllegalArgumentException(owner + ": " + option + " must be between 0 and 1 (got " + value + ")");
    }

    /// @throws IllegalArgumentException unless `value` lies in `[0, 1)`
    static void fraction(String owner, String option, double value) {
        if (!(value >= 0 && value < 1))
            throw new IllegalArgumentException(owner + ": " + option + " must be at least 0 and less than 1 (got " + value + ")");
    }
}
