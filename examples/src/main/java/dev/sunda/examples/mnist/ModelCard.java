package dev.sunda.examples.mnist;

import dev.sunda.examples.console.Version;
import java.util.List;

/// What `model.json` says about the weights beside it: enough to build the network and to prepare an image for it.
///
/// @param architecture name of the architecture, see [DigitNet#NAME]
/// @param parameters   number of trained numbers
/// @param classes      names of the classes, in the order of the outputs
/// @param input        what the network expects
/// @param training     the options of the training
/// @param recipe       what every training here has in common
/// @param versions     what it was trained with
public record ModelCard(String architecture, int parameters, List<String> classes, Input input, TrainingOptions training, String recipe,
        Versions versions) {
    /// Copies the list.
    public ModelCard {
        classes = List.copyOf(classes);
    }

    /// An image `[channels, height, width]` of light ink on dark ground, pixels `(p / 255 - mean) / std`.
    public record Input(int channels, int height, int width, double mean, double std) {
    }

    /// Versions of Sunda and Java.
    public record Versions(String sunda, String java) {
    }

    /// The card of a network that is about to be trained.
    public static ModelCard of(TrainingOptions options, int parameters) {
        DigitSet set = DigitSet.of(options.dataset());
        return new ModelCard(DigitNet.NAME, parameters, set.classNames(), new Input(1, 28, 28, set.mean(), set.std()), options,
                TrainingOptions.RECIPE,
                new Versions(Version.sunda(), Version.java()));
    }
}
