package dev.sunda.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.spi.BackendProvider.Available;
import dev.sunda.core.spi.BackendProvider.Unavailable;
import dev.sunda.core.type.DeviceException;
import dev.sunda.cuda.driver.DriverProbe;
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.FakeMachine;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CudaBackendProviderTests {
    private final FakeDriver fake = new FakeDriver(FakeMachine.LEAST.devices(2));
    private final CudaBackendProvider provider = new CudaBackendProvider(fake::probe);

    @Test
    void devicesAreDescribed() {
        assertThat(provider.probe()).isEqualTo(new Available(2, "Fake T4, compute capability 7.5, driver CUDA 13.0, 1.0 GiB"));
        assertThat(provider.steps()).contains("library fake")
                .anyMatch(line -> line.matches("\\d+ modules of kernels, \\d+ kB of PTX, the largest \\w+ with \\d+ kB"));
    }

    @Test
    void lookingOpensNothingAndHappensOnce() {
        var looks = new AtomicInteger();
        var once = new CudaBackendProvider(() -> {
            looks.incrementAndGet();
            return fake.probe();
        });
        assertThat(once.probe()).isEqualTo(once.probe());
        assertThat(looks).hasValue(1);
        assertThat(fake.calls("cuDevicePrimaryCtxRetain")).isZero();
    }

    @Test
    void openingTriesAKernel() {
        CudaBackend backend = (CudaBackend) provider.open(1);
        assertThat(backend.device().toString()).isEqualTo("cuda:1");
        assertThat(backend.description()).startsWith("Fake T4");
        assertThat(fake.launches()).containsExactly("fill_b32");
        backend.close();
        assertThat(fake.leaks()).isEmpty();
    }

    @Test
    void precisionIsPartOfTheDescription() {
        System.setProperty("sunda.cuda.conv", "tf32");
        try {
            CudaBackend old = (CudaBackend) provider.open(0);
            assertThat(old.description()).endsWith(", -Dsunda.cuda.conv=tf32 has no effect below compute capability 8.0");
            old.close();
            var newer = new FakeDriver(FakeMachine.LEAST.capability(8, 6));
            CudaBackend able = (CudaBackend) new CudaBackendProvider(newer::probe).open(0);
            assertThat(able.description()).endsWith(", convolutions in tf32");
            able.close();
            System.setProperty("sunda.cuda.conv", "half");
            assertThatThrownBy(() -> provider.open(0)).isInstanceOf(DeviceException.class)
                    .hasMessage("cuda:0: not available: -Dsunda.cuda.conv: must be float32, tf32 or bf16 (got half)");
            assertThat(fake.leaks()).isEmpty();
        } finally {
            System.clearProperty("sunda.cuda.conv");
        }
    }

    @Test
    void recordingWithinARecordingIsRefusedAndLeavesTheDeviceUsable() {
        CudaBackend backend = (CudaBackend) provider.open(0);
        assertThatThrownBy(() -> backend.record(() -> backend.record(() -> {
        }))).isInstanceOf(IllegalStateException.class).hasMessageContaining("(got a recording within a recording)");
        SelfTest.run(backend);
        backend.record(() -> {
        }).close();
        backend.close();
        assertThat(fake.leaks()).isEmpty();
    }

    @Test
    void deviceThatComputesWronglyIsRefused() {
        fake.ignoreLaunches();
        assertThatThrownBy(() -> provider.open(0)).isInstanceOf(DeviceException.class)
                .hasMessageStartingWith("cuda:0: not available: self-test failed");
        assertThatThrownBy(() -> provider.open(1)).isInstanceOf(DeviceException.class);
        assertThat(provider.probe()).isEqualTo(new Unavailable("cuda:0 cannot be used: self-test failed (got 0.0 at element 0); "
                + "cuda:1 cannot be used: self-test failed (got 0.0 at element 0)"));
        assertThat(fake.leaks()).isEmpty();
    }

    @Test
    void driverThatCannotCompileIsRefused() {
        fake.fail("cuModuleLoadDataEx", 1, 222);
        assertThatThrownBy(() -> provider.open(0)).isInstanceOf(DeviceException.class)
                .hasMessageContaining("CUDA_ERROR_UNSUPPORTED_PTX_VERSION");
        assertThat(provider.steps()).anyMatch(line -> line.contains("UNSUPPORTED_PTX_VERSION"));
        assertThat(fake.leaks()).isEmpty();
    }

    @Test
    void oneDeviceThatCannotBeOpenedDoesNotTakeTheOthersWithIt() {
        fake.fail("cuDevicePrimaryCtxRetain", 1, 46);
        assertThatThrownBy(() -> provider.open(0)).isInstanceOf(DeviceException.class)
                .hasMessageStartingWith("cuda:0: not available: cuda: cuDevicePrimaryCtxRetain failed");
        assertThat(provider.probe()).isInstanceOfSatisfying(Available.class, found -> assertThat(found.devices()).isEqualTo(2));
        assertThat(provider.steps()).anyMatch(line -> line.startsWith("cuda:0 cannot be used: cuda: cuDevicePrimaryCtxRetain failed"));
        ((CudaBackend) provider.open(1)).close();
        assertThatThrownBy(() -> provider.open(0)).isInstanceOf(DeviceException.class)
                .hasMessageStartingWith("cuda:0: not available: cuda: cuDevicePrimaryCtxRetain failed");
        assertThat(fake.leaks()).isEmpty();
    }

    @Test
    void deviceThatSaysNothingOfItselfIsLeftOut() {
        fake.fail("cuDeviceGetName", 1, 999);
        assertThat(provider.probe()).isInstanceOfSatisfying(Available.class, found -> assertThat(found.devices()).isEqualTo(1));
        assertThat(provider.steps())
                .anyMatch(line -> line.startsWith("device 0 of the driver says nothing of itself: cuda: cuDeviceGetName"))
                .anyMatch(line -> line.startsWith("cuda:0 Fake T4"));
        fake.launches();
        ((CudaBackend) provider.open(0)).close();
        assertThat(fake.launches()).containsExactly("fill_b32");
    }

    @Test
    void whatCannotBeLinkedIsAReason() {
        var found = (DriverProbe.Found) fake.probe();
        for (Throwable problem : List.of(new NoClassDefFoundError("java/lang/foreign/Linker"), new ExceptionInInitializerError("no linker"),
                new IllegalCallerException("Illegal native access"))) {
            var broken = new DriverProbe.Found(_ -> {
                throw thrown(problem);
            }, found.version(), found.devices(), found.steps());
            var unlinked = new CudaBackendProvider(() -> broken);
            assertThatThrownBy(() -> unlinked.open(1)).isInstanceOf(DeviceException.class).hasCause(problem)
                    .hasMessageContaining("cuda:1: not available: ");
            assertThat(unlinked.probe()).isInstanceOf(Available.class);
            var unloaded = new CudaBackendProvider(() -> {
                throw thrown(problem);
            });
            assertThat(unloaded.probe()).isEqualTo(new Unavailable(problem.toString()));
        }
    }

    private static RuntimeException thrown(Throwable problem) {
        if (problem instanceof Error error)
            throw error;
        return (RuntimeException) problem;
    }

    @Test
    void noDriverIsSaidInOneLine() {
        var none = new CudaBackendProvider(() -> new DriverProbe.Missing("no NVIDIA driver found", List.of()));
        assertThat(none.probe()).isEqualTo(new Unavailable("no NVIDIA driver found"));
        assertThatThrownBy(() -> none.open(0)).isInstanceOf(DeviceException.class).hasMessageContaining("no NVIDIA driver found");
    }
}
