package dev.sunda.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import java.util.Optional;

/// The functions of the CUDA driver, one method each: the only place of the project that calls native code.
///
/// One object serves one device, or none yet. Handles and device addresses are `long`s. Methods return what C hands out through pointers
/// and turn every result other than 0 into a [CudaException] or what [Failures] makes of it. Suffixed names (`_v2`) are the current form of
/// a function, which C programs get through macros; the bare names are old forms with other parameters. Source: `cuda.h` of CUDA 13.0.
public final class Cuda {
    /// Attributes of a device, for [#deviceGetAttribute].
    public static final int WARP_SIZE = 10, MULTIPROCESSORS = 16, L2_BYTES = 38, CAPABILITY_MAJOR = 75, CAPABILITY_MINOR = 76,
            SHARED_BYTES_OPT_IN = 97, MEMORY_POOLS = 115;
    /// Attribute of a function: the most dynamic shared memory a launch may ask for.
    public static final int MAX_DYNAMIC_SHARED_BYTES = 8;
    /// Attribute of a memory pool: how many bytes it keeps instead of giving them back.
    public static final int RELEASE_THRESHOLD = 4;
    /// Options of [#moduleLoadDataEx].
    public static final int JIT_ERROR_LOG = 5, JIT_ERROR_LOG_BYTES = 6;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final ThreadLocal<MemorySegment> OUT = ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(64, 16));

    private final SymbolLookup library;
    /// Whether each launch is waited for, so that an error names the kernel at fault.
    private final boolean waits = Boolean.getBoolean("sunda.cuda.sync");
    /// What a launch says when the driver finds no room for what it keeps itself; seen with driver 580 and 18 MiB free.
    private static final int UNKNOWN = 999;
    private static final long HARDLY_ANY = 64L << 20;

    private final Failures failures = new Failures(waits);
    private volatile long recording;

    private final MethodHandle init;
    private final MethodHandle driverGetVersion;
    private final MethodHandle getErrorName;
    private final MethodHandle getErrorString;
    private final MethodHandle deviceGetCount;
    private final MethodHandle deviceGet;
    private final MethodHandle deviceGetName;
    private final MethodHandle deviceGetAttribute;
    private final MethodHandle deviceTotalMem;
    private final MethodHandle primaryCtxRetain;
    private final MethodHandle primaryCtxRelease;
    private final MethodHandle ctxSetCurrent;
    private final MethodHandle ctxSynchronize;
    private final MethodHandle moduleLoadDataEx;
    private final MethodHandle moduleUnload;
    private final MethodHandle moduleGetFunction;
    private final MethodHandle moduleGetGlobal;
    private final MethodHandle funcSetAttribute;
    private final MethodHandle memGetInfo;
    private final MethodHandle memAlloc;
    private final MethodHandle memFree;
    private final MethodHandle memHostAlloc;
    private final MethodHandle memFreeHost;
    private final MethodHandle memcpyHtoDAsync;
    private final MethodHandle memcpyDtoHAsync;
    private final MethodHandle memcpyDtoDAsync;
    private final MethodHandle memsetD8Async;
    private final MethodHandle memsetD32Async;
    private final MethodHandle streamCreate;
    private final MethodHandle streamDestroy;
    private final MethodHandle streamSynchronize;
    private final MethodHandle streamQuery;
    private final MethodHandle streamWaitEvent;
    private final MethodHandle eventCreate;
    private final MethodHandle eventDestroy;
    private final MethodHandle eventRecord;
    private final MethodHandle eventQuery;
    private final MethodHandle eventSynchronize;
    private final MethodHandle eventElapsedTime;
    private final MethodHandle launchKernel;
    private final MethodHandle streamBeginCapture;
    private final MethodHandle streamEndCapture;
    private final MethodHandle graphInstantiate;
    private final MethodHandle graphLaunch;
    private final MethodHandle graphExecDestroy;
    private final MethodHandle graphDestroy;
    private final Optional<MethodHandle> memAllocAsync;
    private final Optional<MethodHandle> memFreeAsync;
    private final Optional<MethodHandle> deviceGetDefaultMemPool;
    private final Optional<MethodHandle> memPoolSetAttribute;
    private final Optional<MethodHandle> memPoolTrimTo;
    private final Optional<MethodHandle> funcLoad;

    /// @param library where the functions are: the driver's library, or a driver made for tests
    /// @throws NoSuchElementException if a function that is needed is missing
    public Cuda(SymbolLookup library) {
        this.library = library;
        init = needed("cuInit", JAVA_INT);
        driverGetVersion = needed("cuDriverGetVersion", ADDRESS);
        getErrorName = needed("cuGetErrorName", JAVA_INT, ADDRESS);
        getErrorString = needed("cuGetErrorString", JAVA_INT, ADDRESS);
        deviceGetCount = needed("cuDeviceGetCount", ADDRESS);
        deviceGet = needed("cuDeviceGet", ADDRESS, JAVA_INT);
        deviceGetName = needed("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT);
        deviceGetAttribute = needed("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
        deviceTotalMem = needed("cuDeviceTotalMem_v2", ADDRESS, JAVA_INT);
        primaryCtxRetain = needed("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT);
        primaryCtxRelease = needed("cuDevicePrimaryCtxRelease_v2", JAVA_INT);
        ctxSetCurrent = needed("cuCtxSetCurrent", JAVA_LONG);
        ctxSynchronize = needed("cuCtxSynchronize");
        moduleLoadDataEx = needed("cuModuleLoadDataEx", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
        moduleUnload = needed("cuModuleUnload", JAVA_LONG);
        moduleGetFunction = needed("cuModuleGetFunction", ADDRESS, JAVA_LONG, ADDRESS);
        moduleGetGlobal = needed("cuModuleGetGlobal_v2", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
        funcSetAttribute = needed("cuFuncSetAttribute", JAVA_LONG, JAVA_INT, JAVA_INT);
        memGetInfo = needed("cuMemGetInfo_v2", ADDRESS, ADDRESS);
        memAlloc = needed("cuMemAlloc_v2", ADDRESS, JAVA_LONG);
        memFree = needed("cuMemFree_v2", JAVA_LONG);
        memHostAlloc = needed("cuMemHostAlloc", ADDRESS, JAVA_LONG, JAVA_INT);
        memFreeHost = needed("cuMemFreeHost", ADDRESS);
        memcpyHtoDAsync = needed("cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
        memcpyDtoHAsync = needed("cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        memcpyDtoDAsync = needed("cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        memsetD8Async = needed("cuMemsetD8Async", JAVA_LONG, JAVA_BYTE, JAVA_LONG, JAVA_LONG);
        memsetD32Async = needed("cuMemsetD32Async", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
        streamCreate = needed("cuStreamCreate", ADDRESS, JAVA_INT);
        streamDestroy = needed("cuStreamDestroy_v2", JAVA_LONG);
        streamSynchronize = needed("cuStreamSynchronize", JAVA_LONG);
        streamQuery = needed("cuStreamQuery", JAVA_LONG);
        streamWaitEvent = needed("cuStreamWaitEvent", JAVA_LONG, JAVA_LONG, JAVA_INT);
        eventCreate = needed("cuEventCreate", ADDRESS, JAVA_INT);
        eventDestroy = needed("cuEventDestroy_v2", JAVA_LONG);
        eventRecord = needed("cuEventRecord", JAVA_LONG, JAVA_LONG);
        eventQuery = needed("cuEventQuery", JAVA_LONG);
        eventSynchronize = needed("cuEventSynchronize", JAVA_LONG);
        eventElapsedTime = optional("cuEventElapsedTime_v2", ADDRESS, JAVA_LONG, JAVA_LONG)
                .orElseGet(() -> needed("cuEventElapsedTime", ADDRESS, JAVA_LONG, JAVA_LONG));
        launchKernel = needed("cuLaunchKernel", JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                JAVA_LONG, ADDRESS, ADDRESS);
        streamBeginCapture = needed("cuStreamBeginCapture_v2", JAVA_LONG, JAVA_INT);
        streamEndCapture = needed("cuStreamEndCapture", JAVA_LONG, ADDRESS);
        graphInstantiate = needed("cuGraphInstantiateWithFlags", ADDRESS, JAVA_LONG, JAVA_LONG);
        graphLaunch = needed("cuGraphLaunch", JAVA_LONG, JAVA_LONG);
        graphExecDestroy = needed("cuGraphExecDestroy", JAVA_LONG);
        graphDestroy = needed("cuGraphDestroy", JAVA_LONG);
        memAllocAsync = optional("cuMemAllocAsync", ADDRESS, JAVA_LONG, JAVA_LONG);
        memFreeAsync = optional("cuMemFreeAsync", JAVA_LONG, JAVA_LONG);
        deviceGetDefaultMemPool = optional("cuDeviceGetDefaultMemPool", ADDRESS, JAVA_INT);
        memPoolSetAttribute = optional("cuMemPoolSetAttribute", JAVA_LONG, JAVA_INT, ADDRESS);
        memPoolTrimTo = optional("cuMemPoolTrimTo", JAVA_LONG, JAVA_LONG);
        funcLoad = optional("cuFuncLoad", JAVA_LONG);
    }

    @SuppressWarnings("restricted")
    private Optional<MethodHandle> optional(String name, MemoryLayout... parameters) {
        return library.find(name).map(at -> LINKER.downcallHandle(at, FunctionDescriptor.of(JAVA_INT, parameters)));
    }

    private MethodHandle needed(String name, MemoryLayout... parameters) {
        return optional(name, parameters).orElseThrow(() -> new NoSuchElementException(name));
    }

    /// Starts the driver; comes before everything else.
    public void initialise() {
        try {
            check((int) init.invokeExact(0), "cuInit");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Version of CUDA the driver was made for, for example 13000.
    public int driverGetVersion() {
        MemorySegment out = OUT.get();
        try {
            check((int) driverGetVersion.invokeExact(out), "cuDriverGetVersion");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_INT, 0);
    }

    /// Number of devices.
    public int deviceGetCount() {
        MemorySegment out = OUT.get();
        try {
            check((int) deviceGetCount.invokeExact(out), "cuDeviceGetCount");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_INT, 0);
    }

    /// The device with a number.
    public int deviceGet(int ordinal) {
        MemorySegment out = OUT.get();
        try {
            check((int) deviceGet.invokeExact(out, ordinal), "cuDeviceGet");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_INT, 0);
    }

    /// One property of a device.
    public int deviceGetAttribute(int attribute, int device) {
        MemorySegment out = OUT.get();
        try {
            check((int) deviceGetAttribute.invokeExact(out, attribute, device), "cuDeviceGetAttribute");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_INT, 0);
    }

    /// Bytes of memory.
    public long deviceTotalMem(int device) {
        MemorySegment out = OUT.get();
        try {
            check((int) deviceTotalMem.invokeExact(out, device), "cuDeviceTotalMem_v2");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// The context that everybody in the process shares; given back by [#primaryCtxRelease].
    public long primaryCtxRetain(int device) {
        MemorySegment out = OUT.get();
        try {
            check((int) primaryCtxRetain.invokeExact(out, device), "cuDevicePrimaryCtxRetain");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// Gives the shared context back.
    public void primaryCtxRelease(int device) {
        try {
            check((int) primaryCtxRelease.invokeExact(device), "cuDevicePrimaryCtxRelease_v2");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Makes a context the one of the calling thread of the operating system.
    public void ctxSetCurrent(long context) {
        try {
            check((int) ctxSetCurrent.invokeExact(context), "cuCtxSetCurrent");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Waits for all work of the context.
    public void ctxSynchronize() {
        try {
            check((int) ctxSynchronize.invokeExact(), "cuCtxSynchronize");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Gives a module's memory back.
    public void moduleUnload(long module) {
        try {
            check((int) moduleUnload.invokeExact(module), "cuModuleUnload");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Sets one property of a function.
    public void funcSetAttribute(long function, int attribute, int value) {
        try {
            check((int) funcSetAttribute.invokeExact(function, attribute, value), "cuFuncSetAttribute");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Fresh device memory.
    public long memAlloc(long bytes) {
        MemorySegment out = OUT.get();
        try {
            check((int) memAlloc.invokeExact(out, bytes), "cuMemAlloc_v2");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// Gives memory of [#memAlloc] back.
    public void memFree(long address) {
        try {
            check((int) memFree.invokeExact(address), "cuMemFree_v2");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Pinned host memory.
    ///
    /// @param flags 1 for memory that all contexts know as pinned
    public long memHostAlloc(long bytes, int flags) {
        MemorySegment out = OUT.get();
        try {
            check((int) memHostAlloc.invokeExact(out, bytes, flags), "cuMemHostAlloc");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// Gives pinned host memory back.
    public void memFreeHost(long host) {
        try {
            check((int) memFreeHost.invokeExact(MemorySegment.ofAddress(host)), "cuMemFreeHost");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Copies from pinned host memory, behind the caller's back.
    public void memcpyHtoDAsync(long device, long host, long bytes, long stream) {
        try {
            check((int) memcpyHtoDAsync.invokeExact(device, MemorySegment.ofAddress(host), bytes, stream), "cuMemcpyHtoDAsync_v2");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Copies to pinned host memory, behind the caller's back.
    public void memcpyDtoHAsync(long host, long device, long bytes, long stream) {
        try {
            check((int) memcpyDtoHAsync.invokeExact(MemorySegment.ofAddress(host), device, bytes, stream), "cuMemcpyDtoHAsync_v2");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Copies within the device.
    public void memcpyDtoDAsync(long to, long from, long bytes, long stream) {
        try {
            check((int) memcpyDtoDAsync.invokeExact(to, from, bytes, stream), "cuMemcpyDtoDAsync_v2");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Fills bytes.
    public void memsetD8Async(long address, byte value, long bytes, long stream) {
        try {
            check((int) memsetD8Async.invokeExact(address, value, bytes, stream), "cuMemsetD8Async");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Fills words of 32 bits.
    public void memsetD32Async(long address, int value, long words, long stream) {
        try {
            check((int) memsetD32Async.invokeExact(address, value, words, stream), "cuMemsetD32Async");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// A stream that does not wait for stream 0.
    public long streamCreate() {
        MemorySegment out = OUT.get();
        try {
            check((int) streamCreate.invokeExact(out, 1), "cuStreamCreate");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// Gives a stream back once its work is done.
    public void streamDestroy(long stream) {
        try {
            check((int) streamDestroy.invokeExact(stream), "cuStreamDestroy_v2");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Waits for all work of a stream.
    public void streamSynchronize(long stream) {
        try {
            check((int) streamSynchronize.invokeExact(stream), "cuStreamSynchronize");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Lets a stream wait, on the device, for an event.
    public void streamWaitEvent(long stream, long event) {
        try {
            check((int) streamWaitEvent.invokeExact(stream, event, 0), "cuStreamWaitEvent");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// A point in the work of a stream.
    ///
    /// @param flags 2 for one that cannot be asked for times, which is cheaper
    public long eventCreate(int flags) {
        MemorySegment out = OUT.get();
        try {
            check((int) eventCreate.invokeExact(out, flags), "cuEventCreate");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// Gives an event back.
    public void eventDestroy(long event) {
        try {
            check((int) eventDestroy.invokeExact(event), "cuEventDestroy_v2");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Puts an event behind the work a stream has now.
    public void eventRecord(long event, long stream) {
        try {
            check((int) eventRecord.invokeExact(event, stream), "cuEventRecord");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Waits for an event.
    public void eventSynchronize(long event) {
        try {
            check((int) eventSynchronize.invokeExact(event), "cuEventSynchronize");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Milliseconds between two events that have happened.
    public float eventElapsedTime(long start, long end) {
        MemorySegment out = OUT.get();
        try {
            check((int) eventElapsedTime.invokeExact(out, start, end), "cuEventElapsedTime");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_FLOAT, 0);
    }

    /// Records what is put on the stream instead of running it.
    ///
    /// @param mode 2: calls that a recording cannot contain are allowed and done at once
    public void streamBeginCapture(long stream, int mode) {
        try {
            check((int) streamBeginCapture.invokeExact(stream, mode), "cuStreamBeginCapture_v2");
            recording = stream;
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Ends the recording.
    public long streamEndCapture(long stream) {
        MemorySegment out = OUT.get();
        recording = 0;
        try {
            check((int) streamEndCapture.invokeExact(stream, out), "cuStreamEndCapture");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// Makes a recording ready to run.
    public long graphInstantiate(long graph) {
        MemorySegment out = OUT.get();
        try {
            check((int) graphInstantiate.invokeExact(out, graph, 0L), "cuGraphInstantiateWithFlags");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// Puts a whole recording on a stream.
    public void graphLaunch(long executable, long stream) {
        try {
            check((int) graphLaunch.invokeExact(executable, stream), "cuGraphLaunch");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Gives back what [#graphInstantiate] made.
    public void graphExecDestroy(long executable) {
        try {
            check((int) graphExecDestroy.invokeExact(executable), "cuGraphExecDestroy");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Gives a recording back.
    public void graphDestroy(long graph) {
        try {
            check((int) graphDestroy.invokeExact(graph), "cuGraphDestroy");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Memory from the device's pool in the order of the stream; see [#hasPools].
    public long memAllocAsync(long bytes, long stream) {
        MemorySegment out = OUT.get();
        try {
            check((int) memAllocAsync.orElseThrow().invokeExact(out, bytes, stream), "cuMemAllocAsync");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// Gives memory of [#memAllocAsync] back in the order of the stream.
    public void memFreeAsync(long address, long stream) {
        try {
            check((int) memFreeAsync.orElseThrow().invokeExact(address, stream), "cuMemFreeAsync");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// The pool that [#memAllocAsync] takes from.
    public long deviceGetDefaultMemPool(int device) {
        MemorySegment out = OUT.get();
        try {
            check((int) deviceGetDefaultMemPool.orElseThrow().invokeExact(out, device), "cuDeviceGetDefaultMemPool");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// Gives the system back what a pool holds beyond `keep` bytes.
    public void memPoolTrimTo(long pool, long keep) {
        try {
            check((int) memPoolTrimTo.orElseThrow().invokeExact(pool, keep), "cuMemPoolTrimTo");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Whether the driver has memory pools; without them there are [#memAlloc] and [#memFree].
    public boolean hasPools() {
        return memAllocAsync.isPresent() && memFreeAsync.isPresent() && deviceGetDefaultMemPool.isPresent()
                && memPoolSetAttribute.isPresent() && memPoolTrimTo.isPresent();
    }

    /// Sets one property of a memory pool.
    public void memPoolSetAttribute(long pool, int attribute, long value) {
        MemorySegment in = OUT.get();
        in.set(JAVA_LONG, 0, value);
        try {
            check((int) memPoolSetAttribute.orElseThrow().invokeExact(pool, attribute, in), "cuMemPoolSetAttribute");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Loads a function now instead of at its first launch, where the driver can.
    public void funcLoad(long function) {
        if (funcLoad.isEmpty())
            return;
        try {
            check((int) funcLoad.get().invokeExact(function), "cuFuncLoad");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Bytes of memory that are free and bytes there are.
    public long[] memGetInfo() {
        MemorySegment out = OUT.get();
        try {
            check((int) memGetInfo.invokeExact(out, out.asSlice(8, 8)), "cuMemGetInfo_v2");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        return new long[] {out.get(JAVA_LONG, 0), out.get(JAVA_LONG, 8)};
    }

    /// Name of a device for people.
    public String deviceGetName(int device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(256);
            check((int) deviceGetName.invokeExact(name, 256, device), "cuDeviceGetName");
            return name.getString(0);
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Compiles PTX for the device and loads it.
    ///
    /// @param image PTX text that ends with a zero byte
    /// @throws CudaException with what the driver's compiler has to say
    public long moduleLoadData(MemorySegment image) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            MemorySegment log = arena.allocate(8192);
            MemorySegment options = arena.allocateFrom(JAVA_INT, JIT_ERROR_LOG, JIT_ERROR_LOG_BYTES);
            MemorySegment values = arena.allocateFrom(JAVA_LONG, log.address(), log.byteSize());
            int result = (int) moduleLoadDataEx.invokeExact(out, image, 2, options, values);
            if (result != 0)
                throw failure(result, "cuModuleLoadDataEx", log.getString(0));
            return out.get(JAVA_LONG, 0);
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// A kernel of a module.
    public long moduleGetFunction(long module, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            check((int) moduleGetFunction.invokeExact(out, module, arena.allocateFrom(name)), "cuModuleGetFunction");
            return out.get(JAVA_LONG, 0);
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Address of a variable of a module.
    public long moduleGetGlobal(long module, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG, 2);
            check((int) moduleGetGlobal.invokeExact(out, out.asSlice(8, 8), module, arena.allocateFrom(name)), "cuModuleGetGlobal_v2");
            return out.get(JAVA_LONG, 0);
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// True if all work of a stream is done.
    public boolean streamQuery(long stream) {
        try {
            return ready((int) streamQuery.invokeExact(stream), "cuStreamQuery");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// True if an event has happened.
    public boolean eventQuery(long event) {
        try {
            return ready((int) eventQuery.invokeExact(event), "cuEventQuery");
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// A launch is about to follow: what errors are to say about it.
    public void launching(String kernel, int gridX, int gridY, int gridZ, int blockX, int blockY, int sharedBytes) {
        failures.launches().add(kernel, gridX, gridY, gridZ, blockX, blockY, sharedBytes);
    }

    /// Puts a kernel on a stream. With `-Dsunda.cuda.sync=true` it is waited for, unless the stream is being recorded.
    ///
    /// @param parameters an array with the address of each argument; the driver copies them before it returns
    public void launchKernel(long function, int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes,
            long stream, MemorySegment parameters) {
        try {
            check((int) launchKernel.invokeExact(function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, stream, parameters,
                    MemorySegment.NULL), "cuLaunchKernel");
        } catch (Throwable failed) {
            throw passed(failed);
        }
        if (waits && recording == 0)
            streamSynchronize(stream);
    }

    private void check(int result, String call) {
        if (result != 0)
            throw failure(result, call, "");
    }

    private boolean ready(int result, String call) {
        if (result == CudaException.NOT_READY)
            return false;
        check(result, call);
        return true;
    }

    private RuntimeException failure(int result, String call, String log) {
        var failed = new CudaException(result, text(getErrorName, result), text(getErrorString, result), call, log);
        return failures.of(failed, call, result == UNKNOWN && call.equals("cuLaunchKernel") && isFull());
    }

    private boolean isFull() {
        try {
            return memGetInfo()[0] < HARDLY_ANY;
        } catch (RuntimeException unknown) {
            return false;
        }
    }

    @SuppressWarnings("restricted")
    private static String text(MethodHandle of, int result) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            int known = (int) of.invokeExact(result, out);
            return known == 0 ? out.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0) : "error " + result;
        } catch (Throwable failed) {
            throw passed(failed);
        }
    }

    /// Errors of ours go on as they are; a method handle itself throws nothing else.
    private static RuntimeException passed(Throwable failed) {
        return switch (failed) {
            case RuntimeException known -> known;
            case Error error -> throw error;
            default -> new IllegalStateException(failed);
        };
    }
}
