package dev.sunda.optim;

import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/// Lowers the learning rate when a metric, such as the loss on test data, has stopped to improve.
///
/// ```java
/// var plateau = new ReduceOnPlateau(optimizer, ReduceOnPlateau.Options.DEFAULT);
/// for (int epoch = 0; epoch < epochs; epoch++) {
///     train();
///     plateau.step(test());
/// }
/// ```
///
/// A value that is not better than the best so far is bad; after more than `patience` bad ones in a row the rate of each group becomes
/// `max(rate * factor, leastRate)`, unless that changes it by no more than `eps`, and for `cooldown` steps none counts as bad. A metric
/// that is not a number is never better. Values as PyTorch's `ReduceLROnPlateau`. Belongs to one thread at a time.
public final class ReduceOnPlateau {
    private static final String BEST = "best", BAD = "num_bad_epochs", COOLDOWN = "cooldown_counter";

    private final Optimizer optimizer;
    private final Options options;
    private double best;
    private long bad;
    private long cooling;

    /// Begins with no metric seen.
    public ReduceOnPlateau(Optimizer optimizer, Options options) {
        Objects.requireNonNull(optimizer, "ReduceOnPlateau: optimizer is null");
        Objects.requireNonNull(options, "ReduceOnPlateau: options is null; use Options.DEFAULT");
        this.optimizer = optimizer;
        this.options = options;
        best = options.mode == Mode.MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }

    /// Which metrics are good.
    public enum Mode {
        /// Small ones.
        MIN,
        /// Large ones.
        MAX
    }

    /// What the threshold is measured in.
    public enum Threshold {
        /// Parts of the best metric: better than `best * (1 - threshold)`, or `best * (1 + threshold)` where large is good.
        RELATIVE,
        /// The metric itself: better than `best - threshold`, or `best + threshold`.
        ABSOLUTE
    }

    /// Takes in the metric of one more epoch and lowers the rates if it is time.
    public void step(double metric) {
        if (isBetter(metric)) {
            best = metric;
            bad = 0;
        } else {
            bad++;
        }
        if (cooling > 0) {
            cooling--;
            bad = 0;
        }
        if (bad > options.patience) {
            reduce();
            cooling = options.cooldown;
            bad = 0;
        }
    }

    private boolean isBetter(double metric) {
        double margin = options.mode == Mode.MIN ? -options.threshold : options.threshold;
        double bound = options.unit == Threshold.ABSOLUTE ? best + margin : best * (1 + margin);
        return options.mode == Mode.MIN ? metric < bound : metric > bound;
    }

    private void reduce() {
        for (int group = 0; group < optimizer.groups(); group++) {
            double rate = optimizer.learningRate(group);
            double lower = Math.max(rate * options.factor, options.leastRate);
            if (rate - lower > options.eps)
                optimizer.setLearningRate(group, lower);
        }
    }

    /// The best metric so far; infinite before the first.
    public double best() {
        return best;
    }

    /// Everything that is needed to go on later, besides the optimizer's state: `best` (float64), `num_bad_epochs` and
    /// `cooldown_counter` (int64).
    public Map<String, Tensor> stateDict() {
        var state = new LinkedHashMap<String, Tensor>();
        state.put(BEST, StepScope.retain(Tensor.scalar(best, DType.F64, Device.CPU)));
        state.put(BAD, StepScope.retain(Tensor.of(new long[] {bad}, Shape.SCALAR)));
        state.put(COOLDOWN, StepScope.retain(Tensor.of(new long[] {cooling}, Shape.SCALAR)));
        return state;
    }

    /// Takes over what [#stateDict] gave.
    ///
    /// @throws IllegalArgumentException if it was not made by that; nothing has changed then
    public void loadStateDict(Map<String, Tensor> state) {
        Checks.state("ReduceOnPlateau", state);
        if (!state.keySet().equals(stateDict().keySet()) || state.values().stream().anyMatch(x -> x.numel() != 1))
            throw new IllegalArgumentException("ReduceOnPlateau: the saved state must hold one number each for " + stateDict().keySet()
                    + " (got " + new TreeSet<>(state.keySet()) + "); it must come from stateDict()");
        double savedBad = state.get(BAD).item();
        double savedCooling = state.get(COOLDOWN).item();
        Checks.notNegative("ReduceOnPlateau", BAD, savedBad);
        Checks.notNegative("ReduceOnPlateau", COOLDOWN, savedCooling);
        best = state.get(BEST).item();
        bad = (long) savedBad;
        cooling = (long) savedCooling;
    }

    /// @param factor what rates are multiplied by, 0 or more and less than 1
    /// @param patience how many bad metrics in a row are let pass, 0 or more
    /// @param threshold by how much a metric must be better to count as such
    /// @param cooldown how many metrics after a reduction do not count as bad, 0 or more
    /// @param leastRate the smallest rate, 0 or more
    /// @param eps the smallest change of a rate that is made, 0 or more
    public record Options(Mode mode, double factor, int patience, double threshold, Threshold unit, int cooldown, double leastRate,
            double eps) {
        /// Small is good; a tenth of the rate after 10 bad metrics, which are not better by a ten-thousandth.
        public static final Options DEFAULT = new Options(Mode.MIN, 0.1, 10, 1e-4, Threshold.RELATIVE, 0, 0, 1e-8);

        /// Checks the ranges.
        public Options {
            Objects.requireNonNull(mode, "ReduceOnPlateau: mode is null; use Mode.MIN or MAX");
            Objects.requireNonNull(unit, "ReduceOnPlateau: unit is null; use Threshold.RELATIVE or ABSOLUTE");
            Checks.fraction("ReduceOnPlateau", "factor", factor);
            Checks.notNegative("ReduceOnPlateau", "patience", patience);
            Checks.notNegative("ReduceOnPlateau", "cooldown", cooldown);
            Checks.notNegative("ReduceOnPlateau", "leastRate", leastRate);
            Checks.notNegative("ReduceOnPlateau", "eps", eps);
            if (!Double.isFinite(threshold))
                throw new IllegalArgumentException("ReduceOnPlateau: threshold must be a number (got " + threshold + ")");
        }

        /// The same for metrics of which small or large ones are good.
        public Options withMode(Mode mode) {
            return new Options(mode, factor, patience, threshold, unit, cooldown, leastRate, eps);
        }

        /// The same with another factor.
        public Options withFactor(double factor) {
            return new Options(mode, factor, patience, threshold, unit, cooldown, leastRate, eps);
        }

        /// The same with another patience.
        public Options withPatience(int patience) {
            return new Options(mode, factor, patience, threshold, unit, cooldown, leastRate, eps);
        }

        /// The same with another threshold.
        public Options withThreshold(double threshold, Threshold unit) {
            return new Options(mode, factor, patience, threshold, unit, cooldown, leastRate, eps);
        }

        /// The same with another cooldown.
        public Options withCooldown(int cooldown) {
            return new Options(mode, factor, patience, threshold, unit, cooldown, leastRate, eps);
        }

        /// The same with another smallest rate.
        public Options withLeastRate(double leastRate) {
            return new Options(mode, factor, patience, threshold, unit, cooldown, leastRate, eps);
        }

        /// The same with another smallest change.
        public Options withEps(double eps) {
            return new Options(mode, factor, patience, threshold, unit, cooldown, leastRate, eps);
        }
    }
}
