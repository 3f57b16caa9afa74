package dev.sunda.nn;

import dev.sunda.nn.functional.Reduction;

/// Checks of the options of layers and losses.
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

    static void positive(String layer, String what, double value) {
        if (!(value > 0))
            throw new IllegalArgumentException(layer + ": the " + what + " must be positive (got " + value + ")");
    }

    static void notNegative(String layer, String what, double value) {
        if (!(value >= 0))
            throw new IllegalArgumentException(layer + ": the " + what + " must not be negative (got " + value + ")");
    }

    static void between(String layer, String what, double value, double least, double most) {
        if (!(value >= least && value <= most))
            throw new IllegalArgumentException(layer + ": the " + what + " must be from " + least + " to " + most + " (got " + value + ")");
    }

    static void atMost(String layer, String what, double value, double most) {
        if (!(value <= most))
            throw new IllegalArgumentException(layer + ": the " + what + " must be at most " + most + " (got " + value + ")");
    }

    /// One that every loss offers.
    static void reduction(String layer, Reduction reduction) {
        if (reduction == null || reduction == Reduction.BATCH_MEAN)
            throw new IllegalArgumentException(layer + ": the reduction must be MEAN, SUM or NONE (got " + reduction + ")");
    }
}
