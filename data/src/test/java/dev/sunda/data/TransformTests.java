package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
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

    @Test
    void turnsEachChannelUpsideDown() {
        Tensor image = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, Shape.of(2, 3, 2));
        assertThat(new RandomVerticalFlip(1).apply(image, new Rng(0)).toFloatArray())
                .containsExactly(5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8);
        assertThat(new RandomVerticalFlip(0).apply(image, new Rng(0)).toFloatArray()).isEqualTo(image.toFloatArray());
        assertThatThrownBy(() -> new RandomVerticalFlip(-0.1)).hasMessage(
                "RandomVerticalFlip: probability must be from 0 to 1 (got -0.1)");
    }

    @Test
    void cutsOutTheMiddle() {
        Tensor image = Tensor.arange(35).reshape(1, 5, 7).to(DType.F32);
        assertThat(new CenterCrop(1, 3).apply(image, new Rng(0)).toFloatArray()).containsExactly(16, 17, 18);
        assertThat(new CenterCrop(1, 4).apply(image, new Rng(0)).toFloatArray()).as("1.5 becomes 2").containsExactly(16, 17, 18, 19);
        assertThat(new CenterCrop(2, 2).apply(image, new Rng(0)).toFloatArray()).as("1.5 and 2.5 become 2")
                .containsExactly(16, 17, 23, 24);
        assertThatThrownBy(() -> new CenterCrop(6, 2).apply(image, new Rng(0))).isInstanceOf(ShapeException.class)
                .hasMessage("CenterCrop: a window of 6x2 does not fit into the image; put a Resize before it (got [1, 5, 7])");
    }

    /// Values of `torch.nn.functional.interpolate(x, size, mode="bilinear", antialias=True)`, PyTorch 2.13.
    @Test
    void resizesAsPyTorchDoes() {
        Tensor x = Tensor.of(new float[] {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3, 3, 8, 3, 2, 7},
                Shape.of(1, 5, 6));
        assertNear(new Resize(1, 1).apply(x, new Rng(0)), 4.725146);
        assertNear(new Resize(2, 3).apply(x, new Rng(0)),
                4.545455, 4.096591, 5.201299, 5.675324, 4.727273, 4.090909);
        assertNear(new Resize(3, 2).apply(x, new Rng(0)),
                3.160714, 5.035714, 6.305555, 4.041667, 4.678571, 4.357143);
        assertNear(new Resize(7, 9).apply(x, new Rng(0)),
                3.0, 2.0, 1.5, 3.5, 2.5, 1.666667, 4.333334, 7.0, 9.0, 2.428571, 3.142857, 3.97619, 4.452381, 3.357143, 2.619048, 4.52381,
                6.714286, 8.428572, 4.000001, 5.142858, 6.261905, 6.166667, 4.571429, 3.190476, 3.952381, 5.357142, 6.571428, 9.0, 8.0,
                7.333334, 8.666667, 6.0, 2.833333, 2.166667, 2.5, 3.0, 8.285714, 6.571428, 5.190476, 6.523809, 4.571428, 2.714286,
                4.428572, 4.285715, 3.714286, 5.857142, 4.714286, 4.119048, 6.309525, 4.642857, 2.738096, 3.976191, 4.785714, 5.285714,
                3.0, 3.0, 3.833334, 7.166667, 5.5, 2.833333, 2.166667, 4.5, 7.0);
        assertNear(new Resize(2, 9).apply(x, new Rng(0)),
                4.181818, 4.363636, 4.727273, 5.454545, 3.977273, 2.659091, 4.022728, 5.681818, 7.0, 6.363636, 5.409091, 4.924242,
                6.80303, 4.931818, 2.787879, 3.575757, 4.340909, 4.909091);
        assertNear(new Resize(4, 5).apply(x, new Rng(0)),
                2.642857, 2.964286, 2.875, 3.75, 7.946428, 5.238095, 6.505952, 4.833333, 3.482143, 5.452381, 7.738094, 5.964285, 4.833333,
                3.64881, 3.744047, 4.035714, 4.767857, 5.125, 2.910714, 5.553571);
    }

    @Test
    void resizingKeepsWhatHasOneColourAndTheProportions() {
        Tensor grey = Tensor.full(Shape.of(3, 7, 4), 0.3, DType.F32, Device.CPU);
        assertThat(new Resize(3, 9).apply(grey, new Rng(0)).sub(0.3).abs().max().item()).isLessThan(1e-6);
        assertThat(Resize.shorterSide(2).apply(grey, new Rng(0)).shape()).isEqualTo(Shape.of(3, 3, 2));
        assertThat(Resize.shorterSide(8).apply(grey.mT(), new Rng(0)).shape()).isEqualTo(Shape.of(3, 8, 14));
        assertThat(new Resize(7, 4).apply(grey, new Rng(0)).toFloatArray()).as("nothing to do").isEqualTo(grey.toFloatArray());
        assertThatThrownBy(() -> new Resize(0, 1)).hasMessage("Resize: height and width must be at least 1 (got 0, 1)");
        assertThatThrownBy(() -> Resize.shorterSide(0)).hasMessageContaining("at least 1 (got 0)");
        assertThatThrownBy(() -> Resize.shorterSide(Integer.MAX_VALUE).apply(grey, new Rng(0))).isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("Resize: the shorter side must leave a longer one below 2^31, 2147483647 makes it ");
        assertThatThrownBy(() -> Resize.shorterSide(1_000_000_000).apply(grey, new Rng(0))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> new Resize(1, 1).apply(Tensor.zeros(1, 0, 3), new Rng(0)))
                .hasMessageStartingWith("Resize: the image must have pixels");
    }

    @Test
    void randomWindowsStayWithinTheirBounds() {
        Tensor image = Tensor.arange(40 * 60).reshape(1, 40, 60).to(DType.F32);
        var crop = new RandomResizedCrop(8, 6, 0.2, 0.5, 0.5, 2);
        var means = new HashSet<Double>();
        for (int i = 0; i < 50; i++) {
            Tensor y = crop.apply(image, new Rng(i));
            assertThat(y.shape()).isEqualTo(Shape.of(1, 8, 6));
            assertThat(y.min().item()).isNotNegative();
            assertThat(y.max().item()).isLessThan(2400);
            double rows = (y.get(0, 7, 0) - y.get(0, 0, 0)) / 60 * 8 / 7;            // of the window, from the slope within it
            double columns = (y.get(0, 0, 5) - y.get(0, 0, 0)) * 6 / 5;
            assertThat(rows * columns / 2400).as("area").isBetween(0.17, 0.55);
            assertThat(columns / rows).as("proportions").isBetween(0.4, 2.4);
            means.add(y.mean().item());
        }
        assertThat(means).hasSizeGreaterThan(40);
        assertThat(crop.apply(image, new Rng(3)).toFloatArray()).isEqualTo(crop.apply(image, new Rng(3)).toFloatArray());
    }

    @Test
    void aWindowThatNeverFitsIsTakenFromTheMiddle() {
        Tensor wide = Tensor.arange(4 * 100).reshape(1, 4, 100).to(DType.F32);
        Tensor y = new RandomResizedCrop(4, 4, 1, 1, 1, 1).apply(wide, new Rng(0));
        assertThat(y.toFloatArray()).isEqualTo(wide.narrow(2, 48, 4).contiguous().toFloatArray());
        assertThatThrownBy(() -> new RandomResizedCrop(4, 4, 0.5, 0.4, 1, 1)).hasMessageContaining("the smallest first (got 0.5, 0.4)");
        assertThatThrownBy(() -> new RandomResizedCrop(4, 4, 0.5, 1, 0, 1)).hasMessageContaining("the ratios");
        assertThatThrownBy(() -> new RandomResizedCrop(0, 4)).hasMessageContaining("at least 1 (got 0, 4)");
    }
}
