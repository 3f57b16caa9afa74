package dev.sunda.core.spi;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.function.Supplier;

/// Storage in one Java array, owned by the garbage collector: `float[]`, `double[]`, `int[]`, `long[]`, or `byte[]` for booleans.
public final class HeapStorage implements Storage {
    private final Device device;
    private final DType dtype;
    private final int numel;
    private final Version version = new Version();
    private Object array;
    private Supplier<String> gone;

    private HeapStorage(Device device, DType dtype, Object array, int numel) {
        this.device = device;
        this.dtype = dtype;
        this.array = array;
        this.numel = numel;
    }

    /// Fresh memory, filled with zeros.
    public static HeapStorage allocate(Device device, DType dtype, int numel) {
        Object array = switch (dtype) {
            case F32 -> new float[numel];
            case F64 -> new double[numel];
            case I32 -> new int[numel];
            case I64 -> new long[numel];
            case BOOL -> new byte[numel];
        };
        return new HeapStorage(device, dtype, array, numel);
    }

    /// The memory of an array of the type that [#allocate] would make, whatever it contains.
    public static HeapStorage of(Device device, DType dtype, Object array, int numel) {
        return new HeapStorage(device, dtype, array, numel);
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public int numel() {
        return numel;
    }

    @Override
    public Version version() {
        return version;
    }

    /// The elements of an `F32` storage; not a copy.
    public float[] floats() {
        return (float[]) array();
    }

    /// The elements of an `F64` storage; not a copy.
    public double[] doubles() {
        return (double[]) array();
    }

    /// The elements of an `I32` storage; not a copy.
    public int[] ints() {
        return (int[]) array();
    }

    /// The elements of an `I64` storage; not a copy.
    public long[] longs() {
        return (long[]) array();
    }

    /// The elements of a `BOOL` storage, 0 or 1; not a copy.
    public byte[] bytes() {
        return (byte[]) array();
    }

    /// The array, whatever its type.
    public Object array() {
        if (array == null)
            throw new IllegalStateException(gone.get());
        return array;
    }

    /// Element `i` as a double; integers beyond 2^53 lose digits.
    public double getDouble(int i) {
        return switch (dtype) {
            case F32 -> floats()[i];
            case F64 -> doubles()[i];
            case I32 -> ints()[i];
            case I64 -> longs()[i];
            case BOOL -> bytes()[i];
        };
    }

    /// Element `i` as a long; floating values are truncated toward zero.
    public long getLong(int i) {
        return switch (dtype) {
            case F32 -> (long) floats()[i];
            case F64 -> (long) doubles()[i];
            case I32 -> ints()[i];
            case I64 -> longs()[i];
            case BOOL -> bytes()[i];
        };
    }

    /// Rounds to the storage's type once and writes element `i`; booleans become 1 for anything but 0.
    public void setDouble(int i, double value) {
        switch (dtype) {
            case F32 -> floats()[i] = (float) value;
            case F64 -> doubles()[i] = value;
            case I32 -> ints()[i] = (int) (long) value;
            case I64 -> longs()[i] = (long) value;
            case BOOL -> bytes()[i] = (byte) (value != 0 ? 1 : 0);
        }
    }

    /// Writes element `i`; 32-bit integers keep the low bits, booleans become 1 for anything but 0.
    public void setLong(int i, long value) {
        switch (dtype) {
            case F32 -> floats()[i] = value;
            case F64 -> doubles()[i] = value;
            case I32 -> ints()[i] = (int) value;
            case I64 -> longs()[i] = value;
            case BOOL -> bytes()[i] = (byte) (value != 0 ? 1 : 0);
        }
    }

    @Override
    public Storage detach(Supplier<String> reason) {
        var fresh = new HeapStorage(device, dtype, array(), numel);
        gone = reason;
        array = null;
        return fresh;
    }

    @Override
    public void checkLive() {
        array();
    }
}
