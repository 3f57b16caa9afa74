package dev.sunda.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.examples.mnist.ConfusionMatrix.Confusion;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTests {
    private static ConfusionMatrix counted(int... truthAndAnswer) {
        var matrix = new ConfusionMatrix(List.of("cat", "dog", "owl"));
        for (int i = 0; i < truthAndAnswer.length; i += 2)
            matrix.add(truthAndAnswer[i], truthAndAnswer[i + 1]);
        return matrix;
    }

    @Test
    void countsRightAnswers() {
        ConfusionMatrix matrix = counted(0, 0, 0, 0, 0, 1, 1, 1);
        assertThat(matrix.total()).isEqualTo(4);
        assertThat(matrix.correct()).isEqualTo(3);
        assertThat(matrix.accuracy()).isEqualTo(0.75);
        assertThat(matrix.counts()).isDeepEqualTo(new int[][] {{2, 1, 0}, {0, 1, 0}, {0, 0, 0}});
    }

    @Test
    void ordersMistakesByFrequencyThenByClass() {
        ConfusionMatrix matrix = counted(0, 1, 2, 0, 2, 0, 1, 2, 1, 1);
        assertThat(matrix.mostConfused(2)).containsExactly(new Confusion("owl", "cat", 2), new Confusion("cat", "dog", 1));
    }

    @Test
    void printsAlignedLines() {
        assertThat(counted(0, 0, 0, 1, 1, 1, 0, 0).lines()).containsExactly(
                "true \\ answer  cat  dog  owl     right",
                "cat              2    1    .   66.67 %",
                "dog              .    1    .  100.00 %",
                "owl              .    .    .         -",
                "most confused: cat as dog (1)");
        assertThat(counted(0, 0).lines()).last().isEqualTo("no mistakes");
    }
}
