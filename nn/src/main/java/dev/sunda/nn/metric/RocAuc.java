package dev.sunda.nn.metric;

/// Area under the receiver operating characteristic: the probability that a yes has a higher score than a no, ties counting one half. 0.5
/// is guessing, 1 perfect; NaN unless both occur.
///
/// Source: Hanley, McNeil 1982, The Meaning and Use of the Area under a Receiver Operating Characteristic (ROC) Curve.
public final class RocAuc extends Ranking {
    /// Without elements.
    public RocAuc() {
    }

    @Override
    public double value() {
        double won = 0;
        long yes = 0;
        long no = 0;
        for (Tie tie : ties()) {
            won += tie.no() * (yes + 0.5 * tie.yes());
            yes += tie.yes();
            no += tie.no();
        }
        return won / ((double) yes * no);
    }
}
