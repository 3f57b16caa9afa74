package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.BackendProvider;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReferenceBackendTests {
    private final Backend backend = new ReferenceBackend(Device.REFERENCE);

    private static Object array(DType dtype) {
        return switch (dtype) {
            case F32 -> new float[] {1, 2, 3};
            case F64 -> new double[] {1, 2, 3};
            case I32 -> new int[] {1, 2, 3};
            case I64 -> new long[] {1, 2, 3};
            case BOOL -> new byte[] {1, 0, 1};
        };
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void uploadsCopiesAndDownloadsParts(DType dtype) {
        Object array = array(dtype);
        Storage storage = backend.upload(dtype, array);
        assertThat(storage.dtype()).isEqualTo(dtype);
        assertThat(storage.numel()).isEqualTo(3);
        assertThat(((HeapStorage) storage).array()).isNotSameAs(array);
        assertThat(backend.download(storage, 0, 3)).isEqualTo(array);
        var part = new View(backend.upload(dtype, backend.download(storage, 1, 2)), Layout.contiguous(Shape.of(2)));
        assertThat(Elements.doubles(part)).containsExactly(dtype == DType.BOOL ? 0 : 2, dtype == DType.BOOL ? 1 : 3);
    }

    @Test
    void allocatesOnItsDevice() {
        Storage storage = new ReferenceBackend(Device.CPU).allocate(DType.I32, 5);
        assertThat(storage.device()).isEqualTo(Device.CPU);
        assertThat(storage.dtype()).isEqualTo(DType.I32);
        assertThat(storage.numel()).isEqualTo(5);
        assertThat(backend.allocate(DType.F32, 0).device()).isEqualTo(Device.REFERENCE);
    }

    @Test
    void writesImagesInRowMajorOrder() {
        assertThat(backend.imageLayout(Shape.of(2, 3, 4, 5))).isEqualTo(Layout.contiguous(Shape.of(2, 3, 4, 5)));
    }

    @Test
    void delegatesToTheKernels() {
        View out = Samples.f64Empty(2);
        backend.unary(UnaryOp.NEG, Samples.f64(1, 2), out);
        assertThat(Elements.doubles(out)).containsExactly(-1, -2);
    }

    @Test
    void isAnnouncedAsAService() {
        BackendProvider provider = ServiceLoader.load(BackendProvider.class).stream()
                .filter(p -> p.type() == ReferenceBackendProvider.class).findFirst().orElseThrow().get();
        assertThat(provider.kind()).isEqualTo("reference");
        assertThat(provider.probe()).isEqualTo(new BackendProvider.Available(1, "reference kernels: naive loops in double precision"));
        Backend opened = provider.open(0);
        assertThat(opened.device()).isEqualTo(Device.REFERENCE);
        assertThat(opened.description()).isEqualTo("reference kernels: naive loops in double precision");
    }
}
