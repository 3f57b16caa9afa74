package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;

import org.junit.jupiter.api.Test;

import java.util.List;

class LabelledImagesTests {
    private final byte[] pixels = {0, 51, 102, (byte) 255, 1, 2, 3, 4, 10, 20, 30, 40};
    private final LabelledImages images = new LabelledImages(pixels, new byte[] {1, 0, 2}, Shape.of(1, 2, 2), List.of("a", "b", "c"));

    @Test
    void turnsBytesIntoNumbersFromZeroToOne() {
        Sample first = images.get(0);
        assertThat(first.input().shape()).isEqualTo(Shape.of(1, 2, 2));
        assertThat(first.input().dtype()).isEqualTo(DType.F32);
        assertThat(first.input().toFloatArray()).containsExactly(0, 0.2f, 0.4f, 1);
        assertThat(first.target().shape()).isEqualTo(Shape.SCALAR);
        assertThat(first.target().dtype()).isEqualTo(DType.I64);
        assertThat(first.target().toLongArray()).containsExactly(1);
    }

    @Test
    void batchesInTheOrderAskedFor() {
        Batch batch = images.batch(2, 0, 2);
        assertThat(batch.size()).isEqualTo(3);
        assertThat(batch.input().shape()).isEqualTo(Shape.of(3, 1, 2, 2));
        assertThat(batch.input().toFloatArray()).containsExactly(10 / 255f, 20 / 255f, 30 / 255f, 40 / 255f, 0, 0.2f, 0.4f, 1,
                10 / 255f, 20 / 255f, 30 / 255f, 40 / 255f);
        assertThat(batch.target().shape()).isEqualTo(Shape.of(3));
        assertThat(batch.target().toLongArray()).containsExactly(2, 1, 2);
    }

    @Test
    void normalisesLikeTheTransform() {
        var normalized = images.normalized(new double[] {0.1307}, new double[] {0.3081});
        assertThat(normalized.get(0).input().toFloatArray()[3]).isEqualTo((1f - 0.1307f) / 0.3081f);
        assertThat(normalized.batch(0, 1, 2).input().toFloatArray()).startsWith(
                new Normalize(0.1307, 0.3081).apply(images.get(0).input(), null).toFloatArray());
        assertThat(images.get(0).input().toFloatArray()[0]).isZero();
    }

    @Test
    void normalisesEachChannelByItsOwnNumbers() {
        var rgb = new LabelledImages(new byte[] {0, (byte) 255, 0, (byte) 255, 0, (byte) 255}, new byte[1], Shape.of(3, 1, 2),
                List.of("a"));
        var normalized = rgb.normalized(new double[] {0, 0.5, 1}, new double[] {1, 0.5, 0.25});
        assertThat(normalized.get(0).input().toFloatArray()).containsExactly(0, 1, -1, 1, -4, 0);
        assertThatThrownBy(() -> rgb.normalized(new double[] {0}, new double[] {1}))
                .hasMessage("LabelledImages.normalized: there must be one mean for each of the 3 channels (got 1)");
    }

    @Test
    void refusesWhatDoesNotFitTogether() {
        assertThatThrownBy(() -> new LabelledImages(pixels, new byte[2], Shape.of(1, 2, 2), List.of("a"))).isInstanceOf(DataException.class)
                .hasMessage("LabelledImages: 2 images [1, 2, 2] need 8 bytes (got 12)");
        assertThatThrownBy(() -> new LabelledImages(pixels, new byte[] {0, 1, (byte) 200}, Shape.of(1, 2, 2), List.of("a", "b")))
                .isInstanceOf(DataException.class)
                .hasMessage("LabelledImages: label 200 of image 2 is not below the number of classes (got 2)");
        assertThatThrownBy(() -> images.batch(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> images.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void describesItself() {
        assertThat(images).hasToString("3 images [1, 2, 2] of 3 classes");
        assertThat(images.label(2)).isEqualTo(2);
        assertThat(images.classNames()).containsExactly("a", "b", "c");
    }
}
