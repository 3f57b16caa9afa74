package dev.sunda.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class DriverProbeTests {
    private static String reason(List<String> names, Function<String, SymbolLookup> opener) {
        return ((DriverProbe.Missing) DriverProbe.look(names, opener)).reason();
    }

    private static String reason(FakeDriver driver) {
        return reason(List.of("fake"), _ -> driver);
    }

    private static SymbolLookup absent(String name) {
        throw new IllegalArgumentException("Cannot open library: " + name);
    }

    @Test
    void lookingOnThisMachineNeverThrows() {
        assertThat(DriverProbe.look()).isNotNull();
    }

    @Test
    void noLibraryIsThere() {
        List<String> names = DriverProbe.libraries(null, "Linux");
        assertThat(reason(names, DriverProbeTests::absent)).isEqualTo(
                "no NVIDIA driver found (tried libcuda.so.1, /usr/local/nvidia/lib64/libcuda.so.1, /usr/lib/wsl/lib/libcuda.so.1)");
    }

    @Test
    void librariesAreTriedInTheirOrder() {
        assertThat(DriverProbe.libraries("/drivers/my.so", "Linux")).startsWith("/drivers/my.so", "libcuda.so.1").hasSize(4);
        assertThat(DriverProbe.libraries("  ", "Windows 11")).containsExactly("nvcuda.dll");
        var tried = new ArrayList<String>();
        var found = DriverProbe.look(List.of("a", "b", "c"), name -> {
            tried.add(name);
            return name.equals("b") ? new FakeDriver(FakeMachine.LEAST) : absent(name);
        });
        assertThat(tried).containsExactly("a", "b");
        assertThat(found.steps()).containsExactly("library a is not there", "library b", "driver for CUDA 13.0",
                "cuda:0 Fake T4, compute capability 7.5, 1.0 GiB, 40 multiprocessors");
    }

    @Test
    void nativeAccessIsNotEnabled() {
        assertThat(reason(List.of("x"), _ -> {
            throw new IllegalCallerException("Illegal native access");
        })).startsWith("native access is not enabled; add --enable-native-access=");
    }

    @Test
    void whateverElseHappensIsAReason() {
        assertThat(reason(List.of("x"), _ -> {
            throw new UnsatisfiedLinkError("odd");
        })).contains("odd");
    }

    @Test
    void driverIsTooOld() {
        assertThat(reason(new FakeDriver(FakeMachine.LEAST.without("cuGraphLaunch")))).isEqualTo("driver too old: no cuGraphLaunch");
    }

    @Test
    void driverDoesNotStart() {
        var driver = new FakeDriver(FakeMachine.LEAST);
        driver.fail("cuInit", 1, 804);
        assertThat(reason(driver)).isEqualTo(
                "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE: forward compatibility was attempted on non supported HW");
        assertThat(reason(new FakeDriver(FakeMachine.LEAST.devices(0)))).isEqualTo(
                "CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected");
    }

    @Test
    void anyCallMayFail() {
        for (int k = 1; k <= 9; k++) {
            var driver = new FakeDriver(FakeMachine.LEAST);
            driver.fail(null, k, 999);
            assertThat(reason(driver)).as("call %d", k).contains("CUDA_ERROR_UNKNOWN");
        }
    }

    @Test
    void deviceIsTooOld() {
        assertThat(reason(new FakeDriver(FakeMachine.LEAST.capability(7, 0)))).isEqualTo("Fake T4: compute capability 7.0, need 7.5");
        assertThat(new FakeDriver(FakeMachine.LEAST.capability(8, 0)).probe()).isInstanceOf(DriverProbe.Found.class);
    }

    @Test
    void poolsMayBeAbsent() {
        var found = (DriverProbe.Found) new FakeDriver(FakeMachine.LEAST.withoutPools().devices(2)).probe();
        assertThat(found.devices()).extracting(GpuInfo::ordinal).containsExactly(0, 1);
        assertThat(found.devices().getFirst().pools()).isFalse();
    }

    @Test
    void switchedOff() {
        System.setProperty("sunda.cuda", "off");
        try {
            assertThat(DriverProbe.look()).isEqualTo(new DriverProbe.Missing("switched off by -Dsunda.cuda=off", List.of()));
        } finally {
            System.clearProperty("sunda.cuda");
        }
    }
}
