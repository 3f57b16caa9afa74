package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.type.Shape;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

class IdxTests {
    private static final byte[] SIX = {0, 1, 2, 127, (byte) 128, (byte) 255};

    private static Idx read(byte[] bytes) {
        return Idx.read("file.gz", new ByteArrayInputStream(bytes));
    }

    private static void assertRefused(byte[] bytes, String message) {
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(DataException.class).hasMessage(message);
    }

    @Test
    void readsRawAndGzipAlike() {
        byte[] bytes = IdxBytes.of(8, new int[] {2, 3, 1}, SIX);
        for (byte[] form : new byte[][] {bytes, IdxBytes.gzip(bytes)}) {
            Idx idx = read(form);
            assertThat(idx.shape()).isEqualTo(Shape.of(2, 3, 1));
            assertThat(idx.data()).isEqualTo(SIX);
            assertThat(idx.name()).isEqualTo("file.gz");
        }
    }

    @Test
    void namesTheMissingLabels() {
        byte[] cut = Arrays.copyOf(IdxBytes.labels(60_000), 8 + 1226);
        String message = "header promises 60000 labels, file holds 1226";
        assertRefused(cut, "file.gz: truncated at byte 1234: " + message);
        assertRefused(IdxBytes.gzip(cut), "file.gz: truncated at byte 1234: " + message);
    }

    @Test
    void namesTheMissingImages() {
        byte[] cut = Arrays.copyOf(IdxBytes.images(3, 0), 16 + 784 + 100);
        assertRefused(cut, "file.gz: truncated at byte 900: header promises 3 images of 28x28, file holds 1");
    }

    @Test
    void refusesGzipDataThatBreaksOff() {
        byte[] gzip = IdxBytes.gzip(IdxBytes.images(3, 0));
        assertThatThrownBy(() -> read(Arrays.copyOf(gzip, gzip.length / 2))).isInstanceOf(DataException.class)
                .hasMessageMatching("file.gz: truncated at byte \\d+ where the gzip data breaks off: header promises 3 images of 28x28, "
                        + "file holds 1");
        assertRefused(Arrays.copyOf(gzip, 5), "file.gz: truncated at byte 0: the gzip header is incomplete");
        assertRefused(Arrays.copyOf(gzip, gzip.length - 3),
                "file.gz: truncated at byte 2368 where the gzip data breaks off: the check sum is missing");
    }

    @Test
    void refusesGzipDataWithAWrongCheckSum() {
        byte[] gzip = IdxBytes.gzip(IdxBytes.labels(5));
        gzip[gzip.length - 8] ^= 1;
        assertThatThrownBy(() -> read(gzip)).isInstanceOf(DataException.class)
                .hasMessageStartingWith("file.gz: corrupt gzip data at byte 13: ");
    }

    @Test
    void refusesTrailingBytes() {
        byte[] labels = IdxBytes.labels(5);
        byte[] longer = Arrays.copyOf(labels, labels.length + 1);
        assertRefused(longer, "file.gz: trailing bytes at byte 13: header promises 5 labels, but the file goes on");
        assertRefused(IdxBytes.gzip(longer), "file.gz: trailing bytes at byte 13: header promises 5 labels, but the file goes on");
    }

    @Test
    void refusesForeignFiles() {
        assertRefused(new byte[0], "file.gz: truncated at byte 0: the header of an IDX file has at least 8 bytes");
        assertRefused("<html>".getBytes(StandardCharsets.US_ASCII),
                "file.gz: wrong magic at byte 0: an IDX file starts with two zero bytes (got 0x3c68746d)");
        assertRefused(IdxBytes.of(0x0D, new int[] {1}, new byte[4]),
                "file.gz: wrong type at byte 2: only unsigned bytes (0x08) can be read (got 32-bit floats, 0x0D)");
        assertRefused(IdxBytes.of(8, new int[0], new byte[8]),
                "file.gz: implausible header at byte 3: the number of dimensions must be 1 to 8 (got 0)");
        assertRefused(new byte[] {0, 0, 8, 2, 0, 0, 0, 1, 0}, "file.gz: truncated at byte 9: the header promises 2 sizes of 4 bytes each");
    }

    @Test
    void refusesHostileSizesBeforeAllocating() {
        assertRefused(IdxBytes.of(8, new int[] {Integer.MAX_VALUE}, SIX),
                "file.gz: implausible size at byte 4: dimension 0 has size 2147483647, which makes 2147483647 elements, "
                        + "more than the 1073741824 accepted");
        assertRefused(IdxBytes.of(8, new int[] {-1}, SIX),
                "file.gz: implausible size at byte 4: dimension 0 has size 4294967295, which makes 4294967295 elements, "
                        + "more than the 1073741824 accepted");
        assertThatThrownBy(() -> read(IdxBytes.of(8, new int[] {1 << 20, 1 << 20, 1 << 20, -1}, SIX))).isInstanceOf(DataException.class)
                .hasMessageContaining("implausible size at byte 8: dimension 1");
        assertRefused(IdxBytes.of(8, new int[] {3, 0}, SIX), "file.gz: implausible size at byte 8: dimension 1 has size 0");
        // within the limit, but the bytes are not there: the array grows with the content, so this takes no memory either
        assertRefused(IdxBytes.of(8, new int[] {1 << 30}, SIX),
                "file.gz: truncated at byte 14: header promises 1073741824 labels, file holds 6");
    }

    @Test
    void namesTheFileThatCannotBeRead(@TempDir Path directory) throws IOException {
        Path missing = directory.resolve("nothing");
        assertThatThrownBy(() -> Idx.read(missing)).isInstanceOf(DataException.class).hasMessageStartingWith(missing
                + ": cannot be read: ");
        Path labels = Files.write(directory.resolve("labels"), new byte[] {0, 0, 8});
        assertThatThrownBy(() -> Idx.read(labels)).isInstanceOf(DataException.class)
                .hasMessageStartingWith("labels: truncated at byte 3: ");
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("disk on fire");
            }
        };
        assertThatThrownBy(() -> Idx.read("x", broken)).isInstanceOf(DataException.class)
                .hasMessage("x: cannot be read at byte 0: java.io.IOException: disk on fire");
    }
}
