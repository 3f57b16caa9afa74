package dev.sunda.examples.mnist;

import static dev.sunda.nn.functional.Losses.crossEntropy;

import dev.sunda.autograd.StepGraph;
import dev.sunda.autograd.Variable;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import dev.sunda.data.Batch;
import dev.sunda.data.DataLoader;
import dev.sunda.data.Dataset;
import dev.sunda.data.Sample;
import dev.sunda.data.Transform;
import dev.sunda.nn.Sequential;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import dev.sunda.optim.AdamW;
import dev.sunda.optim.OneCycle;
import dev.sunda.optim.Optimizer;
import dev.sunda.optim.Schedule;
import dev.sunda.optim.WeightAverage;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// The training of one network. It can stop after any step; made anew from the same options, weights, optimizer state and progress, it goes
/// on as if it had not stopped, bit by bit.
public final class Trainer {
    private static final CrossEntropyOptions LOSS = CrossEntropyOptions.DEFAULT.withLabelSmoothing(TrainingOptions.LABEL_SMOOTHING);

    private final Sequential model;
    private final Device device;
    private final Supplier<Sequential> another;
    private final WeightAverage average = new WeightAverage(WeightAverage.risingExponential(TrainingOptions.AVERAGE_DECAY));
    private final Optimizer optimizer;
    private final Schedule schedule;
    private final DataLoader loader;
    private final Dataset<Sample> test;
    private final List<String> classes;
    private final int epochs;
    private Progress progress;
    private Sequential averaged;                                    // null before its first use

    /// Is told what happens.
    public interface Listener {
        /// After a step.
        ///
        /// @param steps steps of an epoch
        void stepped(Progress progress, int steps);

        /// After an epoch and its test.
        void finished(EpochResult result);
    }

    /// @param model     is trained, on the device where its parameters are
    /// @param another   makes another network of the same kind, to hold the average of the trained weights
    /// @param transform changes training images at random
    /// @param test      images to count mistakes on after each epoch
    /// @param from      [Progress#START] for a new run
    public Trainer(Sequential model, Supplier<Sequential> another, TrainingOptions options, Dataset<Sample> train, Transform transform,
            Dataset<Sample> test, List<String> classes, Progress from) {
        this.model = model;
        this.another = another;
        this.optimizer = new AdamW(model.parameters(), options.learningRate(), AdamW.DEFAULT.withWeightDecay(TrainingOptions.WEIGHT_DECAY));
        this.device = model.parameters().getFirst().data().device();
        this.loader = new DataLoader(train,
                DataLoader.Options.shuffled(options.batch(), options.seed()).withTransform(transform).withDevice(device));
        int steps = Math.max(2, Math.multiplyExact(options.epochs(), loader.batches()));
        this.schedule = OneCycle.of(steps).withRise(TrainingOptions.RISE);
        this.test = test;
        this.classes = classes;
        this.epochs = options.epochs();
        this.progress = from;
    }

    /// Images of an epoch.
    public int trainingImages() {
        return loader.size();
    }

    /// The optimizer, for saving and restoring its state.
    public Optimizer optimizer() {
        return optimizer;
    }

    /// The average of the weights, for saving and restoring.
    public WeightAverage average() {
        return average;
    }

    /// The network with the average of the weights so far: what is tested and saved.
    public Sequential averaged() {
        if (averaged == null) {
            averaged = another.get();
            averaged.to(device);
        }
        averaged.loadStateDict(average.weights(), true);
        return averaged;
    }

    /// How far the run has come.
    public Progress progress() {
        return progress;
    }

    /// True after the last epoch.
    public boolean isDone() {
        return progress.epoch() == epochs;
    }

    /// Trains until the end, or until `stop` says so after a step.
    public void run(BooleanSupplier stop, Listener listener) {
        try (var passes = new StepGraph(model.parameters(), this::passes)) {
            while (!isDone() && !stop.getAsBoolean()) {
                epoch(passes, stop, listener);
                if (progress.step() < loader.batches())
                    return;
                double accuracy = Evaluation.confusion(averaged(), test, classes).accuracy();
                var result = new EpochResult(progress.epoch() + 1, progress.meanLoss(), accuracy, progress.seconds());
                progress = progress.after(result);
                listener.finished(result);
            }
        }
    }

    /// Forwards and backwards through the network: many kernels, which a GPU is asked for at once.
    ///
    /// @param batch images and labels
    /// @return the loss
    private Tensor passes(List<Tensor> batch) {
        Variable loss = crossEntropy(model.forward(batch.getFirst()), batch.getLast(), LOSS);
        loss.backward();
        return loss.data();
    }

    private void epoch(StepGraph passes, BooleanSupplier stop, Listener listener) {
        model.train();
        long before = System.nanoTime();
        for (Batch batch : loader.epoch(progress.epoch(), progress.step())) {
            double loss = step(passes, batch);
            long now = System.nanoTime();
            progress = progress.after(loss, batch.size(), (now - before) / 1e9);
            before = now;
            listener.stepped(progress, loader.batches());
            if (stop.getAsBoolean())
                return;
        }
    }

    private double step(StepGraph passes, Batch batch) {
        try (var _ = StepScope.open()) {
            schedule.apply(optimizer, (long) progress.epoch() * loader.batches() + progress.step());
            Tensor loss = passes.run(batch.input(), batch.target());
            optimizer.step();
            average.update(model.state());
            double value = loss.item();                              // waits for the device, which by now has the whole step to do
            if (!Double.isFinite(value))
                throw new IllegalStateException(
                        String.format(Locale.ROOT, "the loss is no longer a number at epoch %d, step %d; try a smaller --lr",
                                progress.epoch() + 1, progress.step() + 1));
            return value;
        }
    }
}
