package dev.sunda.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sunda.cuda.ptx.Allocation;
import dev.sunda.cuda.ptx.Allocations;
import dev.sunda.cuda.ptx.DeviceFault;
import dev.sunda.cuda.ptx.PtxMachine;
import dev.sunda.cuda.ptx.PtxModule;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// The functions of [FakeDriver] under the names of the real ones. Each returns normally for success and throws [FakeResult] for another
/// result; [FakeDriver] never runs two at a time.
final class FakeFunctions {
    private static final int JIT_ERROR_LOG = 5, JIT_ERROR_LOG_BYTES = 6, PLAIN_SHARED_BYTES = 48 * 1024, MOST_THREADS = 1024,
            MOST_BLOCKS = 65535;
    /// What fresh memory is filled with under `-Dsunda.cuda.paranoid=true`: whoever reads it reads what nobody has written.
    private static final int MEANINGLESS = 0x7FF7_FFF7;
    private static final long LONGEST_TEXT = 64 << 20;
    /// Parsing costs more than most launches, and texts are the same for every driver of a test run.
    private static final Map<String, PtxModule> PARSED = new ConcurrentHashMap<>();
    private static final Set<String> WITHOUT_START = Set.of("cuInit", "cuDriverGetVersion", "cuGetErrorName", "cuGetErrorString");
    private static final Set<String> WITHOUT_CONTEXT = Set.of("cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName", "cuDeviceGetAttribute",
            "cuDeviceTotalMem_v2", "cuDevicePrimaryCtxRetain", "cuDevicePrimaryCtxRelease_v2", "cuCtxSetCurrent",
            "cuDeviceGetDefaultMemPool", "cuMemPoolSetAttribute", "cuMemPoolTrimTo");
    private static final Set<String> NOT_WHILE_RECORDING = Set.of("cuMemAlloc_v2", "cuMemFree_v2", "cuMemAllocAsync", "cuMemFreeAsync",
            "cuMemHostAlloc", "cuMemFreeHost", "cuModuleLoadDataEx", "cuModuleUnload", "cuCtxSynchronize", "cuEventQuery",
            "cuEventSynchronize");

    private final FakeDriver driver;
    private final FakeMachine machine;
    private final Allocations memory = new Allocations();
    final PtxMachine interpreter = new PtxMachine(memory);
    private final TreeMap<Long, MemorySegment> pinned = new TreeMap<>();
    /// Pinned memory given back; kept, so that who still uses it reads poison and does not end the process.
    private final List<MemorySegment> unpinned = new ArrayList<>();
    private final Map<Long, Object> handles = new HashMap<>();
    private final Map<Long, Context> current = new HashMap<>();
    private final Map<Object, Context> owners = new IdentityHashMap<>();   // of streams and modules
    private final List<FakeStream.Graph> recordings = new ArrayList<>();
    private final Map<Integer, Context> primary = new HashMap<>();
    private final Set<Long> pooled = ConcurrentHashMap.newKeySet();
    private long nextHandle = 0x7000_0000_0000L;
    private boolean started;
    private boolean ignoresLaunches;

    /// The shared context of a device.
    private static final class Context {
        private final long handle;
        private int retained;

        private Context(long handle) {
            this.handle = handle;
        }
    }

    /// The pool of a device.
    private record Pool(int device) {
    }

    /// A module that is loaded, with the addresses of its variables.
    private record Loaded(PtxModule module, Map<String, Allocation> variables, Map<String, Long> functions) {
    }

    private static final class Function {
        private final Loaded module;
        private final PtxModule.Entry entry;
        private int mostDynamicShared;

        private Function(Loaded module, PtxModule.Entry entry) {
            this.module = module;
            this.entry = entry;
            mostDynamicShared = PLAIN_SHARED_BYTES - entry.staticSharedBytes();
        }
    }

    FakeFunctions(FakeDriver driver, FakeMachine machine) {
        this.driver = driver;
        this.machine = machine;
        interpreter.sharedLimit(machine.shared());
    }

    /// What every function checks first.
    void before(String name) {
        if (!started && !WITHOUT_START.contains(name))
            throw new FakeResult(FakeResult.NOT_INITIALIZED);
        if (WITHOUT_START.contains(name))
            return;
        if (!WITHOUT_CONTEXT.contains(name) && current.get(OsThread.id()) == null)
            throw new FakeResult(FakeResult.INVALID_CONTEXT);
        if (NOT_WHILE_RECORDING.contains(name))
            recordings.stream().filter(r -> r.mode == 0 || (r.mode == 1 && r.by == Thread.currentThread())).forEach(this::forbid);
    }

