package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;

class MnistStyleTests {
    /// A digit in a box of 100x140, drawn with a stroke of 16.
    private static Path2D digit(int digit) {
        var path = new Path2D.Double();
        switch (digit) {
            case 1 -> {
                path.moveTo(30, 40);
                path.lineTo(55, 10);
                path.lineTo(55, 130);
            }
            case 2 -> {
                path.moveTo(10, 40);
                path.curveTo(20, -10, 100, 0, 85, 50);
                path.lineTo(10, 130);
                path.lineTo(90, 130);
            }
            case 4 -> {
                path.moveTo(70, 130);
                path.lineTo(70, 10);
                path.lineTo(10, 90);
                path.lineTo(95, 90);
            }
            default -> {
                path.moveTo(10, 10);
                path.lineTo(90, 10);
                path.lineTo(40, 130);
            }
        }
        return path;
    }

    private static Tensor drawing(int digit, int size, double scale, double x, double y, Color paper, Color ink) {
        var image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(paper);
        g.fillRect(0, 0, size, size);
        g.setTransform(new AffineTransform(scale, 0, 0, scale, x, y));
        g.setStroke(new BasicStroke(16, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.setColor(ink);
        g.draw(digit(digit));
        return ImageFiles.grey(image);
    }

    private static float[] styled(Tensor drawing) {
        Tensor result = MnistStyle.of(drawing);
        assertThat(result.shape()).isEqualTo(Shape.of(1, 28, 28));
        return result.toFloatArray();
    }

    /// Mean difference of the pixels, at the best of the nine shifts by at most one pixel: a centre of mass on the edge of a pixel may
    /// fall on either side of it. Nothing reaches the outermost pixels.
    private static double difference(float[] a, float[] b) {
        double best = Double.POSITIVE_INFINITY;
        for (int shift : new int[] {-29, -28, -27, -1, 0, 1, 27, 28, 29}) {
            double sum = 0;
            for (int i = 29; i < a.length - 29; i++)
                sum += Math.abs(a[i] - b[i + shift]);
            best = Math.min(best, sum / a.length);
        }
        return best;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7})
    void colourSizeAndPlaceOfADrawingDoNotMatter(int digit) {
        float[] plain = styled(drawing(digit, 200, 1, 50, 30, Color.WHITE, Color.BLACK));
        float[][] variants = {
            styled(drawing(digit, 200, 1, 50, 30, Color.BLACK, Color.WHITE)),
            styled(drawing(digit, 600, 3, 250, 100, Color.WHITE, Color.BLACK)),
            styled(drawing(digit, 300, 1, 180, 10, new Color(240, 235, 210), new Color(20, 20, 120))),
            styled(drawing(digit, 120, 0.6, 12, 20, new Color(60, 60, 60), new Color(230, 230, 230)))};
        for (float[] variant : variants)
            assertThat(difference(plain, variant)).isLessThan(0.02);
        float[] other = styled(drawing(digit == 1 ? 7 : 1, 200, 1, 50, 30, Color.WHITE, Color.BLACK));
        assertThat(difference(plain, other)).isGreaterThan(0.06);     // the measure can tell digits apart
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7})
    void hasTheFormOfMnist(int digit) {
        float[] image = styled(drawing(digit, 250, 1.2, 100, 20, Color.WHITE, Color.BLACK));
        double mass = 0, x = 0, y = 0;
        int top = 28, bottom = -1, left = 28, right = -1;
        for (int i = 0; i < 28; i++)
            for (int j = 0; j < 28; j++) {
                float value = image[i * 28 + j];
                assertThat(value).isBetween(0f, 1f);
                mass += value;
                x += value * (j + 0.5);
                y += value * (i + 0.5);
                if (value > 0) {
                    top = Math.min(top, i);
                    bottom = i;
                    left = Math.min(left, j);
                    right = Math.max(right, j);
                }
            }
        assertThat(Math.max(bottom - top, right - left) + 1).isEqualTo(20);
        assertThat(x / mass).isCloseTo(14.5, within(0.501));
        assertThat(y / mass).isCloseTo(14.5, within(0.501));
    }

