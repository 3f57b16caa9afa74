package dev.sunda.data;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Images of one size with a class each, held as bytes and turned into numbers when they are asked for.
///
/// A pixel `p` in `0..255` of channel `c` becomes the F32 number `(p / 255 - mean[c]) / std[c]`; mean is 0 and std is 1 until
/// [#normalized] is called. Inputs are `[c, h, w]`, targets I64 scalars; batches are `[n, c, h, w]` and `[n]`.
public final class LabelledImages implements Dataset<Sample> {
    private final byte[] pixels;
    private final byte[] labels;
    private final Shape imageShape;
    private final List<String> classNames;
    private final float[] values;                     // values[256 * channel + pixel]

    /// @param pixels     `n * c * h * w` unsigned bytes, row by row, image after image; not copied, not to be changed afterwards
    /// @param labels     `n` unsigned bytes; not copied, not to be changed afterwards
    /// @param imageShape `[c, h, w]`
    /// @param classNames names of the classes, at most 256; every label is below their number
    /// @throws DataException if counts do not fit together or a label is too large
    public LabelledImages(byte[] pixels, byte[] labels, Shape imageShape, List<String> classNames) {
        Objects.requireNonNull(pixels, "LabelledImages: pixels is null");
        Objects.requireNonNull(labels, "LabelledImages: labels is null");
        Objects.requireNonNull(imageShape, "LabelledImages: imageShape is null");
        Objects.requireNonNull(classNames, "LabelledImages: classNames is null");
        classNames.forEach(name -> Objects.requireNonNull(name, "LabelledImages: a class name is null"));
        this(pixels, labels, imageShape, List.copyOf(classNames), identity(imageShape));
        if (pixels.length != (long) labels.length * imageShape.numel())
            throw new DataException("LabelledImages: " + labels.length + " images " + imageShape + " need "
                    + (long) labels.length * imageShape.numel() + " bytes (got " + pixels.length + ")");
        for (int i = 0; i < labels.length; i++)
            if ((labels[i] & 0xFF) >= classNames.size())
                throw new DataException("LabelledImages: label " + (labels[i] & 0xFF) + " of image " + i
                        + " is not below the number of classes (got "
                        + classNames.size() + ")");
    }

    private LabelledImages(byte[] pixels, byte[] labels, Shape imageShape, List<String> classNames, float[] values) {
        this.pixels = pixels;
        this.labels = labels;
        this.imageShape = imageShape;
        this.classNames = classNames;
        this.values = values;
    }

    private static float[] identity(Shape imageShape) {
        if (imageShape.rank() != 3 || imageShape.numel() == 0)
            throw new IllegalArgumentException("LabelledImages: an image must have the shape [c, h, w] (got " + imageShape + ")");
        var zeros = new double[imageShape.size(0)];
        var ones = new double[imageShape.size(0)];
        Arrays.fill(ones, 1);
        return values(zeros, ones);
    }

    private static float[] values(double[] mean, double[] std) {
        var values = new float[256 * mean.length];
        for (int i = 0; i < values.length; i++)
            values[i] = ((i & 0xFF) / 255f - (float) mean[i >> 8]) / (float) std[i >> 8];
        return values;
    }

    /// Reads a pair of IDX files, raw or gzip: images `[n, h, w]` or `[n, c, h, w]` and labels `[n]`. MNIST, Fashion-MNIST, KMNIST and
    /// EMNIST come in this form.
    ///
    /// @throws DataException if a file is damaged, counts differ or a label is not below the number of class names
    public static LabelledImages read(Path images, Path labels, List<String> classNames) {
        Objects.requireNonNull(images, "LabelledImages.read: images is null");
        Objects.requireNonNull(labels, "LabelledImages.read: labels is null");
        Objects.requireNonNull(classNames, "LabelledImages.read: classNames is null");
        classNames.forEach(name -> Objects.requireNonNull(name, "LabelledImages.read: a class name is null"));
        return IdxPair.combine(Idx.read(images), Idx.read(labels), classNames);
    }

    /// The same images with other numbers for their pixels; the bytes are shared.
    ///
    /// @param mean one number per channel, of pixels in `[0, 1]`
    /// @param std  one positive number per channel
    public LabelledImages normalized(double[] mean, double[] std) {
        Normalize.check("LabelledImages.normalized", mean, std);
        if (mean.length != imageShape.size(0))
            throw new IllegalArgumentException("LabelledImages.normalized: there must be one mean for each of the " + imageShape.size(0)
                    + " channels (got " + mean.length + ")");
        return new LabelledImages(pixels, labels, imageShape, classNames, values(mean, std));
    }

    @Override
    public int size() {
        return labels.length;
    }

    /// Shape of one image, `[c, h, w]`.
    public Shape imageShape() {
        return imageShape;
    }

    /// Names of the classes; a label is an index into this list.
    public List<String> classNames() {
        return classNames;
    }

    /// Class of image number `index`.
    public int label(int index) {
        return labels[Objects.checkIndex(index, labels.length)] & 0xFF;
    }

    @Override
    public Sample get(int index) {
        var image = new float[imageShape.numel()];
        write(Objects.checkIndex(index, size()), image, 0);
        return Sample.of(Tensor.of(image, imageShape), label(index));
    }

    @Override
    public Batch batch(int... indices) {
        Objects.requireNonNull(indices, "LabelledImages.batch: indices is null");
        int n = indices.length;
        Shape shape = Shape.of(n, imageShape.size(0), imageShape.size(1), imageShape.size(2));
        var input = new float[shape.numel()];
        var target = new long[n];
        for (int i = 0; i < n; i++) {
            target[i] = label(indices[i]);
            write(indices[i], input, i * imageShape.numel());
        }
        return new Batch(Tensor.of(input, shape), Tensor.of(target, Shape.of(n)));
    }

    private void write(int index, float[] to, int offset) {
        int plane = imageShape.size(1) * imageShape.size(2);
        int from = index * imageShape.numel();
        for (int c = 0; c < imageShape.size(0); c++)
            for (int i = c * plane; i < (c + 1) * plane; i++)
                to[offset + i] = values[256 * c + (pixels[from + i] & 0xFF)];
    }

    /// For example `60000 images [1, 28, 28] of 10 classes`.
    @Override
    public String toString() {
        return size() + " images " + imageShape + " of " + classNames.size() + " classes";
    }
}
