package dev.sunda.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/// Makes IDX files for tests.
final class IdxBytes {
    private IdxBytes() {
    }

    static byte[] of(int type, int[] sizes, byte[] data) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * sizes.length + data.length);
        bytes.putShort((short) 0).put((byte) type).put((byte) sizes.length);
        for (int size : sizes)
            bytes.putInt(size);
        return bytes.put(data).array();
    }

    /// `n` images of 28x28 random pixels.
    static byte[] images(int n, long seed) {
        var pixels = new byte[n * 28 * 28];
        new Random(seed).nextBytes(pixels);
        return of(8, new int[] {n, 28, 28}, pixels);
    }

    /// The labels 0, 1, .., 9, 0, 1, ..
    static byte[] labels(int n) {
        var labels = new byte[n];
        for (int i = 0; i < n; i++)
            labels[i] = (byte) (i % 10);
        return of(8, new int[] {n}, labels);
    }

    static byte[] gzip(byte[] content) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /// Four files like those of MNIST with 7 training and 3 test images; half of them compressed.
    static void writeSet(Path directory) throws IOException {
        Files.write(directory.resolve("train-images-idx3-ubyte.gz"), gzip(images(7, 1)));
        Files.write(directory.resolve("train-labels-idx1-ubyte"), labels(7));
        Files.write(directory.resolve("t10k-images-idx3-ubyte"), images(3, 2));
        Files.write(directory.resolve("t10k-labels-idx1-ubyte.gz"), gzip(labels(3)));
    }
}
