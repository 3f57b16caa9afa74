package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.cuda.driver.Cuda;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.List;

/// A kernel that is ready to be launched.
public final class Kernel {
    private final Gpu gpu;
    private final String name;
    private final String what;                                       // to say what there is no memory for
    private final long function;
    private final List<Parameter> parameters;
    private int allowedShared;

    Kernel(Gpu gpu, String name, long function, List<Parameter> parameters) {
        this.gpu = gpu;
        this.name = name;
        what = "a launch of " + name;
        this.function = function;
        this.parameters = parameters;
    }

    public String name() {
        return name;
    }

    /// Puts the kernel on the device's stream.
    ///
    /// @param arguments one for each parameter: a [View] (the address of its first element; null is address 0), a [Scratch], a `Long`,
    ///     `Integer`, `Float` or `Double`, a `Byte` or, for a structure, an `int[]` or `long[]` of its size
    /// @throws IllegalStateException if an argument does not fit its parameter
    public void launch(Grid grid, Object... arguments) {
        Arguments slab = Arguments.ofThisThread();
        if (arguments.length != parameters.size())
            throw new IllegalStateException("cuda: " + name + " takes " + parameters.size() + " arguments (got " + arguments.length + ")");
        slab.clear();
        for (int i = 0; i < arguments.length; i++)
            if (slab.put(i, arguments[i]) != parameters.get(i).bytes())
                throw new IllegalStateException("cuda: argument " + i + " of " + name + " must be " + parameters.get(i) + " (got "
                        + (arguments[i] == null ? "null" : arguments[i].getClass().getSimpleName()) + ")");
        allow(grid.shared());
        gpu.submit(() -> {
            gpu.launched(this, grid);                                // in the order of the launches, whichever thread they come from
            gpu.made(what, () -> {
                gpu.cuda().launchKernel(function, grid.x(), grid.y(), grid.z(), grid.threadsX(), grid.threadsY(), 1, grid.shared(),
                        gpu.stream(), slab.pointers());
                return 0;
            });
        });
        Reference.reachabilityFence(arguments);                      // their memory must not be given back before
    }

    /// More than 48 KiB together with what the kernel declares has to be asked for; asking for less does no harm.
    private synchronized void allow(int shared) {
        if (shared <= allowedShared)
            return;
        gpu.makeCurrent();
        gpu.cuda().funcSetAttribute(function, Cuda.MAX_DYNAMIC_SHARED_BYTES, shared);
        allowedShared = shared;
    }

    /// Memory outside the heap from which the driver copies arguments, one for each thread.
    private static final class Arguments {
        private static final ThreadLocal<Arguments> THREADS = ThreadLocal.withInitial(Arguments::new);
        private static final int MOST = 64;

        private final MemorySegment values;
        private final MemorySegment pointers;
        private long used;

        private Arguments() {
            Arena arena = Arena.ofAuto();
            values = arena.allocate(16 * 1024, 16);
            pointers = arena.allocate(ValueLayout.ADDRESS, MOST);
        }

        static Arguments ofThisThread() {
            return THREADS.get();
        }

        void clear() {
            used = 0;
        }

        /// @return the size of the argument
        int put(int i, Object argument) {
            pointers.setAtIndex(ValueLayout.JAVA_LONG, i, values.address() + used);
            int bytes = write(argument);
            used += (bytes + 15) / 16 * 16;
            return bytes;
        }

        private int write(Object argument) {
            switch (argument) {
                case null -> values.set(ValueLayout.JAVA_LONG, used, 0);
                case View view -> values.set(ValueLayout.JAVA_LONG, used, Gpu.address(view));
                case Scratch scratch -> values.set(ValueLayout.JAVA_LONG, used, scratch.address());
                case Long number -> values.set(ValueLayout.JAVA_LONG, used, number);
                case Double number -> values.set(ValueLayout.JAVA_DOUBLE, used, number);
                case Integer number -> values.set(ValueLayout.JAVA_INT, used, number);
                case Float number -> values.set(ValueLayout.JAVA_FLOAT, used, number);
                case Byte number -> values.set(ValueLayout.JAVA_BYTE, used, number);
                case int[] numbers -> MemorySegment.copy(numbers, 0, values, ValueLayout.JAVA_INT, used, numbers.length);
                case long[] numbers -> MemorySegment.copy(numbers, 0, values, ValueLayout.JAVA_LONG, used, numbers.length);
                default -> throw new IllegalStateException("cuda: a kernel cannot take a " + argument.getClass().getName());
            }
            return switch (argument) {
                case Integer _,Float _ -> 4;
                case Byte _ -> 1;
                case int[] numbers -> 4 * numbers.length;
                case long[] numbers -> 8 * numbers.length;
                case null, default -> 8;
            };
        }

        MemorySegment pointers() {
            return pointers;
        }
    }
}
