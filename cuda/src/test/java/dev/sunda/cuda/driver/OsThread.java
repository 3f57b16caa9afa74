package dev.sunda.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Which thread of the operating system is running: contexts belong to those, and a virtual thread may find itself on another one.
final class OsThread {
    private static final MethodHandle SELF = self();

    private OsThread() {
    }

    static long id() {
        try {
            return SELF == null ? Thread.currentThread().threadId() : (long) SELF.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle self() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> pthread = linker.defaultLookup().find("pthread_self");
        if (pthread.isPresent())
            return linker.downcallHandle(pthread.get(), FunctionDescriptor.of(JAVA_LONG));
        return linker.defaultLookup().find("GetCurrentThreadId").map(at -> linker.downcallHandle(at, FunctionDescriptor.of(JAVA_INT))
                .asType(java.lang.invoke.MethodType.methodType(long.class))).orElse(null);
    }
}
