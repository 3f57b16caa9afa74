package dev.sunda.nn;

import dev.sunda.core.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// Tensors and free text in a file, in the safetensors format, which PyTorch and others read and write.
///
/// ```java
/// Checkpoint.save(path, model.stateDict(), Map.of("epoch", "3"));
/// model.loadStateDict(Checkpoint.load(path).tensors(), true);
/// ```
///
/// The file is 8 bytes with the length of the header (little-endian), the header in JSON, then the numbers of all tensors, little-endian in
/// row-major order without gaps, wider types first. What [#save] writes also carries a checksum of the whole file (CRC-32C, in the metadata
/// under `sunda.crc32c`), so that a damaged file is noticed; files of other programs need none. Types: F32, F64, I32, I64, BOOL. Read are
/// also F16 and BF16, as float32, I8, U8, I16 and U16, as int32, and U32, as int64: the same numbers in wider types.
///
/// A model moves from PyTorch with `safetensors.torch.save_file(model.state_dict(), "model.safetensors")`, where a layer here has the names
/// that PyTorch gives it, and back with `model.load_state_dict(safetensors.torch.load_file("model.safetensors"))`.
///
/// Source: https://github.com/safetensors/safetensors, section Format.
///
/// @param tensors by name, in the order of the header, on the CPU
/// @param metadata free text, without the checksum
public record Checkpoint(Map<String, Tensor> tensors, Map<String, String> metadata) {
    private static final long LONGEST_HEADER = 100_000_000;
    private static final int ZIP = 0x04034b50;                      // "PK\3\4", read little-endian
    private static final String CHECKSUM = "sunda.crc32c";
    private static final String BLANK = "00000000";
    private static final byte[] CHECKSUM_MARK = ("\"" + CHECKSUM + "\":\"").getBytes(StandardCharsets.US_ASCII);

