package dev.sunda.optim;

import java.util.Objects;

/// One rise and one fall of the learning rate. The base rate of a group is the peak; with `first = base / divFactor` and
/// `last = first / finalDivFactor` the rate goes `first -> base -> last`, or with three phases `first -> base -> first -> last`, the
/// first two of them equally long. With [#withMomentum] the momentum moves the other way. Values as PyTorch's `OneCycleLR` with
/// `max_lr = base`.
///
/// Source: Smith, Topin 2017, arXiv:1708.07120.
///
/// @param steps length of the cycle, at least 2; later steps keep the last rate
/// @param riseShare part of the cycle in which the rate rises, in `[0, 1]`
/// @param divFactor positive
/// @param finalDivFactor positive
/// @param momentum null leaves the momentum alone
public record OneCycle(int steps, double riseShare, Anneal anneal, double divFactor, double finalDivFactor, boolean threePhase,
        MomentumRange momentum) implements Schedule {
    /// The form of the curve between two rates.
    public enum Anneal {
        /// Half a period of a cosine.
        COS,
        /// A straight line.
        LINEAR;

        /// From `from` at share 0 to `to` at share 1.
        double between(double from, double to, double share) {
            return switch (this) {
                case COS -> to + (from - to) / 2 * (StrictMath.cos(Math.PI * share) + 1);
                case LINEAR -> (to - from) * share + from;
            };
        }
    }

    /// Checks the ranges.
    public OneCycle {
        Objects.requireNonNull(anneal, "OneCycle: anneal is null; use Anneal.COS or LINEAR");
        if (steps < 2)
            throw new IllegalArgumentException("OneCycle: steps must be at least 2 (got " + steps + ")");
        if (!(riseShare >= 0 && riseShare <= 1))
            throw new IllegalArgumentException("OneCycle: riseShare must be between 0 and 1 (got " + riseShare + ")");
        if (!(divFactor > 0 && finalDivFactor > 0))
            throw new IllegalArgumentException("OneCycle: both factors must be positive (got " + divFactor + ", " + finalDivFactor + ")");
    }

    /// A cycle along cosines that rises for three tenths of its steps from 1/25 of the base rate, falls to almost nothing and leaves the
    /// momentum alone.
    ///
    /// @param steps at least 2
    public static OneCycle of(int steps) {
        return new OneCycle(steps, 0.3, Anneal.COS, 25, 1e4, false, null);
    }

    /// The same with another part in which the rate rises.
    public OneCycle withRise(double share) {
        return new OneCycle(steps, share, anneal, divFactor, finalDivFactor, threePhase, momentum);
    }

    /// The same with a momentum that falls to `least` while the rate rises, and rises to `most` while it falls; often 0.85 and 0.95.
    public OneCycle withMomentum(double least, double most) {
        return new OneCycle(steps, riseShare, anneal, divFactor, finalDivFactor, threePhase, new MomentumRange(least, most));
    }

    @Override
    public double rate(long step, double base) {
        double first = base / divFactor;
        return value(step, first, base, first / finalDivFactor);
    }

    @Override
    public double momentum(long step, double base) {
        return momentum == null ? base : value(step, momentum.most(), momentum.least(), momentum.most());
    }

    /// From `first` to `middle` and on to `last`, with three phases by way of `first`.
    private double value(long step, double first, double middle, double last) {
        double peak = riseShare * steps - 1;
        double end = steps - 1;
        double at = Math.min(step, end);
        if (at <= peak)
            return anneal.between(first, middle, share(at, 0, peak));
        if (!threePhase)
            return anneal.between(middle, last, share(at, peak, end));
        double back = 2 * riseShare * steps - 2;
        return at <= back ? anneal.between(middle, first, share(at, peak, back)) : anneal.between(first, last, share(at, back, end));
    }

    private static double share(double at, double from, double to) {
        return to > from ? (at - from) / (to - from) : 1;
    }
}
