package dev.sunda.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/// Whether there is a driver and which of its devices can be used, found out step by step without opening a device.
public final class DriverProbe {
    /// The oldest devices the kernels are compiled for.
    private static final int LEAST_MAJOR = 7, LEAST_MINOR = 5;
    private static final int STUB_LIBRARY = 34;

    /// What came of it.
    public sealed interface Finding {
        /// What was looked at, a line each, for people.
        List<String> steps();
    }

    /// There is a driver with at least one device that can be used.
    ///
    /// @param library its functions
    /// @param version the CUDA it was made for, for example 13000
    /// @param devices those that can be used
    public record Found(SymbolLookup library, int version, List<GpuInfo> devices, List<String> steps) implements Finding {
    }

    /// No device can be used.
    ///
    /// @param reason one line
    public record Missing(String reason, List<String> steps) implements Finding {
    }

    /// Ends the search with its reason.
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Stop(String reason) {
            super(reason, null, false, false);
        }
    }

    private final List<String> names;
    private final Function<String, SymbolLookup> opener;
    private final List<String> steps = new ArrayList<>();

    private DriverProbe(List<String> names, Function<String, SymbolLookup> opener) {
        this.names = names;
        this.opener = opener;
    }

    /// Looks on this machine. `-Dsunda.cuda=off` finds nothing without a look; `-Dsunda.cuda.lib` names a library to try first.
    public static Finding look() {
        if ("off".equals(System.getProperty("sunda.cuda")))
            return new Missing("switched off by -Dsunda.cuda=off", List.of());
        return look(libraries(System.getProperty("sunda.cuda.lib"), System.getProperty("os.name")), DriverProbe::open);
    }

    /// Looks with a given way to open libraries, in the order of their names.
    static Finding look(List<String> names, Function<String, SymbolLookup> opener) {
        var probe = new DriverProbe(names, opener);
        try {
            return probe.search();
        } catch (Stop stop) {
            return probe.missing(stop.getMessage());
        } catch (RuntimeException | LinkageError unforeseen) {
            return probe.missing(unforeseen.toString());
        }
    }

    /// Where the driver may be: its name on the search path of the system first, then where containers and WSL put it.
    static List<String> libraries(String named, String system) {
        var names = new LinkedHashSet<String>();
        if (named != null && !named.isBlank())
            names.add(named);
        if (system.startsWith("Windows"))
            names.add("nvcuda.dll");
        else
            names.addAll(List.of("libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1"));
        return List.copyOf(names);
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup open(String name) {
        return SymbolLookup.libraryLookup(name, Arena.global());
    }

    private Missing missing(String reason) {
        return new Missing(reason, List.copyOf(steps));
    }

    private Found search() {
        SymbolLookup library = library();
        Cuda cuda = bound(library);
        start(cuda);
        int version = cuda.driverGetVersion();
        steps.add("driver for CUDA " + version(version));
        List<GpuInfo> usable = devices(cuda);
        return new Found(library, version, usable, List.copyOf(steps));
    }

    private SymbolLookup library() {
        for (String name : names)
            try {
                SymbolLookup library = opener.apply(name);
                steps.add("library " + name);
                return library;
            } catch (IllegalCallerException denied) {
                throw new Stop("native access is not enabled; add --enable-native-access=" + module());
            } catch (IllegalArgumentException absent) {
                steps.add("library " + name + " is not there");
            }
        throw new Stop("no NVIDIA driver found (tried " + String.join(", ", names) + ")");
    }

    /// What is to be named for native access: this module, or every class on the class path.
    private static String module() {
        Module module = DriverProbe.class.getModule();
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }

    private static Cuda bound(SymbolLookup library) {
        try {
            return new Cuda(library);
        } catch (IllegalCallerException denied) {
            throw new Stop("native access is not enabled; add --enable-native-access=" + module());
        } catch (NoSuchElementException absent) {
            throw new Stop("driver too old: no " + absent.getMessage());
        }
    }

    private static void start(Cuda cuda) {
        try {
            cuda.initialise();
        } catch (CudaException failed) {
            throw new Stop(failed.reason() + (failed.result() == STUB_LIBRARY ? "; put the real driver before it" : ""));
        }
    }

    private List<GpuInfo> devices(Cuda cuda) {
        int count = cuda.deviceGetCount();
        var usable = new ArrayList<GpuInfo>();
        String refused = "the driver has no device";
        for (int i = 0; i < count; i++) {
            GpuInfo device;
            try {
                device = GpuInfo.of(cuda, i);
            } catch (RuntimeException broken) {                      // it must not take the others with it
                refused = "device " + i + " of the driver says nothing of itself: " + broken.getMessage();
                steps.add(refused);
                continue;
            }
            if (device.isAtLeast(LEAST_MAJOR, LEAST_MINOR)) {
                steps.add("cuda:" + usable.size() + " " + device.describe());
                usable.add(device);
            } else {
                refused = device.name() + ": compute capability " + device.capability() + ", need " + LEAST_MAJOR + "." + LEAST_MINOR;
                steps.add(refused);
            }
        }
        if (usable.isEmpty())
            throw new Stop(refused);
        return List.copyOf(usable);
    }

    /// `13.0` for 13000.
    public static String version(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }
}
