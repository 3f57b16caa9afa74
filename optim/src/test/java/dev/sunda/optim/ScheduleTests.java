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
        assertRates(new OneCycle(12, 0.25, OneCycle.Anneal.LINEAR, 5, 100, true, null), 0.02, 0.06, 0.1, 0.060000000000000005,
                0.020000000000000004,
                0.017171428571428574, 0.014342857142857143, 0.011514285714285715, 0.008685714285714286, 0.005857142857142856,
                0.003028571428571429,
                0.0001999999999999988, 0.0001999999999999988);
    }

    @Test
    void oneCycleThatOnlyFalls() {
        assertRates(new OneCycle(12, 0, OneCycle.Anneal.COS, 25, 1e4, false, null), 0.09829629812928815, 0.09330129698414119,
                0.08535539763797113,
                0.0750001);
    }

    private static void assertMomenta(Schedule schedule, double... expected) {
        double[] momenta = IntStream.range(0, expected.length).mapToDouble(step -> schedule.momentum(step, 0.6)).toArray();
        assertThat(momenta).containsExactly(expected, Offset.offset(1e-15));
    }

    @Test
    void oneCycleMovesTheMomentumTheOtherWay() {
        assertMomenta(OneCycle.of(10).withMomentum(0.85, 0.95), 0.95, 0.8999999999999999, 0.85, 0.854951556604879, 0.8688255099070633,
                0.8888739533021842, 0.9111260466978157, 0.9311744900929366, 0.945048443395121, 0.95);
        assertMomenta(new OneCycle(10, 0.4, OneCycle.Anneal.LINEAR, 25, 1e4, true, new MomentumRange(0.7, 0.9)), 0.9, 0.8333333333333334,
                0.7666666666666666, 0.7, 0.7666666666666666, 0.8333333333333333, 0.9, 0.9, 0.9, 0.9);
        assertMomenta(OneCycle.of(10), 0.6, 0.6);
    }

    @Test
    void cyclic() {
        var triangles = new Cyclic(0.5, 3, 2, Cyclic.Mode.TRIANGULAR, null);
        assertRates(triangles, 0.1, 0.2333333333333333, 0.3666666666666666, 0.5, 0.3, 0.1, 0.2333333333333333, 0.3666666666666666, 0.5,
                0.3);
        assertMomenta(triangles, 0.6, 0.6);
        assertMomenta(triangles.withMomentum(0.8, 0.9), 0.9, 0.8666666666666667, 0.8333333333333334, 0.8, 0.85, 0.9, 0.8666666666666667);
        var halves = new Cyclic(0.5, 3, 2, Cyclic.Mode.TRIANGULAR2, new MomentumRange(0.8, 0.9));
        assertRates(halves, 0.1, 0.2333333333333333, 0.3666666666666666, 0.5, 0.3, 0.1, 0.1666666666666667, 0.2333333333333333, 0.3, 0.2,
                0.1,
                0.13333333333333336);
        assertMomenta(halves, 0.9, 0.8666666666666667, 0.8333333333333334, 0.8, 0.85, 0.9, 0.8833333333333333);
        var falling = new Cyclic(0.5, 3, 2, Cyclic.Mode.exponential(0.9), new MomentumRange(0.8, 0.9));
        assertRates(falling, 0.1, 0.22, 0.316, 0.3916, 0.23122, 0.1, 0.1708588, 0.22754584, 0.272186884, 0.1774840978);
        assertMomenta(falling, 0.9, 0.87, 0.846, 0.8271, 0.867195, 0.9, 0.8822853);
        assertRates(Cyclic.triangular(0.5, 2), 0.1, 0.3, 0.5, 0.3, 0.1);
    }

    @Test
    void constantFactorForAWhile() {
        assertRates(Schedule.constant(0.25, 3), 0.025, 0.025, 0.025, 0.1, 0.1);
    }

    @Test
    void polynomial() {
        assertRates(Schedule.polynomial(4, 2), 0.1, 0.05625, 0.025, 0.00625, 0, 0);
    }

    @Test
    void cosineWarmRestarts() {
        assertRates(Schedule.cosineWarmRestarts(3, 2, 0.01), 0.1, 0.0775, 0.0325, 0.1, 0.09397114317029975, 0.0775, 0.055, 0.0325,
                0.01602885682970026, 0.1, 0.09846666218300808, 0.09397114317029975);
        assertRates(Schedule.cosineWarmRestarts(2, 1, 0), 0.1, 0.05, 0.1, 0.05, 0.1);
    }

    @Test
    void ownFactors() {
        assertRates(Schedule.lambda(step -> StrictMath.pow(0.5, step / 2)), 0.1, 0.1, 0.05, 0.05, 0.025);
        assertRates(Schedule.multiplicative(step -> 1 - 0.1 * step), 0.1, 0.09, 0.072, 0.0504, 0.03024);
    }

    @Test
    void chainedFactorsMultiply() {
        assertRates(Schedule.chained(Schedule.constant(0.1, 2), Schedule.exponential(0.9)), 0.01, 0.009, 0.081, 0.0729, 0.06561);
        assertMomenta(Schedule.chained(Schedule.constant(), OneCycle.of(10).withMomentum(0.85, 0.95)), 0.95, 0.9);
    }

    @Test
    void sequential() {
        assertRates(Schedule.sequential(List.of(Schedule.constant(0.1, 2), Schedule.exponential(0.9)), 3), 0.01, 0.01, 0.1, 0.1, 0.09,
                0.081, 0.0729);
        assertMomenta(Schedule.warmUp(2, OneCycle.of(10).withMomentum(0.85, 0.95)), 0.95, 0.95, 0.95, 0.9);
    }

    @Test
    void swa() {
        assertRates(Schedule.swa(0.02, 4, OneCycle.Anneal.COS), 0.1, 0.08828427124746191, 0.06, 0.0317157287525381, 0.02, 0.02);
        assertRates(Schedule.swa(0.02, 4, OneCycle.Anneal.LINEAR), 0.1, 0.08, 0.06, 0.04, 0.02, 0.02);
        assertRates(Schedule.swa(0.02, 0, OneCycle.Anneal.COS), 0.02, 0.02);
    }

    @Test
    void setsTheMomentumOfAnOptimizer() {
        var parameters = List.of(new Parameter(Tensor.of(1f)));
        Schedule schedule = OneCycle.of(10).withMomentum(0.85, 0.95);
        for (Optimizer optimizer : List.of(new Adam(parameters, 0.1), new Sgd(parameters, 0.1, Sgd.Options.DEFAULT.withMomentum(0.9)))) {
            schedule.apply(optimizer, 2);
            assertThat(optimizer.momentum(0)).isCloseTo(0.85, Offset.offset(1e-15));
            Schedule.constant().apply(optimizer, 0);
            assertThat(optimizer.momentum(0)).isEqualTo(0.9);
        }
        var plain = new Sgd(parameters, 0.1);
        assertThatThrownBy(() -> schedule.apply(plain, 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Sgd: there is no momentum to set in group 0");
        assertThat(plain.learningRate()).isEqualTo(0.1);
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
        assertThatThrownBy(() -> new OneCycle(5, 1.5, OneCycle.Anneal.COS, 25, 1e4, false, null))
                .hasMessage("OneCycle: riseShare must be between 0 and 1 (got 1.5)");
        assertThatThrownBy(() -> new OneCycle(5, 0.3, OneCycle.Anneal.COS, 0, 1e4, false, null))
                .hasMessage("OneCycle: both factors must be positive (got 0.0, 10000.0)");
        assertThatThrownBy(() -> Schedule.linear(0, 1, 3))
                .hasMessage("Schedule.linear: startFactor must be above 0 and at most 1 (got 0.0)");
        assertThatThrownBy(() -> Schedule.linear(1, 1.5, 3)).hasMessage("Schedule.linear: endFactor must be between 0 and 1 (got 1.5)");
        assertThatThrownBy(() -> Schedule.constant(2, 3)).hasMessage("Schedule.constant: factor must be between 0 and 1 (got 2.0)");
        assertThatThrownBy(() -> Schedule.polynomial(3, 0)).hasMessage("Schedule.polynomial: power must be above 0 (got 0.0)");
        assertThatThrownBy(() -> Schedule.cosineWarmRestarts(5, 0, 0))
                .hasMessage("Schedule.cosineWarmRestarts: factor must be positive (got 0)");
        assertThatThrownBy(Schedule::chained).hasMessage("Schedule.chained: the number of schedules must be positive (got 0)");
        assertThatThrownBy(() -> Schedule.sequential(List.of(Schedule.constant()), 3)).hasMessage(
                "Schedule.sequential: there must be one milestone between two schedules (got 1 schedules, 1 milestones)");
        assertThatThrownBy(() -> Schedule.sequential(List.of(Schedule.constant(), Schedule.constant(), Schedule.constant()), 3, 3))
                .hasMessage("Schedule.sequential: the milestones must be 0 or more and ascending (got [3, 3])");
        assertThatThrownBy(() -> new Cyclic(0.1, 0, 1, Cyclic.Mode.TRIANGULAR, null))
                .hasMessage("Cyclic: stepsUp must be positive (got 0)");
        assertThatThrownBy(() -> OneCycle.of(5).withMomentum(0.9, 0.8))
                .hasMessage("MomentumRange: least must not be above most (got 0.9, 0.8)");
        assertThatThrownBy(() -> Schedule.warmUp(-1, Schedule.constant()))
                .hasMessageStartingWith("Schedule.warmUp: steps must be 0 or more");
    }
}
