package dev.sunda.core;

import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.BackendProvider;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// The backends found on the module or class path, each opened at its first use.
public final class Backends {
    private static final Map<String, BackendProvider> PROVIDERS = load(Backends.class.getClassLoader());
    private static final Map<Device, Backend> OPEN = new ConcurrentHashMap<>();

    private Backends() {
    }

    /// What is known of one family of devices.
    ///
    /// @param kind the family, for example `cpu`
    /// @param probe available with a description, or unavailable with the reason
    /// @param steps what has been looked at, a line each
    public record Status(String kind, BackendProvider.Probe probe, List<String> steps) {
    }

    /// The backend that serves `device`.
    ///
    /// @throws DeviceException if no backend of that kind is on the path, if it is unavailable, or if the index is too large
    public static Backend of(Device device) {
        Backend open = OPEN.get(Objects.requireNonNull(device, "Backends.of: device is null; use Device.CPU"));
        return open != null ? open : opened(device);
    }

    /// Every family found, in the order of their names, with the reason where one is not available.
    public static List<Status> all() {
        return all(PROVIDERS);
    }

    static List<Status> all(Map<String, BackendProvider> providers) {
        return providers.entrySet().stream().map(entry -> {
            BackendProvider.Probe probe = probe(entry.getValue());
            return new Status(entry.getKey(), probe, steps(entry.getValue()));
        }).toList();
    }

    /// A provider that must not throw may do so all the same; the others are not to suffer from it.
    private static BackendProvider.Probe probe(BackendProvider provider) {
        try {
            return provider.probe();
        } catch (RuntimeException | LinkageError broken) {
            return new BackendProvider.Unavailable("looking for it failed: " + broken);
        }
    }

    private static List<String> steps(BackendProvider provider) {
        try {
            return provider.steps();
        } catch (RuntimeException | LinkageError broken) {
            return List.of("the steps are not known: " + broken);
        }
    }

    /// Opening may use other devices, so it holds a lock and not a place in the map.
    private static synchronized Backend opened(Device device) {
        Backend open = OPEN.get(device);
        if (open == null) {
            open = open(device);
            OPEN.put(device, open);
        }
        return open;
    }

    private static Backend open(Device device) {
        return open(device, PROVIDERS);
    }

    static Backend open(Device device, Map<String, BackendProvider> providers) {
        BackendProvider provider = providers.get(device.kind());
        if (provider == null)
            throw new DeviceException(device + ": no backend serves this device, known are " + String.join(", ", providers.keySet())
                    + "; write one of them (cuda:1 for the second of its kind), or put the module with the missing one on the path");
        return switch (probe(provider)) {
            case BackendProvider.Unavailable(String reason) -> throw new DeviceException(device + ": not available: " + reason);
            case BackendProvider.Available(int devices, _) -> {
                if (device.index() >= devices)
                    throw new DeviceException(device + ": there is no such device; " + devices + " of kind " + device.kind() + " found");
                yield provider.open(device.index());
            }
        };
    }

    /// The providers by kind, in the order of their names. One that cannot even be loaded is listed as unavailable; it must not take the
    /// others with it.
    static Map<String, BackendProvider> load(ClassLoader loader) {
        var providers = new TreeMap<String, BackendProvider>();
        var services = ServiceLoader.load(BackendProvider.class, loader).iterator();
        for (boolean more = true; more;) {
            try {
                more = services.hasNext();
                if (more) {
                    BackendProvider provider = services.next();
                    providers.putIfAbsent(provider.kind(), provider);
                }
            } catch (ServiceConfigurationError | LinkageError | RuntimeException broken) {
                String reason = broken.getCause() == null ? broken.toString() : broken + ", because of " + broken.getCause();
                String kind = "broken" + providers.size();
                providers.put(kind, new Broken(kind, reason));
            }
        }
        return providers;
    }

    /// Stands for a provider that failed to load.
    private record Broken(String kind, String reason) implements BackendProvider {
        @Override
        public Probe probe() {
            return new Unavailable("a backend could not be loaded: " + reason);
        }

        @Override
        public Backend open(int index) {
            throw new DeviceException(kind + ": " + reason);
        }
    }
}
