package dev.sunda.examples.conformance;

import dev.sunda.examples.console.UserException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Files of cases, `{"format": 1, "cases": [...]}`, and of results, `{"results": [...]}`; compressed if the name ends with `.gz`.
final class GoldenFile {
    private static final JsonMapper JSON = new JsonMapper();

    private GoldenFile() {
    }

    /// @throws UserException if the file cannot be read or is of another format
    static List<GoldenCase> read(Path file) {
        var cases = new ArrayList<GoldenCase>();
        JsonNode root = tree(file);
        if (root.path("format").asInt(0) != 1 || !root.path("cases").isArray())
            throw new UserException(file + " holds no cases of format 1");
        root.get("cases").forEach(node -> cases.add(GoldenCase.of(node)));
        return cases;
    }

    static JsonNode tree(Path file) {
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
                InputStream text = isCompressed(file) ? new GZIPInputStream(bytes) : bytes) {
            return JSON.readTree(text);
        } catch (NoSuchFileException e) {
            throw new UserException("there is no file " + file, e);
        } catch (IOException | JacksonException e) {
            throw new UserException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /// @throws UserException if the file cannot be written
    static void write(Path file, List<CaseResult> results) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        var list = root.putArray("results");
        results.forEach(result -> list.add(result.toJson()));
        try (OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(file));
                OutputStream text = isCompressed(file) ? new GZIPOutputStream(bytes) : bytes) {
            JSON.writeValue(text, root);
        } catch (IOException | JacksonException e) {
            throw new UserException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static boolean isCompressed(Path file) {
        return file.toString().endsWith(".gz");
    }
}
