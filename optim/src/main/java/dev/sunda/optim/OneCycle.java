package dev.sunda.optim;

/// One rise and one fall of the learning rate. The base rate of a group is the peak; with `first = base / divFactor` and
/// `last = first / finalDivFactor` the rate goes `first -> base -> last`, or with three phases `first -> base -> first -> last`, the
/// first two of them equally long. Values as PyTorch's `OneCycleLR` with `max_lr = base`; momentum is left alone.
///
/// Source: Smith, Topin 2017, arXiv:1708.07120.
///
/// @param steps length of the cycle, at least 2; later steps keep the last rate
/// @param riseShare part of the cycle in which the rate rises, in `[0, 1]`
/// @param divFactor positive
/// @param finalDivFactor positive
public record OneCycle(int steps, double riseShare, Anneal anneal, double divFactor, double finalDivFactor,
        boolean threePhase) implements Schedule {
    /// The form of the curve between two rates.
    public enum Anneal {
        /// Half a period of a cosine.
        COS,
        /// A straight line.
        LINEAR
    }

    /// Checks the ranges.
    public OneCycle {
        if (steps < 2)
            throw new IllegalArgumentException("OneCycle: steps must be at least 2 (got " + steps + ")");
        if (!(riseShare >= 0 && riseShare <= 1))
            throw new IllegalArgumentException("OneCycle: riseShare must be between 0 and 1 (got " + riseShare + ")");
        if (!(divFactor > 0 && finalDivFactor > 0))
            throw new IllegalArgumentException("OneCycle: both factors must be positive (got " + divFactor + ", " + finalDivFactor + ")");
    }

    @Override
    public double rate(long step, double base) {
        double first = base / divFactor;
        double last = first / finalDivFactor;
        double peak = riseShare * steps - 1;
        double end = steps - 1;
        double at = Math.min(step, end);
        if (at <= peak)
            return between(first, base, share(at, 0, peak));
        if (!threePhase)
            return between(base, last, share(at, peak, end));
        double back = 2 * riseShare * steps - 2;
        return at <= back ? between(base, first, share(at, peak, back)) : between(first, last, share(at, back, end));
    }

    private static double share(double at, double from, double to) {
        return to > from ? (at - from) / (to - from) : 1;
    }

    private double between(double from, double to, double share) {
        return switch (anneal) {
            case COS -> to + (from - to) / 2 * (StrictMath.cos(Math.PI * share) + 1);
            case LINEAR -> (to - from) * share + from;
        };
    }
}
