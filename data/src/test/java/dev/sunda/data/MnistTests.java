package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.type.Shape;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

class MnistTests {
    @TempDir
    Path directory;

    @BeforeEach
    void writeFiles() throws IOException {
        IdxBytes.writeSet(directory);
    }

    private void replace(String name, byte[] content) throws IOException {
        Files.deleteIfExists(directory.resolve(name + ".gz"));
        Files.write(directory.resolve(name), content);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> Mnist.fromDirectory(directory)).isInstanceOf(DataException.class).hasMessage(message);
    }

    @Test
    void readsADirectory() {
        Mnist mnist = Mnist.fromDirectory(directory);
        assertThat(mnist.train()).hasToString("7 images [1, 28, 28] of 10 classes");
        assertThat(mnist.test().size()).isEqualTo(3);
        Batch batch = mnist.train().batch(6, 2);
        assertThat(batch.input().shape()).isEqualTo(Shape.of(2, 1, 28, 28));
        assertThat(batch.target().toLongArray()).containsExactly(6, 2);
        byte[] file = IdxBytes.images(7, 1);
        assertThat(batch.input().toFloatArray()[5]).isEqualTo((file[16 + 6 * 784 + 5] & 0xFF) / 255f);
        float raw = batch.input().toFloatArray()[5];
        assertThat(mnist.normalized().train().batch(6).input().toFloatArray()[5]).isEqualTo((raw - 0.1307f) / 0.3081f);
    }

    @Test
    void readsFilesNamedWithADot() throws IOException {
        Files.move(directory.resolve("train-images-idx3-ubyte.gz"), directory.resolve("train-images.idx3-ubyte.gz"));
        assertThat(Mnist.fromDirectory(directory).train().size()).isEqualTo(7);
    }

    @Test
    void readsFashionLikewise() {
        FashionMnist fashion = FashionMnist.fromDirectory(directory);
        assertThat(fashion.test().classNames()).hasSize(10).startsWith("T-shirt/top").endsWith("Ankle boot");
        assertThat(fashion.normalized().test().get(0).input().shape()).isEqualTo(Shape.of(1, 28, 28));
    }

    @Test
    void readsAnEmbeddedCopyAndClosesItsStreams() throws IOException {
        var closed = new ArrayList<String>();
        Function<String, InputStream> open = name -> {
            try {
                return !Files.exists(directory.resolve(name)) ? null
                        : new ByteArrayInputStream(Files.readAllBytes(directory.resolve(name))) {
                            @Override
                            public void close() {
                                closed.add(name);
                            }
                        };
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        };
        Mnist mnist = Mnist.fromResources(open);
        assertThat(mnist.train().batch(0, 6).input().toFloatArray())
                .isEqualTo(Mnist.fromDirectory(directory).train().batch(0, 6).input().toFloatArray());
        assertThat(closed).containsExactly("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                "t10k-labels-idx1-ubyte.gz");
        Files.delete(directory.resolve("t10k-images-idx3-ubyte"));
        assertThatThrownBy(() -> Mnist.fromResources(open)).isInstanceOf(DataException.class)
                .hasMessage("MNIST: there is no resource t10k-images-idx3-ubyte.gz or t10k-images-idx3-ubyte");
    }

    @Test
    void namesAMissingFile() throws IOException {
        Files.delete(directory.resolve("t10k-labels-idx1-ubyte.gz"));
        assertRefused("t10k-labels-idx1-ubyte.gz: there is no file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz in " + directory
                + "; download fetches the files of MNIST");
    }

    @Test
    void refusesCountsThatDiffer() throws IOException {
        replace("train-labels-idx1-ubyte", IdxBytes.labels(6));
        assertRefused("train-labels-idx1-ubyte: count mismatch at byte 4: 6 labels for the 7 images of train-images-idx3-ubyte.gz");
    }

    @Test
    void refusesLabelsOutOfRange() throws IOException {
        byte[] labels = IdxBytes.labels(7);
        labels[8 + 4] = (byte) 200;
        replace("train-labels-idx1-ubyte", labels);
        assertRefused("train-labels-idx1-ubyte: label out of range at byte 12: label number 4 is 200, but there are only 10 classes");
    }

    @Test
    void refusesFilesThatWereSwapped() throws IOException {
        replace("train-labels-idx1-ubyte", IdxBytes.images(7, 1));
        assertRefused("train-labels-idx1-ubyte: wrong magic at byte 3: labels have 1 dimension (got 3)");
        replace("train-labels-idx1-ubyte", IdxBytes.labels(7));
        replace("train-images-idx3-ubyte", IdxBytes.labels(7));
        assertRefused("train-images-idx3-ubyte: wrong size at byte 8: images of MNIST are [n, 28, 28] (got [7])");
    }

    @Test
    void refusesImagesOfAnotherSize() throws IOException {
        replace("t10k-images-idx3-ubyte", IdxBytes.of(8, new int[] {3, 28, 27}, new byte[3 * 28 * 27]));
        assertRefused("t10k-images-idx3-ubyte: wrong size at byte 8: images of MNIST are [n, 28, 28] (got [3, 28, 27])");
    }

    @Test
    void readsOtherPairsOfIdxFiles() throws IOException {
        Path images = Files.write(directory.resolve("i"), IdxBytes.of(8, new int[] {2, 3, 1, 2}, new byte[12]));
        Path labels = Files.write(directory.resolve("l"), IdxBytes.of(8, new int[] {2}, new byte[] {1, 0}));
        LabelledImages pair = LabelledImages.read(images, labels, List.of("no", "yes"));
        assertThat(pair.imageShape()).isEqualTo(Shape.of(3, 1, 2));
        assertThat(pair.label(0)).isEqualTo(1);
    }
}
