package dev.sunda.bench;

/// What of a case is measured.
enum Measure {
    /// Without recording.
    FORWARD("forward"),
    /// Forward and backward; of a whole model also the step of the optimizer.
    TRAIN("train"),
    /// Inference on a single sample.
    FORWARD_BATCH1("forward_batch1");

    private final String label;

    Measure(String label) {
        this.label = label;
    }

    /// The name in tables, options and, with the unit behind it, JSON lines.
    String label() {
        return label;
    }
}
