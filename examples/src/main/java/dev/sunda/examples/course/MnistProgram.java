package dev.sunda.examples.course;

import static dev.sunda.nn.functional.Losses.crossEntropy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.op.Padding;
import dev.sunda.data.Batch;
import dev.sunda.data.DataLoader;
import dev.sunda.examples.mnist.DigitSet;
import dev.sunda.examples.mnist.Evaluation;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.DepthwiseSeparableConv2d;
import dev.sunda.nn.Flatten;
import dev.sunda.nn.Linear;
import dev.sunda.nn.MaxPool2d;
import dev.sunda.nn.Relu;
import dev.sunda.nn.Sequential;
import dev.sunda.optim.AdamW;
import java.io.PrintWriter;
import java.util.Locale;

/// A whole program: a network that learns to read digits from 2,000 of MNIST's images and is tested on 1,000 others.
public final class MnistProgram {
    private MnistProgram() {
    }

    /// Runs the sample.
    public static void main(String[] args) {
        run(new PrintWriter(System.out, true));
    }

    static void run(PrintWriter out) {
        train(2_000, 1_000, 3, out);
    }

    /// @return share of the test images recognised, 0 to 1
    static double train(int trainImages, int testImages, int epochs, PrintWriter out) {
        var images = DigitSet.MNIST.load(null);
        var loader = new DataLoader(images.train().range(0, trainImages), 50, 42);
        var rng = new Rng(42);
        var dilated = DepthwiseSeparableConv2d.Options.DEFAULT.withDilation(2).withPadding(Padding.SAME).withActivation(true);
        var model = new Sequential(
                new Conv2d(1, 16, 3, Conv2d.Options.DEFAULT.withPadding(Padding.SAME), rng), new Relu(), new MaxPool2d(2),
                new DepthwiseSeparableConv2d(16, 32, 3, dilated, rng), new Relu(), new MaxPool2d(2),
                new Flatten(), new Linear(32 * 7 * 7, 10, rng));
        var optimizer = new AdamW(model.parameters(), 0.003);
        for (int epoch = 0; epoch < epochs; epoch++) {
            double total = 0;
            for (Batch batch : loader.epoch(epoch))
                try (var _ = StepScope.open()) {
                    Variable loss = crossEntropy(model.forward(batch.input()), batch.target());
                    optimizer.zeroGrad();
                    loss.backward();
                    optimizer.step();
                    total += loss.item() * batch.size();
                }
            out.printf(Locale.ROOT, "epoch %d  loss %.4f%n", epoch + 1, total / loader.size());
        }
        double accuracy = Evaluation.confusion(model, images.test().range(0, testImages), images.test().classNames()).accuracy();
        out.printf(Locale.ROOT, "test accuracy %.1f %% on %d images%n", 100 * accuracy, testImages);
        return accuracy;
    }
}
