package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.PoolKernels;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.ShapeException;

/// Pooling and its derivatives.
///
/// A maximum passes on one element of each window, whose position it remembers, so for fixed positions it is linear: [#maxPool2d] takes
/// elements (a gather), its gradient adds `dy` where they came from (a scatter), and the gradient of that gathers again. An average is
/// linear anyway; its gradient gives every element of a window its share of `dy`, and the gradient of that is the average.
///
/// Images are `[N, C, H, W]`, or `[C, H, W]` for a single one. No argument is modified.
public final class Poolings {
    private Poolings() {
    }

    /// Largest elements and where they were.
    ///
    /// @param values `[N, C, H', W']`
    /// @param index of the same shape, int32: row-major position within the image
    public record MaxPool(Variable values, Tensor index) {
    }

    /// The largest element of each window; padding never wins, NaN always does, of equal elements the first counts and gets the gradient.
    ///
    /// All arrays hold a number for the rows and one for the columns, in pixels.
    ///
    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param padding pixels on both sides, at most half the window
    /// @param dilation distances between the elements of a window, at least 1
    /// @param ceilMode whether a last, partial window counts
    /// @throws ShapeException if a window is larger than the padded image
    public static Variable maxPool2d(Variable x, int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceilMode) {
        return maxPool2dValues(x,
                PoolSpec.of("maxPool2d", Convolutions.batched(x.shape(), 2), kernel, stride, padding, dilation, ceilMode, false), false);
    }

    /// Like the method above, with the positions of the maxima.
    public static MaxPool maxPool2d(Variable x, PoolSpec spec) {
        if (x.rank() == 3) {
            MaxPool batch = maxPool2d(x.unsqueeze(0), spec);
            return new MaxPool(batch.values().squeeze(0), batch.index().squeeze(0));
        }
        var pooled = PoolKernels.maxPool(spec, x.data(), false);
        Tensor index = pooled.index();
        return new MaxPool(output("maxPool2d", pooled.values(), wrt(x, dy -> maxPoolScatter(dy, index, spec))), index);
    }

    /// The values alone, with relu behind them if asked for; where nothing is recorded nobody remembers the positions.
    public static Variable maxPool2dValues(Variable x, PoolSpec spec, boolean relu) {
        if (x.rank() == 3)
            return maxPool2dValues(x.unsqueeze(0), spec, relu).squeeze(0);
        if (!GradMode.isRecording() || !x.requiresGrad())
            return Variable.of(PoolKernels.maxPoolValues(spec, x.data(), relu));
        var pooled = PoolKernels.maxPool(spec, x.data(), relu);
        Tensor index = pooled.index();
        Tensor y = relu ? pooled.values() : null;
        return output("maxPool2d", pooled.values(),
                wrt(x, dy -> maxPoolScatter(relu ? Normalizations.passedByRelu(dy, y) : dy, index, spec)));
    }

    /// `dx[n,c,index[n,c,y]] += dy[n,c,y]`, zeros elsewhere.
    static Variable maxPoolScatter(Variable dy, Tensor index, PoolSpec spec) {
        return output("maxPoolScatter", PoolKernels.maxPoolScatter(spec, dy.data(), index),
                wrt(dy, dz -> maxPoolGather(dz, index, spec)));
    }

    /// `out[n,c,y] = x[n,c,index[n,c,y]]`.
    static Variable maxPoolGather(Variable x, Tensor index, PoolSpec spec) {
        return output("maxPoolGather", PoolKernels.maxPoolGather(spec, x.data(), index),
                wrt(x, dz -> maxPoolScatter(dz, index, spec)));
    }

    /// The mean of each window. Arrays hold a number for the rows and one for the columns, in pixels.
    ///
    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param padding zeros on both sides, at most half the window
    /// @param ceilMode whether a last, partial window counts
    /// @param countIncludePad whether padded zeros count among the elements a sum is divided by
    /// @throws ShapeException if a window is larger than the padded image
    public static Variable avgPool2d(Variable x, int[] kernel, int[] stride, int[] padding, boolean ceilMode, boolean countIncludePad) {
        return avgPool2d(x,
                PoolSpec.of("avgPool2d", Convolutions.batched(x.shape(), 2), kernel, stride, padding, new int[] {1, 1}, ceilMode,
                        countIncludePad));
    }

    /// Like the method above, sizes and options given by [PoolSpec].
    public static Variable avgPool2d(Variable x, PoolSpec spec) {
        if (x.rank() == 3)
            return avgPool2d(x.unsqueeze(0), spec).squeeze(0);
        return output("avgPool2d", PoolKernels.avgPool(spec, x.data()), wrt(x, dy -> avgPoolBackward(dy, spec)));
    }

    /// Each element of `dy`, divided by its window's count, added to all elements of the window.
    static Variable avgPoolBackward(Variable dy, PoolSpec spec) {
        return output("avgPoolBackward", PoolKernels.avgPoolBackward(spec, dy.data()), wrt(dy, dz -> avgPool2d(dz, spec)));
    }

    /// The mean of each channel over the whole image: `[N, C, H, W]` to `[N, C, 1, 1]`, `[C, H, W]` to `[C, 1, 1]`.
    public static Variable globalAvgPool2d(Variable x) {
        if (x.rank() != 3 && x.rank() != 4)
            throw new ShapeException("globalAvgPool2d", "the input must be [batch, channels, height, width] or [channels, height, width]",
                    x.shape());
        return x.mean(Dims.keep(-2, -1));
    }
}
