package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTests {
    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("model.safetensors");
    }

    private static Map<String, Tensor> tensors() {
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put("flags", Tensor.of(true, false, true));
        tensors.put("fc.weight", Tensor.of(new float[] {1, -2, Float.NaN, Float.NEGATIVE_INFINITY, -0f, 1e-45f}, Shape.of(2, 3)).mT());
        tensors.put("doubles \"ä\"", Tensor.of(Math.PI, Double.MIN_VALUE));
        tensors.put("ints", Tensor.of(Integer.MIN_VALUE, 7));
        tensors.put("count", Tensor.of(Long.MAX_VALUE).squeeze(0));
        tensors.put("nothing", Tensor.zeros(0, 4));
        return tensors;
    }

    private static final Map<String, String> META = Map.of("epoch", "3", "note", "a \"quoted\" ü");

    private static void assertSame(Checkpoint loaded) {
        var expected = tensors();
        assertThat(loaded.tensors().keySet()).containsExactlyElementsOf(expected.keySet());
        expected.forEach((name, x) -> {
            Tensor y = loaded.tensors().get(name);
            assertThat(y.describe()).isEqualTo(x.describe());
            assertThat(y.toDoubleArray()).isEqualTo(x.toDoubleArray());
            assertThat(y.toLongArray()).isEqualTo(x.toLongArray());
        });
    }

    @Test
    void comesBackUnchanged() {
        Checkpoint.save(file, tensors(), META);
        Checkpoint loaded = Checkpoint.load(file);
        assertSame(loaded);
        assertThat(loaded.metadata()).isEqualTo(META);
        assertThat(loaded.tensors().get("fc.weight").toFloatArray()[1]).isEqualTo(Float.NEGATIVE_INFINITY);
    }

    @Test
    void sameContentSameBytes() throws IOException {
        Checkpoint.save(file, tensors(), META);
        Path other = folder.resolve("other");
        Checkpoint.save(other, tensors(), META);
        assertThat(Files.readAllBytes(other)).isEqualTo(Files.readAllBytes(file));
    }

    /// Byte for byte the file that the Python package `safetensors` 0.8 writes for one tensor and no metadata.
    @Test
    void readsWhatOthersWrite() throws IOException {
        write("{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  ", 0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0);
        assertThat(Checkpoint.load(file).tensors().get("x").toFloatArray()).containsExactly(1, -2);
        assertThat(Checkpoint.load(file).metadata()).isEmpty();
    }

    @Test
    void largeTensorsTravelInPieces() {
        Tensor x = Tensor.randn(Shape.of(3, 100_003), new Rng(1));
        Checkpoint.save(file, Map.of("x", x), Map.of());
        assertThat(Checkpoint.load(file).tensors().get("x").toFloatArray()).isEqualTo(x.toFloatArray());
    }

    @Test
    void replacesAnOlderFileAndLeavesNothingElse() throws IOException {
        Checkpoint.save(file, Map.of("x", Tensor.ones(3)), Map.of());
        Checkpoint.save(file, tensors(), META);
        assertSame(Checkpoint.load(file));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aModelComesBack() {
        var model = new Sequential(new Conv2d(1, 2, 3, new Rng(1)), new BatchNorm2d(2));
        model.forward(Tensor.randn(Shape.of(2, 1, 5, 5), new Rng(2)));
        Checkpoint.save(file, model.stateDict(), Map.of());
        var other = new Sequential(new Conv2d(1, 2, 3, new Rng(9)), new BatchNorm2d(2));
        other.loadStateDict(Checkpoint.load(file).tensors(), true);
        model.eval();
        other.eval();
        Tensor x = Tensor.randn(Shape.of(1, 1, 4, 4), new Rng(3));
        assertThat(other.forward(x).data().toFloatArray()).isEqualTo(model.forward(x).data().toFloatArray());
    }

    @Test
    void aTruncatedFileIsRefusedWhereverItEnds() throws IOException {
        Checkpoint.save(file, tensors(), META);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Checkpoint.load(file)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("model.safetensors, byte ");
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> Checkpoint.load(file)).isInstanceOf(CheckpointException.class).hasMessageContaining("after its header");
    }

    /// One bit of every byte: what gets through has the same tensors.
    @Test
    void aFlippedBitIsNoticed() throws IOException {
        Checkpoint.save(file, tensors(), META);
        byte[] whole = Files.readAllBytes(file);
        int refused = 0;
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            Files.write(file, damaged);
            try {
                assertSame(Checkpoint.load(file));
            } catch (CheckpointException e) {
                assertThat(e).hasMessageContaining("model.safetensors");
                refused++;
            }
        }
        assertThat(refused).isGreaterThanOrEqualTo(whole.length - "sunda.crc32c".length());      // without that name nothing is compared
    }

    @Test
    void hostileHeadersAreRefused() throws IOException {
        refused("{}", 1, "but the file has 1 after its header");
        refused("[]", "does not begin with '{'");
        refused("{\"x\":1}", "tensor 'x' should be START_OBJECT");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}", "needs dtype, shape and two data_offsets");
        refused("{\"x\":{\"dtype\":\"F8_E4M3\",\"shape\":[0],\"data_offsets\":[0,0]}}",
                "has the type F8_E4M3; supported are [F64, F32, F16, BF16, I64, U32, I32, U16, I16, U8, I8, BOOL]");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"y\":0}}", "unknown property 'y'");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,0]}}", "negative size or offset -1");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,0]}}", "should be VALUE_NUMBER_INT");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}}", "header is not valid JSON");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647],\"data_offsets\":[0,0]}}", "too large");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296],\"data_offsets\":[0,0]}}", "too large");
        refused("{\"x\":{\"dtype\":\"F64\",\"shape\":[1000000000],\"data_offsets\":[0,8000000000]}}", "it is truncated");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4,
                "F32 [2], needs 8 bytes but its offsets are [0, 4]");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "its offsets are [4, 0]");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "leaving a hole after 0");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                4,
                "inside the tensor before it");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},"
                + "\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}",
                "not valid JSON");
        refused("{\"__metadata__\":{\"a\":1}}", "metadata 'a' should be VALUE_STRING");
        refused("{} {}", "something follows");
        refused("{\"x\":" + "[".repeat(100_000), "tensor 'x' should be START_OBJECT");
        refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[" + "1,".repeat(100) + "1],\"data_offsets\":[0,4]}}", 4, "more than 64");
    }

    @Test
    void aLengthBeyondTheFileAsksForNoMemory() throws IOException {
        for (long length : new long[] {-1, 0, Long.MAX_VALUE, 1L << 40, 100_000_001}) {
            Files.write(file, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length).array());
            assertThatThrownBy(() -> Checkpoint.load(file)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("byte 0: the header should have");
        }
    }

    @Test
    void filesThatCannotBeOpenedAreNamed() {
        assertThatThrownBy(() -> Checkpoint.load(file)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model.safetensors: cannot be read");
        assertThatThrownBy(() -> Checkpoint.save(folder.resolve("no").resolve("x"), tensors(), META))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("cannot be written");
    }

    @Test
    void reservedNamesAreRefused() {
        assertThatThrownBy(() -> Checkpoint.save(file, Map.of("__metadata__", Tensor.ones(1)), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Checkpoint.save(file, Map.of(), Map.of("sunda.crc32c", ""))).isInstanceOf(IllegalArgumentException.class);
    }

    private void refused(String header, String message) throws IOException {
        refused(header, 0, message);
    }

    private void refused(String header, int dataBytes, String message) throws IOException {
        write(header, new int[dataBytes]);
        assertThatThrownBy(() -> Checkpoint.load(file)).as(header.substring(0, Math.min(80, header.length())))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message).hasMessageContaining(file + ", byte ");
    }

    private void write(String header, int... data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json);
        for (int b : data)
            bytes.put((byte) b);
        Files.write(file, bytes.array());
    }

    /// Bytes as PyTorch writes them for `[1.5, -2, 65504]` in float16, `[1.5, -3e38, nan]` in bfloat16 and the largest integers.
    @Test
    void narrowTypesAreReadIntoWiderOnes() throws IOException {
        write("{\"h\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[0,6]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[6,12]},"
                + "\"u8\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[12,14]},"
                + "\"i8\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[14,16]},"
                + "\"u16\":{\"dtype\":\"U16\",\"shape\":[2],\"data_offsets\":[16,20]},"
                + "\"i16\":{\"dtype\":\"I16\",\"shape\":[2],\"data_offsets\":[20,24]},"
                + "\"u32\":{\"dtype\":\"U32\",\"shape\":[1],\"data_offsets\":[24,28]}}", 0x00, 0x3e, 0x00, 0xc0, 0xff, 0x7b, 0xc0, 0x3f,
                0x62, 0xff, 0xc0, 0x7f, 0xff, 1, 0xff, 1, 0xff, 0xff, 1, 0, 0xff, 0xff, 1, 0, 0xff, 0xff, 0xff, 0xff);
        Map<String, Tensor> read = Checkpoint.load(file).tensors();
        assertThat(read.get("h").toFloatArray()).containsExactly(1.5f, -2, 65504);
        assertThat(read.get("b").toFloatArray()).containsExactly(1.5f, Float.intBitsToFloat(0xff62 << 16), Float.NaN);
        assertThat(read.get("u8").toIntArray()).containsExactly(255, 1);
        assertThat(read.get("i8").toIntArray()).containsExactly(-1, 1);
        assertThat(read.get("u16").toIntArray()).containsExactly(65535, 1);
        assertThat(read.get("i16").toIntArray()).containsExactly(-1, 1);
        assertThat(read.get("u32").toLongArray()).containsExactly(4294967295L);
        read.forEach((name, x) -> assertThat(x.dtype()).as(name)
                .isEqualTo(name.equals("u32") ? DType.I64 : name.length() == 1 ? DType.F32 : DType.I32));
    }

    @Test
    void longTensorsOfNarrowTypesTravelInPieces() throws IOException {
        int n = 700_001;
        byte[] json = ("{\"x\":{\"dtype\":\"BF16\",\"shape\":[" + n + "],\"data_offsets\":[0," + 2 * n + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(8 + json.length + 2 * n).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json);
        for (int i = 0; i < n; i++)
            bytes.putShort((short) (i & 0x7f7f));
        Files.write(file, bytes.array());
        float[] read = Checkpoint.load(file).tensors().get("x").toFloatArray();
        for (int i = 0; i < n; i++)
            if (Float.floatToRawIntBits(read[i]) >>> 16 != (i & 0x7f7f))
                throw new AssertionError("element " + i + " is " + read[i]);
    }

    @Test
    void anArchiveOfTorchSaveIsRecognised() throws IOException {
        Files.write(file, new byte[] {'P', 'K', 3, 4, 0, 0, 8, 8, 0, 0, 0, 0});
        assertThatThrownBy(() -> Checkpoint.load(file)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("byte 0: this is a zip archive, as torch.save writes").hasMessageContaining("save_file");
    }
}
