package dev.sunda.cuda;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/// How many modules of kernels come with this jar, and how much PTX the driver has to compile.
final class KernelSizes {
    private static final String FOLDER = "dev/sunda/cuda/ptx/";
    private static final String ENDING = ".ptx";

    private KernelSizes() {
    }

    /// One line, or none where the classes lie in neither a folder nor a jar.
    static List<String> lines() {
        try {
            Map<String, Long> sizes = sizes(Path.of(home()));
            var largest = sizes.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
            long all = sizes.values().stream().mapToLong(Long::longValue).sum();
            return List.of(sizes.size() + " modules of kernels, " + kilobytes(all) + " of PTX, the largest " + largest.getKey() + " with "
                    + kilobytes(largest.getValue()));
        } catch (IOException | URISyntaxException | RuntimeException unknown) {
            return List.of();
        }
    }

    private static URI home() throws URISyntaxException {
        return KernelSizes.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    }

    private static Map<String, Long> sizes(Path home) throws IOException {
        var sizes = new TreeMap<String, Long>();
        if (Files.isDirectory(home)) {
            try (Stream<Path> files = Files.list(home.resolve(FOLDER))) {
                for (Path file : (Iterable<Path>) files::iterator)
                    note(FOLDER + file.getFileName(), Files.size(file), sizes);
            }
        } else {
            try (var jar = new ZipFile(home.toFile())) {
                jar.stream().forEach(entry -> note(entry.getName(), entry.getSize(), sizes));
            }
        }
        return sizes;
    }

    private static void note(String path, long bytes, Map<String, Long> sizes) {
        if (path.startsWith(FOLDER) && path.endsWith(ENDING))
            sizes.put(path.substring(FOLDER.length(), path.length() - ENDING.length()), bytes);
    }

    private static String kilobytes(long bytes) {
        return (bytes + 999) / 1000 + " kB";
    }
}
