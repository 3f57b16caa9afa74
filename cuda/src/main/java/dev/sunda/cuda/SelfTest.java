package dev.sunda.cuda;

import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;

/// One kernel on a device just opened, compared on the host: whether the driver compiles for it, runs, and copies both ways.
final class SelfTest {
    private static final int ELEMENTS = 1024;
    private static final float NUMBER = 1.5f;

    private SelfTest() {
    }

    /// @throws IllegalStateException if the device computes something else
    static void run(CudaBackend backend) {
        float[] numbers = new float[ELEMENTS];
        Storage storage = backend.allocate(DType.F32, ELEMENTS);
        backend.upload(numbers, storage, 0);
        int half = ELEMENTS / 2;
        backend.fill(NUMBER, new View(storage, Layout.contiguous(Shape.of(half))));
        float[] got = (float[]) backend.download(storage, 0, ELEMENTS);
        storage.release();
        for (int i = 0; i < ELEMENTS; i++)
            if (got[i] != (i < half ? NUMBER : 0))
                throw new IllegalStateException("self-test failed (got " + got[i] + " at element " + i + ")");
    }
}
