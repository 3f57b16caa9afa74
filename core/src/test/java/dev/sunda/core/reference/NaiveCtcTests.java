package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.CtcSpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// The recursion against the definition: all paths, one by one.
class NaiveCtcTests {
    private static final int STEPS = 4;
    private static final int CLASSES = 3;
    private static final Offset<Double> CLOSE = Offset.offset(1e-13);

    private final View logProbs = Samples.pattern(3, STEPS, 1, CLASSES);

    /// Loss and gradient from the sum over all paths that stand for `labels`, class 2 being the blank.
    private double[] enumerated(int steps, List<Long> labels) {
        double[] p = Elements.doubles(logProbs);
        double total = 0;
        var slopes = new double[p.length];
        for (int path = 0; path < Math.pow(CLASSES, steps); path++) {
            double probability = 1;
            var standsFor = new ArrayList<Long>();
            int before = 2;
            for (int t = 0, rest = path; t < steps; t++, rest /= CLASSES) {
                int c = rest % CLASSES;
                probability *= Math.exp(p[t * CLASSES + c]);
                if (c != 2 && c != before)
                    standsFor.add((long) c);
                before = c;
            }
            if (!standsFor.equals(labels))
                continue;
            total += probability;
            for (int t = 0, rest = path; t < steps; t++, rest /= CLASSES)
                slopes[t * CLASSES + rest % CLASSES] -= probability;
        }
        var result = new double[1 + slopes.length];
        result[0] = -Math.log(total);
        for (int i = 0; i < slopes.length; i++)
            result[i + 1] = slopes[i] / total;
        return result;
    }

    private void check(int steps, Long... labels) {
        View losses = Samples.f64Empty(1);
        View gradient = Samples.f64Empty(STEPS, 1, CLASSES);
        var targets = new long[labels.length + 1];                       // one more, which does not count
        for (int s = 0; s < labels.length; s++)
            targets[s] = labels[s];
        NaiveCtc.ctc(new CtcSpec(2, List.of(steps), List.of(labels.length)), logProbs,
                Samples.i64(Shape.of(1, targets.length), targets), losses, gradient);
        double[] expected = enumerated(steps, List.of(labels));
        assertThat(Elements.doubles(losses)[0]).isCloseTo(expected[0], CLOSE);
        for (int i = 1; i < expected.length; i++)
            assertThat(Elements.doubles(gradient)[i - 1]).isCloseTo(expected[i], CLOSE);
    }

    @Test
    void theSumIsOverAllPaths() {
        check(STEPS, 0L, 1L);
        check(STEPS, 1L, 0L, 1L);
        check(3, 1L);
        check(STEPS);
    }

    @Test
    void equalLabelsNeedABlankBetween() {
        check(STEPS, 0L, 0L);
        check(3, 1L, 1L);
    }

    @Test
    void labelsThatDoNotFitHaveNoPath() {
        View losses = Samples.f64Empty(1);
        NaiveCtc.ctc(new CtcSpec(2, List.of(2), List.of(2)), logProbs, Samples.i64(Shape.of(1, 2), 0, 0), losses, null);
        assertThat(Elements.doubles(losses)).containsExactly(Double.POSITIVE_INFINITY);
    }
}
