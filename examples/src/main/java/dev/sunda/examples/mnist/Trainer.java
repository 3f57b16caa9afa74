package dev.sunda.examples.mnist;

import static dev.sunda.nn.functional.Losses.crossEntropy;

import dev.sunda.autograd.StepGraph;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Backends;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// The training of one network. It can stop after any step; made anew from the same options, weights, optimizer state and progress, it goes
/// on as if it had not stopped, bit by bit.
public final class Trainer {
    /// Losses that a device which computes on its own keeps before the program reads them, and waits.
    private static final int MOST_UNREAD = 16;
    private static final int MOST_AHEAD = 16;
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
    private final Tensor losses;                                    // of the steps after those of `progress`, on the device
    private final List<Integer> unread = new ArrayList<>();         // images of these steps
    private final int mostUnread;
    private Progress progress;
    private long since;                                             // when the losses were read the last time, or the epoch began
    private Sequential averaged;                                    // null before its first use

    /// Is told what happens.
    public interface Listener {
        /// After the program has asked for a step. [Trainer#progress] tells its loss, and waits for the device.
        ///
        /// @param epoch the epoch under way, from 0
        /// @param step  steps done in it
        /// @param steps steps of an epoch
        void stepped(int epoch, int step, int steps);

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
                DataLoader.Options.shuffled(options.batch(), options.seed()).withTransform(transform).withPrefetch(prefetch())
                        .withDevice(device));
        int steps = Math.max(2, Math.multiplyExact(options.epochs(), loader.batches()));
        this.schedule = OneCycle.of(steps).withRise(TrainingOptions.RISE);
        this.test = test;
        this.classes = classes;
        this.epochs = options.epochs();
        this.progress = from;
        this.mostUnread = Backends.of(device).canRecord() ? MOST_UNREAD : 1;
        this.losses = StepScope.retain(Tensor.zeros(Shape.of(mostUnread), model.parameters().getFirst().data().dtype(), device));
    }

    /// A GPU is through with a batch long before the next one has been made, and leaves the processors to that: half of them.
    private int prefetch() {
        int usual = DataLoader.Options.DEFAULT_PREFETCH;
        return device.equals(Device.CPU) ? usual : Math.clamp(Runtime.getRuntime().availableProcessors() / 2, usual, MOST_AHEAD);
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

    /// How far the run has come. Waits for the device if it has losses that have not been read.
    ///
    /// @throws IllegalStateException if one of them is no number
    public Progress progress() {
        read();
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
        since = System.nanoTime();
        for (Batch batch : loader.epoch(progress.epoch(), progress.step())) {
            step(passes, batch);
            if (unread.size() == mostUnread)
                read();
            listener.stepped(progress.epoch(), steps(), loader.batches());
            if (stop.getAsBoolean())
                break;
        }
        read();
    }

    /// Steps of this epoch that have been asked for.
    private int steps() {
        return progress.step() + unread.size();
    }

    private void step(StepGraph passes, Batch batch) {
        try (var _ = StepScope.open()) {
            schedule.apply(optimizer, (long) progress.epoch() * loader.batches() + steps());
            losses.select(0, unread.size()).copyFrom(passes.run(batch.input(), batch.target()));
            unread.add(batch.size());
            optimizer.step();
            average.update(model.state());
        }
    }

    /// Waits for the device and takes the losses it has kept.
    private void read() {
        if (unread.isEmpty())
            return;
        double[] values = losses.narrow(0, 0, unread.size()).toDoubleArray();
        List<Integer> images = List.copyOf(unread);
        unread.clear();
        long now = System.nanoTime();
        double seconds = (now - since) / 1e9 / values.length;
        since = now;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i]))
                throw new IllegalStateException(
                        String.format(Locale.ROOT, "the loss is no longer a number at epoch %d, step %d; try a smaller --lr",
                                progress.epoch() + 1, progress.step() + 1));
            progress = progress.after(values[i], images.get(i), seconds);
        }
    }
}
