package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Four rows of three classes, the third row ignored; expected numbers from PyTorch 2 with `reduction="none"`.
class NaiveLossesTests {
    private static final Offset<Double> CLOSE = Offset.offset(1e-14);
    private static final double INF = Double.POSITIVE_INFINITY;

    private final View logits = Samples.pattern(1, 4, 3);
    private final View labels = Samples.i64(2, 0, -100, 1);
    private final View weight = Samples.f64(1, 0.5, 2);
    private final View losses = Samples.f64Empty(4);
    private final View logSumExp = Samples.f64Empty(4);

    private void check(double smoothing, View target, View weights, double[] expected, double[] gradient) {
        var spec = new CrossEntropySpec(-100, smoothing);
        NaiveLosses.crossEntropy(spec, logits, target, weights, losses, logSumExp);
        assertThat(Elements.doubles(losses)).containsExactly(expected, CLOSE);
        assertThat(Elements.doubles(logSumExp)).containsExactly(new double[] {
            1.182855466878769, 0.9328554668787689, 1.6576059644443804, 1.4076059644443804}, CLOSE);
        View dlogits = Samples.empty(DType.F64, logits.shape());
        NaiveLosses.crossEntropyBackward(spec, Samples.pattern(4, 4), logits, target, weights, logSumExp, dlogits);
        assertThat(Elements.doubles(dlogits)).containsExactly(gradient, CLOSE);
    }

    @Test
    void classIndices() {
        check(0, labels, null, new double[] {1.432855466878769, 2.182855466878769, 0, 1.4076059644443804}, new double[] {
            -0.02817980117707614, -0.1621635592629118, 0.19034336043998795, 1.1091009941146193, -0.810817796314559,
            -0.2982831978000603, 0, 0, 0, -0.3326204778874109, 0.37763576447260117, -0.04501528658519022});
    }

    @Test
    void classIndicesWithWeights() {
        check(0, labels, weight, new double[] {2.865710933757538, 2.182855466878769, 0, 0.7038029822221902}, new double[] {
            -0.05635960235415228, -0.3243271185258236, 0.3806867208799759, 1.1091009941146193, -0.810817796314559,
            -0.2982831978000603, 0, 0, 0, -0.16631023894370545, 0.18881788223630058, -0.02250764329259511});
    }

    @Test
    void labelSmoothing() {
        check(0.1, labels, null, new double[] {1.4245221335454357, 2.099522133545436, 0, 1.4076059644443804}, new double[] {
            -0.019846467843742804, -0.15383022592957846, 0.1736766937733213, 1.025767660781286, -0.7691511296478925,
            -0.25661653113339367, 0, 0, 0, -0.31595381122074423, 0.34430243113926784, -0.02834861991852355});
    }

    @Test
    void labelSmoothingWithWeights() {
        check(0.1, labels, weight, new double[] {2.754639644850974, 2.1400697246600817, 0, 0.8309767131851489}, new double[] {
            -0.0456779522560626, -0.30664682192058096, 0.35232477417664354, 1.0234193440165298, -0.8034980929198016,
            -0.21992125109672794, 0, 0, 0, -0.17181827080286616, 0.16399359986780734, 0.007824670935058876});
    }

    @Test
    void probabilities() {
        View target = Samples.f64(Shape.of(4, 3), 0.5, 0.25, 0.25, 1, 0, 0, 0, 0.5, 0.5, 0.2, 0.2, 0.1);
        check(0.1, target, weight, new double[] {1.851265964683943, 2.140069724660082, 2.681110739185106, 0.830976713185149}, new double[] {
            0.08901364117088485, -0.15081801900103792, 0.06180437783015306, 1.0234193440165298, -0.8034980929198016,
            -0.21992125109672794, 0.3963370933768685, 0.031102259113186873, -0.4274393524900555, -0.08181827080286616,
            -0.01600640013219266, 0.0978246709350589});
    }

    @Test
    void ignoredRowsAreZeroWhateverTheyHold() {
        View nan = Samples.f64(Shape.of(1, 2), Double.NaN, INF);
        View loss = Samples.f64Empty(1);
        View normalizer = Samples.f64Empty(1);
        View dlogits = Samples.f64Empty(1, 2);
        var spec = new CrossEntropySpec(7, 0);
        NaiveLosses.crossEntropy(spec, nan, Samples.i64(7), null, loss, normalizer);
        NaiveLosses.crossEntropyBackward(spec, Samples.f64(INF), nan, Samples.i64(7), null, normalizer, dlogits);
        assertThat(Elements.doubles(loss)).containsExactly(0);
        assertThat(Elements.doubles(dlogits)).containsExactly(0, 0);
    }

    @Test
    void impossibleClassesDoNotDisturbOthers() {
        View loss = Samples.f64Empty(1);
        View normalizer = Samples.f64Empty(1);
        NaiveLosses.crossEntropy(new CrossEntropySpec(-100, 0), Samples.f64(Shape.of(1, 3), 1000, -INF, 1000), Samples.i64(0), null, loss,
                normalizer);
        assertThat(Elements.doubles(loss)[0]).isCloseTo(Math.log(2), Offset.offset(1e-12));
        assertThat(Elements.doubles(normalizer)[0]).isCloseTo(1000 + Math.log(2), Offset.offset(1e-12));
    }

    @Test
    void refusesClassesOutsideBeforeWriting() {
        View out = Samples.f64(8, 9);
        View bad = Samples.i64(0, 3);
        View rows = Samples.pattern(1, 2, 3);
        assertThatThrownBy(() -> NaiveLosses.crossEntropy(new CrossEntropySpec(-100, 0), rows, bad, null, out, out))
                .isInstanceOf(ShapeException.class)
                .hasMessage("crossEntropy: class 3 of row 1 is not below the 3 classes of the logits, nor the ignored index -100 "
                        + "(got [2, 3], [2])");
        assertThat(Elements.doubles(out)).containsExactly(8, 9);
    }
}
