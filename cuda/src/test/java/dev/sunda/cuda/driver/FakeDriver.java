package dev.sunda.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sunda.cuda.ptx.Statistics;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/// A driver made for tests: Java methods behind the symbols of the real one, which execute the kernels that are shipped.
///
/// It is called through the same method handles, with the same marshalling of arguments, as the driver of a GPU. What a GPU would answer
/// with silently wrong numbers ends with result 999 here, and `cuGetErrorString` says what was wrong: a kernel's read of memory nobody has
/// written, an access out of bounds, an asynchronous copy of memory that is not pinned. Functions are in [FakeFunctions].
///
/// ```java
/// var fake = new FakeDriver(FakeMachine.LEAST);
/// var context = new Context(new Cuda(fake), 0);
/// ```
public final class FakeDriver implements WatchedDriver {
    private static final int REMEMBERED = 4096;
    private static final MethodHandle CALL = call();
    private static final Map<String, Method> FUNCTIONS = functions();

    private final FakeFunctions functions;
    private final FakeMachine machine;
    private final Arena arena = Arena.ofAuto();
    private final Map<String, Optional<MemorySegment>> stubs = new HashMap<>();
    private final Map<String, Integer> calls = new HashMap<>();
    private final ArrayDeque<String> launches = new ArrayDeque<>();
    private final ArrayDeque<String> order = new ArrayDeque<>();
    private Injection injection;
    private Hold hold;
    private int sticky;
    private MemorySegment failureText = MemorySegment.NULL;
    private Throwable failure;

    /// A failure to come: of the `left`-th call from now of `function`, or of any function if that is null.
    private static final class Injection {
        private final String function;
        private final int result;
        private final Until until;
        private long left;

        private Injection(String function, long left, int result, Until until) {
            this.function = function;
            this.left = left;
            this.result = result;
            this.until = until;
        }
    }

    /// How long a failure lasts: one call, all calls of the function until [#noFailure], or all calls of anything.
    private enum Until {
        ONCE, TAKEN_BACK, FOR_EVER
    }

    public FakeDriver(FakeMachine machine) {
        this.machine = machine;
        functions = new FakeFunctions(this, machine);
    }

    @Override
    public synchronized Optional<MemorySegment> find(String name) {
        Method function = FUNCTIONS.get(name);
        return function == null || machine.missing().contains(name) ? Optional.empty()
                : stubs.computeIfAbsent(name, _ -> Optional.of(stub(function)));
    }

    /// Lets the k-th call from now of a function fail, once.
    ///
    /// @param function its name, or null for any function
    /// @param k 1 for the next call
    public synchronized void fail(String function, long k, int result) {
        injection = new Injection(function, k, result, Until.ONCE);
    }

    /// Lets every call of a function fail until [#noFailure].
    public synchronized void failAll(String function, int result) {
        injection = new Injection(function, 1, result, Until.TAKEN_BACK);
    }

    /// Lets the k-th call from now of a function fail and all calls after it, as after an illegal access on the device.
    public synchronized void failForEver(String function, long k, int result) {
        injection = new Injection(function, k, result, Until.FOR_EVER);
    }

    /// One call that takes long: it has begun when `reached` says so, and ends when `over` does.
    public record Hold(String function, CountDownLatch reached, CountDownLatch over) {
    }

    /// Lets the next call of a function take long.
    public synchronized Hold hold(String function) {
        hold = new Hold(function, new CountDownLatch(1), new CountDownLatch(1));
        return hold;
    }

    /// Kernels do nothing from now on, as on a device that is broken.
    public synchronized void ignoreLaunches() {
        functions.ignoreLaunches();
    }

    /// What is found where this is the driver.
    public DriverProbe.Finding probe() {
        return DriverProbe.look(List.of("fake"), _ -> this);
    }

    /// No failure is to come any more.
    ///
    /// @return whether one was still to come: the failure asked for has not happened
    public synchronized boolean noFailure() {
        boolean waiting = injection != null;
        injection = null;
        return waiting;
    }

    @Override
    public synchronized int calls(String function) {
        return calls.getOrDefault(function, 0);
    }

    /// What its devices have executed.
    public Statistics statistics() {
        return functions.interpreter.statistics();
    }

