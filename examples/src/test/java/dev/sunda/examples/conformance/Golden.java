package dev.sunda.examples.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.json.JsonMapper;

/// Expected values of our own making, in the form the command reads, and those of the files that `-Dsunda.golden.files=FILE,FILE` names.
final class Golden {
    private Golden() {
    }

    static List<GoldenCase> cases() {
        try (InputStream text = new GZIPInputStream(Golden.class.getResourceAsStream("golden.json.gz"))) {
            var cases = new ArrayList<GoldenCase>();
            new JsonMapper().readTree(text).get("cases").forEach(node -> cases.add(GoldenCase.of(node)));
            for (String file : System.getProperty("sunda.golden.files", "").split(","))
                if (!file.isBlank())
                    cases.addAll(GoldenFile.read(Path.of(file)));
            return cases;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
