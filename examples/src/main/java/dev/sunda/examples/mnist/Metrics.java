package dev.sunda.examples.mnist;

import java.util.List;
import java.util.Locale;

/// What `metrics.json` says about a finished run; `metrics.csv` holds the epochs alone.
///
/// @param epochs       results of all epochs
/// @param testAccuracy share of test images recognised, 0 to 1
/// @param correct      test images recognised
/// @param images       test images
/// @param confusion    rows are true classes, columns the network's answers
/// @param classes      names of the classes
/// @param seconds      training time of all epochs
/// @param sha256       of the file `model.safetensors`
public record Metrics(List<EpochResult> epochs, double testAccuracy, int correct, int images, int[][] confusion, List<String> classes,
        double seconds, String sha256) {

    /// The results of a run that has just been tested.
    public static Metrics of(List<EpochResult> epochs, ConfusionMatrix matrix, List<String> classes, String sha256) {
        return new Metrics(epochs, matrix.accuracy(), matrix.correct(), matrix.total(), matrix.counts(), classes,
                epochs.stream().mapToDouble(EpochResult::seconds).sum(), sha256);
    }

    /// A header and a line for each epoch.
    static String csv(List<EpochResult> epochs) {
        var csv = new StringBuilder("epoch,train_loss,test_accuracy,seconds\n");
        for (EpochResult e : epochs)
            csv.append(String.format(Locale.ROOT, "%d,%.6f,%.4f,%.3f%n", e.epoch(), e.trainLoss(), e.testAccuracy(), e.seconds()));
        return csv.toString().replace("\r", "");
    }
}
