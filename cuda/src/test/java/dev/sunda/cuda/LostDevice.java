package dev.sunda.cuda;

import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceLostException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.driver.DriverProbe;
import dev.sunda.cuda.kernel.Gpu;
import dev.sunda.cuda.memory.DeviceMemory;
import dev.sunda.cuda.memory.DeviceStorage;

/// A program that makes a GPU fail for good, as a wrong kernel would: memory is taken from under it. It prints what two calls say after
/// that; only a new process can use the GPU again.
final class LostDevice {
    private LostDevice() {
    }

    public static void main(String[] args) {
        var cuda = new Cuda(((DriverProbe.Found) DriverProbe.look()).library());
        cuda.initialise();
        var context = new Context(cuda, 0);
        var memory = new DeviceMemory(context, true);                // blocks that can be given back one by one
        var backend = new CudaBackend(context, new Gpu(context, Device.cuda(0), memory), "to be lost");
        Storage x = backend.allocate(DType.F32, 1 << 20);
        var view = new View(x, Layout.contiguous(Shape.of(1 << 20)));
        backend.fill(1, view);
        backend.synchronize();
        context.makeCurrent();
        cuda.memFree(((DeviceStorage) x).address());
        for (int i = 0; i < 2; i++)
            try {
                backend.fill(2, view);
                backend.synchronize();
                System.out.println("nothing happened");
            } catch (DeviceLostException lost) {
                System.out.println(lost.getMessage());
            }
        backend.close();
    }
}