    @Test
    void averagesAreasExactly() {
        // a block of 40x20 pixels, its upper right quarter at half strength, on a wide black margin
        var pixels = new float[100 * 60];
        for (int i = 0; i < 20; i++)
            for (int j = 0; j < 40; j++)
                pixels[(30 + i) * 100 + 5 + j] = i < 10 && j >= 20 ? 0.5f : 1;
        float[] image = styled(Tensor.of(pixels, Shape.of(1, 60, 100)));
        // 20x10 pixels; centre of mass at 9.2857 from the left and 5.3571 from the top, so it moves right by 5 and down by 9
        for (int i = 0; i < 28; i++)
            for (int j = 0; j < 28; j++) {
                boolean inside = i >= 9 && i < 19 && j >= 5 && j < 25;
                boolean quarter = i < 14 && j >= 15;
                assertThat(image[i * 28 + j]).as("pixel %d, %d", i, j).isEqualTo(inside ? quarter ? 0.5f : 1 : 0);
            }
    }

    @Test
    void enlargesSmallDrawings() {
        var pixels = new float[9 * 9];
        pixels[4 * 9 + 4] = 1;
        float[] image = styled(Tensor.of(pixels, Shape.of(1, 9, 9)));
        for (int i = 0; i < 28; i++)
            for (int j = 0; j < 28; j++)
                assertThat(image[i * 28 + j]).isEqualTo(i >= 4 && i < 24 && j >= 4 && j < 24 ? 1 : 0);
    }

    @Test
    void leavesAnImageInTheFormOfMnistAsItIs() {
        float[] once = styled(drawing(4, 200, 1, 50, 30, Color.WHITE, Color.BLACK));
        float max = 0;
        for (float value : once)
            max = Math.max(max, value);
        float[] twice = styled(Tensor.of(once, Shape.of(1, 28, 28)));
        for (int i = 0; i < once.length; i++)
            assertThat(twice[i]).isCloseTo(once[i] / max, within(1e-6f));
    }

    @Test
    void ignoresFaintNoise() {
        float[] clean = drawing(2, 200, 1, 50, 30, Color.WHITE, Color.BLACK).toFloatArray();
        float[] noisy = clean.clone();
        for (int i = 0; i < noisy.length; i++)
            noisy[i] = Math.clamp(noisy[i] - (i * 7919 % 97) / 97f * 0.1f, 0, 1);
        Shape shape = Shape.of(1, 200, 200);
        assertThat(difference(styled(Tensor.of(clean, shape)), styled(Tensor.of(noisy, shape)))).isLessThan(0.02);
    }

    @Test
    void refusesBlankDrawings() {
        var pixels = new float[50 * 50];
        for (float shade : new float[] {0, 0.5f, 1}) {
            Arrays.fill(pixels, shade);
            pixels[777] = shade == 0.5f ? 0.45f : Math.abs(shade - 0.05f);
            assertThatThrownBy(() -> MnistStyle.of(Tensor.of(pixels.clone(), Shape.of(1, 50, 50)))).as("shade %s", shade)
                    .isInstanceOf(DataException.class).hasMessageStartingWith("MnistStyle: the drawing is blank: ");
            pixels[777] = shade;
        }
    }

    @Test
    void refusesWhatIsNotADrawing() {
        assertThatThrownBy(() -> MnistStyle.of(Tensor.of(new float[12], Shape.of(3, 2, 2)))).isInstanceOf(ShapeException.class)
                .hasMessage("MnistStyle: a drawing must be grey, [1, h, w] (got [3, 2, 2])");
        assertThatThrownBy(() -> MnistStyle.of(Tensor.of(new float[] {0, Float.NaN}, Shape.of(1, 1, 2))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MnistStyle.of(Tensor.of(new float[] {0, 2}, Shape.of(1, 1, 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("MnistStyle: pixels must be from 0 to 1 (got 2.0); do not normalise before");
    }
}
