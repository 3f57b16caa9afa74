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
        assertThat(provider.probe()).isEqualTo(new Unavailable("self-test failed (got 0.0 at element 0)"));
        assertThat(fake.leaks()).isEmpty();
    }

    @Test
    void driverThatCannotCompileIsRefused() {
        fake.fail("cuModuleLoadDataEx", 1, 222);
        assertThatThrownBy(() -> provider.open(0)).isInstanceOf(DeviceException.class)
                .hasMessageContaining("CUDA_ERROR_UNSUPPORTED_PTX_VERSION");
        assertThat(provider.probe()).isInstanceOf(Unavailable.class);
        assertThat(provider.steps()).anyMatch(line -> line.contains("UNSUPPORTED_PTX_VERSION"));
        assertThat(fake.leaks()).isEmpty();
    }

    @Test
    void noDriverIsSaidInOneLine() {
        var none = new CudaBackendProvider(() -> new DriverProbe.Missing("no NVIDIA driver found", List.of()));
        assertThat(none.probe()).isEqualTo(new Unavailable("no NVIDIA driver found"));
        assertThatThrownBy(() -> none.open(0)).isInstanceOf(DeviceException.class).hasMessageContaining("no NVIDIA driver found");
    }
}
