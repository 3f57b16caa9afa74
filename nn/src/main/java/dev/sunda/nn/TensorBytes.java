package dev.sunda.nn;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/// Numbers as bytes, little-endian in row-major order, moved through one small buffer and summed up on the way.
final class TensorBytes {
    private static final int CHUNK = 1 << 20;

    private final FileChannel channel;
    private final CRC32C sum;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);

    /// @param channel at the position of the next tensor
    /// @param sum updated with every byte
    TensorBytes(FileChannel channel, CRC32C sum) {
        this.channel = channel;
        this.sum = sum;
    }

    void write(Tensor x) throws IOException {
        int step = CHUNK / x.dtype().bytes();
        Object values = values(x);
        for (int from = 0; from < x.numel(); from += step) {
            int n = Math.min(step, x.numel() - from);
            chunk.clear();
            put(values, from, n);
            chunk.limit(n * x.dtype().bytes());
            sum.update(chunk.duplicate().position(0));
            chunk.position(0);
            while (chunk.hasRemaining())
                channel.write(chunk);
        }
    }

    private static Object values(Tensor x) {
        return switch (x.dtype()) {
            case F32 -> x.toFloatArray();
            case F64 -> x.toDoubleArray();
            case I32 -> x.toIntArray();
            case I64 -> x.toLongArray();
            case BOOL -> x.toBooleanArray();
        };
    }

    private void put(Object values, int from, int n) {
        switch (values) {
            case float[] a -> chunk.asFloatBuffer().put(a, from, n);
            case double[] a -> chunk.asDoubleBuffer().put(a, from, n);
            case int[] a -> chunk.asIntBuffer().put(a, from, n);
            case long[] a -> chunk.asLongBuffer().put(a, from, n);
            default -> {
                for (int i = 0; i < n; i++)
                    chunk.put((byte) (((boolean[]) values)[from + i] ? 1 : 0));
            }
        }
    }

    /// @throws EOFException if the file ends before the tensor does
    Tensor read(StoredType type, Shape shape) throws IOException {
        int numel = shape.numel();
        return switch (type) {
            case F32 -> {
                var a = new float[numel];
                fill(type, numel, (from, n) -> chunk.asFloatBuffer().get(a, from, n));
                yield Tensor.of(a, shape);
            }
            case F64 -> {
                var a = new double[numel];
                fill(type, numel, (from, n) -> chunk.asDoubleBuffer().get(a, from, n));
                yield Tensor.of(a, shape);
            }
            case I32 -> {
                var a = new int[numel];
                fill(type, numel, (from, n) -> chunk.asIntBuffer().get(a, from, n));
                yield Tensor.of(a, shape);
            }
            case I64 -> {
                var a = new long[numel];
                fill(type, numel, (from, n) -> chunk.asLongBuffer().get(a, from, n));
                yield Tensor.of(a, shape);
            }
            case F16, BF16 -> {
                var a = new float[numel];
                fill(type, numel, (from, n) -> {
                    for (int i = 0; i < n; i++)
                        a[from + i] = widened(type, chunk.getShort(2 * i));
                });
                yield Tensor.of(a, shape);
            }
            case U8, I8, U16, I16 -> {
                var a = new int[numel];
                fill(type, numel, (from, n) -> {
                    for (int i = 0; i < n; i++)
                        a[from + i] = small(type, i);
                });
                yield Tensor.of(a, shape);
            }
            case U32 -> {
                var a = new long[numel];
                fill(type, numel, (from, n) -> {
                    for (int i = 0; i < n; i++)
                        a[from + i] = Integer.toUnsignedLong(chunk.getInt(4 * i));
                });
                yield Tensor.of(a, shape);
            }
            case BOOL -> {
                var a = new boolean[numel];
                fill(type, numel, (from, n) -> {
                    for (int i = 0; i < n; i++)
                        a[from + i] = chunk.get(i) != 0;
                });
                yield Tensor.of(a, shape);
            }
        };
    }

    /// A number of sixteen bits in float32, which has them all: bfloat16 is its upper half.
    private static float widened(StoredType type, short bits) {
        return type == StoredType.F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
    }

    private int small(StoredType type, int i) {
        return switch (type) {
            case U8 -> Byte.toUnsignedInt(chunk.get(i));
            case I8 -> chunk.get(i);
            case U16 -> Short.toUnsignedInt(chunk.getShort(2 * i));
            default -> chunk.getShort(2 * i);
        };
    }

    @FunctionalInterface
    private interface Take {
        void elements(int from, int n);
    }

    private void fill(StoredType type, int numel, Take take) throws IOException {
        int step = CHUNK / type.bytes();
        for (int from = 0; from < numel; from += step) {
            int n = Math.min(step, numel - from);
            chunk.clear().limit(n * type.bytes());
            while (chunk.hasRemaining())
                if (channel.read(chunk) < 0)
                    throw new EOFException("the file ended while it was read");
            chunk.flip();
            sum.update(chunk.duplicate());
            take.elements(from, n);
        }
    }
}
