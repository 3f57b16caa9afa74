package dev.sunda.core.cpu;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// Loops that the compiler must compile on their own.
///
/// The optimising compiler inlines a loop into its callers and those into theirs, until the whole is so large that it stops in the
/// middle of one of the loops; from then on that loop allocates an object for every vector, which makes it a hundred times slower for as
/// long as the process lives. It cannot look through a method handle that it does not know to be constant, so a loop called through one
/// is a unit of its own whatever else the process does.
final class Apart {
    private final MethodHandle[] handle;                             // an element of an array is not constant for the compiler

    private Apart(MethodHandle handle) {
        this.handle = new MethodHandle[] {handle};
    }

    /// A static method of `owner`'s class that returns nothing.
    static Apart of(MethodHandles.Lookup owner, String name, Class<?>... parameters) {
        try {
            return new Apart(owner.findStatic(owner.lookupClass(), name, MethodType.methodType(void.class, parameters)));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Apart: there is no loop " + name, e);
        }
    }

    /// Runs a loop of one source.
    void run(float[] x, int xi, float[] y, int yi, int end) {
        try {
            handle[0].invokeExact(x, xi, y, yi, end);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    /// Runs a loop of one source and a number.
    void run(float[] x, int xi, float number, float[] y, int yi, int end) {
        try {
            handle[0].invokeExact(x, xi, number, y, yi, end);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    /// Runs a loop of one source and a number that also fills `lanes`.
    void run(float[] x, int xi, float number, float[] y, int yi, int end, float[] lanes) {
        try {
            handle[0].invokeExact(x, xi, number, y, yi, end, lanes);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    /// Runs a loop of two sources, one of them at two places, and a number that also fills `lanes`.
    void run(float[] x, int xi, float[] y, int yi, int yn, float number, float[] z, int zi, int end, float[] lanes) {
        try {
            handle[0].invokeExact(x, xi, y, yi, yn, number, z, zi, end, lanes);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    /// The same in double precision.
    void run(double[] x, int xi, double[] y, int yi, int end) {
        try {
            handle[0].invokeExact(x, xi, y, yi, end);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    /// The same in double precision.
    void run(double[] x, int xi, double number, double[] y, int yi, int end) {
        try {
            handle[0].invokeExact(x, xi, number, y, yi, end);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    /// Runs a loop of two sources.
    void run(float[] x, int xi, float[] y, int yi, float[] z, int zi, int end) {
        try {
            handle[0].invokeExact(x, xi, y, yi, z, zi, end);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    /// Runs a loop of two sources in double precision.
    void run(double[] x, int xi, double[] y, int yi, double[] z, int zi, int end) {
        try {
            handle[0].invokeExact(x, xi, y, yi, z, zi, end);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    /// Runs a loop of one source at two places and a number that also fills `lanes`.
    void run(double[] x, int xi, int next, double number, double[] y, int yi, int end, Softmax64Kernel.Lanes lanes) {
        try {
            handle[0].invokeExact(x, xi, next, number, y, yi, end, lanes);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    /// Runs a loop of two sources, one of them at two places, and a number that also fills `lanes`.
    void run(double[] x, int xi, double[] y, int yi, int yn, double number, double[] z, int zi, int end, Softmax64Kernel.Lanes lanes) {
        try {
            handle[0].invokeExact(x, xi, y, yi, yn, number, z, zi, end, lanes);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    private static RuntimeException rethrown(Throwable thrown) {
        if (thrown instanceof Error error)
            throw error;
        return thrown instanceof RuntimeException exception ? exception : new IllegalStateException(thrown);
    }
}
