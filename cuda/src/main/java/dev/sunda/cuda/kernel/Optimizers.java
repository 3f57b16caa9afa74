package dev.sunda.cuda.kernel;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.List;

/// Steps of optimizers, in place: `optimizer.cu`. Constants are worked out in double as the CPU's kernels do, so that results have the same
/// bits.
public final class Optimizers {
    private final Gpu gpu;

    public Optimizers(Gpu gpu) {
        this.gpu = gpu;
    }

    /// One step of SGD.
    ///
    /// @param momentum may be null
    public void sgd(SgdStep step, View p, View g, View momentum) {
        boolean buffered = momentum != null;
        Strided.over(List.of(p, g, buffered ? momentum : p), walk -> {
            Quads quads = p.dtype() == DType.F32 ? Quads.of(walk, 4, 4, 4) : null;
            if (quads != null)
                launch("sgd_quads_f32", quads.grid(), walk, 3, quads.struct(3), floats(step, buffered));
            else if (p.dtype() == DType.F32)
                launch("sgd_f32", Grid.over(walk.numel()), walk, 3, walk.struct(), floats(step, buffered));
            else
                launch("sgd_f64", Grid.over(walk.numel()), walk, 3, walk.struct(), doubles(step, buffered));
        });
    }

    /// One step of Adam.
    ///
    /// @param vMax may be null
    public void adam(AdamStep step, View p, View g, View m, View v, View vMax) {
        boolean largest = vMax != null;
        Strided.over(List.of(p, g, m, v, largest ? vMax : v), walk -> {
            Quads quads = p.dtype() == DType.F32 ? Quads.of(walk, 4, 4, 4, 4, 4) : null;
            if (quads != null)
                launch("adam_quads_f32", quads.grid(), walk, 5, quads.struct(5), floats(step, largest));
            else if (p.dtype() == DType.F32)
                launch("adam_f32", Grid.over(walk.numel()), walk, 5, walk.struct(), floats(step, largest));
            else
                launch("adam_f64", Grid.over(walk.numel()), walk, 5, walk.struct(), doubles(step, largest));
        });
    }

    private void launch(String entry, Grid grid, Strided walk, int views, int[] places, Object constants) {
        var arguments = new Object[views + 2];
        for (int n = 0; n < views; n++)
            arguments[n] = walk.address(n);
        arguments[views] = places;
        arguments[views + 1] = constants;
        gpu.kernel("optimizer", entry).launch(grid, arguments);
    }

    /// `struct SgdF32` of optimizer.cu. At the first step the buffer counts as 0 and takes in the whole gradient.
    private static int[] floats(SgdStep step, boolean buffered) {
        float fresh = step.first() ? 1 : (float) (1 - step.dampening());
        float[] constants = {step.maximize() ? -1 : 1, (float) step.weightDecay(), (float) step.lr(), (float) step.momentum(), fresh,
            step.nesterov() ? (float) step.momentum() : 1, step.nesterov() ? 1 : 0};
        return words(constants, flag(buffered), flag(step.first()));
    }

    /// `struct SgdF64`.
    private static long[] doubles(SgdStep step, boolean buffered) {
        return new long[] {bits(step.maximize() ? -1 : 1), bits(step.weightDecay()), bits(step.lr()), bits(step.momentum()),
            bits(1 - step.dampening()), flag(buffered), flag(step.first()), flag(step.nesterov())};
    }

    /// `struct AdamF32`.
    private static int[] floats(AdamStep step, boolean largest) {
        double correction1 = 1 - StrictMath.pow(step.beta1(), step.step());
        double correction2 = 1 - StrictMath.pow(step.beta2(), step.step());
        double decay = step.weightDecay();
        float[] constants = {step.maximize() ? -1 : 1, (float) (step.decoupled() ? 0 : decay),
            (float) (step.decoupled() ? step.lr() * decay : 0), (float) (1 - step.beta1()), (float) step.beta2(),
            (float) (1 - step.beta2()), (float) (step.lr() / correction1), (float) (1 / Math.sqrt(correction2)), (float) step.eps()};
        return words(constants, flag(largest));
    }

    /// `struct AdamF64`.
    private static long[] doubles(AdamStep step, boolean largest) {
        double decay = step.weightDecay();
        return new long[] {bits(step.maximize() ? -1 : 1), bits(step.decoupled() ? 0 : decay),
            bits(step.decoupled() ? 1 - step.lr() * decay : 1), bits(step.beta1()), bits(step.beta2()),
            bits(step.lr() / (1 - StrictMath.pow(step.beta1(), step.step()))),
            bits(Math.sqrt(1 - StrictMath.pow(step.beta2(), step.step()))), bits(step.eps()), flag(largest)};
    }

    /// The bits of floats, and behind them flags.
    private static int[] words(float[] constants, int... flags) {
        var words = new int[constants.length + flags.length];
        for (int i = 0; i < constants.length; i++)
            words[i] = Float.floatToRawIntBits(constants[i]);
        System.arraycopy(flags, 0, words, constants.length, flags.length);
        return words;
    }

    private static int flag(boolean value) {
        return value ? 1 : 0;
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }
}
