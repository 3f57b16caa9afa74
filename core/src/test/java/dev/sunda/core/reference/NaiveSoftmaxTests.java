package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Along dimension 1 of a `[2, 3, 2]` tensor, expected numbers from PyTorch 2.
class NaiveSoftmaxTests {
    private static final Offset<Double> CLOSE = Offset.offset(1e-15);
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private final View x = Samples.pattern(1, 2, 3, 2);
    private final View dy = Samples.pattern(4, 2, 3, 2);
    private final View y = Samples.empty(DType.F64, x.shape());
    private final View dx = Samples.empty(DType.F64, x.shape());

    @Test
    void softmaxAndItsGradient() {
        NaiveSoftmax.softmax(x, 1, false, y);
        assertThat(Elements.doubles(y)).containsExactly(new double[] {
            0.13160164714691436, 0.7033139760217739, 0.278600689196273, 0.095183196149175, 0.5897976636568126, 0.20150282782905093,
            0.7033139760217739, 0.2938147747114895, 0.095183196149175, 0.6220058829452726, 0.20150282782905093,
            0.08417934234323783}, CLOSE);
        NaiveSoftmax.softmaxBackward(y, dy, 1, false, dx);
        assertThat(Elements.doubles(dx)).containsExactly(new double[] {
            -0.14392574822682883, -0.2627873866307237, -0.0957402944899834, 0.03582299171120301, 0.23966604271681222,
            0.22696439491952067, -0.26278738663072376, 0.39642545486599745, 0.035822991711203005, -0.4047790713535413,
            0.22696439491952067, 0.008353616487543798}, CLOSE);
    }

    @Test
    void logSoftmaxAndItsGradient() {
        NaiveSoftmax.softmax(x, 1, true, y);
        assertThat(Elements.doubles(y)).containsExactly(new double[] {
            -2.02797574385531, -0.3519518638028018, -1.2779757438553099, -2.351951863802802, -0.5279757438553098, -1.6019518638028019,
            -0.3519518638028018, -1.2248057281763147, -2.351951863802802, -0.4748057281763146, -1.6019518638028019,
            -2.4748057281763147}, CLOSE);
        NaiveSoftmax.softmaxBackward(y, dy, 1, true, dx);
        assertThat(Elements.doubles(dx)).containsExactly(new double[] {
            -0.4474024707203715, -0.19502903596733911, 0.08209896620559048, -0.3572252057762375, 0.36530350451478105,
            0.5522542417435764, -0.75, 1.0734536936778725, 0, -0.8444985292636819, 0.75, -0.22895516441419056}, CLOSE);
    }

    private static double[] softmax(boolean log, double... values) {
        View out = Samples.f64Empty(values.length);
        NaiveSoftmax.softmax(Samples.f64(values), -1, log, out);
        return Elements.doubles(out);
    }

    @Test
    void largeLogitsDoNotOverflow() {
        assertThat(softmax(false, 1000, 1000)).containsExactly(0.5, 0.5);
        assertThat(softmax(true, -1000, -1000)).containsExactly(-Math.log(2), -Math.log(2));
        assertThat(softmax(false, 0, -INF)).containsExactly(1, 0);
        assertThat(softmax(true, 0, -INF)).containsExactly(0, -INF);
    }

    @Test
    void undefinedSlicesAreNan() {
        assertThat(softmax(false, -INF, -INF)).containsExactly(NAN, NAN);
        assertThat(softmax(true, -INF, -INF)).containsExactly(NAN, NAN);
        assertThat(softmax(false, INF, 0)).containsExactly(NAN, NAN);
        assertThat(softmax(false, NAN, 0)).containsExactly(NAN, NAN);
        assertThat(softmax(false)).isEmpty();
    }
}
