package dev.sunda.nn;

/// Checks of layer options.
final class Require {
    private Require() {
    }

    static void atLeast(String layer, String what, int value, int least) {
        if (value < least)
            throw new IllegalArgumentException(layer + ": the " + what + " must be at least " + least + " (got " + value + ")");
    }

    static void atLeast(String layer, String what, Pair values, int least) {
        atLeast(layer, what, Math.min(values.rows(), values.columns()), least);
    }
}
