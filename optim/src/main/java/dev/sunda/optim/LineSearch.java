package dev.sunda.optim;

import dev.sunda.core.Tensor;
import dev.sunda.optim.Lbfgs.Point;
import java.util.function.DoubleFunction;

/// Search along a direction for a length `t` that lowers the loss enough, `f(t) <= f(0) + 1e-4 * t * f'(0)`, and flattens it enough,
/// `|f'(t)| <= 0.9 * |f'(0)|`: the strong Wolfe conditions. First an interval is found that holds such a length, then it is narrowed by
/// cubic interpolation. Steps and limits as in PyTorch.
///
/// Source: Nocedal, Wright 2006, Numerical Optimization, algorithms 3.5 and 3.6.
final class LineSearch {
    private static final double DECREASE = 1e-4, CURVATURE = 0.9, SMALLEST = 1e-9;

    private final DoubleFunction<Point> objective;
    private final Tensor direction;
    private final long most;
    private Trial start;

    /// @param objective loss and gradient at a length
    /// @param most how many lengths may be tried, though at least one is
    LineSearch(DoubleFunction<Point> objective, Tensor direction, long most) {
        this.objective = objective;
        this.direction = direction;
        this.most = most;
    }

    /// The length that was chosen, and what is there.
    record Found(double length, Point point) {
    }

    private record Trial(double t, Point point, double slope) {
        double loss() {
            return point.loss();
        }
    }

    private Trial at(double t) {
        Point point = objective.apply(t);
        return new Trial(t, point, Lbfgs.dot(point.gradient(), direction));
    }

    /// @param at where the direction begins
    /// @param length first guess
    /// @param slope of the loss along the direction, negative
    Found from(Point at, double length, double slope) {
        start = new Trial(0, at, slope);
        Trial before = start;
        Trial now = at(length);
        for (int n = 0; n < most; n++) {
            if (isTooHigh(now) || n > 1 && now.loss() >= before.loss())
                return found(narrowed(before, now, n));
            if (isFlat(now))
                return found(now);
            if (now.slope >= 0)
                return found(narrowed(before, now, n));
            double next = cubic(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
            before = now;
            now = at(next);
        }
        return found(start.loss() <= now.loss() ? start : now);
    }

    private static Found found(Trial trial) {
        return new Found(trial.t, trial.point);
    }

    private boolean isTooHigh(Trial trial) {
        return trial.loss() > start.loss() + DECREASE * trial.t * start.slope;
    }

    private boolean isFlat(Trial trial) {
        return Math.abs(trial.slope) <= -CURVATURE * start.slope;
    }

    /// The lower end of the interval when both conditions hold there, or it has become too small, or the trials are used up.
    private Trial narrowed(Trial left, Trial right, int tried) {
        double reach = Lbfgs.largest(direction);
        Trial low = left.loss() <= right.loss() ? left : right;
        Trial high = low == left ? right : left;
        boolean stuck = false;
        for (int n = tried; n < most && Math.abs(high.t - low.t) * reach >= SMALLEST; n++) {
            double least = Math.min(low.t, high.t);
            double largest = Math.max(low.t, high.t);
            double t = cubic(low, high, least, largest);
            double margin = 0.1 * (largest - least);
            if (Math.min(largest - t, t - least) < margin) {         // too close to an end: step away from it the second time
                boolean away = stuck || t >= largest || t <= least;
                if (away)
                    t = Math.abs(t - largest) < Math.abs(t - least) ? largest - margin : least + margin;
                stuck = !away;
            } else {
                stuck = false;
            }
            Trial middle = at(t);
            if (isTooHigh(middle) || middle.loss() >= low.loss()) {
                high = middle.loss() < low.loss() ? low : middle;
                low = high == low ? middle : low;
                continue;
            }
            if (isFlat(middle))
                return middle;
            if (middle.slope * (high.t - low.t) >= 0)
                high = low;
            low = middle;
        }
        return low;
    }

    /// Where the cubic through both ends with their slopes is lowest, kept between the bounds; their middle if it has no such place.
    private static double cubic(Trial a, Trial b, double least, double largest) {
        Trial left = a.t <= b.t ? a : b;
        Trial right = left == a ? b : a;
        double d1 = left.slope + right.slope - 3 * (left.loss() - right.loss()) / (left.t - right.t);
        double square = d1 * d1 - left.slope * right.slope;
        if (!(square >= 0))
            return (least + largest) / 2;
        double d2 = Math.sqrt(square);
        double lowest = right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
        return Math.min(Math.max(lowest, least), largest);
    }
}
