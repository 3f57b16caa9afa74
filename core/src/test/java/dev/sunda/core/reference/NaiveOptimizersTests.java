package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// A few steps on four parameters, the gradient changing from step to step; expected numbers from PyTorch 2.
class NaiveOptimizersTests {
    private static final Offset<Double> CLOSE = Offset.offset(1e-14);

    private final View p = Samples.pattern(1, 4);
    private final View buffer = Samples.f64Empty(4);

    private static View gradient(int step) {
        return Samples.pattern(1 + step, 4);
    }

    @Test
    void sgdWithWeightDecay() {
        for (int t = 1; t <= 3; t++)
            NaiveOptimizers.sgd(new SgdStep(0.1, 0, 0, 0.01, false, false, t == 1), p, gradient(t), null);
        assertThat(Elements.doubles(p)).containsExactly(new double[] {
            -0.8472029240000001, 0.6480771492499999, -0.32422574975, -1.02152864875}, CLOSE);
    }

    @Test
    void sgdWithDampedMomentumThatMaximizes() {
        for (int t = 1; t <= 3; t++)
            NaiveOptimizers.sgd(new SgdStep(0.1, 0.9, 0.5, 0.01, false, true, t == 1), p, gradient(t), buffer);
        assertThat(Elements.doubles(p)).containsExactly(new double[] {
            -1.2589371685000001, 1.0739103873125, -0.2002167874375, -1.6118439621875003}, CLOSE);
        assertThat(Elements.doubles(buffer)).containsExactly(new double[] {
            0.9387416850000001, -0.7326001231250002, -0.36683337562499996, 1.3739333718750002}, CLOSE);
    }

    @Test
    void sgdWithNesterovMomentum() {
        for (int t = 1; t <= 3; t++)
            NaiveOptimizers.sgd(new SgdStep(0.1, 0.9, 0, 0, true, false, t == 1), p, gradient(t), buffer);
        assertThat(Elements.doubles(p)).containsExactly(new double[] {-0.559075, 0.30485, -0.41275, -0.60785}, CLOSE);
        assertThat(Elements.doubles(buffer)).containsExactly(new double[] {-1.3075, 0.685, 0.725, -1.9849999999999999}, CLOSE);
    }

    private record Moments(View m, View v, View vMax) {
        static Moments zeros() {
            return new Moments(Samples.f64(0, 0, 0, 0), Samples.f64(0, 0, 0, 0), Samples.f64(0, 0, 0, 0));
        }
    }

    @Test
    void adamWithWeightDecay() {
        var state = Moments.zeros();
        for (int t = 1; t <= 3; t++)
            NaiveOptimizers.adam(new AdamStep(0.01, 0.8, 0.95, 1e-6, 0.1, false, false, t), p, gradient(t), state.m, state.v, null);
        assertThat(Elements.doubles(p)).containsExactly(new double[] {
            -0.971301938071187, 0.7280144148095088, -0.25547999701866614, -1.2207739040119394}, CLOSE);
        assertThat(Elements.doubles(state.m)).containsExactly(new double[] {
            -0.2742458894743212, 0.11403930272907835, 0.12801937399730032, -0.4084437040929573}, CLOSE);
        assertThat(Elements.doubles(state.v)).containsExactly(new double[] {
            0.05570208484608064, 0.2046807986741407, 0.01374966951807191, 0.1128030419966076}, CLOSE);
    }

    @Test
    void amsgradThatMaximizes() {
        var state = Moments.zeros();
        for (int t = 1; t <= 4; t++)
            NaiveOptimizers.adam(new AdamStep(0.01, 0.8, 0.95, 1e-6, 0, false, true, t), p, gradient(t), state.m, state.v, state.vMax);
        assertThat(Elements.doubles(p)).containsExactly(new double[] {
            -1.0349020978592003, 0.7693324194345036, -0.22429474043819508, -1.2872995817533697}, CLOSE);
        assertThat(Elements.doubles(state.v)).containsExactly(new double[] {
            0.03836367187500003, 0.23759531250000016, 0.04282031250000004, 0.08325156250000007}, CLOSE);
        assertThat(Elements.doubles(state.vMax)).containsExactly(new double[] {
            0.04038281250000004, 0.23759531250000016, 0.04282031250000004, 0.08434375000000008}, CLOSE);
    }

    @Test
    void adamWithDecoupledDecay() {
        var state = Moments.zeros();
        for (int t = 1; t <= 3; t++)
            NaiveOptimizers.adam(new AdamStep(0.01, 0.8, 0.95, 1e-6, 0.1, true, false, t), p, gradient(t), state.m, state.v, null);
        assertThat(Elements.doubles(p)).containsExactly(new double[] {
            -0.9686937548462841, 0.7263905636160761, -0.2657120422049462, -1.2172328022794223}, CLOSE);
    }

    @Test
    void floatsAreRoundedAtTheEndOfTheStep() {
        View single = Samples.pattern(DType.F32, 1, Shape.of(4));
        View m = Samples.f32(0, 0, 0, 0);
        View v = Samples.f32(0, 0, 0, 0);
        for (int t = 1; t <= 3; t++)
            NaiveOptimizers.adam(new AdamStep(0.01, 0.8, 0.95, 1e-6, 0.1, true, false, t), single, Samples.pattern(DType.F32, 1 + t,
                    Shape.of(4)), m, v, null);
        assertThat(Elements.doubles(single)).containsExactly(new double[] {
            -0.9686938524246216, 0.7263906002044678, -0.26571205258369446, -1.2172328233718872}, Offset.offset(1.2e-7));
    }

    @Test
    void sgdUpdatesStridedViews() {
        View every = Samples.f64(1, 100, 2, 200);
        View reversed = every.as(every.layout().slice(0, 2, 2, -2));
        NaiveOptimizers.sgd(new SgdStep(0.5, 0, 0, 0, false, false, true), reversed, Samples.f64(2, 4), null);
        assertThat(Elements.doubles(every)).containsExactly(-1, 100, 1, 200);
    }
}
