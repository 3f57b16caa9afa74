package dev.sunda.examples;

import dev.sunda.core.Rng;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.Device;
import dev.sunda.data.Dataset;
import dev.sunda.data.Sample;
import dev.sunda.examples.console.ProgressBar;
import dev.sunda.examples.console.TextTable;
import dev.sunda.examples.mnist.ConfusionMatrix;
import dev.sunda.examples.mnist.DigitNet;
import dev.sunda.examples.mnist.DigitSet;
import dev.sunda.examples.mnist.EpochResult;
import dev.sunda.examples.mnist.Evaluation;
import dev.sunda.examples.mnist.Metrics;
import dev.sunda.examples.mnist.ModelCard;
import dev.sunda.examples.mnist.Progress;
import dev.sunda.examples.mnist.RunFolder;
import dev.sunda.examples.mnist.StopSignal;
import dev.sunda.examples.mnist.Trainer;
import dev.sunda.examples.mnist.TrainingOptions;
import dev.sunda.nn.CheckpointException;
import dev.sunda.nn.ModelSummary;
import dev.sunda.nn.Sequential;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/// One call of `sunda train mnist`, from its first line to its last.
final class TrainingSession implements Trainer.Listener {
    private static final long SAVE_NANOS = 30_000_000_000L;

    private final PrintWriter out;
    private final TrainingOptions options;
    private final DigitSet.Images images;
    private final List<String> classes;
    private final Sequential model;
    private final RunFolder run;
    private final Dataset<Sample> test;
    private final Trainer trainer;
    private final ProgressBar bar;
    private final long started = System.nanoTime();
    private long saved = started;
    private int steps;                                               // of this call

    /// @param model   made with the run's seed
    /// @param device  where to train; the model is moved there
    /// @param resumed where to go on, or null for a new run
    TrainingSession(PrintWriter out, TrainingOptions options, DigitSet.Images images, Sequential model, Device device, RunFolder run,
            RunFolder.Resumed resumed) {
        this.out = out;
        this.options = options;
        this.images = images;
        this.classes = images.train().classNames();
        this.model = model;
        model.to(device);
        this.run = run;
        this.test = limited(images.test());
        this.trainer = new Trainer(model, () -> DigitNet.create(classes.size(), new Rng(0)), options, limited(images.pixels()),
                images.augmentation(), test, classes, resumed == null ? Progress.START : resumed.state().progress());
        this.bar = new ProgressBar(out, ProgressBar.onTerminal());
        if (resumed != null)
            resumed.restore(model, trainer);
    }

    private Dataset<Sample> limited(Dataset<Sample> all) {
        return options.limit() == 0 ? all : all.range(0, Math.min(options.limit(), all.size()));
    }

    /// Trains, saves and prints.
    ///
    /// @return exit status
    int train() {
        try {
            return trainAndSave();
        } catch (CheckpointException | UncheckedIOException e) {
            bar.clear();
            out.println("the run could not be saved; with room on the disk " + run.wayOn());
            out.flush();
            throw e;
        }
    }

    private int trainAndSave() {
        ModelSummary summary = ModelSummary.of(model, DigitNet.INPUT);
        introduce(summary);
        save();                                                      // first, so that there is something to resume whatever comes
        run.saveCard(ModelCard.of(options, Math.toIntExact(summary.parameters())));
        try (var stop = new StopSignal()) {
            trainer.run(stop, this);
            bar.clear();
            save();
            if (!trainer.isDone())
                return interrupted();
            conclude(summary);
        }
        return 0;
    }

    private void introduce(ModelSummary summary) {
        out.printf(Locale.ROOT, "Data   %s, %d training and %d test images, %s%n", options.dataset(), trainer.trainingImages(), test.size(),
                images.origin());
        out.printf(Locale.ROOT, "Run    %d %s, batch %d, peak learning rate %s, seed %d, %s, saved in %s%n%n", options.epochs(),
                options.epochs() == 1 ? "epoch" : "epochs", options.batch(), options.learningRate(), options.seed(), where(), run.path());
        table(summary).lines().forEach(out::println);
        out.println();
        Progress progress = trainer.progress();
        if (progress.epoch() > 0 || progress.step() > 0)
            out.printf(Locale.ROOT, "going on at epoch %d, step %d%n", Math.min(progress.epoch() + 1, options.epochs()), progress.step());
        out.flush();
    }

