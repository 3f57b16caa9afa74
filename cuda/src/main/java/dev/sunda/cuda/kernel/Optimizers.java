package dev.sunda.cuda.kernel;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.spi.Update;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.lang.ref.Reference;
import java.util.List;

/// Steps of optimizers, in place: `optimizer.cu`. Parameters whose tensors are runs of memory are changed together, by one launch for many
/// of them; each of the others has a launch of its own. Constants are worked out in double as the CPU's kernels do, so that results have
/// the same bits.
public final class Optimizers {
    private static final int SGD_PARAMETERS = 96;
    private static final int ADAM_PARAMETERS = 64;

    private final Gpu gpu;

    public Optimizers(Gpu gpu) {
        this.gpu = gpu;
    }

    /// One step of SGD. Each update has the parameter, its gradient and, if there is one, the momentum buffer.
    public void sgd(List<Update<SgdStep>> updates) {
        var floats = new UpdateTable(gpu, "sgd_all_f32", 3, SGD_PARAMETERS);
        var doubles = new UpdateTable(gpu, "sgd_all_f64", 3, SGD_PARAMETERS);
        for (Update<SgdStep> u : updates) {
            boolean buffered = u.tensor(2) != null;
            View p = u.tensor(0);
            List<View> views = List.of(p, u.tensor(1), buffered ? u.tensor(2) : p);
            if (p.dtype() == DType.F32)
                change(views, floats, "sgd_f32", floats(u.step(), buffered));
            else
                change(views, doubles, "sgd_f64", doubles(u.step(), buffered));
        }
        floats.launch();
        doubles.launch();
        Reference.reachabilityFence(updates);                        // their memory must not be given back before the launch
    }

    /// One step of Adam. Each update has the parameter, its gradient, both moments and, if there is one, the largest second moment.
    public void adam(List<Update<AdamStep>> updates) {
        var floats = new UpdateTable(gpu, "adam_all_f32", 5, ADAM_PARAMETERS);
        var doubles = new UpdateTable(gpu, "adam_all_f64", 5, ADAM_PARAMETERS);
        for (Update<AdamStep> u : updates) {
            boolean largest = u.tensor(4) != null;
            View p = u.tensor(0);
            List<View> views = List.of(p, u.tensor(1), u.tensor(2), u.tensor(3), u.tensor(largest ? 4 : 3));
            if (p.dtype() == DType.F32)
                change(views, floats, "adam_f32", floats(u.step(), largest));
            else
                change(views, doubles, "adam_f64", doubles(u.step(), largest));
        }
        floats.launch();
        doubles.launch();
        Reference.reachabilityFence(updates);
    }

    /// Puts a parameter into the table, or launches the kernel for tensors of any strides.
    private void change(List<View> views, UpdateTable table, String entry, int[] constants) {
        Strided.over(views, walk -> {
            if (walk.isContiguous())
                table.add(walk, constants);
            else
                launch(entry, walk, views.size(), constants);
        });
    }

    private void launch(String entry, Strided walk, int views, int[] constants) {
        var arguments = new Object[views + 2];
        for (int n = 0; n < views; n++)
            arguments[n] = walk.address(n);
        arguments[views] = walk.struct();
        arguments[views + 1] = constants;
        gpu.kernel("optimizer", entry).launch(Grid.over(walk.numel()), arguments);
    }

    /// `struct SgdF32` of optimizer.cu. At the first step the buffer counts as 0 and takes in the whole gradient.
    private static int[] floats(SgdStep step, boolean buffered) {
        float fresh = step.first() ? 1 : (float) (1 - step.dampening());
        float[] constants = {step.maximize() ? -1 : 1, (float) step.weightDecay(), (float) step.lr(), (float) step.momentum(), fresh,
            step.nesterov() ? (float) step.momentum() : 1, step.nesterov() ? 1 : 0};
        return words(constants, flag(buffered), flag(step.first()));
    }

    /// `struct SgdF64`.
    private static int[] doubles(SgdStep step, boolean buffered) {
        double[] constants = {step.maximize() ? -1 : 1, step.weightDecay(), step.lr(), step.momentum(), 1 - step.dampening()};
        return words(constants, flag(buffered), flag(step.first()), flag(step.nesterov()));
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
    private static int[] doubles(AdamStep step, boolean largest) {
        double decay = step.weightDecay();
        double[] constants = {step.maximize() ? -1 : 1, step.decoupled() ? 0 : decay, step.decoupled() ? 1 - step.lr() * decay : 1,
            step.beta1(), step.beta2(), step.lr() / (1 - StrictMath.pow(step.beta1(), step.step())),
            Math.sqrt(1 - StrictMath.pow(step.beta2(), step.step())), step.eps()};
        return words(constants, flag(largest));
    }

    /// The bits of floats, and behind them flags.
    private static int[] words(float[] constants, int... flags) {
        var words = new int[constants.length + flags.length];
        for (int i = 0; i < constants.length; i++)
            words[i] = Float.floatToRawIntBits(constants[i]);
        System.arraycopy(flags, 0, words, constants.length, flags.length);
        return words;
    }

    /// The bits of doubles, and behind them flags, in two words each.
    private static int[] words(double[] constants, int... flags) {
        var words = new int[2 * (constants.length + flags.length)];
        for (int i = 0; i < constants.length; i++) {
            long bits = Double.doubleToRawLongBits(constants[i]);
            words[2 * i] = (int) bits;
            words[2 * i + 1] = (int) (bits >> 32);
        }
        for (int i = 0; i < flags.length; i++)
            words[2 * (constants.length + i)] = flags[i];
        return words;
    }

    private static int flag(boolean value) {
        return value ? 1 : 0;
    }
}
