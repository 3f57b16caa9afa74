package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Batch normalisation of a `[2, 3, 2]` batch with `eps = 1e-3`, expected numbers from PyTorch 2.
class NaiveNormalizationTests {
    private static final Offset<Double> CLOSE = Offset.offset(1e-13);

    private final View x = Samples.pattern(1, 2, 3, 2);
    private final View weight = Samples.f64(1, 0.5, -2);
    private final View bias = Samples.f64(0, 1, 0.25);
    private final View mean = Samples.f64Empty(3);
    private final View variance = Samples.f64Empty(3);

    private View rstd() {
        NaiveNormalization.channelStatistics(x, mean, variance);
        double[] values = Elements.doubles(variance);
        for (int c = 0; c < values.length; c++)
            values[c] = 1 / Math.sqrt(values[c] + 1e-3);
        return Samples.f64(values);
    }

    @Test
    void statisticsOfEachChannel() {
        NaiveNormalization.channelStatistics(x, mean, variance);
        assertThat(Elements.doubles(mean)).containsExactly(new double[] {0.3125, -0.3125, -0.25}, CLOSE);
        assertThat(Elements.doubles(variance)).containsExactly(new double[] {0.6992187500000001, 0.69921875, 0.3125}, CLOSE);
    }

    @Test
    void varianceIsCentred() {
        View far = Samples.f64(Shape.of(4, 1), 1e9 + 1, 1e9 - 1, 1e9 + 1, 1e9 - 1);
        View spread = Samples.f64Empty(1);
        NaiveNormalization.channelStatistics(far, Samples.f64Empty(1), spread);
        assertThat(Elements.doubles(spread)).containsExactly(1);
    }

    @Test
    void normalizesEachChannel() {
        View y = Samples.empty(DType.F64, x.shape());
        NaiveNormalization.channelNormalize(x, mean, rstd(), weight, bias, false, y);
        assertThat(Elements.doubles(y)).containsExactly(new double[] {
            -1.5684924919431713, 0.5228308306477238, 1.0373450593319802, 0.439824110020296, -2.4289985988840996, 1.1429995329613665,
            1.120351779959408, -0.07469011866396053, 0.7385845846761381, 1.7842462459715858, -0.6429995329613665,
            2.9289985988840996}, CLOSE);
    }

    @Test
    void weightAndBiasMayBeMissing() {
        View y = Samples.f64Empty(1, 2);
        NaiveNormalization.channelNormalize(Samples.f64(Shape.of(1, 2), 5, 7), Samples.f64(1, 2), Samples.f64(2, 3), null, null, false,
                y);
        assertThat(Elements.doubles(y)).containsExactly(8, 15);
    }

    @Test
    void gradients() {
        View dx = Samples.empty(DType.F64, x.shape());
        View dweight = Samples.f64Empty(3);
        View dbias = Samples.f64Empty(3);
        NaiveNormalization.batchNormBackward(Samples.pattern(4, 2, 3, 2), x, mean, rstd(), weight, null, false, dx, dweight, dbias);
        assertThat(Elements.doubles(dx)).containsExactly(new double[] {
            -0.47656075713612306, -0.9366014880260468, 0.45897406252858725, -0.31188049550028135, -0.008545450076184973,
            0.0028484833587283246, -0.1290802050762355, 1.5422424502384056, 0.07354678351415295, -0.22064035054245887,
            -0.0028484833587283246, 0.008545450076184973}, CLOSE);
        assertThat(Elements.doubles(dweight)).containsExactly(new double[] {
            -1.1763693689573784, -0.970971542631487, 2.232498832403416}, CLOSE);
        assertThat(Elements.doubles(dbias)).containsExactly(new double[] {-1.25, -1, 2}, CLOSE);
    }

    @Test
    void reluFollowsInTheSamePass() {
        View y = Samples.f64Empty(3, 1), dx = Samples.f64Empty(3, 1), dweight = Samples.f64Empty(1), dbias = Samples.f64Empty(1);
        View three = Samples.f64(Shape.of(3, 1), -1, 0, 4), zero = Samples.f64(0), one = Samples.f64(1);
        NaiveNormalization.channelNormalize(three, zero, one, null, Samples.f64(-1), true, y);
        assertThat(Elements.doubles(y)).containsExactly(0, 0, 3);
        NaiveNormalization.batchNormBackward(Samples.f64(Shape.of(3, 1), 5, 7, 6), three, zero, one, null, Samples.f64(-1), true, dx,
                dweight, dbias);
        assertThat(Elements.doubles(dbias)).containsExactly(6);
        assertThat(Elements.doubles(dweight)).containsExactly(24);
        assertThat(Elements.doubles(dx)).containsExactly(6, -2, -28);                       // dy - 6 / 3 - x * 24 / 3
    }
}