    private String where() {
        Device device = model.parameters().getFirst().data().device();
        return device.equals(Device.CPU) ? Parallel.threads() + " threads" : "on " + device;
    }

    /// Layers by path and type: their options would make the lines too long.
    private static TextTable table(ModelSummary summary) {
        var table = new TextTable("layer", "output", "parameters", "multiply-adds", "sees");
        for (ModelSummary.Row row : summary.rows()) {
            String type = row.layer().substring(0, row.layer().indexOf('('));
            table.row(row.path() + " " + type, row.output().toString(), number(row.parameters()), number(row.multiplyAdds()),
                    row.receptiveField() == null ? "all" : row.receptiveField() + "x" + row.receptiveField() + " pixels");
        }
        table.row("all", "", number(summary.parameters()), number(summary.multiplyAdds()), "");
        return table;
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    @Override
    public void stepped(int epoch, int step, int stepsOfEpoch) {
        steps++;
        long left = (long) (options.epochs() - epoch) * stepsOfEpoch - step;
        bar.update("epoch " + (epoch + 1) + "/" + options.epochs(), step, stepsOfEpoch, () -> detail(left));
        if (System.nanoTime() - saved > SAVE_NANOS)
            save();
    }

    /// @param left steps of all epochs
    private String detail(long left) {
        Progress progress = trainer.progress();
        double rate = steps / ((System.nanoTime() - started) / 1e9);
        return String.format(Locale.ROOT, "loss %.4f  %,.0f images/s  %s left", progress.meanLoss(),
                progress.images() / progress.seconds(), clock(left / rate));
    }

    @Override
    public void finished(EpochResult result) {
        bar.clear();
        out.printf(Locale.ROOT, "epoch %d/%d  train loss %.4f  test accuracy %.2f %%  %.1f s  %,.0f images/s%n", result.epoch(),
                options.epochs(),
                result.trainLoss(), 100 * result.testAccuracy(), result.seconds(), trainer.trainingImages() / result.seconds());
        out.flush();
        save();
    }

    private void save() {
        run.saveCheckpoint(options, model, trainer);
        run.saveEpochs(trainer.progress());
        saved = System.nanoTime();
    }

    private int interrupted() {
        Progress progress = trainer.progress();
        out.printf(Locale.ROOT, "stopped at epoch %d, step %d and saved; go on with: sunda train mnist --resume %s%n", progress.epoch() + 1,
                progress.step(), run.path());
        out.flush();
        return 1;
    }

    private void conclude(ModelSummary summary) {
        ConfusionMatrix matrix = Evaluation.confusion(trainer.averaged(), test, classes);
        String sha256 = run.saveWeights(trainer.averaged());
        var metrics = Metrics.of(trainer.progress().results(), matrix, classes, sha256);
        run.saveMetrics(metrics);
        out.println();
        matrix.lines().forEach(out::println);
        out.println();
        out.printf(Locale.ROOT, "saved in %s: %s, %s, metrics.csv, metrics.json%n", run.path(), RunFolder.WEIGHTS, RunFolder.CARD);
        out.printf(Locale.ROOT, "SHA-256 of %s: %s%n", RunFolder.WEIGHTS, sha256);
        out.printf(Locale.ROOT, "test accuracy %.2f %% (%d of %d), %,d parameters, %.1f s%n", 100 * matrix.accuracy(), matrix.correct(),
                matrix.total(), summary.parameters(), (System.nanoTime() - started) / 1e9);
        out.flush();
    }

    /// Minutes and seconds, with hours if there are any.
    static String clock(double seconds) {
        long s = Math.round(seconds);
        return s >= 3600 ? String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60);
    }
}
