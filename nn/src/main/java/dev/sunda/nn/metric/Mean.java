package dev.sunda.nn.metric;

/// A running mean, for example of the losses of batches. The sum is kept with its rounding error (Neumaier 1974), so that a long epoch
/// loses no digits.
public final class Mean {
    private double sum;
    private double lost;
    private double weights;

    /// Without numbers.
    public Mean() {
    }

    /// Adds one number.
    public void update(double x) {
        update(x, 1);
    }

    /// Adds a number that stands for several: the mean of a batch with its size.
    ///
    /// @param weight 0 or more
    public void update(double x, double weight) {
        if (!(weight >= 0))
            throw new IllegalArgumentException("Mean: a weight must not be negative (got " + weight + ")");
        double more = x * weight;
        double total = sum + more;
        lost += Math.abs(sum) >= Math.abs(more) ? sum - total + more : more - total + sum;
        sum = total;
        weights += weight;
    }

    /// NaN before the first number.
    public double value() {
        return (Double.isFinite(lost) ? sum + lost : sum) / weights;
    }

    /// Forgets all numbers.
    public void reset() {
        sum = 0;
        lost = 0;
        weights = 0;
    }
}
