package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.PoolKernels;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.Objects;

/// Pooling with windows of one size over one, two and three axes, and its derivatives. [AdaptivePoolings] fit windows to a size of the
/// result instead.
///
/// A maximum passes on one element of each window, whose position it remembers, so for fixed positions it is linear: [#maxPool] takes
/// elements (a gather), its gradient adds `dy` where they came from (a scatter), and the gradient of that gathers again. An average is
/// linear anyway; its gradient gives every element of a window its share of `dy`, and the gradient of that is the average.
///
/// All take a batch `[N, C, spatial...]` or a single sample `[C, spatial...]`; only the batch may be empty. No argument is modified. Arrays
/// hold a number for each axis, the outermost first, in pixels. A size of the result is
/// `floor((in + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1`; in ceil mode `ceil` stands for `floor`, and a last window that
/// would start behind the input is left out.
public final class Poolings {
    private Poolings() {
    }

    // ---------------------------------------------------------------------------------------------------------- maxima

    /// Largest elements and where they were.
    ///
    /// @param values `[N, C, out...]`
    /// @param index of the same shape, int32 (of fractional windows int64): row-major position within the spatial axes of the input; -1
    ///     for a window that saw padding only
    public record MaxPool(Variable values, Tensor index) {
    }

    /// The largest element of each window of a sequence, see [#maxPool2d].
    public static Variable maxPool1d(Variable x, int kernel, int stride, int padding, int dilation, boolean ceilMode) {
        return maxPoolValues(x, maxSpec("maxPool1d", x, one(kernel), one(stride), one(padding), one(dilation), ceilMode, 1), false);
    }

    /// The largest element of each window of an image. Padding never wins, NaN always does; of equal elements the first counts and gets the
    /// gradient, of several NaN the last.
    ///
    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param padding pixels on both sides, at most half the kernel
    /// @param dilation distances between the elements of a window, at least 1
    /// @param ceilMode whether a last, partial window counts
    /// @throws ShapeException if a window is larger than the padded image
    public static Variable maxPool2d(Variable x, int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceilMode) {
        return maxPoolValues(x, maxSpec("maxPool2d", x, kernel, stride, padding, dilation, ceilMode, 2), false);
    }

    /// The largest element of each window of a volume, see [#maxPool2d].
    public static Variable maxPool3d(Variable x, int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceilMode) {
        return maxPoolValues(x, maxSpec("maxPool3d", x, kernel, stride, padding, dilation, ceilMode, 3), false);
    }

    /// [#maxPool1d] with the positions of the maxima.
    public static MaxPool maxPool1dWithIndices(Variable x, int kernel, int stride, int padding, int dilation, boolean ceilMode) {
        return maxPool(x, maxSpec("maxPool1d", x, one(kernel), one(stride), one(padding), one(dilation), ceilMode, 1));
    }

    /// [#maxPool2d] with the positions of the maxima.
    public static MaxPool maxPool2dWithIndices(Variable x, int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceilMode) {
        return maxPool(x, maxSpec("maxPool2d", x, kernel, stride, padding, dilation, ceilMode, 2));
    }

    /// [#maxPool3d] with the positions of the maxima.
    public static MaxPool maxPool3dWithIndices(Variable x, int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceilMode) {
        return maxPool(x, maxSpec("maxPool3d", x, kernel, stride, padding, dilation, ceilMode, 3));
    }

    private static PoolSpec maxSpec(String name, Variable x, int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceilMode,
            int axes) {
        checkAxes(name, kernel, axes);
        return PoolSpec.of(name, Convolutions.batched(x.shape(), axes), kernel, stride, padding, dilation, ceilMode, false);
    }

    /// Maxima and their positions over as many axes as the specification has.
    ///
    /// @param spec of the batched shape
    public static MaxPool maxPool(Variable x, PoolSpec spec) {
        Objects.requireNonNull(spec, "maxPool: spec is null; use PoolSpec.of");
        if (x.rank() == spec.axes().size() + 1) {
            MaxPool batch = maxPool(x.unsqueeze(0), spec);
            return new MaxPool(batch.values().squeeze(0), batch.index().squeeze(0));
        }
        var pooled = PoolKernels.maxPool(spec, x.data(), false);
        Tensor index = pooled.index();
        return new MaxPool(output(name("maxPool", spec), pooled.values(), wrt(x, dy -> maxPoolScatter(dy, index, spec))), index);
    }