    private void forbid(FakeStream.Graph recording) {
        recording.broken = true;
        throw new FakeResult(FakeResult.CAPTURE_UNSUPPORTED);
    }

    void ignoreLaunches() {
        ignoresLaunches = true;
    }

    /// What has not been given back.
    List<String> leaks() {
        var leaks = new ArrayList<String>();
        var variables = new HashSet<Allocation>();
        for (Object handle : handles.values())
            if (handle instanceof Loaded loaded)
                variables.addAll(loaded.variables.values());
        for (Allocation allocation : memory.live())
            if (!variables.contains(allocation))
                leaks.add(allocation.toString());
        pinned.forEach((at, segment) -> leaks.add("%d bytes of pinned memory at 0x%x".formatted(segment.byteSize(), at)));
        for (Object handle : handles.values())
            if (!(handle instanceof Function || handle instanceof Pool || handle instanceof Context))
                leaks.add("a " + handle.getClass().getSimpleName());
        primary.forEach((device, context) -> {
            if (context.retained > 0)
                leaks.add("the context of device " + device);
        });
        return leaks;
    }

    Map<String, Long> held() {
        var held = new TreeMap<String, Long>();
        held.put("device bytes", used());
        held.put("pinned bytes", pinned.values().stream().mapToLong(MemorySegment::byteSize).sum());
        for (Object handle : handles.values())
            held.merge(handle.getClass().getSimpleName(), 1L, Long::sum);
        return held;
    }

    // Start and devices.

    void cuInit(int flags) {
        check(flags == 0);
        if (machine.devices() == 0)
            throw new FakeResult(FakeResult.NO_DEVICE);
        started = true;
    }

    void cuDriverGetVersion(MemorySegment out) {
        putInt(out, machine.version());
    }

    void cuGetErrorName(int result, MemorySegment out) {
        putLong(out, FakeResult.name(result).address());
    }

    void cuGetErrorString(int result, MemorySegment out) {
        putLong(out, driver.text(result).address());
    }

    void cuDeviceGetCount(MemorySegment out) {
        putInt(out, machine.devices());
    }

    void cuDeviceGet(MemorySegment out, int ordinal) {
        putInt(out, device(ordinal));
    }

    void cuDeviceGetName(MemorySegment out, int bytes, int device) {
        device(device);
        check(bytes > machine.name().length());
        at(out, bytes).setString(0, machine.name(), StandardCharsets.US_ASCII);
    }

    void cuDeviceGetAttribute(MemorySegment out, int attribute, int device) {
        device(device);
        putInt(out, switch (attribute) {
            case Cuda.WARP_SIZE -> 32;
            case Cuda.MULTIPROCESSORS -> machine.multiprocessors();
            case Cuda.L2_BYTES -> 4 << 20;
            case Cuda.CAPABILITY_MAJOR -> machine.major();
            case Cuda.CAPABILITY_MINOR -> machine.minor();
            case Cuda.SHARED_BYTES_OPT_IN -> machine.shared();
            case Cuda.MEMORY_POOLS -> machine.pools() ? 1 : 0;
            default -> throw new FakeResult(FakeResult.INVALID_VALUE);
        });
    }

    void cuDeviceTotalMem_v2(MemorySegment out, int device) {
        device(device);
        putLong(out, machine.memory());
    }

    private int device(int ordinal) {
        if (ordinal < 0 || ordinal >= machine.devices())
            throw new FakeResult(FakeResult.INVALID_DEVICE);
        return ordinal;
    }

    // Contexts.

    void cuDevicePrimaryCtxRetain(MemorySegment out, int device) {
        Context context = primary.computeIfAbsent(device(device), _ -> {
            var made = new Context(nextHandle);
            register(made);
            return made;
        });
        context.retained++;
        putLong(out, context.handle);
    }

    void cuDevicePrimaryCtxRelease_v2(int device) {
        Context context = primary.get(device(device));
        if (context == null || context.retained == 0)
            throw new FakeResult(FakeResult.INVALID_CONTEXT);
        context.retained--;
    }

