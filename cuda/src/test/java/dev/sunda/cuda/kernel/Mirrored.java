package dev.sunda.cuda.kernel;

import dev.sunda.core.Backends;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.Finish;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.CudaBackend;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.driver.FakeMachine;
import dev.sunda.cuda.driver.WatchedDriver;
import dev.sunda.cuda.memory.DeviceMemory;
import java.lang.reflect.Proxy;
import java.util.SplittableRandom;

/// One view twice: in the memory of the reference backend and in that of the device whose kernels are interpreted.
///
/// @param host may be changed until the first call of [#device()]
record Mirrored(View host, Lazy lazy) {
    static final Backend REFERENCE = Backends.of(Device.REFERENCE);
    static final WatchedDriver DRIVER = WatchedDriver.of(FakeMachine.LEAST.capability(8, 0));
    private static final Context CONTEXT = context(DRIVER);
    static final Gpu GPU = gpu(CONTEXT);
    static final Backend DEVICE = new CudaBackend(CONTEXT, GPU, "kernels for NVIDIA GPUs, interpreted");

    /// Another device.
    static Gpu gpu(WatchedDriver driver) {
        return gpu(context(driver));
    }

    private static Gpu gpu(Context context) {
        return new Gpu(context, new Device("ptx", 9), new DeviceMemory(context, true));
    }

    private static Context context(WatchedDriver driver) {
        var cuda = new Cuda(driver);
        cuda.initialise();
        return new Context(cuda, 0);
    }

    /// The same device with convolutions in another precision.
    static Backend convolving(Precision precision) {
        System.setProperty("sunda.cuda.conv", precision.toString());
        try {
            return new CudaBackend(CONTEXT, GPU, "kernels for NVIDIA GPUs, interpreted");
        } finally {
            System.clearProperty("sunda.cuda.conv");
        }
    }

    /// The same with convolutions that suit a GPU with so many multiprocessors.
    static Backend convolving(Precision precision, int multiprocessors) {
        return convolving(precision, multiprocessors, WinogradSizes.LARGE);
    }

    /// The same where Winograd's algorithm begins at such sizes.
    static Backend convolving(Precision precision, int multiprocessors, WinogradSizes sizes) {
        Backend backend = convolving(precision);
        var convolution = new Convolution(GPU, precision, multiprocessors, sizes);
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (_, method, a) -> {
            switch (method.getName()) {
                case "conv" -> convolution.conv((ConvSpec) a[0], (View) a[1], (View) a[2], (View) a[3],
                        a.length == 6 ? (Finish) a[4] : null, (View) a[a.length - 1]);
                case "convInput" -> convolution.convInput((ConvSpec) a[0], (View) a[1], (View) a[2], (View) a[3], (View) a[4]);
                case "convWeight" -> convolution.convWeight((ConvSpec) a[0], (View) a[1], (View) a[2], (View) a[3]);
                default -> {
                    return method.invoke(backend, a);
                }
            }
            return null;
        });
    }

    /// The device's half, made when it is asked for.
    private static final class Lazy {
        private View view;
    }

    static Mirrored of(View host) {
        return new Mirrored(host, new Lazy());
    }

    /// Normal numbers, whole numbers of any size, or booleans of either kind.
    static Mirrored random(DType dtype, Layout layout, SplittableRandom random) {
        HeapStorage storage = HeapStorage.allocate(Device.REFERENCE, dtype, numel(layout));
        for (int i = 0; i < storage.numel(); i++)
            switch (dtype) {
            case F32, F64 -> storage.setDouble(i, random.nextGaussian());
            case BOOL -> storage.setLong(i, random.nextInt(4) == 0 ? 0 : 1);
            default -> storage.setLong(i, random.nextLong());
            }
        return of(new View(storage, layout));
    }

    /// What is to be overwritten, NaN or -77 so far.
    static Mirrored blank(DType dtype, Layout layout) {
        HeapStorage storage = HeapStorage.allocate(Device.REFERENCE, dtype, numel(layout));
        for (int i = 0; i < storage.numel(); i++)
            if (dtype.isFloating())
                storage.setDouble(i, Double.NaN);
            else
            storage.setLong(i, -77);
        return of(new View(storage, layout));
    }

    private static int numel(Layout layout) {
        int end = layout.offset() + 1;
        for (int d = 0; d < layout.shape().rank(); d++)
            end += layout.stride(d) * Math.max(0, layout.shape().size(d) - 1);
        return end + 3;
    }

    View device() {
        if (lazy.view == null)
            lazy.view = new View(DEVICE.upload(host.dtype(), host.heap().array()), host.layout());
        return lazy.view;
    }

    /// The device's half read back: all of its memory under the same layout.
    View downloaded() {
        Object array = DEVICE.download(device().storage(), 0, device().storage().numel());
        return new View(HeapStorage.of(Device.REFERENCE, host.dtype(), array, device().storage().numel()), host.layout());
    }

    /// Element number `i` of a view in row-major order.
    static double element(View view, int i) {
        return view.heap().getDouble(at(view.layout(), i));
    }

    /// Where element number `i` in row-major order lies.
    static int at(Layout layout, int i) {
        Shape shape = layout.shape();
        int at = layout.offset();
        for (int d = shape.rank() - 1; d >= 0; d--) {
            at += i % shape.size(d) * layout.stride(d);
            i /= shape.size(d);
        }
        return at;
    }
}
