package dev.sunda.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The functions and numbers that [Cuda] uses, against the driver made for tests and, where a CUDA toolkit is installed, against its
/// `cuda.h`.
class CudaHeaderTests {
    private static final Path SOURCE = Path.of("src/main/java/dev/sunda/cuda/driver/Cuda.java");
    private static final Pattern BINDING = Pattern.compile("(?:needed|optional)\\(\"(cu\\w+)\"((?:,\\s*(?:ADDRESS|JAVA_\\w+))*)\\)");
    private static final Pattern RENAMED = Pattern.compile("(?m)^\\s*#define (cu\\w+)\\s+(?:__CUDA_API_PT[SD][ZS]\\()?(cu\\w+)\\)?\\s*$");
    private static final Pattern FUNCTION = Pattern.compile("(?m)^CUresult CUDAAPI (cu\\w+)\\(([^)]*)\\);");
    private static final Map<String, String> LAYOUTS = Map.of("int", "JAVA_INT", "long", "JAVA_LONG", "byte", "JAVA_BYTE",
            "MemorySegment", "ADDRESS");

    /// What `cuda.h` calls the numbers written into the sources.
    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("CU_DEVICE_ATTRIBUTE_WARP_SIZE", Cuda.WARP_SIZE),
            Map.entry("CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT", Cuda.MULTIPROCESSORS),
            Map.entry("CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE", Cuda.L2_BYTES),
            Map.entry("CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR", Cuda.CAPABILITY_MAJOR),
            Map.entry("CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR", Cuda.CAPABILITY_MINOR),
            Map.entry("CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN", Cuda.SHARED_BYTES_OPT_IN),
            Map.entry("CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED", Cuda.MEMORY_POOLS),
            Map.entry("CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES", Cuda.MAX_DYNAMIC_SHARED_BYTES),
            Map.entry("CU_MEMPOOL_ATTR_RELEASE_THRESHOLD", Cuda.RELEASE_THRESHOLD),
            Map.entry("CU_JIT_ERROR_LOG_BUFFER", Cuda.JIT_ERROR_LOG),
            Map.entry("CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES", Cuda.JIT_ERROR_LOG_BYTES),
            Map.entry("CU_STREAM_NON_BLOCKING", 1),
            Map.entry("CU_EVENT_DISABLE_TIMING", 2),
            Map.entry("CU_STREAM_CAPTURE_MODE_RELAXED", 2),
            Map.entry("CUDA_ERROR_INVALID_VALUE", 1),
            Map.entry("CUDA_ERROR_OUT_OF_MEMORY", CudaException.OUT_OF_MEMORY),
            Map.entry("CUDA_ERROR_DEINITIALIZED", CudaException.DEINITIALIZED),
            Map.entry("CUDA_ERROR_STUB_LIBRARY", 34),
            Map.entry("CUDA_ERROR_INVALID_HANDLE", 400),
            Map.entry("CUDA_ERROR_NOT_READY", CudaException.NOT_READY),
            Map.entry("CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", 701));

    private static Map<String, List<String>> bound() throws IOException {
        var functions = new TreeMap<String, List<String>>();
        for (Matcher m = BINDING.matcher(Files.readString(SOURCE)); m.find();)
            functions.put(m.group(1), Stream.of(m.group(2).split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList());
        return functions;
    }

    private static String header() throws IOException {
        String home = Optional.ofNullable(System.getenv("CUDA_HOME")).orElse("/usr/local/cuda");
        Path file = Path.of(home, "include", "cuda.h");
        assumeThat(file).as("no CUDA toolkit is installed").exists();
        return Files.readString(file).replaceAll("(?s)/\\*.*?\\*/", "");
    }

    @Test
    void everyBindingIsFoundInTheSource() throws IOException {
        int written = Pattern.compile("(?:needed|optional)\\(\"cu").matcher(Files.readString(SOURCE)).results().toList().size();
        assertThat(bound()).hasSize(written).hasSizeGreaterThan(50);
    }

    @Test
    void driverMadeForTestsTakesTheSameParameters() throws IOException {
        var own = new HashMap<String, List<String>>();
        for (Method method : FakeFunctions.class.getDeclaredMethods())
            own.put(method.getName(), Arrays.stream(method.getParameterTypes()).map(type -> LAYOUTS.get(type.getSimpleName())).toList());
        var bound = bound();
        bound.remove("cuEventElapsedTime");                          // what drivers had before cuEventElapsedTime_v2
        assertThat(own).containsAllEntriesOf(bound);
    }

    @Test
    void functionsAreDeclaredWithTheSameParameters() throws IOException {
        String header = header();
        var renamed = new HashMap<String, String>();
        for (Matcher m = RENAMED.matcher(header); m.find();)
            renamed.put(m.group(1), m.group(2));
        var declared = new HashMap<String, List<String>>();
        for (Matcher m = FUNCTION.matcher(header); m.find();)
            declared.putIfAbsent(renamed.getOrDefault(m.group(1), m.group(1)), layouts(m.group(2)));
        var bound = bound();
        bound.remove("cuEventElapsedTime");
        assertThat(declared).containsAllEntriesOf(bound);
    }

    private static List<String> layouts(String parameters) {
        var layouts = new ArrayList<String>();
        if (!parameters.strip().equals("void"))
            for (String parameter : parameters.split(","))
                layouts.add(layout(parameter.strip()));
        return layouts;
    }

    private static String layout(String parameter) {
        if (parameter.contains("*"))
            return "ADDRESS";
        String type = parameter.replaceAll("\\s*\\w+$", "").replaceAll("^const ", "");
        return switch (type) {
            case "unsigned char" -> "JAVA_BYTE";
            case "size_t", "CUdeviceptr", "CUcontext", "CUmodule", "CUfunction", "CUstream", "CUevent", "CUgraph", "CUgraphExec",
                    "CUmemoryPool", "cuuint64_t", "unsigned long long" ->
                    "JAVA_LONG";
            case "int", "unsigned int", "CUdevice", "CUresult", "CUdevice_attribute", "CUfunction_attribute", "CUmemPool_attribute",
                    "CUstreamCaptureMode" ->
                    "JAVA_INT";
            default -> type;
        };
    }

    @Test
    void numbersMeanTheSame() throws IOException {
        var declared = new HashMap<String, Integer>();
        for (Matcher m = Pattern.compile("enum \\w+\\s*\\{([^}]*)}").matcher(header()); m.find();)
            note(m.group(1), declared);
        assertThat(declared).containsAllEntriesOf(NUMBERS);
    }

    /// The constants of an enumeration; one without a number follows the one before it.
    private static void note(String enumeration, Map<String, Integer> constants) {
        int next = 0;
        for (String entry : enumeration.split(",")) {
            String[] sides = entry.strip().split("\\s*=\\s*");
            if (sides.length == 2 && sides[1].matches("0x[0-9a-fA-F]+|\\d+"))
                next = Integer.decode(sides[1]);
            constants.put(sides[0], next++);
        }
    }

    @Test
    void namesOfResultsAreThoseOfTheHeader() throws IOException {
        String header = header();
        var declared = Pattern.compile("(CUDA_(?:ERROR_\\w+|SUCCESS))\\s*=\\s*(\\d+)").matcher(header).results()
                .collect(Collectors.toMap(m -> Integer.valueOf(m.group(2)), m -> m.group(1), (a, _) -> a));
        for (int result = 0; result < 1000; result++) {
            String known = FakeResult.knownName(result);
            if (known != null)
                assertThat(known).isEqualTo(declared.get(result));
        }
    }
}
