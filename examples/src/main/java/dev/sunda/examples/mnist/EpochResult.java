package dev.sunda.examples.mnist;

/// What an epoch brought.
///
/// @param epoch        from 1
/// @param trainLoss    mean loss over the epoch's steps, with label smoothing, while the weights changed
/// @param testAccuracy share of test images recognised after the epoch, 0 to 1
/// @param seconds      training time of the epoch without the test
public record EpochResult(int epoch, double trainLoss, double testAccuracy, double seconds) {
}
