package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.sunda.core.type.Shape;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Random;

/// Damaged files give a DataException or, where the damage hit bytes without meaning, the right data; nothing else.
class IdxProperties {
    private static byte[] data(int n, Random random) {
        var data = new byte[n * 6];
        random.nextBytes(data);
        return data;
    }

    private static Idx readOrNull(byte[] bytes) {
        try {
            return Idx.read("f", new ByteArrayInputStream(bytes));
        } catch (DataException e) {
            assertThat(e).hasMessageStartingWith("f: ").hasMessageContaining(" at byte ");
            return null;
        }
    }

    @Property(tries = 3000)
    void flippedBitsOfAGzipFileAreNoticedOrHarmless(@ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll @IntRange(min = 1,
                    max = 3) int flips,
            @ForAll long seed) {
        var random = new Random(seed);
        byte[] data = data(n, random);
        byte[] bytes = IdxBytes.gzip(IdxBytes.of(8, new int[] {n, 2, 3}, data));
        for (int i = 0; i < flips; i++)
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        Idx read = readOrNull(bytes);
        if (read != null) {
            assertThat(read.shape()).isEqualTo(Shape.of(n, 2, 3));
            assertThat(read.data()).isEqualTo(data);
        }
    }

    @Property(tries = 3000)
    void aChangedHeaderOfARawFileIsNeverBelieved(@ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll @IntRange(min = 0, max = 15) int at,
            @ForAll @IntRange(min = 1, max = 255) int change, @ForAll long seed) {
        byte[] bytes = IdxBytes.of(8, new int[] {n, 2, 3}, data(n, new Random(seed)));
        bytes[at] ^= (byte) change;
        Idx read = readOrNull(bytes);
        // a raw file has no check sum: another number of dimensions, or sizes with the same product, can be consistent by chance
        if (read != null)
            assertThat(read.headerBytes() + read.shape().numel()).isEqualTo(bytes.length);
    }

    @Property
    void everyTruncationIsNoticed(@ForAll @IntRange(min = 1, max = 40) int n, @ForAll boolean gzip, @ForAll long seed) {
        var random = new Random(seed);
        byte[] whole = IdxBytes.of(8, new int[] {n, 2, 3}, data(n, random));
        byte[] bytes = gzip ? IdxBytes.gzip(whole) : whole;
        int length = random.nextInt(bytes.length);
        if (readOrNull(Arrays.copyOf(bytes, length)) != null)
            fail("accepted " + length + " of " + bytes.length + " bytes");
    }

    @Property
    void noiseIsRefused(@ForAll @IntRange(min = 0, max = 200) int length, @ForAll @IntRange(min = 0, max = 2) int start,
            @ForAll long seed) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        byte[][] starts = {{}, {0x1F, (byte) 0x8B, 8, 0}, {0, 0, 8, 1}};
        System.arraycopy(starts[start], 0, bytes, 0, Math.min(length, starts[start].length));
        assertThat(readOrNull(bytes)).isNull();
    }
}
