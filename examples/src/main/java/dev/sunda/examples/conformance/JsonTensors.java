package dev.sunda.examples.conformance;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Tensors as JSON objects: `{"dtype": "float32", "shape": [2, 3], "data": BASE64}`, the elements row by row, little-endian, bools
/// as bytes.
final class JsonTensors {
    private JsonTensors() {
    }

    static boolean isTensor(JsonNode node) {
        return node.isObject() && node.has("dtype") && node.has("shape") && node.has("data");
    }

    /// @throws UnsupportedCase if there is no such element type
    static Tensor read(JsonNode node) {
        DType dtype = dtype(node.get("dtype").asString());
        int[] sizes = new int[node.get("shape").size()];
        for (int d = 0; d < sizes.length; d++)
            sizes[d] = node.get("shape").get(d).asInt();
        Shape shape = Shape.of(sizes);
        var bytes = ByteBuffer.wrap(Base64.getDecoder().decode(node.get("data").asString())).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() != (long) shape.numel() * dtype.bytes())
            throw new IllegalArgumentException("JsonTensors: " + bytes.remaining() + " bytes of data do not fill " + dtype + " " + shape);
        return switch (dtype) {
            case F32 -> Tensor.of(floats(bytes, shape.numel()), shape);
            case F64 -> Tensor.of(doubles(bytes, shape.numel()), shape);
            case I32 -> Tensor.of(ints(bytes, shape.numel()), shape);
            case I64 -> Tensor.of(longs(bytes, shape.numel()), shape);
            case BOOL -> Tensor.of(booleans(bytes, shape.numel()), shape);
        };
    }

    static ObjectNode write(Tensor x) {
        var bytes = ByteBuffer.allocate(x.numel() * x.dtype().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        switch (x.dtype()) {
            case F32 -> bytes.asFloatBuffer().put(x.toFloatArray());
            case F64 -> bytes.asDoubleBuffer().put(x.toDoubleArray());
            case I32 -> bytes.asIntBuffer().put(x.toIntArray());
            case I64 -> bytes.asLongBuffer().put(x.toLongArray());
            case BOOL -> {
                for (boolean value : x.toBooleanArray())
                    bytes.put((byte) (value ? 1 : 0));
            }
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("dtype", x.dtype().label());
        var shape = node.putArray("shape");
        for (int size : x.shape().sizes())
            shape.add(size);
        return node.put("data", Base64.getEncoder().encodeToString(bytes.array()));
    }

    /// @throws UnsupportedCase if there is no such element type
    static DType dtype(String label) {
        return Arrays.stream(DType.values()).filter(t -> t.label().equals(label)).findFirst()
                .orElseThrow(() -> new UnsupportedCase("element type " + label));
    }

    private static float[] floats(ByteBuffer bytes, int n) {
        float[] values = new float[n];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private static double[] doubles(ByteBuffer bytes, int n) {
        double[] values = new double[n];
        bytes.asDoubleBuffer().get(values);
        return values;
    }

    private static int[] ints(ByteBuffer bytes, int n) {
        int[] values = new int[n];
        bytes.asIntBuffer().get(values);
        return values;
    }

    private static long[] longs(ByteBuffer bytes, int n) {
        long[] values = new long[n];
        bytes.asLongBuffer().get(values);
        return values;
    }

    private static boolean[] booleans(ByteBuffer bytes, int n) {
        boolean[] values = new boolean[n];
        for (int i = 0; i < n; i++)
            values[i] = bytes.get() != 0;
        return values;
    }
}