    void cuCtxSetCurrent(long context) {
        if (context == 0)
            current.remove(OsThread.id());
        else
            current.put(OsThread.id(), find(Context.class, context, FakeResult.INVALID_CONTEXT));
    }

    void cuCtxSynchronize() {
        drain();
    }

    private void drain() {
        for (Object handle : List.copyOf(handles.values()))
            if (handle instanceof FakeStream stream)
                stream.drain();
    }

    // Modules.

    void cuModuleLoadDataEx(MemorySegment out, MemorySegment image, int count, MemorySegment options, MemorySegment values) {
        PtxModule module;
        try {
            module = parsed(at(image, LONGEST_TEXT).getString(0, StandardCharsets.US_ASCII));
        } catch (DeviceFault wrong) {
            say(wrong.getMessage(), count, options, values);
            throw new FakeResult(FakeResult.INVALID_PTX);
        }
        putLong(out, register(owned(new Loaded(module, interpreter.load(module), new HashMap<>()))));
    }

    /// A module that is loaded twice has its variables twice.
    private PtxModule parsed(String text) {
        PtxModule module = PARSED.computeIfAbsent(text, PtxModule::parse);
        boolean loaded = handles.values().stream().anyMatch(handle -> handle instanceof Loaded other && other.module == module);
        return loaded ? PtxModule.parse(text) : module;
    }

