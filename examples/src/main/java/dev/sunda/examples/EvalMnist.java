package dev.sunda.examples;

import dev.sunda.examples.mnist.ConfusionMatrix;
import dev.sunda.examples.mnist.DigitSet;
import dev.sunda.examples.mnist.Evaluation;
import dev.sunda.examples.mnist.RunFolder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `sunda eval mnist`: what a trained network gets right and wrong.
@Command(name = "mnist", mixinStandardHelpOptions = true,
        description = "Shows the test images to a trained network: accuracy, confusion matrix, most frequent mistakes.",
        footer = {"", "Example: sunda eval mnist --model runs/mnist-1"})
final class EvalMnist implements Callable<Integer> {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "folder that 'sunda train mnist' saved")
    private Path folder;
    @Option(names = "--data", paramLabel = "DIR", description = "folder with the four IDX files (default: the embedded copy)")
    private Path data;
    @Mixin
    private DeviceOption device;
    @Mixin
    private Threads threads;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        threads.apply();
        PrintWriter out = spec.commandLine().getOut();
        var trained = new RunFolder(folder).loadModel();
        DigitSet.Images images = DigitSet.of(trained.card().training().dataset()).load(data);
        out.println("Data   " + trained.card().training().dataset() + ", " + images.test().size() + " test images, " + images.origin());
        trained.model().to(device.open());
        long start = System.nanoTime();
        ConfusionMatrix matrix = Evaluation.confusion(trained.model(), images.test(), trained.card().classes());
        double seconds = (System.nanoTime() - start) / 1e9;
        matrix.lines().forEach(out::println);
        out.printf(Locale.ROOT, "test accuracy %.2f %% (%d of %d), %,d parameters, %.1f s%n", 100 * matrix.accuracy(), matrix.correct(),
                matrix.total(), trained.card().parameters(), seconds);
        return 0;
    }
}
