package dev.sunda.core.spi;

import dev.sunda.core.type.DType;
import java.util.Objects;

/// Lines of the cache, and from which element on an array lies on them.
///
/// A vector of 64 bytes that crosses from one line to the next costs two loads instead of one. Java puts the elements of an array 16 bytes
/// behind the begin of its object. If the object begins a line, the next one begins 12 floats or 6 doubles later, and so this is where
/// tensors of the CPU and the work memory of its kernels begin.
///
/// Objects begin lines where Java is started with `-XX:ObjectAlignmentInBytes=64`, and under its default collector, G1, large arrays do by
/// themselves. Elsewhere the gap costs its few bytes and gains nothing.
public final class CacheLine {
    /// Length of a line on today's processors.
    private static final int BYTES = 64;
    /// What comes before the elements of an array: object header and length. With compact object headers it would be 12.
    private static final int HEADER_BYTES = 16;
    /// Elements of a `float[]` before the first one that begins a line.
    public static final int FLOATS = (BYTES - HEADER_BYTES) / Float.BYTES;
    /// Elements of a `double[]` before the first one that begins a line.
    public static final int DOUBLES = (BYTES - HEADER_BYTES) / Double.BYTES;

    private CacheLine() {
    }

    /// Elements of an array before the first one that begins a line; 0 for types that no vector loop reads.
    public static int lead(DType dtype) {
        return switch (Objects.requireNonNull(dtype, "CacheLine.lead: dtype is null")) {
            case F32 -> FLOATS;
            case F64 -> DOUBLES;
            case I32, I64, BOOL -> 0;
        };
    }
}
