package dev.sunda.optim;

import java.util.function.LongToDoubleFunction;

/// A rate that rises and falls in straight lines, again and again: from the base rate in `stepsUp` steps towards `largest` and in
/// `stepsDown` steps back, `base + (largest - base) * height * scale`. `height` goes from 0 to 1 and back, `scale` is given by the mode.
/// With [#withMomentum] the momentum moves the other way. Values as PyTorch's `CyclicLR` with `base_lr = base`.
///
/// Source: Smith 2015, arXiv:1506.01186.
///
/// @param largest the rate at the first peak; the same for all groups
/// @param stepsUp at least 1
/// @param stepsDown at least 1
/// @param momentum null leaves the momentum alone
public record Cyclic(double largest, int stepsUp, int stepsDown, Mode mode, MomentumRange momentum) implements Schedule {
    /// How high a peak is, as part of the first one.
    ///
    /// @param scale of the cycle, counted from 1, or of the step, counted from 0
    /// @param perCycle whether it is of the cycle
    public record Mode(LongToDoubleFunction scale, boolean perCycle) {
        /// All peaks the same.
        public static final Mode TRIANGULAR = new Mode(_ -> 1, true);
        /// Each peak half as high as the one before.
        public static final Mode TRIANGULAR2 = new Mode(cycle -> StrictMath.pow(0.5, cycle - 1), true);

        /// `gamma^step`.
        public static Mode exponential(double gamma) {
            return new Mode(step -> StrictMath.pow(gamma, step), false);
        }
    }

    /// Checks the ranges.
    public Cyclic {
        Checks.notNegative("Cyclic", "largest", largest);
        Checks.positive("Cyclic", "stepsUp", stepsUp);
        Checks.positive("Cyclic", "stepsDown", stepsDown);
    }

    /// Triangles of one height, as long down as up, that leave the momentum alone.
    ///
    /// @param largest the rate at the peaks
    /// @param steps from the base rate to the peak, at least 1
    public static Cyclic triangular(double largest, int steps) {
        return new Cyclic(largest, steps, steps, Mode.TRIANGULAR, null);
    }

    /// The same with a momentum that falls to `least` while the rate rises, and rises to `most` while it falls; often 0.8 and 0.9.
    public Cyclic withMomentum(double least, double most) {
        return new Cyclic(largest, stepsUp, stepsDown, mode, new MomentumRange(least, most));
    }

    @Override
    public double rate(long step, double base) {
        return base + (largest - base) * height(step);
    }

    @Override
    public double momentum(long step, double base) {
        return momentum == null ? base : momentum.most() - (momentum.most() - momentum.least()) * height(step);
    }

    private double height(long step) {
        long period = (long) stepsUp + stepsDown;
        long at = step % period;
        double height = at <= stepsUp ? (double) at / stepsUp : (double) (period - at) / stepsDown;
        return height * mode.scale.applyAsDouble(mode.perCycle ? step / period + 1 : step);
    }
}
