package dev.sunda.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Expected numbers were computed with PyTorch 2.13, base rate 0.1.
class ScheduleTests {
    private static void assertRates(Schedule schedule, double... expected) {
        double[] rates = IntStream.range(0, expected.length).mapToDouble(step -> schedule.rate(step, 0.1)).toArray();
        assertThat(rates).containsExactly(expected, Offset.offset(1e-15));
    }

    @Test
    void constant() {
        assertRates(Schedule.constant(), 0.1, 0.1, 0.1);
    }

    @Test
    void step() {
        assertRates(Schedule.step(3, 0.5), 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.0125);
    }

    @Test
    void multiStepCountsAMilestoneAsOftenAsItIsNamed() {
        assertRates(Schedule.multiStep(0.5, 2, 5, 5, 9), 0.1, 0.1, 0.05, 0.05, 0.05, 0.0125, 0.0125, 0.0125, 0.0125, 0.00625);
    }

    @Test
    void exponential() {
        assertRates(Schedule.exponential(0.9), 0.1, 0.09000000000000001, 0.08100000000000002, 0.07290000000000002, 0.06561000000000002);
        assertThat(Schedule.exponential(0.9).rate(11, 0.1)).isCloseTo(0.03138105960900001, Offset.offset(1e-15));
    }

    @Test
    void linear() {
        assertRates(Schedule.linear(0.25, 1, 4), 0.025, 0.043750000000000004, 0.0625, 0.08125, 0.1, 0.1, 0.1);
    }

    @Test
    void cosineComesUpAgain() {
        assertRates(Schedule.cosine(8, 0.01), 0.1, 0.0965745789630079, 0.08681980515339463, 0.07222075445642905, 0.055, 0.03777924554357096,
                0.023180194846605363, 0.013425421036992097, 0.01, 0.013425421036992097, 0.02318019484660537, 0.03777924554357097);
    }

    @Test
    void oneCycle() {
        assertRates(Schedule.oneCycle(12), 0.0040000000000000036, 0.0349789654219583, 0.08792851591221287, 0.09944154354509119,
                0.09330129698414118,
                0.0811745653949763, 0.06473789976951033, 0.046263710266697504, 0.028306099820869922, 0.01334775301888306,
                0.0034566987425395223, 4e-07);
    }

    @Test
    void oneCycleOfThreeStraightPhases() {
        assertRates(new OneCycle(12, 0.25, OneCycle.Anneal.LINEAR, 5, 100, true), 0.02, 0.06, 0.1, 0.060000000000000005,
                0.020000000000000004,
                0.017171428571428574, 0.014342857142857143, 0.011514285714285715, 0.008685714285714286, 0.005857142857142856,
                0.003028571428571429,
                0.0001999999999999988, 0.0001999999999999988);
    }

    @Test
    void oneCycleThatOnlyFalls() {
        assertRates(new OneCycle(12, 0, OneCycle.Anneal.COS, 25, 1e4, false), 0.09829629812928815, 0.09330129698414119, 0.08535539763797113,
                0.0750001);
    }

    @Test
    void warmUpRisesToWhatFollows() {
        assertRates(Schedule.warmUp(4, Schedule.step(2, 0.5)), 0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.05, 0.05, 0.025);
        assertRates(Schedule.warmUp(0, Schedule.exponential(0.5)), 0.1, 0.05);
    }

    @Test
    void setsTheRateOfAnOptimizer() {
        var optimizer = new Sgd(List.of(new Parameter(Tensor.of(1f))), 0.4);
        Schedule.linear(0.5, 1, 2).apply(optimizer, 1);
        assertThat(optimizer.learningRate()).isCloseTo(0.3, Offset.offset(1e-15));
        Schedule.linear(0.5, 1, 2).apply(optimizer, 1);              // again the same: relative to the base rate, not to the last one
        assertThat(optimizer.learningRate()).isCloseTo(0.3, Offset.offset(1e-15));
        assertThatThrownBy(() -> Schedule.constant().apply(optimizer, -1)).hasMessage("Schedule: the counter must be 0 or more (got -1)");
    }

    @Test
    void refusesNumbersThatMakeNoSense() {
        assertThatThrownBy(() -> Schedule.step(0, 0.1)).hasMessage("Schedule.step: size must be positive (got 0)");
        assertThatThrownBy(() -> Schedule.cosine(0, 0)).hasMessage("Schedule.cosine: steps must be positive (got 0)");
        assertThatThrownBy(() -> Schedule.oneCycle(1)).hasMessage("OneCycle: steps must be at least 2 (got 1)");
        assertThatThrownBy(() -> new OneCycle(5, 1.5, OneCycle.Anneal.COS, 25, 1e4, false))
                .hasMessage("OneCycle: riseShare must be between 0 and 1 (got 1.5)");
        assertThatThrownBy(() -> new OneCycle(5, 0.3, OneCycle.Anneal.COS, 0, 1e4, false))
                .hasMessage("OneCycle: both factors must be positive (got 0.0, 10000.0)");
        assertThatThrownBy(() -> Schedule.warmUp(-1, Schedule.constant()))
                .hasMessageStartingWith("Schedule.warmUp: steps must be 0 or more");
    }
}