    /// Writes the compiler's message where the caller wants it.
    private static void say(String message, int count, MemorySegment options, MemorySegment values) {
        long log = 0;
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            long value = at(values, 8L * count).getAtIndex(JAVA_LONG, i);
            switch (at(options, 4L * count).getAtIndex(JAVA_INT, i)) {
                case JIT_ERROR_LOG -> log = value;
                case JIT_ERROR_LOG_BYTES -> bytes = value;
                default -> throw new FakeResult(FakeResult.INVALID_VALUE);
            }
        }
        byte[] text = message.getBytes(StandardCharsets.US_ASCII);
        if (log == 0 || bytes == 0)
            return;
        int length = (int) Math.min(text.length, bytes - 1);
        MemorySegment to = at(MemorySegment.ofAddress(log), bytes);
        MemorySegment.copy(text, 0, to, JAVA_BYTE, 0, length);
        to.set(JAVA_BYTE, length, (byte) 0);
    }

    void cuModuleUnload(long module) {
        drain();
        Loaded loaded = own(remove(Loaded.class, module));
        owners.remove(loaded);
        loaded.functions.values().forEach(handles::remove);
        interpreter.unload(loaded.module);
        loaded.variables.values().forEach(variable -> memory.free(variable.base()));
    }

    void cuModuleGetFunction(MemorySegment out, long module, MemorySegment name) {
        Loaded loaded = find(Loaded.class, module);
        String entry = at(name, LONGEST_TEXT).getString(0, StandardCharsets.US_ASCII);
        if (!loaded.module.entries().contains(entry))
            throw new FakeResult(FakeResult.NOT_FOUND);
        putLong(out, loaded.functions.computeIfAbsent(entry, _ -> register(new Function(loaded, loaded.module.entry(entry)))));
    }

    void cuModuleGetGlobal_v2(MemorySegment out, MemorySegment bytes, long module, MemorySegment name) {
        Loaded loaded = find(Loaded.class, module);
        String variable = at(name, LONGEST_TEXT).getString(0, StandardCharsets.US_ASCII);
        if (!loaded.module.globals().containsKey(variable))
            throw new FakeResult(FakeResult.NOT_FOUND);
        putLong(out, loaded.variables.get(variable).base());
        putLong(bytes, loaded.module.globals().get(variable).bytes());
    }

    void cuFuncSetAttribute(long function, int attribute, int value) {
        Function of = find(Function.class, function);
        check(attribute == Cuda.MAX_DYNAMIC_SHARED_BYTES && value >= 0 && value + of.entry.staticSharedBytes() <= machine.shared());
        of.mostDynamicShared = value;
    }

    void cuFuncLoad(long function) {
        find(Function.class, function).entry.verify();
    }

    // Memory.

    void cuMemGetInfo_v2(MemorySegment free, MemorySegment total) {
        putLong(free, machine.memory() - used());
        putLong(total, machine.memory());
    }

    void cuMemAlloc_v2(MemorySegment out, long bytes) {
        putLong(out, allocate(bytes));
    }

    void cuMemFree_v2(long address) {
        if (address == 0)
            return;
        drain();
        check(!pooled.contains(address));
        free(address);
    }

    void cuMemAllocAsync(MemorySegment out, long bytes, long stream) {
        stream(stream);
        if (!machine.pools())
            throw new FakeResult(FakeResult.NOT_SUPPORTED);
        long address = allocate(bytes);
        pooled.add(address);
        putLong(out, address);
    }

    void cuMemFreeAsync(long address, long stream) {
        check(pooled.remove(address));
        stream(stream).put(() -> free(address));
    }

    void cuDeviceGetDefaultMemPool(MemorySegment out, int device) {
        if (!machine.pools())
            throw new FakeResult(FakeResult.NOT_SUPPORTED);
        putLong(out, register(new Pool(device(device))));
    }

    void cuMemPoolSetAttribute(long pool, int attribute, MemorySegment value) {
        find(Pool.class, pool);
        check(attribute == Cuda.RELEASE_THRESHOLD && value.address() != 0);
    }

    void cuMemPoolTrimTo(long pool, long keep) {
        find(Pool.class, pool);
        check(keep >= 0);
    }

    void cuMemHostAlloc(MemorySegment out, long bytes, int flags) {
        check(bytes > 0 && (flags & ~7) == 0);
        MemorySegment segment = Arena.ofAuto().allocate(bytes, 4096);
        poison(segment);
        pinned.put(segment.address(), segment);
        putLong(out, segment.address());
    }

    void cuMemFreeHost(MemorySegment address) {
        drain();
        MemorySegment segment = pinned.remove(address.address());
        check(segment != null);
        poison(segment);
        unpinned.add(segment);
    }

    private long allocate(long bytes) {
        check(bytes > 0);
        if (bytes > machine.memory() - used())
            throw new FakeResult(FakeResult.OUT_OF_MEMORY);
        return memory.allocate(bytes, 512).base();
    }

    private void free(long address) {
        Allocation found = memory.find(address);
        if (found == null || found.base() != address)
            throw new FakeResult(FakeResult.INVALID_VALUE);
        memory.free(address);
    }

    private long used() {
        return memory.live().stream().mapToLong(Allocation::size).sum();
    }

    // Copies and fills.

    void cuMemcpyHtoDAsync_v2(long to, MemorySegment from, long bytes, long stream) {
        if (bytes == 0)
            return;
        MemorySegment host = pinned(from, bytes);
        memory.locate(to, bytes);
        stream(stream).put(() -> {
            memory.locate(to, bytes).copyFrom(host);
            memory.markWritten(to, bytes);
        });
    }

    void cuMemcpyDtoHAsync_v2(MemorySegment to, long from, long bytes, long stream) {
        if (bytes == 0)
            return;
        MemorySegment host = pinned(to, bytes);
        memory.locate(from, bytes);
        poison(host);
        stream(stream).put(() -> {
            if (!ignoresLaunches && !memory.isWritten(from, bytes))
                throw new DeviceFault("a copy to the host of %d bytes at 0x%x, of which some were never written".formatted(bytes, from));
            host.copyFrom(memory.locate(from, bytes));
        });
    }

    void cuMemcpyDtoDAsync_v2(long to, long from, long bytes, long stream) {
        if (bytes == 0)
            return;
        memory.locate(from, bytes);
        memory.locate(to, bytes);
        if (from < to + bytes && to < from + bytes)
            throw new DeviceFault("a copy of %d bytes from 0x%x to 0x%x: they overlap".formatted(bytes, from, to));
        stream(stream).put(() -> copy(to, from, bytes));
    }

    private void copy(long to, long from, long bytes) {
        memory.locate(to, bytes).copyFrom(memory.locate(from, bytes));
        if (memory.isWritten(from, bytes)) {
            memory.markWritten(to, bytes);
            return;
        }
        for (long i = 0; i < bytes; i++)
            if (memory.isWritten(from + i, 1))
                memory.markWritten(to + i, 1);
            else
            memory.markUnwritten(to + i, 1);
    }

    void cuMemsetD8Async(long address, byte value, long bytes, long stream) {
        if (bytes == 0)
            return;
        memory.locate(address, bytes);
        stream(stream).put(() -> {
            memory.locate(address, bytes).fill(value);
            memory.markWritten(address, bytes);
        });
    }

    void cuMemsetD32Async(long address, int value, long words, long stream) {
        if (words == 0)
            return;
        check(address % 4 == 0);
        memory.locate(address, 4 * words);
        stream(stream).put(() -> {
            fill(memory.locate(address, 4 * words), value);
            if (value == MEANINGLESS)
                memory.markUnwritten(address, 4 * words);
            else
                memory.markWritten(address, 4 * words);
        });
    }

    private MemorySegment pinned(MemorySegment host, long bytes) {
        Map.Entry<Long, MemorySegment> below = pinned.floorEntry(host.address());
        if (below == null || host.address() + bytes > below.getKey() + below.getValue().byteSize())
            throw new DeviceFault("an asynchronous copy of %d bytes of the host at 0x%x, which are not pinned".formatted(bytes,
                    host.address()));
        return below.getValue().asSlice(host.address() - below.getKey(), bytes);
    }

    /// Writes a word as often as it fits, in copies of twice the length each.
    private static void fill(MemorySegment segment, int value) {
        long bytes = segment.byteSize() & ~3L;
        if (bytes == 0)
            return;
        segment.set(JAVA_INT_UNALIGNED, 0, value);
        for (long done = 4; done < bytes; done *= 2)
            MemorySegment.copy(segment, 0, segment, done, Math.min(done, bytes - done));
    }

    private static void poison(MemorySegment segment) {
        segment.fill((byte) 0x7f);
        fill(segment, Allocation.POISON);
    }

    // Streams and events.

    void cuStreamCreate(MemorySegment out, int flags) {
        check(flags == 0 || flags == 1);
        putLong(out, register(owned(new FakeStream(machine.queued()))));
    }

    void cuStreamDestroy_v2(long stream) {
        stream(stream).drain();
        owners.remove(remove(FakeStream.class, stream));
    }

    void cuStreamSynchronize(long stream) {
        notRecording(stream).drain();
    }

    void cuStreamQuery(long stream) {
        FakeStream asked = notRecording(stream);
        asked.step();
        if (!asked.isDone())
            throw new FakeResult(FakeResult.NOT_READY);
    }

    void cuStreamWaitEvent(long stream, long event, int flags) {
        check(flags == 0);
        stream(stream).await(find(FakeStream.Event.class, event));
    }

    private FakeStream stream(long handle) {
        return own(find(FakeStream.class, handle));
    }

    private <T> T owned(T object) {
        owners.put(object, current.get(OsThread.id()));
        return object;
    }

    /// What belongs to another context than that of the calling thread cannot be used.
    private <T> T own(T object) {
        if (owners.get(object) != current.get(OsThread.id()))
            throw new FakeResult(FakeResult.INVALID_HANDLE);
        return object;
    }

    private FakeStream notRecording(long handle) {
        FakeStream stream = stream(handle);
        if (stream.recording != null)
            forbid(stream.recording);
        return stream;
    }

    void cuEventCreate(MemorySegment out, int flags) {
        check((flags & ~3) == 0);
        putLong(out, register(new FakeStream.Event((flags & 2) == 0)));
    }

    void cuEventDestroy_v2(long event) {
        remove(FakeStream.Event.class, event);
    }

    void cuEventRecord(long event, long stream) {
        stream(stream).record(find(FakeStream.Event.class, event));
    }

    void cuEventQuery(long event) {
        FakeStream.Mark mark = mark(event);
        if (mark == null || mark.reached())
            return;
        mark.stream.step();
        if (!mark.reached())
            throw new FakeResult(FakeResult.NOT_READY);
    }

    void cuEventSynchronize(long event) {
        FakeStream.Mark mark = mark(event);
        if (mark != null)
            mark.await();
    }

    private FakeStream.Mark mark(long event) {
        FakeStream.Event asked = find(FakeStream.Event.class, event);
        if (asked.recording != null)
            throw new FakeResult(FakeResult.CAPTURED_EVENT);
        return asked.mark;
    }

    void cuEventElapsedTime_v2(MemorySegment out, long start, long end) {
        for (long event : new long[] {start, end}) {
            FakeStream.Mark mark = mark(event);
            if (mark == null || !find(FakeStream.Event.class, event).timed)
                throw new FakeResult(FakeResult.INVALID_HANDLE);
            if (!mark.reached())
                throw new FakeResult(FakeResult.NOT_READY);
        }
        at(out, 4).set(JAVA_FLOAT, 0, (mark(end).nanoseconds() - mark(start).nanoseconds()) * 1e-6f);
    }

    // Launches and graphs.

    void cuLaunchKernel(long function, int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int shared, long stream,
            MemorySegment parameters, MemorySegment extra) {
        Function kernel = find(Function.class, function);
        own(kernel.module);
        check(gridX >= 1 && gridY >= 1 && gridZ >= 1 && gridY <= MOST_BLOCKS && gridZ <= MOST_BLOCKS && extra.address() == 0);
        check(blockX >= 1 && blockY >= 1 && blockZ >= 1 && blockZ <= 64 && (long) blockX * blockY * blockZ <= MOST_THREADS);
        check(blockX * blockY * blockZ <= kernel.entry.maxThreads() && shared >= 0 && shared <= kernel.mostDynamicShared);
        byte[] copied = copied(kernel.entry, parameters);
        driver.launched(kernel.entry.name());
        if (ignoresLaunches)
            return;
        stream(stream).put(() -> interpreter.launch(kernel.entry, gridX, gridY, gridZ, blockX, blockY, blockZ, shared, copied));
    }

    /// The arguments as the kernel finds them: each at a multiple of its alignment.
    private static byte[] copied(PtxModule.Entry entry, MemorySegment pointers) {
        List<PtxModule.Parameter> parameters = entry.parameters();
        MemorySegment block = MemorySegment.ofArray(new byte[entry.parameterBytes()]);
        long end = 0;
        for (int i = 0; i < parameters.size(); i++) {
            PtxModule.Parameter parameter = parameters.get(i);
            long to = (end + parameter.alignment() - 1) / parameter.alignment() * parameter.alignment();
            long from = at(pointers, 8L * parameters.size()).getAtIndex(JAVA_LONG, i);
            MemorySegment.copy(at(MemorySegment.ofAddress(from), parameter.bytes()), 0, block, to, parameter.bytes());
            end = to + parameter.bytes();
        }
        return block.toArray(JAVA_BYTE);
    }

    void cuStreamBeginCapture_v2(long stream, int mode) {
        check(mode >= 0 && mode <= 2 && stream(stream).recording == null);
        var recording = new FakeStream.Graph(mode);
        recording.add(stream(stream));
        recordings.add(recording);
    }

    void cuStreamEndCapture(long stream, MemorySegment out) {
        FakeStream.Graph recording = stream(stream).recording;
        check(recording != null && recording.streams.getFirst() == stream(stream));
        recording.end();
        recordings.remove(recording);
        if (recording.broken) {
            putLong(out, 0);
            throw new FakeResult(FakeResult.CAPTURE_INVALIDATED);
        }
        putLong(out, register(recording));
    }

    void cuGraphInstantiateWithFlags(MemorySegment out, long graph, long flags) {
        check(flags == 0);
        putLong(out, register(new FakeStream.Executable(List.copyOf(find(FakeStream.Graph.class, graph).work))));
    }

    void cuGraphLaunch(long executable, long stream) {
        List<Runnable> work = find(FakeStream.Executable.class, executable).work();
        stream(stream).put(() -> work.forEach(Runnable::run));
    }

    void cuGraphExecDestroy(long executable) {
        remove(FakeStream.Executable.class, executable);
    }

    void cuGraphDestroy(long graph) {
        remove(FakeStream.Graph.class, graph);
    }

    // Handles and pointers.

    private long register(Object object) {
        handles.put(nextHandle, object);
        nextHandle += 16;
        return nextHandle - 16;
    }

    private <T> T find(Class<T> type, long handle) {
        return find(type, handle, FakeResult.INVALID_HANDLE);
    }

    private <T> T find(Class<T> type, long handle, int otherwise) {
        if (!(type.isInstance(handles.get(handle))))
            throw new FakeResult(otherwise);
        return type.cast(handles.get(handle));
    }

    private <T> T remove(Class<T> type, long handle) {
        T found = find(type, handle);
        handles.remove(handle);
        return found;
    }

    private static void check(boolean valid) {
        if (!valid)
            throw new FakeResult(FakeResult.INVALID_VALUE);
    }

    private static void putInt(MemorySegment out, int value) {
        at(out, 4).set(JAVA_INT, 0, value);
    }

    private static void putLong(MemorySegment out, long value) {
        at(out, 8).set(JAVA_LONG, 0, value);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment at(MemorySegment pointer, long bytes) {
        check(pointer.address() != 0);
        return pointer.reinterpret(bytes);
    }
}
