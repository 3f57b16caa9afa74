package dev.sunda.nn.metric;

/// The sum over all thresholds of precision times the growth of recall: the area under the precision-recall curve without interpolation.
/// Elements with one score pass a threshold together. NaN unless a yes occurs.
public final class AveragePrecision extends Ranking {
    /// Without elements.
    public AveragePrecision() {
    }

    @Override
    public double value() {
        double sum = 0;
        long yes = 0;
        long passed = 0;
        for (Tie tie : ties()) {
            yes += tie.yes();
            passed += tie.yes() + tie.no();
            sum += (double) yes / passed * tie.yes();
        }
        return sum / yes;
    }
}
