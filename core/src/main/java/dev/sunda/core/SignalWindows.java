package dev.sunda.core;

import dev.sunda.core.op.BesselFunctions;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.function.DoubleUnaryOperator;

/// Windows that fade a signal in and out, as functions of the position `t` from 0 to 1. A periodic window is the first part of a symmetric
/// one that is longer by one, so that it can be repeated. A single number is 1.
public final class SignalWindows {
    private SignalWindows() {
    }

    /// A triangle: `1 - |2 t - 1|`.
    public static Tensor bartlett(int length, boolean periodic, DType dtype, Device device) {
        return window("bartlett", length, periodic, dtype, device, t -> 1 - Math.abs(2 * t - 1));
    }

    /// `0.42 - 0.5 cos(2 pi t) + 0.08 cos(4 pi t)`.
    public static Tensor blackman(int length, boolean periodic, DType dtype, Device device) {
        return window("blackman", length, periodic, dtype, device,
                t -> 0.42 - 0.5 * StrictMath.cos(2 * Math.PI * t) + 0.08 * StrictMath.cos(4 * Math.PI * t));
    }

    /// `0.5 - 0.5 cos(2 pi t)`.
    public static Tensor hann(int length, boolean periodic, DType dtype, Device device) {
        return hamming(length, periodic, 0.5, 0.5, dtype, device);
    }

    /// `alpha - beta cos(2 pi t)`; Hamming's numbers are 0.54 and 0.46.
    public static Tensor hamming(int length, boolean periodic, double alpha, double beta, DType dtype, Device device) {
        return window("hamming", length, periodic, dtype, device, t -> alpha - beta * StrictMath.cos(2 * Math.PI * t));
    }

    /// `I0(beta sqrt(1 - (2 t - 1)^2)) / I0(beta)` with the modified Bessel function of order 0.
    ///
    /// @param beta how narrow it is, 12 for example
    public static Tensor kaiser(int length, boolean periodic, double beta, DType dtype, Device device) {
        return window("kaiser", length, periodic, dtype, device,
                t -> BesselFunctions.i0(beta * Math.sqrt(Math.max(0, 1 - (2 * t - 1) * (2 * t - 1)))) / BesselFunctions.i0(beta));
    }

    private static Tensor window(String name, int length, boolean periodic, DType dtype, Device device, DoubleUnaryOperator function) {
        if (length < 0)
            throw new IllegalArgumentException(name + ": the length must not be negative (got " + length + ")");
        double[] values = new double[length];
        int last = periodic ? length : length - 1;
        for (int i = 0; i < length; i++)
            values[i] = length == 1 ? 1 : function.applyAsDouble((double) i / last);
        return Tensor.of(values, Shape.of(length)).to(dtype).to(device);
    }
}
