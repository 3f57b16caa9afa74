package dev.sunda.examples;

import dev.sunda.core.Rng;
import dev.sunda.core.type.Device;
import dev.sunda.examples.console.UserException;
import dev.sunda.examples.mnist.DigitNet;
import dev.sunda.examples.mnist.DigitSet;
import dev.sunda.examples.mnist.RunFolder;
import dev.sunda.examples.mnist.TrainingOptions;
import dev.sunda.nn.Sequential;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `sunda train mnist`: trains [DigitNet] and saves it.
@Command(name = "mnist", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Trains a small network of depthwise-separable dilated convolutions on handwritten digits.",
            "Ctrl-C ends after the current step and saves; --resume goes on and ends with the same bits as a run never interrupted."},
        footer = {"", "Saved are model.safetensors (the weights), model.json (what they belong to), metrics.csv, metrics.json and "
                + "checkpoint.safetensors (for --resume). The same options and seed give the same weights, whatever the threads, "
                + "on one kind of device.",
            "",
            "Examples:", "  sunda train mnist", "  sunda train mnist --epochs 1 --out runs/quick",
            "  sunda train mnist --resume runs/quick"})
final class TrainMnist implements Callable<Integer> {
    private static final List<String> FIXED = List.of("--epochs", "--batch", "--lr", "--seed", "--limit", "--dataset", "--model", "--out");

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "3", description = "passes over the training images (${DEFAULT-VALUE})")
    private int epochs;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "images of one step (${DEFAULT-VALUE})")
    private int batch;
    @Option(names = "--lr", paramLabel = "RATE", defaultValue = "0.01",
            description = "learning rate at its peak; it rises for 10 %% of the steps, then falls (${DEFAULT-VALUE})")
    private double learningRate;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "same seed, same network (${DEFAULT-VALUE})")
    private long seed;
    @Option(names = "--limit", paramLabel = "N",
            description = "use only the first N training images and the first N test images, for a quick try (default: all)")
    private Integer limit;
    @Option(names = "--dataset", paramLabel = "NAME", defaultValue = "mnist",
            description = "mnist, or fashion-mnist, which is downloaded once and then kept (${DEFAULT-VALUE})")
    private String dataset;
    @Option(names = "--data", paramLabel = "DIR",
            description = "folder with the four IDX files of the data set (default: the embedded copy)")
    private Path data;
    @Option(names = "--model", paramLabel = "DIR", description = "start from the weights of this earlier run (default: random weights)")
    private Path start;
    @Option(names = "--out", paramLabel = "DIR", description = "folder of the run (default: the first free runs/mnist-N)")
    private Path out;
    @Option(names = "--resume", paramLabel = "DIR", description = "go on with the interrupted run in this folder, with its own options")
    private Path resume;
    @Mixin
    private DeviceOption device;
    @Mixin
    private Threads threads;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        threads.apply();
        PrintWriter console = spec.commandLine().getOut();
        return resume == null ? begin(console) : goOn(console);
    }

    private int begin(PrintWriter console) {
        if (limit != null && limit < 1)
            throw new UserException("--limit must be at least 1 (got " + limit + ")");
        Device computing = device.open();
        var options = new TrainingOptions(dataset, epochs, batch, learningRate, seed, limit == null ? 0 : limit);
        DigitSet set = DigitSet.of(dataset);
        Sequential model = DigitNet.create(set.classNames().size(), new Rng(seed));
        if (start != null)
            model.loadStateDict(new RunFolder(start).loadModel().model().stateDict(), true);
        DigitSet.Images images = set.load(data);
        Path folder = out != null ? out : RunFolder.free(Path.of("runs", dataset));
        return new TrainingSession(console, options, images, model, computing, RunFolder.create(folder), null).train();
    }

    private int goOn(PrintWriter console) {
        FIXED.stream().filter(option -> spec.commandLine().getParseResult().hasMatchedOption(option)).findFirst().ifPresent(option -> {
            throw new UserException("--resume goes on with the options of the run; leave out " + option);
        });
        Device computing = device.open();
        var run = new RunFolder(resume);
        RunFolder.Resumed resumed = run.loadCheckpoint();
        TrainingOptions options = resumed.state().options();
        DigitSet set = DigitSet.of(options.dataset());
        Sequential model = DigitNet.create(set.classNames().size(), new Rng(options.seed()));
        return new TrainingSession(console, options, set.load(data), model, computing, run, resumed).train();
    }
}
