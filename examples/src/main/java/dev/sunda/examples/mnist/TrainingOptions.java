package dev.sunda.examples.mnist;

import dev.sunda.examples.console.UserException;
import java.util.Locale;

/// What decides every bit of a trained network, together with the version of Sunda.
///
/// @param dataset      name of a [DigitSet]
/// @param epochs       passes over the training images, at least 1
/// @param batch        images of a step, at least 1
/// @param learningRate peak of the one-cycle schedule, above 0
/// @param seed         decides initial weights, order and shifts of the images
/// @param limit        how many training and test images to use, the first ones; 0 for all
public record TrainingOptions(String dataset, int epochs, int batch, double learningRate, long seed, int limit) {
    /// Share of the target that is spread over all classes.
    public static final double LABEL_SMOOTHING = 0.05;
    /// AdamW's decay of the weights, relative to the learning rate.
    public static final double WEIGHT_DECAY = 0.01;
    /// Share of the steps in which the learning rate rises.
    public static final double RISE = 0.1;
    /// Decay of the average of the weights: about the last 50 steps count.
    public static final double AVERAGE_DECAY = 0.98;
    /// Pixels a training image moves at most, in each direction.
    public static final int MOST_SHIFT = 1;
    /// What these options leave out, for people.
    static final String RECIPE =
            "AdamW, weight decay " + WEIGHT_DECAY + ", one cycle of the learning rate, label smoothing " + LABEL_SMOOTHING
                    + ", shifts of up to " + MOST_SHIFT + " pixel, weights averaged with decay " + AVERAGE_DECAY;

    /// @throws UserException naming the option that is out of range
    public TrainingOptions {
        DigitSet.of(dataset);
        check(epochs >= 1 && epochs <= 10_000, "--epochs must be from 1 to 10000", Integer.toString(epochs));
        check(batch >= 1 && batch <= 60_000, "--batch must be from 1 to 60000", Integer.toString(batch));
        check(learningRate > 0 && learningRate <= 10, "--lr must be above 0 and at most 10",
                String.format(Locale.ROOT, "%s", learningRate));
        check(limit >= 0, "--limit must be at least 1", Integer.toString(limit));
    }

    private static void check(boolean fine, String rule, String got) {
        if (!fine)
            throw new UserException(rule + " (got " + got + ")");
    }
}
