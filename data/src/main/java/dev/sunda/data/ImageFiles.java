package dev.sunda.data;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.color.ColorSpace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;

import java.util.Objects;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// Reads PNG and JPEG files, and the other formats the JDK knows, into F32 images `[c, h, w]` with numbers in `[0, 1]`.
///
/// Transparent pixels are laid on white. Grey is `0.299 r + 0.587 g + 0.114 b` (ITU-R BT.601); grey files keep their numbers. The
/// orientation a camera noted beside the pixels is not applied.
public final class ImageFiles {
    /// Pixels an image may have at most, 2^25. The header is checked before anything is decoded.
    public static final int MAX_PIXELS = 1 << 25;

    private ImageFiles() {
    }

    /// Reads a file as a grey image `[1, h, w]`.
    ///
    /// @throws DataException if it cannot be read, is not an image, is damaged or too large
    public static Tensor readGrey(Path file) {
        Objects.requireNonNull(file, "ImageFiles.readGrey: file is null");
        return grey(decode(file));
    }

    /// Reads a file as an image `[3, h, w]` of red, green and blue.
    ///
    /// @throws DataException if it cannot be read, is not an image, is damaged or too large
    public static Tensor readRgb(Path file) {
        Objects.requireNonNull(file, "ImageFiles.readRgb: file is null");
        return rgb(decode(file));
    }

    /// A picture in memory as a grey image `[1, h, w]`.
    @SuppressWarnings("exports")                                     // who has a BufferedImage has the module it comes from
    public static Tensor grey(BufferedImage picture) {
        Objects.requireNonNull(picture, "ImageFiles.grey: picture is null");
        int h = picture.getHeight(), w = picture.getWidth();
        var grey = new float[h * w];
        var row = new float[3][w];
        for (int y = 0; y < h; y++) {
            readRow(picture, y, row);
            for (int x = 0; x < w; x++) {
                float r = row[0][x], g = row[1][x], b = row[2][x];
                grey[y * w + x] = r == g && g == b ? r : 0.299f * r + 0.587f * g + 0.114f * b;
            }
        }
        return Tensor.of(grey, Shape.of(1, h, w));
    }

    /// A picture in memory as an image `[3, h, w]` of red, green and blue.
    @SuppressWarnings("exports")                                     // who has a BufferedImage has the module it comes from
    public static Tensor rgb(BufferedImage picture) {
        Objects.requireNonNull(picture, "ImageFiles.rgb: picture is null");
        int h = picture.getHeight(), w = picture.getWidth();
        var planes = new float[3 * h * w];
        var row = new float[3][w];
        for (int y = 0; y < h; y++) {
            readRow(picture, y, row);
            for (int c = 0; c < 3; c++)
                System.arraycopy(row[c], 0, planes, (c * h + y) * w, w);
        }
        return Tensor.of(planes, Shape.of(3, h, w));
    }

    private static BufferedImage decode(Path file) {
        try (InputStream raw = Files.newInputStream(file); ImageInputStream in = new MemoryCacheImageInputStream(raw)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext())
                throw new DataException(file + ": not an image of a known format; PNG and JPEG are");
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                int width = reader.getWidth(0), height = reader.getHeight(0);
                if ((long) width * height > MAX_PIXELS)
                    throw new DataException(file + ": the image is too large: its header says " + width + "x" + height + " pixels, at most "
                            + MAX_PIXELS + " in all are accepted");
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (DataException e) {
            throw e;
        } catch (IOException | RuntimeException e) {              // decoders answer damage with all kinds of exceptions
            throw new DataException(file + ": cannot be read as an image: " + e, e);
        }
    }

    /// Red, green and blue of one row.
    private static void readRow(BufferedImage picture, int y, float[][] row) {
        if (picture.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY && isUnsigned(picture)) {
            readGreyRow(picture, y, row);
            return;
        }
        for (int x = 0; x < row[0].length; x++) {
            int argb = picture.getRGB(x, y);
            float alpha = (argb >>> 24) / 255f;
            for (int c = 0; c < 3; c++)
                row[c][x] = onWhite((argb >> 16 - 8 * c & 0xFF) / 255f, alpha);
        }
    }

    private static boolean isUnsigned(BufferedImage picture) {
        int type = picture.getRaster().getTransferType();
        return type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT;
    }

    /// Takes the samples as they are: Java considers grey pictures linear and would change their gamma on the way to RGB.
    private static void readGreyRow(BufferedImage picture, int y, float[][] row) {
        Raster raster = picture.getRaster();
        boolean transparent = picture.getColorModel().hasAlpha();
        float max = (1 << raster.getSampleModel().getSampleSize(0)) - 1;
        float maxAlpha = transparent ? (1 << raster.getSampleModel().getSampleSize(1)) - 1 : 1;
        for (int x = 0; x < row[0].length; x++) {
            float alpha = transparent ? raster.getSample(x, y, 1) / maxAlpha : 1;
            row[0][x] = onWhite(raster.getSample(x, y, 0) / max, alpha);
        }
        System.arraycopy(row[0], 0, row[1], 0, row[0].length);
        System.arraycopy(row[0], 0, row[2], 0, row[0].length);
    }

    private static float onWhite(float value, float alpha) {
        return alpha == 1 ? value : value * alpha + (1 - alpha);
    }
}
