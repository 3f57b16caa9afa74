package dev.sunda.examples.mnist;

import java.util.ArrayList;
import java.util.List;

/// How far a run has come: what its checkpoint remembers besides weights and optimizer.
///
/// @param epoch   the epoch under way, from 0
/// @param step    steps done in it
/// @param lossSum loss of these steps, each times its images
/// @param images  images of these steps
/// @param seconds training time of this epoch so far
/// @param results of the epochs before
public record Progress(int epoch, int step, double lossSum, long images, double seconds, List<EpochResult> results) {
    /// Before the first step.
    public static final Progress START = new Progress(0, 0, 0, 0, 0, List.of());

    /// Copies the list.
    public Progress {
        results = List.copyOf(results);
    }

    /// Mean loss of this epoch so far; 0 before its first step.
    public double meanLoss() {
        return images == 0 ? 0 : lossSum / images;
    }

    /// One step later.
    Progress after(double loss, int batch, double took) {
        return new Progress(epoch, step + 1, lossSum + loss * batch, images + batch, seconds + took, results);
    }

    /// One epoch later.
    Progress after(EpochResult result) {
        var all = new ArrayList<>(results);
        all.add(result);
        return new Progress(epoch + 1, 0, 0, 0, 0, all);
    }
}
