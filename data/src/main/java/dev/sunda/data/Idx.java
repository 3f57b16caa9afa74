package dev.sunda.data;

import dev.sunda.core.type.Shape;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// An array of unsigned bytes in the IDX format of MNIST, read whole and checked.
///
/// The format, all numbers big-endian: two zero bytes, one byte for the element type (`0x08` is unsigned byte), one for the number of
/// dimensions, four bytes for each size, then the elements in row-major order. Source: LeCun, Cortes, Burges, "The MNIST database".
/// Files may be compressed with gzip; their first bytes tell. Byte offsets in messages count uncompressed bytes.
public final class Idx {
    /// Elements a file may hold at most, 2^30. A header that promises more is taken for damaged.
    public static final int MAX_ELEMENTS = 1 << 30;
    private static final int MAX_RANK = 8;

    private final String name;
    private final Shape shape;
    private final byte[] data;

    private Idx(String name, Shape shape, byte[] data) {
        this.name = name;
        this.shape = shape;
        this.data = data;
    }

    /// Reads a file, raw or gzip.
    ///
    /// @throws DataException if it cannot be read or is damaged; the message names file, byte offset and reason
    public static Idx read(Path file) {
        Objects.requireNonNull(file, "Idx.read: file is null");
        try (InputStream in = Files.newInputStream(file)) {
            return read(String.valueOf(file.getFileName()), in);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + e, e);
        }
    }

    /// Reads a stream, raw or gzip, to its end. The stream is not closed.
    ///
    /// @param name stands for the file in messages
    /// @throws DataException if it cannot be read or is damaged; the message names file, byte offset and reason
    public static Idx read(String name, InputStream in) {
        Objects.requireNonNull(name, "Idx.read: name is null");
        Objects.requireNonNull(in, "Idx.read: in is null");
        var content = new Content(name, in);
        try {
            content.open();
            return parse(name, content);
        } catch (ZipException e) {
            throw new DataException(name + ": corrupt gzip data at byte " + content.offset + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new DataException(name + ": cannot be read at byte " + content.offset + ": " + e, e);
        }
    }

    private static Idx parse(String name, Content in) throws IOException {
        byte[] magic = in.readNBytes(4);
        if (magic.length < 4)
            throw in.truncated("the header of an IDX file has at least 8 bytes");
        if (magic[0] != 0 || magic[1] != 0)
            throw new DataException(name + ": wrong magic at byte 0: an IDX file starts with two zero bytes (got 0x"
                    + HexFormat.of().formatHex(magic) + ")");
        if (magic[2] != 0x08)
            throw new DataException(name + ": wrong type at byte 2: only unsigned bytes (0x08) can be read (got " + typeName(magic[2])
                    + ")");
        int rank = magic[3] & 0xFF;
        if (rank < 1 || rank > MAX_RANK)
            throw new DataException(name + ": implausible header at byte 3: the number of dimensions must be 1 to " + MAX_RANK + " (got "
                    + rank
                    + ")");
        Shape shape = readSizes(name, in, rank);
        byte[] data = in.readNBytes(shape.numel());          // grows with what is really there, not with what the header says
        if (data.length < shape.numel())
            throw in.truncated(promise(shape) + ", file holds " + data.length / (shape.numel() / shape.size(0)));
        long end = in.offset;
        if (in.read() >= 0)
            throw new DataException(name + ": trailing bytes at byte " + end + ": " + promise(shape) + ", but the file goes on");
        if (in.endedEarly)
            throw in.truncated("the check sum is missing");
        return new Idx(name, shape, data);
    }

    private static Shape readSizes(String name, Content in, int rank) throws IOException {
        var sizes = new int[rank];
        long product = 1;
        for (int i = 0; i < rank; i++) {
            long at = in.offset;
            byte[] b = in.readNBytes(4);
            if (b.length < 4)
                throw in.truncated("the header promises " + rank + " sizes of 4 bytes each");
            long size = (b[0] & 0xFFL) << 24 | (b[1] & 0xFF) << 16 | (b[2] & 0xFF) << 8 | b[3] & 0xFF;
            product = size == 0 ? 0 : Math.multiplyExact(product, size);     // both factors are below 2^32
            if (product == 0 || product > MAX_ELEMENTS)
                throw new DataException(name + ": implausible size at byte " + at + ": dimension " + i + " has size " + size + (size == 0
                        ? ""
                        : ", which makes " + product + " elements, more than the " + MAX_ELEMENTS + " accepted"));
            sizes[i] = (int) size;
        }
        return Shape.of(sizes);
    }

    private static String promise(Shape shape) {
        return "header promises " + shape.size(0) + switch (shape.rank()) {
            case 1 -> " labels";
            case 3 -> " images of " + shape.size(1) + "x" + shape.size(2);
            default -> " items";
        };
    }

    private static String typeName(byte type) {
        String hex = "0x" + HexFormat.of().withUpperCase().toHexDigits(type);
        return switch (type) {
            case 0x09 -> "signed bytes, " + hex;
            case 0x0B -> "16-bit integers, " + hex;
            case 0x0C -> "32-bit integers, " + hex;
            case 0x0D -> "32-bit floats, " + hex;
            case 0x0E -> "64-bit floats, " + hex;
            default -> hex;
        };
    }

    /// Name of the file in messages.
    public String name() {
        return name;
    }

    /// Sizes, outermost first; all are positive.
    public Shape shape() {
        return shape;
    }

    /// The elements in row-major order, each from 0 to 255 as `data()[i] & 0xFF`. Not a copy.
    public byte[] data() {
        return data;
    }

    /// Bytes before the first element.
    int headerBytes() {
        return 4 + 4 * shape.rank();
    }

    /// The uncompressed content: counts its bytes, and turns a gzip stream that breaks off into an early end.
    private static final class Content extends FilterInputStream {
        private final String name;
        private long offset;
        private boolean endedEarly;

        Content(String name, InputStream in) {
            super(new BufferedInputStream(in, 1 << 16));
            this.name = name;
        }

        void open() throws IOException {
            in.mark(2);
            boolean gzip = in.read() == 0x1F && in.read() == 0x8B;
            in.reset();
            if (gzip)
                try {
                    in = new GZIPInputStream(in, 1 << 16);
                } catch (EOFException _) {
                    throw new DataException(name + ": truncated at byte 0: the gzip header is incomplete");
                }
        }

        DataException truncated(String reason) {
            return new DataException(name + ": truncated at byte " + offset + (endedEarly ? " where the gzip data breaks off: " : ": ")
                    + reason);
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            try {
                int n = in.read(to, from, length);
                offset += Math.max(n, 0);
                return n;
            } catch (EOFException _) {
                endedEarly = true;
                return -1;
            }
        }
    }
}
