package dev.sunda.bench;

/// What of a case is measured.
enum Measure {
    /// Without recording.
    FORWARD("forward"),
    /// Forward and backward; of a whole model also the step of the optimizer. What belongs to `model/` is recorded once and then asked
    /// for as a whole where the device can do that, as in training.
    TRAIN("train"),
    /// The same with every kernel asked for by itself; only where [#TRAIN] is recorded.
    TRAIN_EAGER("train_eager"),
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
