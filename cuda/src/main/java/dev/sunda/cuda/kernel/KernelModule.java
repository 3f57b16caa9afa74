package dev.sunda.cuda.kernel;

import dev.sunda.cuda.driver.Cuda;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// PTX compiled by the driver for a device, with the kernels in it.
public final class KernelModule {
    private static final Pattern ENTRY = Pattern.compile("\\.entry\\s+(\\w+)\\s*\\(([^)]*)\\)");
    private static final Pattern PARAMETER = Pattern.compile("\\.param\\s+(?:\\.align\\s+\\d+\\s+)?\\.(\\w+)\\s+\\w+(?:\\[(\\d+)])?");

    private final Gpu gpu;
    private final String name;
    private final long handle;
    private final Map<String, List<Parameter>> entries;
    private final Map<String, Kernel> kernels = new ConcurrentHashMap<>();

    private KernelModule(Gpu gpu, String name, String ptx) {
        this.gpu = gpu;
        this.name = name;
        this.entries = entries(ptx);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment image = arena.allocateFrom(ptx, StandardCharsets.US_ASCII);
            handle = gpu.made("the kernels of " + name, () -> gpu.cuda().moduleLoadData(image));
        }
    }

    /// The module `name` of the jar.
    static KernelModule load(Gpu gpu, String name) {
        return new KernelModule(gpu, name, text(name));
    }

    /// Whether the jar has a module `name`.
    static boolean exists(String name) {
        return KernelModule.class.getResource(file(name)) != null;
    }

    private static String file(String name) {
        return "/dev/sunda/cuda/ptx/" + name + ".ptx";
    }

    /// The text of the module `name` of the jar.
    static String text(String name) {
        try (InputStream in = KernelModule.class.getResourceAsStream(file(name))) {
            if (in == null)
                throw new IllegalStateException("cuda: there are no kernels named " + name + " in the jar");
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new IllegalStateException("cuda: cannot read the kernels named " + name, e);
        }
    }

    /// A module from PTX written at run time.
    static KernelModule of(Gpu gpu, String name, String ptx) {
        return new KernelModule(gpu, name, ptx);
    }

    /// Whether there is a kernel `entry`.
    public boolean has(String entry) {
        return entries.containsKey(entry);
    }

    /// The kernel `entry`.
    public Kernel kernel(String entry) {
        Kernel found = kernels.get(entry);
        return found != null ? found : kernels.computeIfAbsent(entry, this::find);
    }

    /// Address of a variable of the module.
    public long global(String variable) {
        gpu.makeCurrent();
        return gpu.cuda().moduleGetGlobal(handle, variable);
    }

    void close() {
        gpu.makeCurrent();
        gpu.cuda().moduleUnload(handle);
    }

    private Kernel find(String entry) {
        List<Parameter> parameters = entries.get(entry);
        if (parameters == null)
            throw new IllegalStateException("cuda: there is no kernel " + entry + " in " + name);
        Cuda cuda = gpu.cuda();
        long function = gpu.made("the kernel " + entry, () -> {
            long found = cuda.moduleGetFunction(handle, entry);      // loads it where drivers load modules piece by piece
            cuda.funcLoad(found);
            return found;
        });
        return new Kernel(gpu, entry, function, parameters);
    }

    static Map<String, List<Parameter>> entries(String ptx) {
        var entries = new HashMap<String, List<Parameter>>();
        for (Matcher entry = ENTRY.matcher(ptx); entry.find();) {
            var parameters = new ArrayList<Parameter>();
            for (Matcher p = PARAMETER.matcher(entry.group(2)); p.find();)
                parameters.add(new Parameter(p.group(1), p.group(2) != null ? Integer.parseInt(p.group(2)) : bytes(p.group(1))));
            entries.put(entry.group(1), List.copyOf(parameters));
        }
        return entries;
    }

    private static int bytes(String type) {
        return Integer.parseInt(type.substring(1)) / 8;
    }
}
