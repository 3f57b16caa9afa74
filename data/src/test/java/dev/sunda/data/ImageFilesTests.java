package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;

import javax.imageio.ImageIO;

class ImageFilesTests {
    @TempDir
    Path directory;

    private Path write(BufferedImage image, String format) throws IOException {
        Path file = directory.resolve("image." + format);
        assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
        return file;
    }

    private static BufferedImage picture(int type, int... rgb) {
        var image = new BufferedImage(rgb.length, 1, type);
        for (int x = 0; x < rgb.length; x++)
            image.setRGB(x, 0, rgb[x]);
        return image;
    }

    @Test
    void readsColours() throws IOException {
        Tensor image = ImageFiles.readRgb(write(picture(BufferedImage.TYPE_INT_RGB, 0xFF0000, 0x003300, 0x0000CC, 0xFFFFFF), "png"));
        assertThat(image.shape()).isEqualTo(Shape.of(3, 1, 4));
        assertThat(image.toFloatArray()).containsExactly(1, 0, 0, 1, 0, 0.2f, 0, 1, 0, 0, 0.8f, 1);
    }

    @Test
    void weighsColoursForGrey() throws IOException {
        Tensor image = ImageFiles.readGrey(write(picture(BufferedImage.TYPE_INT_RGB, 0xFF0000, 0x00FF00, 0x0000FF, 0x333333), "png"));
        assertThat(image.shape()).isEqualTo(Shape.of(1, 1, 4));
        assertThat(image.toFloatArray()).containsExactly(0.299f, 0.587f, 0.114f, 0.2f);
    }

    @Test
    void keepsTheNumbersOfGreyFiles() throws IOException {
        var grey = new BufferedImage(4, 2, BufferedImage.TYPE_BYTE_GRAY);
        int[] values = {0, 1, 51, 102, 128, 200, 254, 255};
        grey.getRaster().setPixels(0, 0, 4, 2, values);
        float[] expected = new float[8];
        for (int i = 0; i < 8; i++)
            expected[i] = values[i] / 255f;
        Path file = write(grey, "png");
        assertThat(ImageFiles.readGrey(file).toFloatArray()).isEqualTo(expected);
        assertThat(Arrays.copyOfRange(ImageFiles.readRgb(file).toFloatArray(), 8, 16)).isEqualTo(expected);
    }

    @Test
    void readsSixteenBitsAndSingleBits() throws IOException {
        var deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setPixels(0, 0, 2, 1, new int[] {65535, 13107});
        assertThat(ImageFiles.readGrey(write(deep, "png")).toFloatArray()).containsExactly(1, 0.2f);
        Tensor bits = ImageFiles.readGrey(write(picture(BufferedImage.TYPE_BYTE_BINARY, 0, 0xFFFFFF, 0), "png"));
        assertThat(bits.toFloatArray()).containsExactly(0, 1, 0);
    }

    @Test
    void laysTransparencyOnWhite() throws IOException {
        Tensor image = ImageFiles.readGrey(write(picture(BufferedImage.TYPE_INT_ARGB, 0x00000000, 0xFF000000, 0x33000000, 0x33FFFFFF),
                "png"));
        assertThat(image.toFloatArray()).containsExactly(1, 0, 0.8f, 1);
    }

    @Test
    void readsJpeg() throws IOException {
        var image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(new Color(51, 102, 204));
        g.fillRect(0, 0, 40, 30);
        Path file = write(image, "jpg");
        float[] rgb = ImageFiles.readRgb(file).toFloatArray();
        assertThat(rgb).hasSize(3600);
        assertThat(rgb[0]).isCloseTo(0.2f, within(0.02f));
        assertThat(rgb[1200]).isCloseTo(0.4f, within(0.02f));
        assertThat(rgb[2400]).isCloseTo(0.8f, within(0.02f));
    }

    @Test
    void refusesWhatIsNoImage() throws IOException {
        Path text = Files.writeString(directory.resolve("a.png"), "not an image", StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> ImageFiles.readRgb(text)).isInstanceOf(DataException.class)
                .hasMessage(text + ": not an image of a known format; PNG and JPEG are");
        Path missing = directory.resolve("missing.png");
        assertThatThrownBy(() -> ImageFiles.readRgb(missing)).isInstanceOf(DataException.class)
                .hasMessageStartingWith(missing + ": cannot be read as an image: ");
    }

    @Test
    void refusesHugeImagesByTheirHeader() throws IOException {
        byte[] png = Files.readAllBytes(write(picture(BufferedImage.TYPE_INT_RGB, 1, 2), "png"));
        ByteBuffer.wrap(png).putInt(16, 100_000).putInt(20, 50_000);     // width and height in the IHDR chunk
        var sum = new CRC32();
        sum.update(png, 12, 17);
        ByteBuffer.wrap(png).putInt(29, (int) sum.getValue());
        Path file = Files.write(directory.resolve("huge.png"), png);
        assertThatThrownBy(() -> ImageFiles.readGrey(file)).isInstanceOf(DataException.class).hasMessage(
                file + ": the image is too large: its header says 100000x50000 pixels, at most 33554432 in all are accepted");
    }

    @Test
    void damagedFilesGiveAnImageOrADataException() throws IOException {
        var noise = new BufferedImage(24, 24, BufferedImage.TYPE_INT_RGB);
        var random = new Random(5);
        for (int i = 0; i < 24 * 24; i++)
            noise.setRGB(i % 24, i / 24, random.nextInt(1 << 24));
        int refused = 0;
        for (String format : new String[] {"png", "jpg"}) {
            byte[] good = Files.readAllBytes(write(noise, format));
            for (int i = 0; i < 150; i++) {
                byte[] bad = i % 3 == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
                if (i % 3 != 0)
                    for (int k = 0; k < 3; k++)
                        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
                Path file = Files.write(directory.resolve("bad"), bad);
                try {
                    for (float value : ImageFiles.readGrey(file).toFloatArray())
                        assertThat(value).isBetween(0f, 1f);
                } catch (DataException e) {
                    assertThat(e).hasMessageStartingWith(file + ": ");
                    refused++;
                }
            }
        }
        assertThat(refused).isBetween(100, 300);
    }
}
