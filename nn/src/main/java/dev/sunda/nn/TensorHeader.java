package dev.sunda.nn;

import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/// The JSON part of a safetensors file: which tensors there are and where, and free text.
///
/// `{"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}`; offsets count from the end
/// of
/// the header. Parsed as a stream: a hostile header costs no more memory than a small multiple of its length.
///
/// @param entries by tensor name
/// @param metadata free text
record TensorHeader(Map<String, Entry> entries, Map<String, String> metadata) {
    static final int DATA_START = 8;
    private static final String METADATA = "__metadata__";
    private static final int MOST_DIMENSIONS = 64;
    private static final JsonMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    /// @param begin first byte, counted from the end of the header
    /// @param end byte after the last one
    record Entry(StoredType type, Shape shape, long begin, long end) {
    }

    /// The header as it stands in the file, filled up with spaces to a multiple of 8 bytes.
    byte[] toBytes() {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectPropertyStart(METADATA);
                metadata.forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            entries.forEach((name, entry) -> {
                json.writeObjectPropertyStart(name);
                json.writeStringProperty("dtype", entry.type.name());
                json.writeName("shape");
                json.writeArray(entry.shape.sizes(), 0, entry.shape.rank());
                json.writeName("data_offsets");
                json.writeArray(new long[] {entry.begin, entry.end}, 0, 2);
                json.writeEndObject();
            });
            json.writeEndObject();
        }
        bytes.writeBytes(" ".repeat(-bytes.size() & 7).getBytes(StandardCharsets.US_ASCII));
        return bytes.toByteArray();
    }

    /// Reads and checks a header.
    ///
    /// @param dataBytes how many bytes follow the header; the tensors must fill them without holes and overlaps
    /// @throws CheckpointException naming the place
    static TensorHeader parse(Path file, byte[] header, long dataBytes) {
        try (JsonParser json = JSON.createParser(header)) {
            var reader = new Reader(file, json);
            TensorHeader parsed = reader.header();
            reader.checkPlaces(parsed.entries, DATA_START + header.length, dataBytes);
            return parsed;
        } catch (JacksonException e) {
            long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
            throw new CheckpointException(file, DATA_START + at, "the header is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private record Reader(Path file, JsonParser json) {

        private TensorHeader header() {
            var entries = new LinkedHashMap<String, Entry>();
            var metadata = new LinkedHashMap<String, String>();
            expect(json.nextToken(), JsonToken.START_OBJECT, "the header");
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                if (name.equals(METADATA))
                    metadata.putAll(metadata());
                else
                    entries.put(name, entry(name));
            }
            if (json.nextToken() != null)
                throw wrong("something follows the header's closing brace");
            return new TensorHeader(entries, metadata);
        }

        private Map<String, String> metadata() {
            var metadata = new LinkedHashMap<String, String>();
            expect(json.nextToken(), JsonToken.START_OBJECT, METADATA);
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = json.currentName();
                expect(json.nextToken(), JsonToken.VALUE_STRING, "metadata '" + key + "'");
                metadata.put(key, json.getString());
            }
            return metadata;
        }

        private Entry entry(String name) {
            StoredType type = null;
            List<Long> shape = null;
            List<Long> offsets = null;
            expect(json.nextToken(), JsonToken.START_OBJECT, "tensor '" + name + "'");
            while (json.nextToken() == JsonToken.PROPERTY_NAME)
                switch (json.currentName()) {
                case "dtype" -> type = type(name);
                case "shape" -> shape = numbers(name, MOST_DIMENSIONS);
                case "data_offsets" -> offsets = numbers(name, 2);
                default -> throw wrong("tensor '" + name + "' has the unknown property '" + json.currentName() + "'");
                }
            if (type == null || shape == null || offsets == null || offsets.size() != 2)
                throw wrong("tensor '" + name + "' needs dtype, shape and two data_offsets");
            return checked(name, type, shape, offsets.get(0), offsets.get(1));
        }

        private StoredType type(String name) {
            expect(json.nextToken(), JsonToken.VALUE_STRING, "the dtype of '" + name + "'");
            String text = json.getString();
            for (StoredType type : StoredType.values())
                if (type.name().equals(text))
                    return type;
            throw wrong("tensor '" + name + "' has the type " + text + "; supported are " + Arrays.toString(StoredType.values()));
        }

        private List<Long> numbers(String name, int most) {
            var numbers = new ArrayList<Long>();
            expect(json.nextToken(), JsonToken.START_ARRAY, "shape and data_offsets of '" + name + "'");
            while (json.nextToken() != JsonToken.END_ARRAY) {
                expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, "a size or offset of '" + name + "'");
                if (numbers.size() == most)
                    throw wrong("tensor '" + name + "' has more than " + most + " sizes or offsets");
                long number = json.getLongValue();
                if (number < 0)
                    throw wrong("tensor '" + name + "' has a negative size or offset " + number);
                numbers.add(number);
            }
            return numbers;
        }

        private Entry checked(String name, StoredType type, List<Long> sizes, long begin, long end) {
            Shape shape;
            try {
                shape = Shape.of(sizes.stream().mapToInt(Math::toIntExact).toArray());
            } catch (ArithmeticException | ShapeException e) {
                throw new CheckpointException(file, place(), "tensor '" + name + "' is too large, its shape is " + sizes, e);
            }
            long bytes = (long) shape.numel() * type.bytes();
            if (end < begin || end - begin != bytes)
                throw wrong("tensor '" + name + "', " + type + " " + shape + ", needs " + bytes + " bytes but its offsets are [" + begin
                        + ", " + end
                        + "]");
            return new Entry(type, shape, begin, end);
        }

        /// Every byte after the header belongs to exactly one tensor.
        private void checkPlaces(Map<String, Entry> entries, long dataStart, long dataBytes) {
            var ordered = new ArrayList<>(entries.entrySet());
            ordered.sort(
                    Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin).thenComparingLong(e -> e.getValue().end));
            long at = 0;
            for (var entry : ordered) {
                long begin = entry.getValue().begin;
                if (begin != at)
                    throw new CheckpointException(file, dataStart + Math.min(at, begin),
                            "tensor '" + entry.getKey() + "' begins at offset " + begin
                                    + (begin < at ? ", inside the tensor before it, which ends at " : ", leaving a hole after ") + at,
                            null);
                at = entry.getValue().end;
            }
            if (at != dataBytes)
                throw new CheckpointException(file, dataStart + Math.min(at, dataBytes),
                        "the tensors need " + at + " bytes but the file has "
                                + dataBytes + " after its header" + (at > dataBytes ? "; it is truncated" : ""),
                        null);
        }

        private void expect(JsonToken found, JsonToken wanted, String what) {
            if (found != wanted)
                throw wrong(what + " should be " + wanted + " (got " + found + ")");
        }

        private CheckpointException wrong(String reason) {
            return new CheckpointException(file, place(), reason, null);
        }

        private long place() {
            return DATA_START + Math.max(0, json.currentLocation().getByteOffset());
        }
    }
}
