package dev.sunda.optim;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.LongToDoubleFunction;

/// A learning rate that depends on how many steps or epochs have passed.
///
/// A schedule is a pure function of the counter and keeps nothing: to go on after a pause, go on with the counter.
///
/// ```java
/// var schedule = Schedule.warmUp(500, Schedule.cosine(10_000, 0));
/// for (long step = 0; step < steps; step++) {
///     schedule.apply(optimizer, step);
///     ...
/// ```
///
/// Values are those of PyTorch's schedulers, in their closed form. A schedule that depends on how training goes is [ReduceOnPlateau].
@FunctionalInterface
public interface Schedule {
    /// The rate after `step` steps or epochs, counted from 0, of a group whose base rate is `base`.
    double rate(long step, double base);

    /// The momentum after `step` steps or epochs of a group that was made with momentum `base`. By itself a schedule leaves it as it is.
    default double momentum(long step, double base) {
        return base;
    }

    /// Sets the rate of every group of an optimizer, relative to its base rate, and its momentum.
    ///
    /// @param step counted from 0: the number of steps or epochs that have passed
    /// @throws IllegalArgumentException if the schedule changes the momentum and a group has none
    default void apply(Optimizer optimizer, long step) {
        Objects.requireNonNull(optimizer, "Schedule.apply: optimizer is null");
        if (step < 0)
            throw new IllegalArgumentException("Schedule: the counter must be 0 or more (got " + step + ")");
        for (int group = 0; group < optimizer.groups(); group++) {
            double momentum = momentum(step, optimizer.baseMomentum(group));
            if (momentum != optimizer.momentum(group))
                optimizer.setMomentum(group, momentum);
            optimizer.setLearningRate(group, rate(step, optimizer.baseLearningRate(group)));
        }
    }

    /// Always the base rate.
    static Schedule constant() {
        return (_, base) -> base;
    }

    /// `base * factor` for the first `steps` steps, then `base`.
    ///
    /// @param factor in `[0, 1]`
    /// @param steps 0 or more
    static Schedule constant(double factor, int steps) {
        Checks.share("Schedule.constant", "factor", factor);
        Checks.notNegative("Schedule.constant", "steps", steps);
        return (step, base) -> step < steps ? base * factor : base;
    }

    /// `base * gamma^floor(step / size)`.
    ///
    /// @param size number of steps between two decays, at least 1
    static Schedule step(int size, double gamma) {
        Checks.positive("Schedule.step", "size", size);
        return (step, base) -> base * StrictMath.pow(gamma, Math.floorDiv(step, size));
    }

    /// `base * gamma^k`, `k` being the number of milestones reached; one named twice counts twice.
    static Schedule multiStep(double gamma, long... milestones) {
        Objects.requireNonNull(milestones, "Schedule.multiStep: milestones is null");
        long[] reached = milestones.clone();
        return (step, base) -> base * StrictMath.pow(gamma, Arrays.stream(reached).filter(m -> m <= step).count());
    }

    /// `base * gamma^step`.
    static Schedule exponential(double gamma) {
        return (step, base) -> base * StrictMath.pow(gamma, step);
    }

    /// From `base * startFactor` in a straight line to `base * endFactor` at step `steps`, and constant from there on.
    ///
    /// @param startFactor above 0, at most 1
    /// @param endFactor in `[0, 1]`
    /// @param steps at least 1
    static Schedule linear(double startFactor, double endFactor, int steps) {
        Checks.positive("Schedule.linear", "steps", steps);
        if (!(startFactor > 0 && startFactor <= 1))
            throw new IllegalArgumentException("Schedule.linear: startFactor must be above 0 and at most 1 (got " + startFactor + ")");
        Checks.share("Schedule.linear", "endFactor", endFactor);
        return (step, base) -> base * (startFactor + (endFactor - startFactor) * Math.min(step, steps) / steps);
    }

    /// `base * (1 - step / steps)^power`, and 0 from step `steps` on.
    ///
    /// @param steps at least 1
    /// @param power above 0; 1 is a straight line
    static Schedule polynomial(int steps, double power) {
        Checks.positive("Schedule.polynomial", "steps", steps);
        if (!(power > 0 && power < Double.POSITIVE_INFINITY))
            throw new IllegalArgumentException("Schedule.polynomial: power must be above 0 (got " + power + ")");
        return (step, base) -> base * StrictMath.pow(1 - (double) Math.min(step, steps) / steps, power);
    }

