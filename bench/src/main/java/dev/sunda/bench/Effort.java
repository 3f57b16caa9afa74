package dev.sunda.bench;

/// How long one measure takes.
///
/// @param warmUp seconds for which runs have not become faster before anything is measured
/// @param budget seconds that the measured runs should fill
record Effort(double warmUp, double budget) {
    /// For figures to quote.
    static final Effort NORMAL = new Effort(1.5, 1.2);
    /// For a first look.
    static final Effort QUICK = new Effort(0.5, 0.3);
}
