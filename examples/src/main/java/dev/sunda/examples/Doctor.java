package dev.sunda.examples;

import dev.sunda.core.Backends;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.BackendProvider;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import dev.sunda.examples.console.Version;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `sunda doctor`: what this machine offers and what is missing.
@Command(name = "doctor", mixinStandardHelpOptions = true,
        description = {
            "Says what Sunda finds on this machine.",
            "Java, threads, memory, and each device with the reason if it cannot be used, for a GPU step by step.",
            "Exit status: 0 if the processor can be computed with, otherwise 1."})
final class Doctor implements Callable<Integer> {
    private static final double GIB = 1 << 30;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Backends.Status> devices = tried();
        row("sunda", Version.sunda());
        row("java", Version.java() + ", " + System.getProperty("java.vm.name") + ", " + System.getProperty("java.vendor"));
        row("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + System.getProperty("os.arch"));
        row("threads", Parallel.threads() + " of " + Runtime.getRuntime().availableProcessors()
                + " processors; --threads or SUNDA_THREADS changes it");
        row("memory", String.format(Locale.ROOT, "%.1f GiB for Java at most; SUNDA_JAVA_OPTS=-Xmx8g changes it",
                Runtime.getRuntime().maxMemory() / GIB));
        for (Backends.Status device : devices) {
            row("device " + device.kind(), describe(device.probe()));
            device.steps().forEach(step -> row("", step));
        }
        if (devices.stream().noneMatch(device -> device.kind().equals("cuda")))
            row("device cuda", "not available: the module sunda-cuda is not on the path");
        return devices.stream().anyMatch(d -> d.kind().equals("cpu") && d.probe() instanceof BackendProvider.Available) ? 0 : 1;
    }

    /// What is known of every family once each of its devices has been opened, where one can be.
    private static List<Backends.Status> tried() {
        for (Backends.Status family : Backends.all())
            if (family.probe() instanceof BackendProvider.Available(int devices, _))
                for (int i = 0; i < devices; i++)
                    open(new Device(family.kind(), i));
        return Backends.all();
    }

    private static void open(Device device) {
        try {
            Backends.of(device);
        } catch (DeviceException refused) {
            // The status of its family says why.
        }
    }

    private void row(String what, String finding) {
        spec.commandLine().getOut().println(what + " ".repeat(Math.max(1, 18 - what.length())) + finding);
    }

    private static String describe(BackendProvider.Probe probe) {
        return switch (probe) {
            case BackendProvider.Available(int devices, String description) ->
                    "available" + (devices > 1 ? ", " + devices + " of them" : "") + ": "
                            + description;
            case BackendProvider.Unavailable(String reason) -> "not available: " + reason;
        };
    }
}
