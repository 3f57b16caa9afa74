package dev.sunda.optim;

import java.util.Arrays;

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
/// Values are those of PyTorch's schedulers, in their closed form.
@FunctionalInterface
public interface Schedule {
    /// The rate after `step` steps or epochs, counted from 0, of a group whose base rate is `base`.
    double rate(long step, double base);

    /// Sets the rate of every group of an optimizer, each relative to its base rate.
    ///
    /// @param step counted from 0: the number of steps or epochs that have passed
    default void apply(Optimizer optimizer, long step) {
        if (step < 0)
            throw new IllegalArgumentException("Schedule: the counter must be 0 or more (got " + step + ")");
        for (int group = 0; group < optimizer.groups(); group++)
            optimizer.setLearningRate(group, rate(step, optimizer.baseLearningRate(group)));
    }

    /// Always the base rate.
    static Schedule constant() {
        return (_, base) -> base;
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
        long[] reached = milestones.clone();
        return (step, base) -> base * StrictMath.pow(gamma, Arrays.stream(reached).filter(m -> m <= step).count());
    }

    /// `base * gamma^step`.
    static Schedule exponential(double gamma) {
        return (step, base) -> base * StrictMath.pow(gamma, step);
    }

    /// From `base * startFactor` in a straight line to `base * endFactor` at step `steps`, and constant from there on.
    ///
    /// @param steps at least 1
    static Schedule linear(double startFactor, double endFactor, int steps) {
        Checks.positive("Schedule.linear", "steps", steps);
        Checks.notNegative("Schedule.linear", "startFactor", startFactor);
        Checks.notNegative("Schedule.linear", "endFactor", endFactor);
        return (step, base) -> base * (startFactor + (endFactor - startFactor) * Math.min(step, steps) / steps);
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

    /// A rise from 1/25 of the base rate to the base rate, then a fall to almost nothing, along cosines. [OneCycle] has the options.
    ///
    /// @param steps length of the whole cycle, at least 2
    static Schedule oneCycle(int steps) {
        return new OneCycle(steps, 0.3, OneCycle.Anneal.COS, 25, 1e4, false);
    }

    /// A straight rise in front of another schedule: `(step + 1) / (steps + 1)` of its first rate while `step < steps`, then that schedule,
    /// its counter starting at 0.
    ///
    /// @param steps length of the rise, 0 or more
    static Schedule warmUp(int steps, Schedule then) {
        Checks.notNegative("Schedule.warmUp", "steps", steps);
        return (step, base) -> step < steps ? then.rate(0, base) * (step + 1) / (steps + 1) : then.rate(step - steps, base);
    }
}