    /// The values alone, with relu behind them if asked for; where nothing is recorded nobody remembers the positions.
    public static Variable maxPoolValues(Variable x, PoolSpec spec, boolean relu) {
        Objects.requireNonNull(spec, "maxPoolValues: spec is null; use PoolSpec.of");
        if (x.rank() == spec.axes().size() + 1)
            return maxPoolValues(x.unsqueeze(0), spec, relu).squeeze(0);
        if (!GradMode.isRecording() || !x.requiresGrad())
            return Variable.of(PoolKernels.maxPoolValues(spec, x.data(), relu));
        var pooled = PoolKernels.maxPool(spec, x.data(), relu);
        Tensor index = pooled.index();
        Tensor y = relu ? pooled.values() : null;
        return output(name("maxPool", spec), pooled.values(),
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

    // ---------------------------------------------------------------------------------------------------------- averages

    /// The mean of each window of a sequence, see [#avgPool2d].
    public static Variable avgPool1d(Variable x, int kernel, int stride, int padding, boolean ceilMode, boolean countIncludePad) {
        return avgPool(x, avgSpec("avgPool1d", x, one(kernel), one(stride), one(padding), ceilMode, countIncludePad, 1));
    }

    /// The mean of each window of an image.
    ///
    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param padding zeros on both sides, at most half the kernel
    /// @param ceilMode whether a last, partial window counts
    /// @param countIncludePad whether padded zeros count among the elements a sum is divided by; what a partial window lacks never does
    /// @throws ShapeException if a window is larger than the padded image
    public static Variable avgPool2d(Variable x, int[] kernel, int[] stride, int[] padding, boolean ceilMode, boolean countIncludePad) {
        return avgPool(x, avgSpec("avgPool2d", x, kernel, stride, padding, ceilMode, countIncludePad, 2));
    }

    /// The mean of each window of a volume, see [#avgPool2d].
    public static Variable avgPool3d(Variable x, int[] kernel, int[] stride, int[] padding, boolean ceilMode, boolean countIncludePad) {
        return avgPool(x, avgSpec("avgPool3d", x, kernel, stride, padding, ceilMode, countIncludePad, 3));
    }

    /// The sum of each window of an image divided by one number, whatever the window has seen.
    ///
    /// @param divisor not 0
    public static Variable avgPool2dByDivisor(Variable x, int[] kernel, int[] stride, int[] padding, boolean ceilMode, int divisor) {
        return byDivisor("avgPool2d", x, avgSpec("avgPool2d", x, kernel, stride, padding, ceilMode, true, 2), divisor);
    }

    /// The sum of each window of a volume divided by one number, whatever the window has seen.
    ///
    /// @param divisor not 0
    public static Variable avgPool3dByDivisor(Variable x, int[] kernel, int[] stride, int[] padding, boolean ceilMode, int divisor) {
        return byDivisor("avgPool3d", x, avgSpec("avgPool3d", x, kernel, stride, padding, ceilMode, true, 3), divisor);
    }

    private static PoolSpec avgSpec(String name, Variable x, int[] kernel, int[] stride, int[] padding, boolean ceilMode,
            boolean countIncludePad, int axes) {
        checkAxes(name, kernel, axes);
        int[] dilation = new int[axes];
        Arrays.fill(dilation, 1);
        return PoolSpec.of(name, Convolutions.batched(x.shape(), axes), kernel, stride, padding, dilation, ceilMode, countIncludePad);
    }

    /// Means over as many axes as the specification has.
    ///
    /// @param spec of the batched shape
    public static Variable avgPool(Variable x, PoolSpec spec) {
        Objects.requireNonNull(spec, "avgPool: spec is null; use PoolSpec.of");
        if (x.rank() == spec.axes().size() + 1)
            return avgPool(x.unsqueeze(0), spec).squeeze(0);
        return output(name("avgPool", spec), PoolKernels.avgPool(spec, x.data()), wrt(x, dy -> avgPoolBackward(dy, spec)));
    }

    /// Each element of `dy`, divided by its window's count, added to all elements of the window.
    static Variable avgPoolBackward(Variable dy, PoolSpec spec) {
        return output("avgPoolBackward", PoolKernels.avgPoolBackward(spec, dy.data()), wrt(dy, dz -> avgPool(dz, spec)));
    }

    /// The means times what they were divided by, which is a product over the axes, divided by the other number.
    private static Variable byDivisor(String name, Variable x, PoolSpec spec, int divisor) {
        if (divisor == 0)
            throw new IllegalArgumentException(name + ": the divisor must not be 0 (got 0)");
        Variable sums = avgPool(x, spec);
        for (int a = 0; a < spec.axes().size(); a++) {
            double[] counts = new double[spec.axes().get(a).out()];
            for (int y = 0; y < counts.length; y++)
                counts[y] = spec.count(a, y);
            int[] sizes = new int[spec.axes().size() - a];
            Arrays.fill(sizes, 1);
            sizes[0] = counts.length;
            sums = sums.mul(Variable.of(Tensor.of(counts, Shape.of(sizes)).to(x.dtype()).to(x.device())));
        }
        return sums.div(divisor);
    }

    // ---------------------------------------------------------------------------------------------------------- power averages

    /// The `p`-norm of each window of a sequence, see [#lpPool2d].
    public static Variable lpPool1d(Variable x, double p, int kernel, int stride, boolean ceilMode) {
        return lpPool(x, p, maxSpec("lpPool1d", x, one(kernel), one(stride), new int[1], one(1), ceilMode, 1));
    }

    /// The power average of each window of an image: `(sum of x^p)^(1/p)`, for infinite `p` the largest `|x|`.
    ///
    /// As in PyTorch the powers are of `x`, not of `|x|`: with an odd `p` a negative sum gives NaN. The sum is the mean times the size of a
    /// whole window, so a partial window in ceil mode counts as a whole one. Where the sum is 0 no gradient flows.
    ///
    /// @param p not 0
    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param ceilMode whether a last, partial window counts
    /// @throws ShapeException if a window is larger than the image
    public static Variable lpPool2d(Variable x, double p, int[] kernel, int[] stride, boolean ceilMode) {
        return lpPool(x, p, maxSpec("lpPool2d", x, kernel, stride, new int[2], new int[] {1, 1}, ceilMode, 2));
    }

    /// The power average of each window of a volume, see [#lpPool2d].
    public static Variable lpPool3d(Variable x, double p, int[] kernel, int[] stride, boolean ceilMode) {
        return lpPool(x, p, maxSpec("lpPool3d", x, kernel, stride, new int[3], new int[] {1, 1, 1}, ceilMode, 3));
    }

    private static Variable lpPool(Variable x, double p, PoolSpec spec) {
        if (p == 0 || Double.isNaN(p))
            throw new IllegalArgumentException(name("lpPool", spec) + ": p must be a number other than 0 (got " + p + ")");
        if (p == Double.POSITIVE_INFINITY)
            return maxPoolValues(x.abs(), spec, false);
        long window = spec.axes().stream().mapToLong(Window::kernel).reduce(1, Math::multiplyExact);
        var counted = new PoolSpec(spec.batch(), spec.channels(), spec.axes(), true);
        Variable sums = avgPool(x.pow(p), counted).mul(window);
        Tensor some = sums.data().ne(0);                             // the root has an infinite derivative at 0
        Variable ones = Variable.of(Tensor.ones(sums.shape(), sums.dtype(), sums.device()));
        return sums.where(some, ones).pow(1 / p).where(some, Variable.zerosLike(sums));
    }

    // ---------------------------------------------------------------------------------------------------------- unpooling

    /// Puts values back to where [#maxPool1dWithIndices] found them, see [#maxUnpool2d].
    public static Variable maxUnpool1d(Variable x, Tensor index, int kernel, int stride, int padding, int... outputSize) {
        return maxUnpool("maxUnpool1d", x, index, one(kernel), one(stride), one(padding), outputSize, 1);
    }

    /// Puts values back to where [#maxPool2dWithIndices] found them, zeros elsewhere: `y[n,c,index[n,c,i]] = x[n,c,i]`. Where several
    /// windows had one maximum the last value counts, and only it gets the gradient.
    ///
    /// @param index of the shape of `x`, int32 or int64: row-major positions within the spatial axes of the result
    /// @param kernel of the pooling, as `stride` and `padding`
    /// @param outputSize spatial sizes of the result: inputs of several sizes are pooled to one. None for
    ///     `(in - 1) * stride - 2 * padding + kernel`, from which a given size must differ by less than the stride
    /// @throws ShapeException if an index lies outside the result
    public static Variable maxUnpool2d(Variable x, Tensor index, int[] kernel, int[] stride, int[] padding, int... outputSize) {
        return maxUnpool("maxUnpool2d", x, index, kernel, stride, padding, outputSize, 2);
    }

    /// Puts values back to where [#maxPool3dWithIndices] found them, see [#maxUnpool2d].
    public static Variable maxUnpool3d(Variable x, Tensor index, int[] kernel, int[] stride, int[] padding, int... outputSize) {
        return maxUnpool("maxUnpool3d", x, index, kernel, stride, padding, outputSize, 3);
    }

    private static Variable maxUnpool(String name, Variable x, Tensor index, int[] kernel, int[] stride, int[] padding, int[] outputSize,
            int axes) {
        checkAxes(name, kernel, axes);
        int[] target = unpooledSizes(name, x.shape(), kernel, stride, padding, outputSize, axes);
        Tensor.checkSameDevice(name, x.data(), index);
        if (!index.shape().equals(x.shape()) || !index.dtype().isInteger())
            throw new ShapeException(name, "there must be one int64 or int32 index for each value", x.shape(), index.shape());
        int lead = x.rank() - axes;
        Shape from = x.shape();
        Shape to = Shape.of(target);
        int images = Shape.of(Arrays.copyOf(target, lead)).numel();
        int positions = Shape.of(Arrays.copyOfRange(target, lead, target.length)).numel();
        Shape rows = Shape.of(images, images == 0 ? 0 : from.numel() / images);
        Tensor last = lastOfEach(name, index.reshape(rows), positions, to);
        Variable values = x.reshape(rows);
        Variable kept = values.where(last, Variable.zerosLike(values));
        Variable zeros = Variable.of(Tensor.zeros(Shape.of(images, positions), x.dtype(), x.device()));
        return zeros.scatterAdd(1, index.reshape(rows), kept).reshape(to);
    }

    /// For each row true where no later element names the same position.
    private static Tensor lastOfEach(String name, Tensor index, int positions, Shape to) {
        long[] at = index.toLongArray();
        boolean[] last = new boolean[at.length];
        int length = index.size(1);
        for (int row = 0; row < index.size(0); row++) {
            boolean[] taken = new boolean[positions];
            for (int i = (row + 1) * length - 1; i >= row * length; i--) {
                if (at[i] < 0 || at[i] >= positions)
                    throw new ShapeException(name, "index " + at[i] + " lies outside the " + positions + " positions of the result", to);
                last[i] = !taken[(int) at[i]];
                taken[(int) at[i]] = true;
            }
        }
        return Tensor.of(last, index.shape()).to(index.device());
    }

    private static int[] unpooledSizes(String name, Shape x, int[] kernel, int[] stride, int[] padding, int[] outputSize, int axes) {
        if (stride.length != axes || padding.length != axes || outputSize.length != 0 && outputSize.length != axes)
            throw new IllegalArgumentException(name + ": kernel, stride, padding and output size must be given for " + axes + " axes (got "
                    + axes + ", " + stride.length + ", " + padding.length + ", " + outputSize.length + " numbers)");
        if (x.rank() != axes + 1 && x.rank() != axes + 2)
            throw new ShapeException(name, "the input must have " + (axes + 1) + " or " + (axes + 2) + " dimensions", x);
        int[] sizes = x.sizes();
        for (int a = 0; a < axes; a++) {
            int d = x.rank() - axes + a;
            if (kernel[a] < 1 || stride[a] < 1 || padding[a] < 0 || sizes[d] < 1)
                throw new IllegalArgumentException(name + ": kernel, stride and input size must be at least 1, padding at least 0 (got "
                        + kernel[a] + ", " + stride[a] + ", " + sizes[d] + ", " + padding[a] + ")");
            long usual = (sizes[d] - 1L) * stride[a] - 2L * padding[a] + kernel[a];
            long wanted = outputSize.length == 0 ? usual : outputSize[a];
            if (wanted < 1 || Math.abs(wanted - usual) >= stride[a] && wanted != usual)
                throw new IllegalArgumentException(name + ": the output size must be positive and differ from " + usual
                        + " by less than the stride " + stride[a] + " (got " + wanted + ")");
            sizes[d] = Math.toIntExact(wanted);
        }
        return sizes;
    }

    // ---------------------------------------------------------------------------------------------------------- whole images

    /// The mean of each channel of a sequence: `[N, C, L]` to `[N, C, 1]`, `[C, L]` to `[C, 1]`.
    public static Variable globalAvgPool1d(Variable x) {
        return globalAvgPool("globalAvgPool1d", x, -1);
    }

    /// The mean of each channel over the whole image: `[N, C, H, W]` to `[N, C, 1, 1]`, `[C, H, W]` to `[C, 1, 1]`.
    public static Variable globalAvgPool2d(Variable x) {
        return globalAvgPool("globalAvgPool2d", x, -2, -1);
    }

    /// The mean of each channel over the whole volume: `[N, C, D, H, W]` to `[N, C, 1, 1, 1]`, or the same without `N`.
    public static Variable globalAvgPool3d(Variable x) {
        return globalAvgPool("globalAvgPool3d", x, -3, -2, -1);
    }

    private static Variable globalAvgPool(String name, Variable x, int... axes) {
        checkImages(name, x, axes.length);
        return x.mean(Dims.keep(axes));
    }

    /// The largest element of each channel of a sequence: `[N, C, L]` to `[N, C, 1]`; ties and NaN as in [#maxPool1d].
    public static Variable globalMaxPool1d(Variable x) {
        return globalMaxPool("globalMaxPool1d", x, 1);
    }

    /// The largest element of each channel over the whole image: `[N, C, H, W]` to `[N, C, 1, 1]`; ties and NaN as in [#maxPool2d].
    public static Variable globalMaxPool2d(Variable x) {
        return globalMaxPool("globalMaxPool2d", x, 2);
    }

    /// The largest element of each channel over the whole volume; ties and NaN as in [#maxPool3d].
    public static Variable globalMaxPool3d(Variable x) {
        return globalMaxPool("globalMaxPool3d", x, 3);
    }

    private static Variable globalMaxPool(String name, Variable x, int axes) {
        checkImages(name, x, axes);
        int[] kernel = Arrays.copyOfRange(x.shape().sizes(), x.rank() - axes, x.rank());
        int[] ones = new int[axes];
        Arrays.fill(ones, 1);
        return maxPoolValues(x, maxSpec(name, x, kernel, kernel, new int[axes], ones, false, axes), false);
    }

    // ---------------------------------------------------------------------------------------------------------- checks

    private static void checkImages(String name, Variable x, int axes) {
        if (!x.dtype().isFloating())
            throw new DTypeException(
                    name + ": needs a floating type (got " + x.data().describe() + "); convert with to(DType.F32)");
        if (x.rank() != axes + 1 && x.rank() != axes + 2)
            throw new ShapeException(name, "the input must be [batch, channels, spatial...] or [channels, spatial...] with " + axes
                    + " spatial axes", x.shape());
    }

    private static void checkAxes(String name, int[] kernel, int axes) {
        if (kernel.length != axes)
            throw new IllegalArgumentException(
                    name + ": the kernel must be given for " + axes + " axes (got " + Arrays.toString(kernel) + ")");
    }

    private static int[] one(int number) {
        return new int[] {number};
    }

    private static String name(String operation, PoolSpec spec) {
        return operation + spec.axes().size() + "d";
    }
}
