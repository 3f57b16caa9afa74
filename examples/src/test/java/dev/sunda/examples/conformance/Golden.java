package dev.sunda.examples.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.json.JsonMapper;

/// Expected values of our own making, in the form the command reads.
final class Golden {
    private Golden() {
    }

    static List<GoldenCase> cases() {
        try (InputStream text = new GZIPInputStream(Golden.class.getResourceAsStream("golden.json.gz"))) {
            var cases = new ArrayList<GoldenCase>();
            new JsonMapper().readTree(text).get("cases").forEach(node -> cases.add(GoldenCase.of(node)));
            return cases;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