    /// `least + (base - least) * (1 + cos(pi * step / steps)) / 2`: down to `least` at step `steps`, and up again after it.
    /// Source: Loshchilov, Hutter 2016, arXiv:1608.03983.
    ///
    /// @param steps length of half a period, at least 1
    /// @param least the smallest rate, 0 or more; the same for all groups
    static Schedule cosine(int steps, double least) {
        Checks.positive("Schedule.cosine", "steps", steps);
        Checks.notNegative("Schedule.cosine", "least", least);
        return (step, base) -> least + (base - least) * (1 + StrictMath.cos(Math.PI * (step % (2L * steps)) / steps)) / 2;
    }

    /// [#cosine] from `base` down to `least`, again and again: the first time in `steps` steps, then in `factor` times as many as before.
    /// Source: Loshchilov, Hutter 2016, arXiv:1608.03983.
    ///
    /// @param steps length of the first descent, at least 1
    /// @param factor at least 1
    /// @param least the rate at the end of each, 0 or more; the same for all groups
    static Schedule cosineWarmRestarts(int steps, int factor, double least) {
        Checks.positive("Schedule.cosineWarmRestarts", "steps", steps);
        Checks.positive("Schedule.cosineWarmRestarts", "factor", factor);
        Checks.notNegative("Schedule.cosineWarmRestarts", "least", least);
        return (step, base) -> {
            long length = steps;
            long at = factor == 1 ? step % length : step;
            for (; at >= length; length *= factor)
                at -= length;
            return least + (base - least) * (1 + StrictMath.cos(Math.PI * at / length)) / 2;
        };
    }

    /// From the base rate to `rate`, and constant from there on: for the time in which weights are averaged, see [WeightAverage].
    /// Source: Izmailov et al. 2018, arXiv:1803.05407.
    ///
    /// @param rate 0 or more; the same for all groups
    /// @param steps length of the way, 0 or more
    static Schedule swa(double rate, int steps, OneCycle.Anneal anneal) {
        Objects.requireNonNull(anneal, "Schedule.swa: anneal is null; use Anneal.COS or LINEAR");
        Checks.notNegative("Schedule.swa", "rate", rate);
        Checks.notNegative("Schedule.swa", "steps", steps);
        return (step, base) -> step >= steps ? rate : anneal.between(base, rate, (double) step / steps);
    }

    /// `base * factor(step)`.
    static Schedule lambda(LongToDoubleFunction factor) {
        Objects.requireNonNull(factor, "Schedule.lambda: factor is null");
        return (step, base) -> base * factor.applyAsDouble(step);
    }

    /// `base * factor(1) * factor(2) * ... * factor(step)`. The factors are multiplied anew at each call: where there is a formula for the
    /// product, [#lambda] is quicker.
    static Schedule multiplicative(LongToDoubleFunction factor) {
        Objects.requireNonNull(factor, "Schedule.multiplicative: factor is null");
        return (step, base) -> {
            double rate = base;
            for (long i = 1; i <= step; i++)
                rate *= factor.applyAsDouble(i);
            return rate;
        };
    }

    /// Several schedules at once, each relative to the rate and momentum the one before it gives; so factors multiply.
    ///
    /// @param schedules at least one
    static Schedule chained(Schedule... schedules) {
        Objects.requireNonNull(schedules, "Schedule.chained: schedules is null");
        return new Chained(Arrays.asList(schedules));
    }

    /// One schedule after the other: schedule `i` begins, its counter at 0, at step `milestones[i - 1]`.
    ///
    /// @param schedules at least one
    /// @param milestones one fewer, positive and ascending
    static Schedule sequential(List<Schedule> schedules, long... milestones) {
        Objects.requireNonNull(schedules, "Schedule.sequential: schedules is null");
        Objects.requireNonNull(milestones, "Schedule.sequential: milestones is null");
        return new Sequential(schedules, milestones);
    }

    /// A rise from 1/25 of the base rate to the base rate, then a fall to almost nothing, along cosines. [OneCycle] has the options.
    ///
    /// @param steps length of the whole cycle, at least 2
    static Schedule oneCycle(int steps) {
        return OneCycle.of(steps);
    }

    /// A straight rise in front of another schedule: `(step + 1) / (steps + 1)` of its first rate while `step < steps`, then that schedule,
    /// its counter starting at 0.
    ///
    /// @param steps length of the rise, 0 or more
    static Schedule warmUp(int steps, Schedule then) {
        Objects.requireNonNull(then, "Schedule.warmUp: then is null; use Schedule.constant()");
        Checks.notNegative("Schedule.warmUp", "steps", steps);
        return new Sequential(List.of(new Rise(steps, then), then), steps);
    }
}
