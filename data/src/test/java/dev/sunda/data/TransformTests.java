package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

class TransformTests {
    private static final Tensor SIX = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(1, 2, 3));
    private static final Tensor NINE = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, Shape.of(1, 3, 3));

    private static void assertNear(Tensor actual, double... expected) {
        float[] values = actual.toFloatArray();
        assertThat(values).hasSize(expected.length);
        for (int i = 0; i < values.length; i++)
            assertThat((double) values[i]).as("element %d", i).isCloseTo(expected[i], within(1e-5));
    }

    @Test
    void normalisesEachChannel() {
        Tensor image = Tensor.of(new float[] {0, 1, 0, 1}, Shape.of(2, 1, 2));
        var normalize = new Normalize(new double[] {0.5, 1}, new double[] {0.5, 0.25});
        assertThat(normalize.apply(image, new Rng(0)).toFloatArray()).containsExactly(-1, 1, -4, 0);
        assertThatThrownBy(() -> normalize.apply(SIX, new Rng(0))).isInstanceOf(ShapeException.class)
                .hasMessage("Normalize: there are 2 means, but the image has 1 channels (got [1, 2, 3])");
        assertThatThrownBy(() -> new Normalize(0, 0)).hasMessage("Normalize: standard deviations must be positive (got [0.0])");
    }

    @Test
    void flipsEachRowOfEachChannel() {
        Tensor image = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, Shape.of(2, 2, 2));
        assertThat(new RandomHorizontalFlip(1).apply(image, new Rng(0)).toFloatArray()).containsExactly(2, 1, 4, 3, 6, 5, 8, 7);
        assertThat(new RandomHorizontalFlip(0).apply(image, new Rng(0)).toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void flipsAboutAsOftenAsAskedFor() {
        var flip = new RandomHorizontalFlip(0.25);
        int flipped = 0;
        for (int i = 0; i < 4000; i++)
            if (flip.apply(SIX, new Rng(5).split(i)).toFloatArray()[0] == 3)
                flipped++;
        assertThat(flipped).isBetween(880, 1120);                        // 1000, standard deviation 27
    }

    @Test
    void cropsEveryWindowOfThePaddedImage() {
        var crop = new RandomCrop(2, 3, 1);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            float[] y = crop.apply(SIX, new Rng(1).split(i)).toFloatArray();
            assertThat(y).hasSize(6);
            seen.add(Arrays.toString(y));
        }
        assertThat(seen).hasSize(9).contains(
                "[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]",                        // the middle
                "[0.0, 0.0, 0.0, 0.0, 1.0, 2.0]",                        // top left
                "[5.0, 6.0, 0.0, 0.0, 0.0, 0.0]");                       // bottom right
    }

    @Test
    void cropsASmallerWindowOfEachChannelAtTheSamePlace() {
        var values = new float[2 * 16];
        for (int i = 0; i < values.length; i++)
            values[i] = i;
        Tensor crop = new RandomCrop(2, 2, 0).apply(Tensor.of(values, Shape.of(2, 4, 4)), new Rng(3));
        float[] y = crop.toFloatArray();
        assertThat(crop.shape()).isEqualTo(Shape.of(2, 2, 2));
        assertThat(y).containsExactly(y[0], y[0] + 1, y[0] + 4, y[0] + 5, y[0] + 16, y[0] + 17, y[0] + 20, y[0] + 21);
    }

    @Test
    void paddingLargerThanTheImageGivesEmptyWindowsToo() {
        var crop = new RandomCrop(1, 1, 3);
        double sum = 0;
        for (int i = 0; i < 400; i++)
            sum += crop.apply(SIX, new Rng(2).split(i)).toFloatArray()[0];
        assertThat(sum / 400).isBetween(0.1, 0.6);                       // 21 / 72 on average
        assertThatThrownBy(() -> new RandomCrop(9, 3, 3).apply(SIX, new Rng(0))).isInstanceOf(ShapeException.class)
                .hasMessage("RandomCrop: a window of 9x3 does not fit into the image with 3 pixels of padding (got [1, 2, 3])");
    }

    @Test
    void movesByWholePixelsExactly() {
        assertNear(RandomAffine.warp(NINE, 0, 1, 0, 1), 0, 1, 2, 0, 4, 5, 0, 7, 8);
        assertNear(RandomAffine.warp(NINE, 0, 0, -1, 1), 4, 5, 6, 7, 8, 9, 0, 0, 0);
        assertNear(RandomAffine.warp(NINE, 0, 0, 0, 1), 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void interpolatesBetweenPixels() {
        assertNear(RandomAffine.warp(NINE, 0, 0.5, 0, 1), 0.5, 1.5, 2.5, 2, 4.5, 5.5, 3.5, 7.5, 8.5);
        assertNear(RandomAffine.warp(NINE, 0, 0, 0.25, 1), 0.75, 1.5, 2.25, 3.25, 4.25, 5.25, 6.25, 7.25, 8.25);
    }

    @Test
    void turnsCounterClockwise() {
        assertNear(RandomAffine.warp(NINE, 90, 0, 0, 1), 3, 6, 9, 2, 5, 8, 1, 4, 7);
        assertNear(RandomAffine.warp(NINE, 180, 0, 0, 1), 9, 8, 7, 6, 5, 4, 3, 2, 1);
        assertNear(RandomAffine.warp(NINE, -90, 0, 0, 1), 7, 4, 1, 8, 5, 2, 9, 6, 3);
    }

    @Test
    void enlargesAboutTheCentre() {
        assertNear(RandomAffine.warp(NINE, 0, 0, 0, 2), 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7);
    }

    @Test
    void staysWithinItsLimits() {
        var image = new float[21 * 21];
        image[10 * 21 + 10] = 1;
        Tensor dot = Tensor.of(image, Shape.of(1, 21, 21));
        double furthest = 0;
        for (int i = 0; i < 300; i++) {
            float[] y = RandomAffine.shift(3).apply(dot, new Rng(9).split(i)).toFloatArray();
            double x = 0, mass = 0;
            for (int j = 0; j < y.length; j++) {
                x += y[j] * (j % 21 - 10);
                mass += y[j];
            }
            assertThat(mass).isCloseTo(1, within(1e-5));
            furthest = Math.max(furthest, Math.abs(x));
        }
        assertThat(furthest).isBetween(2.5, 3.0);
    }

    @Test
    void dependsOnItsStreamOnly() {
        Transform augment = Transform.compose(new RandomAffine(10, 2, 0.9, 1.1), new RandomHorizontalFlip(0.5), new RandomCrop(3, 3, 2));
        float[] once = augment.apply(NINE, new Rng(4).split(7)).toFloatArray();
        assertThat(augment.apply(NINE, new Rng(4).split(7)).toFloatArray()).isEqualTo(once);
        assertThat(augment.apply(NINE, new Rng(4).split(8)).toFloatArray()).isNotEqualTo(once);
        assertThat(NINE.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void composesInOrder() {
        Transform both = Transform.compose(new RandomHorizontalFlip(1), new Normalize(1, 2));
        assertThat(both.apply(SIX, new Rng(0)).toFloatArray()).containsExactly(1, 0.5f, 0, 2.5f, 2, 1.5f);
        assertThat(Transform.compose().apply(SIX, new Rng(0))).isSameAs(SIX);
    }

    @Test
    void refusesWhatIsNotAnImage() {
        assertThatThrownBy(() -> new RandomHorizontalFlip(1).apply(Tensor.of(1f, 2f), new Rng(0))).isInstanceOf(ShapeException.class)
                .hasMessage("RandomHorizontalFlip: an image must have the shape [c, h, w] (got [2])");
        assertThatThrownBy(() -> new RandomHorizontalFlip(1.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RandomCrop(0, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RandomAffine(0, 0, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RandomAffine.rotation(181)).isInstanceOf(IllegalArgumentException.class);
    }
}
