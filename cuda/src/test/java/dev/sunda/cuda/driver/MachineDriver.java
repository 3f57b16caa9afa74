package dev.sunda.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The driver of this machine, watched: every function stands behind a stub that counts the call and hands it on.
final class MachineDriver implements WatchedDriver {
    private static final long LONGEST_NAME = 4096;
    private static final MethodHandle CALL = call();

    private final SymbolLookup library = library();
    private final Map<String, Optional<MemorySegment>> stubs = new HashMap<>();
    private final Map<String, Integer> calls = new HashMap<>();
    private final Map<Long, String> kernels = new ConcurrentHashMap<>();
    private final List<String> launches = new ArrayList<>();
    private Throwable failure;

    static boolean isAskedFor() {
        return "gpu".equals(System.getProperty("sunda.cuda.tests"));
    }

    private static SymbolLookup library() {
        return switch (DriverProbe.look()) {
            case DriverProbe.Found found -> found.library();
            case DriverProbe.Missing(String reason, _) -> throw new IllegalStateException("-Dsunda.cuda.tests=gpu, but " + reason);
        };
    }

    @Override
    public synchronized Optional<MemorySegment> find(String name) {
        return stubs.computeIfAbsent(name, _ -> library.find(name).flatMap(
                real -> FakeDriver.signature(name).map(signature -> stub(name, real, signature))));
    }

    @SuppressWarnings("restricted")
    private MemorySegment stub(String name, MemorySegment real, FunctionDescriptor signature) {
        MethodType type = signature.toMethodType();
        MethodHandle spread = Linker.nativeLinker().downcallHandle(real, signature).asSpreader(Object[].class, type.parameterCount());
        MethodHandle target = MethodHandles.insertArguments(CALL.bindTo(this), 0, name, spread)
                .asCollector(Object[].class, type.parameterCount()).asType(type);
        return Linker.nativeLinker().upcallStub(target, signature, Arena.global());
    }

    /// An exception that left an upcall would end the process.
    private int called(String name, MethodHandle real, Object[] arguments) {
        try {
            int result = (int) real.invokeExact(arguments);
            synchronized (this) {
                calls.merge(name, 1, Integer::sum);
            }
            if (result == 0 && name.equals("cuModuleGetFunction"))
                kernels.put(handle(arguments[0]), text(arguments[2]));
            else if (result == 0 && name.equals("cuLaunchKernel"))
                launched(kernels.get((long) arguments[0]));
            return result;
        } catch (Throwable wrong) {
            synchronized (this) {
                failure = wrong;
            }
            return FakeResult.UNKNOWN;
        }
    }

    @SuppressWarnings("restricted")
    private static long handle(Object out) {
        return ((MemorySegment) out).reinterpret(Long.BYTES).get(ValueLayout.JAVA_LONG, 0);
    }

    @SuppressWarnings("restricted")
    private static String text(Object name) {
        return ((MemorySegment) name).reinterpret(LONGEST_NAME).getString(0);
    }

    private synchronized void launched(String kernel) {
        launches.add(kernel);
    }

    @Override
    public synchronized int calls(String function) {
        return calls.getOrDefault(function, 0);
    }

    @Override
    public synchronized List<String> launches() {
        List<String> names = List.copyOf(launches);
        launches.clear();
        return names;
    }

    @Override
    public synchronized Throwable failure() {
        Throwable last = failure;
        failure = null;
        return last;
    }

    private static MethodHandle call() {
        try {
            return MethodHandles.lookup().findVirtual(MachineDriver.class, "called",
                    MethodType.methodType(int.class, String.class, MethodHandle.class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