    /// How often functions have been called, all together.
    public synchronized int calls() {
        return calls.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public synchronized List<String> launches() {
        List<String> names = List.copyOf(launches);
        launches.clear();
        return names;
    }

    /// Names of the functions called last, oldest first; they are forgotten by this call.
    public synchronized List<String> order() {
        List<String> names = List.copyOf(order);
        order.clear();
        return names;
    }

    /// What is in use: bytes of memory of the devices and of pinned memory, and the number of objects of each kind.
    public synchronized Map<String, Long> held() {
        return functions.held();
    }

    @Override
    public synchronized Throwable failure() {
        Throwable first = failure;
        failure = null;
        return first;
    }

    /// Memory, streams, events and so on that have not been given back, one line each.
    public synchronized List<String> leaks() {
        return functions.leaks();
    }

    /// What every stub does. Stubs know their driver weakly: a strong reference would keep it, and they it, for ever.
    static int call(WeakReference<FakeDriver> driver, String name, MethodHandle function, Object[] arguments) {
        FakeDriver known = driver.get();
        return known == null ? FakeResult.DEINITIALIZED : known.call(name, function, arguments);
    }

    private int call(String name, MethodHandle function, Object[] arguments) {
        try {
            holdAsAsked(name);
        } catch (InterruptedException wrong) {
            return remember(wrong);
        }
        return done(name, function, arguments);
    }

    /// Waits as a call may that waits for the device: others can call meanwhile.
    private void holdAsAsked(String name) throws InterruptedException {
        Hold asked;
        synchronized (this) {
            asked = hold;
            if (asked == null || !asked.function.equals(name))
                return;
            hold = null;
        }
        asked.reached.countDown();
        asked.over.await();
    }

    private synchronized int done(String name, MethodHandle function, Object[] arguments) {
        try {
            calls.merge(name, 1, Integer::sum);
            remember(order, name);
            if (!name.startsWith("cuGetError"))
                failAsAsked(name);
            functions.before(name);
            function.invokeExact(functions, arguments);
            return 0;
        } catch (FakeResult known) {
            return known.result;
        } catch (Throwable wrong) {
            // An exception that left an upcall would end the process.
            return remember(wrong);
        }
    }

    private void failAsAsked(String name) {
        if (sticky != 0)
            throw new FakeResult(sticky);
        if (injection == null || (injection.function != null && !injection.function.equals(name)) || --injection.left > 0)
            return;
        Injection now = injection;
        if (now.until != Until.TAKEN_BACK)
            injection = null;
        if (now.until == Until.FOR_EVER)
            sticky = now.result;
        throw new FakeResult(now.result);
    }

    private synchronized int remember(Throwable wrong) {
        if (failure == null)
            failure = wrong;
        failureText = Arena.ofAuto().allocateFrom("unknown error; the driver made for tests says: " + wrong);
        return FakeResult.UNKNOWN;
    }

    MemorySegment text(int result) {
        return result == FakeResult.UNKNOWN && !failureText.equals(MemorySegment.NULL) ? failureText : FakeResult.text(result);
    }

    void launched(String kernel) {
        remember(launches, kernel);
    }

    private static void remember(ArrayDeque<String> names, String name) {
        names.addLast(name);
        if (names.size() > REMEMBERED)
            names.removeFirst();
    }

    @SuppressWarnings("restricted")
    private MemorySegment stub(Method function) {
        try {
            MethodHandle body = MethodHandles.lookup().unreflect(function);
            MethodType type = body.type().dropParameterTypes(0, 1);
            MethodHandle spread = body.asSpreader(Object[].class, type.parameterCount());
            MethodHandle guarded = MethodHandles.insertArguments(CALL, 0, new WeakReference<>(this), function.getName(), spread);
            MethodHandle target = guarded.asCollector(Object[].class, type.parameterCount()).asType(type.changeReturnType(int.class));
            return Linker.nativeLinker().upcallStub(target, signature(function), arena);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What a function of the driver takes; nothing if it is none of those that are called.
    static Optional<FunctionDescriptor> signature(String name) {
        return Optional.ofNullable(FUNCTIONS.get(name)).map(FakeDriver::signature);
    }

    private static FunctionDescriptor signature(Method function) {
        return FunctionDescriptor.of(JAVA_INT,
                Stream.of(function.getParameterTypes()).map(FakeDriver::layout).toArray(MemoryLayout[]::new));
    }

    private static MemoryLayout layout(Class<?> type) {
        if (type == int.class)
            return JAVA_INT;
        if (type == long.class)
            return JAVA_LONG;
        return type == byte.class ? JAVA_BYTE : ADDRESS;
    }

    private static MethodHandle call() {
        try {
            return MethodHandles.lookup().findStatic(FakeDriver.class, "call",
                    MethodType.methodType(int.class, WeakReference.class, String.class, MethodHandle.class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static Map<String, Method> functions() {
        var found = new HashMap<String, Method>();
        for (Method method : FakeFunctions.class.getDeclaredMethods())
            if (method.getName().matches("cu[A-Z].*") && !Modifier.isPrivate(method.getModifiers()))
                found.put(method.getName(), method);
        return found;
    }
}
