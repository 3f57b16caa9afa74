package dev.sunda.examples.mnist;

import dev.sunda.autograd.GradMode;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import dev.sunda.data.Batch;
import dev.sunda.data.DataLoader;
import dev.sunda.data.Dataset;
import dev.sunda.data.Sample;
import dev.sunda.nn.Layer;
import java.util.List;

/// Lets a network answer and counts.
public final class Evaluation {
    private static final int BATCH = 250;

    private Evaluation() {
    }

    /// Compares the network's answers with the true classes. The network is in evaluation mode afterwards.
    ///
    /// @param classes names of the classes
    public static ConfusionMatrix confusion(Layer model, Dataset<Sample> images, List<String> classes) {
        var matrix = new ConfusionMatrix(classes);
        model.eval();
        Device device = model.parameters().getFirst().data().device();
        for (Batch batch : new DataLoader(images, DataLoader.Options.inOrder(BATCH).withDevice(device)).epoch(0))
            try (var _ = StepScope.open()) {
                int[] answers = GradMode.noGrad(() -> model.forward(batch.input())).data().argmax(1, false).toIntArray();
                int[] truths = batch.target().toIntArray();
                for (int i = 0; i < truths.length; i++)
                    matrix.add(truths[i], answers[i]);
            }
        return matrix;
    }

    /// The probability of each class for each image. The network is in evaluation mode afterwards.
    ///
    /// @param images normalised, `[n, c, h, w]`
    /// @return `[n, classes]`
    public static Tensor probabilities(Layer model, Tensor images) {
        model.eval();
        return GradMode.noGrad(() -> model.forward(images).softmax(1)).data();
    }
}
