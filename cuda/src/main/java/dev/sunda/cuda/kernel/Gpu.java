package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.Device;
import dev.sunda.cuda.driver.Closing;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.memory.DeviceMemory;
import dev.sunda.cuda.memory.DeviceStorage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// One device as the families of kernels see it: its memory, its stream, and the modules loaded so far.
public final class Gpu {
    private static final String DOUBLE = "_f64";

    private final Context context;
    private final Device device;
    private final DeviceMemory memory;
    private final Faults faults;
    private final RandomShifts shifts;
    private final long tickets;
    private final Map<String, KernelModule> modules = new ConcurrentHashMap<>();
    private final Map<String, Boolean> hasDouble = new ConcurrentHashMap<>();

    /// @param device the name under which the context's device is known
    /// @param memory the memory of the same device
    public Gpu(Context context, Device device, DeviceMemory memory) {
        this.context = context;
        this.device = device;
        this.memory = memory;
        context.whenFull(memory::reclaim);
        faults = new Faults(this);
        shifts = new RandomShifts(this);
        tickets = zeros(4 * Folding.BLOCKS / 2);
    }

    private long zeros(int bytes) {
        long address = memory.allocate(bytes, "(tickets)").address();
        submit(() -> cuda().memsetD8Async(address, (byte) 0, bytes, stream()));
        return address;
    }

    public Cuda cuda() {
        return context.cuda();
    }

    public Device device() {
        return device;
    }

    /// First number of the compute capability.
    int generation() {
        return cuda().deviceGetAttribute(Cuda.CAPABILITY_MAJOR, context.device());
    }

    /// The one stream on which everything is computed, in the order of the calls.
    public long stream() {
        return context.computing();
    }

    public DeviceMemory memory() {
        return memory;
    }

    /// Where kernels report a bad index.
    public Faults faults() {
        return faults;
    }

    /// A 32-bit 0 for each row of blocks of a launch that count themselves; each kernel leaves zeros behind.
    long tickets() {
        return tickets;
    }

    /// How far streams of random numbers have gone since a kernel was recorded.
    public RandomShifts shifts() {
        return shifts;
    }

    /// The kernel `entry` of the module `module`, loaded at its first use. Kernels of float64, whose names hold `_f64`, stand in a module
    /// of their own, `module_f64`, where there is one: who computes in float32 does not wait for them to be compiled.
    public Kernel kernel(String module, String entry) {
        boolean apart = entry.contains(DOUBLE) && hasDouble.computeIfAbsent(module, name -> KernelModule.exists(name + DOUBLE));
        return module(apart ? module + DOUBLE : module).kernel(entry);
    }

    /// The module `name`, loaded at its first use.
    public KernelModule module(String name) {
        KernelModule loaded = modules.get(name);
        return loaded != null ? loaded : modules.computeIfAbsent(name, _ -> KernelModule.load(this, name));
    }

    /// A module whose PTX is written at run time, loaded at its first use.
    public KernelModule module(String name, Supplier<String> ptx) {
        KernelModule loaded = modules.get(name);
        return loaded != null ? loaded : modules.computeIfAbsent(name, _ -> KernelModule.of(this, name, ptx.get()));
    }

    /// Memory for intermediate results, to be closed by the caller.
    public Scratch scratch(long bytes) {
        return new Scratch(memory, bytes);
    }

    /// Where the first element of a view lies.
    public static long address(View view) {
        return ((DeviceStorage) view.storage()).address() + (long) view.layout().offset() * view.dtype().bytes();
    }

    /// A call by which the driver makes something, see [Context#made].
    long made(String what, LongSupplier call) {
        return context.made(what, call);
    }

    /// Driver calls of this thread go to this device from now on; comes right before each of them.
    public void makeCurrent() {
        context.makeCurrent();
    }

    /// Puts work on the stream, while no other thread does.
    void submit(Runnable calls) {
        context.submit(calls);
    }

    /// True while the calling thread records.
    boolean isRecording() {
        return context.isRecording();
    }

    /// Gives the modules and the memory back.
    public void close() {
        var closing = new Closing();
        modules.values().forEach(module -> closing.then(module::close));
        closing.then(memory::close).end();
    }

    /// A kernel is about to be put on the stream.
    void launched(Kernel kernel, Grid grid) {
        cuda().launching(kernel.name(), grid.x(), grid.y(), grid.z(), grid.threadsX(), grid.threadsY(), grid.shared());
    }
}
