package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.BackendProvider;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendsTests {
    @Test
    void aDeviceThatNobodyServesIsRefusedWithThoseThereAre() {
        assertThatThrownBy(() -> Backends.of(Device.parse("gpu"))).isInstanceOf(DeviceException.class).hasMessage(
                "gpu: no backend serves this device, known are cpu, reference; write one of them (cuda:1 for the second of its kind), "
                        + "or put the module with the missing one on the path");
        assertThatThrownBy(() -> Tensor.zeros(2).to(Device.parse("gpu:1"))).hasMessageStartingWith("gpu:1: no backend serves");
        assertThatThrownBy(() -> Device.parse("a gpu")).hasMessageContaining("write cpu, reference, cuda or cuda:1");
    }

    @Test
    void providersThatCannotBeLoadedAreSkippedWithTheirReason(@TempDir Path folder) throws IOException {
        var names = List.of(Fails.class.getName(), "dev.sunda.core.Missing", Crashes.class.getName(), Nameless.class.getName(),
                Works.class.getName());
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.write(services.resolve(BackendProvider.class.getName()), names);
        try (var loader = new Elsewhere(folder)) {
            var providers = Backends.load(loader);
            assertThat(providers.get("abacus").probe()).isEqualTo(new BackendProvider.Available(1, "ten beads a wire"));
            assertThat(providers.values().stream().map(BackendProvider::probe).filter(BackendProvider.Unavailable.class::isInstance)
                    .map(Object::toString)).hasSize(4).allMatch(reason -> reason.contains("a backend could not be loaded"))
                    .anyMatch(reason -> reason.contains("no wood")).anyMatch(reason -> reason.contains("Missing not found"))
                    .anyMatch(reason -> reason.contains("ExceptionInInitializerError")).anyMatch(reason -> reason.contains("NullPointer"));
            assertThatThrownBy(() -> providers.get("broken0").open(0)).isInstanceOf(DeviceException.class);
        }
    }

    @Test
    void aProviderThatThrowsWhenItLooksIsUnavailableWithItsReason() {
        var providers = new TreeMap<String, BackendProvider>(Map.of("abacus", new Works(), "rope", new Throws()));
        assertThat(Backends.all(providers)).extracting(Backends.Status::kind).containsExactly("abacus", "rope");
        Backends.Status rope = Backends.all(providers).getLast();
        assertThat(rope.probe()).isEqualTo(
                new BackendProvider.Unavailable("looking for it failed: java.lang.UnsatisfiedLinkError: no knots"));
        assertThat(rope.steps()).containsExactly("the steps are not known: java.lang.IllegalStateException: no end");
        assertThatThrownBy(() -> Backends.open(Device.parse("rope"), providers)).isInstanceOf(DeviceException.class)
                .hasMessage("rope: not available: looking for it failed: java.lang.UnsatisfiedLinkError: no knots");
        assertThatThrownBy(() -> Backends.open(Device.parse("abacus"), providers)).hasMessage("abacus: nobody counts");
    }

    /// Loads the providers below once more, outside the module of this test: a module's own providers are taken from its declaration.
    private static final class Elsewhere extends URLClassLoader {
        Elsewhere(Path services) throws IOException {
            super(new URL[] {services.toUri().toURL()}, null);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(BackendsTests.class.getName() + "$"))
                return BackendsTests.class.getClassLoader().loadClass(name);
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null)
                return loaded;
            try (var in = BackendsTests.class.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
                byte[] code = in.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    /// A provider as it should be.
    public static class Works implements BackendProvider {
        @Override
        public String kind() {
            return "abacus";
        }

        @Override
        public Probe probe() {
            return new Available(1, "ten beads a wire");
        }

        @Override
        public Backend open(int index) {
            throw new DeviceException("abacus: nobody counts");
        }
    }

    /// Throws when it should only look.
    static final class Throws extends Works {
        @Override
        public String kind() {
            return "rope";
        }

        @Override
        public Probe probe() {
            throw new UnsatisfiedLinkError("no knots");
        }

        @Override
        public List<String> steps() {
            throw new IllegalStateException("no end");
        }
    }

    /// Throws in its constructor.
    public static final class Fails extends Works {
        /// Never comes to an end.
        public Fails() {
            throw new IllegalStateException("no wood");
        }
    }

    /// Throws when its class is initialised.
    public static final class Crashes extends Works {
        static final int WIRES = Integer.parseInt("no wires");
    }

    /// Does not know its kind.
    public static final class Nameless extends Works {
        @Override
        public String kind() {
            return null;
        }
    }
}
