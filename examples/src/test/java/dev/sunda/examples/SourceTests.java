package dev.sunda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What neither the compiler nor the formatter says about the source files of all modules.
class SourceTests {
    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern IMPORT = Pattern.compile("import (?:static )?[\\w.]+\\.(\\w+);");
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");
    private static final Pattern FIXED_LENGTH = Pattern.compile("\\b(Float|Double)Vector\\.SPECIES_\\d");
    private static final Pattern PUBLIC_TYPE = Pattern.compile("^public .*\\b(class|record|interface|enum)\\b");
    private static final int LONGEST_LINE = 140;

    @Test
    void everyModuleIsSeen() throws IOException {
        assertThat(sources().stream().map(file -> PROJECT.relativize(file).getName(0).toString()))
                .contains("core", "autograd", "nn", "optim", "data", "examples");
    }

    @Test
    void linesAreShortAndEndWithoutBlanks() throws IOException {
        assertThat(lines(line -> line.length() > LONGEST_LINE || line.endsWith(" ") || line.contains("\t"))).isEmpty();
    }

    @Test
    void nothingIsLeftUnfinished() throws IOException {
        assertThat(lines(line -> UNFINISHED.matcher(line).find() && !line.contains("UNFINISHED = "))).isEmpty();
    }

    /// What a process knows of the vectors in the methods of the Vector API it knows for all their callers together: with one length
    /// everywhere the compiler is sure which one it has.
    @Test
    void vectorsHaveTheLengthOfTheProcess() throws IOException {
        assertThat(lines(line -> FIXED_LENGTH.matcher(line).find())).isNotEmpty().allMatch(line -> line.contains("SimdSpecies.java:"));
    }

    @Test
    void everyImportIsUsed() throws IOException {
        var unused = new ArrayList<String>();
        for (Path file : sources()) {
            List<String> lines = Files.readAllLines(file);
            String rest = lines.stream().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
            for (String line : lines) {
                var match = IMPORT.matcher(line);
                if (match.matches() && !Pattern.compile("\\b" + match.group(1) + "\\b").matcher(rest).find()) {
                    unused.add(PROJECT.relativize(file) + ": " + line);
                }
            }
        }
        assertThat(unused).isEmpty();
    }

    /// With `import module` for several modules at once a name that two of them export could not be used.
    @Test
    void noTwoExportedTypesShareAName() throws IOException {
        var places = new TreeMap<String, List<String>>();
        for (Path file : sources()) {
            String name = file.getFileName().toString().replace(".java", "");
            Path folder = file.getParent();
            if (exports(folder) && Files.readAllLines(file).stream().anyMatch(PUBLIC_TYPE.asPredicate()))
                places.computeIfAbsent(name, _ -> new ArrayList<>()).add(PROJECT.relativize(folder).toString());
        }
        assertThat(places).containsKeys("Tensor", "Variable", "Layer", "Optimizer", "DataLoader", "Reduction");
        places.values().removeIf(folders -> folders.size() == 1);
        assertThat(places).isEmpty();
    }

    /// Whether the module of a folder of sources exports its package.
    private static boolean exports(Path folder) throws IOException {
        Path java = Path.of("java");
        for (Path root = folder; root.startsWith(PROJECT); root = root.getParent()) {
            Path module = root.resolve("module-info.java");
            if (root.endsWith(java) && Files.exists(module))
                return Files.readString(module).contains("exports " + root.relativize(folder).toString().replace('/', '.') + ";");
        }
        return false;
    }

    private static List<String> lines(Predicate<String> offending) throws IOException {
        var found = new ArrayList<String>();
        for (Path file : sources()) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (offending.test(lines.get(i))) found.add(PROJECT.relativize(file) + ":" + (i + 1) + ": " + lines.get(i).strip());
            }
        }
        return found;
    }

    private static List<Path> sources() throws IOException {
        var found = new ArrayList<Path>();
        try (var modules = Files.list(PROJECT)) {
            for (Path source : modules.map(module -> module.resolve("src")).filter(Files::isDirectory).sorted().toList()) {
                try (var files = Files.walk(source)) {
                    files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(found::add);
                }
            }
        }
        return found;
    }
}