    /// Writes a checkpoint, atomically: the file appears complete under its name or not at all, and one that was there before stays until
    /// then.
    ///
    /// @param file its folder must exist
    /// @param tensors by name, on any device; not modified
    /// @param metadata free text
    /// @throws CheckpointException if the file cannot be written
    public static void save(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        Objects.requireNonNull(file, "Checkpoint.save: file is null");
        Objects.requireNonNull(tensors, "Checkpoint.save: tensors is null; pass model.stateDict()");
        tensors.forEach((name, x) -> Objects.requireNonNull(x, () -> "Checkpoint.save: tensor '" + name + "' is null"));
        Objects.requireNonNull(metadata, "Checkpoint.save: metadata is null; use Map.of() for none");
        metadata.forEach((name, text) -> Objects.requireNonNull(text, () -> "Checkpoint.save: the text of '" + name + "' is null"));
        if (tensors.containsKey("__metadata__") || metadata.containsKey(CHECKSUM))
            throw new IllegalArgumentException("Checkpoint: the names '__metadata__' and '" + CHECKSUM + "' are reserved");
        Path folder = file.toAbsolutePath().getParent();
        Path temporary = folder
                .resolve(file.getFileName() + "." + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()) + ".tmp");
        try {
            write(temporary, tensors, metadata);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncFolder(folder);
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be written: " + e, e);
        } finally {
            deleteQuietly(temporary);
        }
    }

    private static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        var text = new TreeMap<>(metadata);
        text.put(CHECKSUM, BLANK);
        var widestFirst = tensors.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, Tensor> e) -> -e.getValue().dtype().bytes())).toList();
        var entries = new LinkedHashMap<String, TensorHeader.Entry>();
        tensors.keySet().forEach(name -> entries.put(name, null));   // keeps the order of the names, whatever that of the numbers
        long at = 0;
        for (var tensor : widestFirst) {
            Tensor x = tensor.getValue();
            long end = at + (long) x.numel() * x.dtype().bytes();
            entries.put(tensor.getKey(), new TensorHeader.Entry(StoredType.of(x.dtype()), x.shape(), at, end));
            at = end;
        }
        byte[] header = new TensorHeader(entries, text).toBytes();
        var sum = new CRC32C();
        sum.update(header);
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            writeAll(channel, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length));
            writeAll(channel, ByteBuffer.wrap(header));
            var bytes = new TensorBytes(channel, sum);
            for (var tensor : widestFirst)
                bytes.write(tensor.getValue());
            byte[] digits = digits(sum);
            channel.position(TensorHeader.DATA_START + checksumAt(header));
            writeAll(channel, ByteBuffer.wrap(digits));
            channel.force(true);
        }
    }

    /// Reads a checkpoint. The file is not trusted: lengths and places are checked against its size before memory is asked for.
    ///
    /// @throws CheckpointException naming file, byte and reason if it cannot be read, is not of this format, truncated or damaged
    public static Checkpoint load(Path file) {
        Objects.requireNonNull(file, "Checkpoint.load: file is null");
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            byte[] bytes = headerBytes(file, channel);
            long dataStart = TensorHeader.DATA_START + bytes.length;
            TensorHeader header = TensorHeader.parse(file, bytes, channel.size() - dataStart);
            var metadata = new LinkedHashMap<>(header.metadata());
            String expected = metadata.remove(CHECKSUM);
            var sum = new CRC32C();
            int digits = checksumAt(bytes);
            if (digits >= 0)
                System.arraycopy(BLANK.getBytes(StandardCharsets.US_ASCII), 0, bytes, digits, BLANK.length());
            sum.update(bytes);
            var read = new TensorBytes(channel, sum);
            var found = new LinkedHashMap<String, Tensor>();
            header.entries().keySet().forEach(name -> found.put(name, null));
            for (var entry : inFileOrder(header))
                found.put(entry.getKey(), read.read(entry.getValue().type(), entry.getValue().shape()));
            String actual = new String(digits(sum), StandardCharsets.US_ASCII);
            if (expected != null && !expected.equals(actual))
                throw new CheckpointException(file,
                        "the checksum is " + actual + " but should be " + expected + ", so the file is damaged; if another "
                                + "program has changed it on purpose, let it drop the metadata '" + CHECKSUM + "'",
                        null);
            return new Checkpoint(found, metadata);
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read: " + e, e);
        }
    }

    private static List<Map.Entry<String, TensorHeader.Entry>> inFileOrder(TensorHeader header) {
        return header.entries().entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, TensorHeader.Entry> e) -> e.getValue().begin())).toList();
    }

    private static byte[] headerBytes(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < TensorHeader.DATA_START)
            throw new CheckpointException(file, size, "the file has " + size + " bytes, too few for the length of a header", null);
        var length = ByteBuffer.allocate(TensorHeader.DATA_START).order(ByteOrder.LITTLE_ENDIAN);
        readAll(file, channel, length);
        long bytes = length.getLong(0);
        if (length.getInt(0) == ZIP && bytes > LONGEST_HEADER)
            throw new CheckpointException(file, 0, "this is a zip archive, as torch.save writes, not a safetensors file; in Python, "
                    + "safetensors.torch.save_file(model.state_dict(), \"model.safetensors\") writes one", null);
        if (bytes < 2 || bytes > LONGEST_HEADER || bytes > size - TensorHeader.DATA_START)
            throw new CheckpointException(file, 0, "the header should have " + Long.toUnsignedString(bytes) + " bytes, but there are "
                    + (size - TensorHeader.DATA_START) + " and at most " + LONGEST_HEADER
                    + " are allowed; truncated, or not a safetensors file", null);
        var header = ByteBuffer.allocate((int) bytes);
        readAll(file, channel, header);
        if (header.get(0) != '{')
            throw new CheckpointException(file, TensorHeader.DATA_START, "the header does not begin with '{'; not a safetensors file",
                    null);
        return header.array();
    }

    private static void readAll(Path file, FileChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining())
            if (channel.read(into) < 0)
                throw new CheckpointException(file, channel.position(), "the file ended while it was read", null);
    }

    private static void writeAll(FileChannel channel, ByteBuffer from) throws IOException {
        while (from.hasRemaining())
            channel.write(from);
    }

    private static byte[] digits(CRC32C sum) {
        return String.format(Locale.ROOT, "%08x", sum.getValue()).getBytes(StandardCharsets.US_ASCII);
    }

    /// Where in the header the digits of the checksum stand, or -1.
    private static int checksumAt(byte[] header) {
        for (int at = 0; at + CHECKSUM_MARK.length + BLANK.length() <= header.length; at++)
            if (Arrays.equals(header, at, at + CHECKSUM_MARK.length, CHECKSUM_MARK, 0, CHECKSUM_MARK.length))
                return at + CHECKSUM_MARK.length;
        return -1;
    }

    /// Makes the new name of the file durable, where the system lets a folder be opened.
    private static void syncFolder(Path folder) {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException _) {
            return;                                                  // not on this system; the file itself is on disk already
        }
    }

    private static void deleteQuietly(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException _) {
            return;                                                  // the reason for failing is on its way already
        }
    }
}
