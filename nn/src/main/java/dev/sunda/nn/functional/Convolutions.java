package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Operation.Wrt;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.ConvKernels;
import dev.sunda.core.kernel.NormKernels;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Convolutions over one, two and three axes, their transposes, and their derivatives.
///
/// Written out for one image, one channel and one axis, with stride `s`, dilation `d` and padding `p`, convolution is
/// `out[y] = sum over k of x[y*s + k*d - p] * w[k]`. It is linear in `x` and in `w`, so with an arriving gradient `dy` the loss changes by
/// `sum over y,k of dy[y] * w[k] * dx[y*s + k*d - p]` when `x` does, and collecting the terms of one input pixel `i` gives
/// `dx[i] = sum over (y, k) with y*s + k*d - p = i of dy[y] * w[k]` ([#convTranspose]); likewise
/// `dw[k] = sum over y of x[y*s + k*d - p] * dy[y]` ([#convWeight]). Both sums run over the same triples `(i, y, k)` as the convolution
/// itself, and so do *their* derivatives: the derivative of each of the three is one of the other two, and convolutions can be
/// differentiated as often as one likes.
///
/// All take a batch `[N, C, spatial...]` or a single sample `[C, spatial...]`, and modify no argument. Where they take numbers for each
/// axis, the outermost axis comes first: depth, rows, columns. Positions in the padding count as 0.
///
/// Source: Dumoulin, Visin 2016, A guide to convolution arithmetic for deep learning, arXiv:1603.07285.
public final class Convolutions {
    private Convolutions() {
    }

    // ---------------------------------------------------------------------------------------------------------- convolution

    /// Cross-correlation of sequences with a bank of filters:
    /// `out[n,o,t] = bias[o] + sum over c,k of x[n, c, t*stride + k*dilation - pad] * w[o,c,k]`.
    ///
    /// Shapes: `x` `[N, C, L]`, `w` `[O, C / groups, kernel]`, result `[N, O, L']` with
    /// `L' = floor((L + pads - dilation * (kernel - 1) - 1) / stride) + 1`. With [Padding#CAUSAL] output `t` sees no input after `t`.
    ///
    /// @param bias `[O]`, or null for none
    /// @param stride steps between outputs, at least 1
    /// @param dilation distance between kernel taps, at least 1
    /// @param groups divides the channels of input and output into groups that do not see each other; `groups = C` is depthwise
    /// @throws dev.sunda.core.type.ShapeException if the channel counts disagree or the dilated kernel is larger than the padded input
    public static Variable conv1d(Variable x, Variable w, Variable bias, int stride, Padding padding, int dilation, int groups) {
        return conv("conv1d", x, w, bias, new int[] {stride}, padding, new int[] {dilation}, groups);
    }

    /// Cross-correlation of images with a bank of filters.
    ///
    /// `out[n,o,y] = bias[o] + sum over c,k of x[n, c, y*stride + k*dilation - pad] * w[o,c,k]`, `y` and `k` being pairs.
    ///
    /// Shapes: `x` `[N, C, H, W]`, `w` `[O, C / groups, kernel height, kernel width]`, result `[N, O, H', W']`, each axis as in [#conv1d].
    ///
    /// @param bias `[O]`, or null for none
    /// @param stride steps between outputs in pixels, rows then columns, at least 1
    /// @param dilation distances between kernel taps in pixels, rows then columns, at least 1
    /// @param groups divides the channels of input and output into groups that do not see each other; `groups = C` is depthwise
    /// @throws dev.sunda.core.type.ShapeException if the channel counts disagree or the dilated kernel is larger than the padded input
    public static Variable conv2d(Variable x, Variable w, Variable bias, int[] stride, Padding padding, int[] dilation, int groups) {
        Objects.requireNonNull(padding, "conv2d: padding is null; use Padding.VALID for none");
        return conv("conv2d", x, w, bias, checked("conv2d", stride, 2), padding, dilation, groups);
    }

    /// Cross-correlation of volumes or films with a bank of filters.
    ///
    /// `out[n,o,y] = bias[o] + sum over c,k of x[n, c, y*stride + k*dilation - pad] * w[o,c,k]`, `y` and `k` being triples.
    ///
    /// Shapes: `x` `[N, C, D, H, W]`, `w` `[O, C / groups, kernel depth, kernel height, kernel width]`, result `[N, O, D', H', W']`, each
    /// axis as in [#conv1d].
    ///
    /// @param bias `[O]`, or null for none
    /// @param stride steps between outputs, for depth, rows and columns, at least 1
    /// @param dilation distances between kernel taps, for depth, rows and columns, at least 1
    /// @param groups divides the channels of input and output into groups that do not see each other; `groups = C` is depthwise
    /// @throws dev.sunda.core.type.ShapeException if the channel counts disagree or the dilated kernel is larger than the padded input
    public static Variable conv3d(Variable x, Variable w, Variable bias, int[] stride, Padding padding, int[] dilation, int groups) {
        Objects.requireNonNull(padding, "conv3d: padding is null; use Padding.VALID for none");
        return conv("conv3d", x, w, bias, checked("conv3d", stride, 3), padding, dilation, groups);
    }

    private static Variable conv(String name, Variable x, Variable w, Variable bias, int[] stride, Padding padding, int[] dilation,
            int groups) {
        return conv(x, w, bias, ConvSpec.of(name, batched(x.shape(), stride.length), w.shape(), stride, padding, dilation, groups));
    }

    /// Convolution over as many axes as the arrays have numbers, one to three, with something else than zeros in the padding if asked for:
    /// the padding is put around `x` with [Paddings#pad] first.
    ///
    /// @param x `[N, C, in...]`, or `[C, in...]` for a single sample
    /// @param w `[O, C / groups, kernel...]`
    /// @param bias `[O]`, or null for none
    /// @param stride steps between outputs, at least 1
    /// @param mode what stands in the padding; [PaddingMode#CONSTANT] are zeros
    /// @param dilation distances between kernel taps, at least 1
    /// @param groups divides the channels of input and output into groups that do not see each other; `groups = C` is depthwise
    /// @throws dev.sunda.core.type.ShapeException if the shapes do not fit, or the mode cannot pad so far
    public static Variable conv(Variable x, Variable w, Variable bias, int[] stride, Padding padding, PaddingMode mode, int[] dilation,
            int groups) {
        Objects.requireNonNull(mode, "conv: mode is null; use PaddingMode.CONSTANT, REFLECT, REPLICATE or CIRCULAR");
        String name = "conv" + stride.length + "d";
        if (stride.length < 1 || stride.length > 3)
            throw new IllegalArgumentException(
                    "conv: the stride must be given for one to three axes (got " + Arrays.toString(stride) + ")");
        ConvSpec spec = ConvSpec.of(name, batched(x.shape(), stride.length), w.shape(), stride, padding, dilation, groups);
        if (mode == PaddingMode.CONSTANT)
            return conv(x, w, bias, spec);
        return conv(name, Paddings.around(x, w.shape(), padding, mode, dilation), w, bias, stride, Padding.VALID, dilation, groups);
    }

    // ---------------------------------------------------------------------------------------------------------- transposed convolution

    /// Transposed convolution of sequences: every input puts a copy of the kernel, times its value, down at its place in the result.
    ///
    /// `y[n,o,i] = bias[o] + sum over c,k with t*stride + k*dilation - padding = i of x[n,c,t] * w[c,o,k]`. It is the gradient of a
    /// convolution with the same options with respect to its input, and turns the size of that one's output into that of its input.
    ///
    /// Shapes: `x` `[N, C, L]`, `w` `[C, O / groups, kernel]`, result `[N, O, L']` with
    /// `L' = (L - 1) * stride - padBefore - padAfter + dilation * (kernel - 1) + outputPadding + 1`.
    ///
    /// @param bias `[O]`, or null for none
    /// @param stride distance between the kernels' places in the result, at least 1
    /// @param padding positions cut off the ends of the result, as numbers
    /// @param outputPadding positions added to the end of the result, where only the bias may arrive; below the stride or the dilation.
    ///     With a stride, inputs of several sizes have an output of size `L`: this picks one
    /// @param dilation distance between kernel taps, at least 1
    /// @param groups divides the channels of input and result into groups that do not see each other
    /// @throws dev.sunda.core.type.ShapeException if the channel counts disagree or the padding cuts everything off
    public static Variable convTranspose1d(Variable x, Variable w, Variable bias, int stride, Padding padding, int outputPadding,
            int dilation, int groups) {
        return convTranspose("convTranspose1d", x, w, bias, new int[] {stride}, padding, new int[] {outputPadding}, new int[] {dilation},
                groups);
    }

    /// Transposed convolution of images, each axis as in [#convTranspose1d].
    ///
    /// Shapes: `x` `[N, C, H, W]`, `w` `[C, O / groups, kernel height, kernel width]`, result `[N, O, H', W']`.
    ///
    /// @param bias `[O]`, or null for none
    /// @param stride distances between the kernels' places in the result, rows then columns, at least 1
    /// @param padding pixels cut off the sides of the result, as numbers
    /// @param outputPadding pixels added to the bottom and the right of the result, each below the stride or the dilation
    /// @param dilation distances between kernel taps, rows then columns, at least 1
    /// @param groups divides the channels of input and result into groups that do not see each other
    /// @throws dev.sunda.core.type.ShapeException if the channel counts disagree or the padding cuts everything off
    public static Variable convTranspose2d(Variable x, Variable w, Variable bias, int[] stride, Padding padding, int[] outputPadding,
            int[] dilation, int groups) {
        Objects.requireNonNull(padding, "convTranspose2d: padding is null; use Padding.VALID for none");
        return convTranspose("convTranspose2d", x, w, bias, checked("convTranspose2d", stride, 2), padding, outputPadding, dilation,
                groups);
    }

    /// Transposed convolution of volumes, each axis as in [#convTranspose1d].
    ///
    /// Shapes: `x` `[N, C, D, H, W]`, `w` `[C, O / groups, kernel depth, kernel height, kernel width]`, result `[N, O, D', H', W']`.
    ///
    /// @param bias `[O]`, or null for none
    /// @param stride distances between the kernels' places in the result, for depth, rows and columns, at least 1
    /// @param padding positions cut off the sides of the result, as numbers
    /// @param outputPadding positions added to the far end of each axis of the result, each below the stride or the dilation
    /// @param dilation distances between kernel taps, for depth, rows and columns, at least 1
    /// @param groups divides the channels of input and result into groups that do not see each other
    /// @throws dev.sunda.core.type.ShapeException if the channel counts disagree or the padding cuts everything off
    public static Variable convTranspose3d(Variable x, Variable w, Variable bias, int[] stride, Padding padding, int[] outputPadding,
            int[] dilation, int groups) {
        Objects.requireNonNull(padding, "convTranspose3d: padding is null; use Padding.VALID for none");
        return convTranspose("convTranspose3d", x, w, bias, checked("convTranspose3d", stride, 3), padding, outputPadding, dilation,
                groups);
    }

    private static Variable convTranspose(String name, Variable x, Variable w, Variable bias, int[] stride, Padding padding,
            int[] outputPadding, int[] dilation, int groups) {
        return convTranspose(x, w, bias,
                ConvSpec.transposed(name, batched(x.shape(), stride.length), w.shape(), stride, padding, outputPadding, dilation, groups));
    }

    // ---------------------------------------------------------------------------------------------------------- the closed family

    /// Convolution over as many axes as the specification has.
    ///
    /// @param x `[N, C, in...]`, or `[C, in...]` for a single sample
    /// @param w `[O, C / groups, kernel...]`
    /// @param bias `[O]`, or null for none
    /// @param spec of the batched shapes
    /// @return `[N, O, out...]` or `[O, out...]`
    /// @throws dev.sunda.core.type.ShapeException if an operand has not the shape that `spec` states
    public static Variable conv(Variable x, Variable w, Variable bias, ConvSpec spec) {
        Objects.requireNonNull(spec, "conv: spec is null; use ConvSpec.of");
        if (x.rank() == spec.axes().size() + 1)
            return conv(x.unsqueeze(0), w, bias, spec).squeeze(0);
        var y = ConvKernels.conv(spec, x.data(), w.data(), bias == null ? null : bias.data());
        return linear("conv", spec, y, bias,
                wrt(x, dy -> convTranspose(dy, w, null, spec)),
                wrt(w, dy -> convWeight(x, dy, spec)));
    }

    /// `max(conv(x, w, bias, spec), 0)` in one pass over memory; values and gradients are those of `conv(...).relu()`. The sign of the
    /// result says what relu let pass.
    public static Variable convRelu(Variable x, Variable w, Variable bias, ConvSpec spec) {
        Objects.requireNonNull(spec, "convRelu: spec is null; use ConvSpec.of");
        if (x.rank() == spec.axes().size() + 1)
            return convRelu(x.unsqueeze(0), w, bias, spec).squeeze(0);
        Tensor y = ConvKernels.convRelu(spec, x.data(), w.data(), bias == null ? null : bias.data());
        var inputs = bias == null ? List.of(x, w) : List.of(x, w, bias);
        Variable kernel = x.requiresGrad() ? w : null;               // the rule keeps alive what it needs
        Variable input = w.requiresGrad() ? x : null;
        boolean forBias = bias != null && bias.requiresGrad();
        return output("convRelu" + spec.axes().size() + "d", y, inputs, upstream -> {
            Variable dy = Normalizations.passedByRelu(upstream, y);
            var gradients = new ArrayList<Variable>();
            gradients.add(kernel == null ? null : convTranspose(dy, kernel, null, spec));
            gradients.add(input == null ? null : convWeight(input, dy, spec));
            if (bias != null)
                gradients.add(forBias ? sumOfChannels(dy) : null);
            return gradients;
        });
    }

    /// A convolution whose result is normalised by given statistics, as in evaluation, with relu behind it if asked for: values and
    /// gradients are those of [#conv], then [Normalizations#batchNorm(Variable, Tensor, Tensor, Variable, Variable, double)], in one
    /// pass over memory where nothing is recorded.
    ///
    /// @param mean `[O]`, as `variance`, `scale` and `shift`; the last two may be null (1 and 0)
    /// @param eps added to the variance, greater than 0
    public static Variable convBatchNorm(Variable x, Variable w, Variable bias, ConvSpec spec, Tensor mean, Tensor variance, Variable scale,
            Variable shift, double eps, boolean relu) {
        Objects.requireNonNull(spec, "convBatchNorm: spec is null; use ConvSpec.of");
        if (GradMode.isRecording() || x.rank() == spec.axes().size() + 1) {
            Variable y = conv(x, w, bias, spec);
            return relu ? Normalizations.batchNormRelu(y, mean, variance, scale, shift, eps)
                    : Normalizations.batchNorm(y, mean, variance, scale, shift, eps);
        }
        return Variable.of(ConvKernels.convNormalize(spec, x.data(), w.data(), bias == null ? null : bias.data(), mean,
                NormKernels.rstd(variance, eps), scale == null ? null : scale.data(), shift == null ? null : shift.data(), relu));
    }

    /// Transposed convolution over as many axes as the specification has: the gradient of [#conv] with respect to its input.
    /// `y[n,c,i] = bias[c] + sum over o,k with p*stride + k*dilation - pad = i of x[n,o,p] * w[o,c,k]`.
    ///
    /// @param x `[N, O, out...]`, or `[O, out...]` for a single sample
    /// @param w `[O, C / groups, kernel...]`
    /// @param bias `[C]`, or null for none
    /// @param spec of the convolution this is the transpose of, of the batched shapes
    /// @return `[N, C, in...]` or `[C, in...]`
    /// @throws dev.sunda.core.type.ShapeException if an operand has not the shape that `spec` states
    public static Variable convTranspose(Variable x, Variable w, Variable bias, ConvSpec spec) {
        Objects.requireNonNull(spec, "convTranspose: spec is null; use ConvSpec.of");
        if (x.rank() == spec.axes().size() + 1)
            return convTranspose(x.unsqueeze(0), w, bias, spec).squeeze(0);
        var y = ConvKernels.convTranspose(spec, x.data(), w.data(), bias == null ? null : bias.data());
        return linear("convTranspose", spec, y, bias,
                wrt(x, dy -> conv(dy, w, null, spec)),
                wrt(w, dy -> convWeight(dy, x, spec)));
    }

    /// The gradient of a convolution with respect to its weight:
    /// `dw[o,c,k] = sum over n,y of x[n, c, y*stride + k*dilation - pad] * dy[n,o,y]`.
    ///
    /// @param x `[N, C, in...]`
    /// @param dy `[N, O, out...]`
    /// @return `[O, C / groups, kernel...]`
    public static Variable convWeight(Variable x, Variable dy, ConvSpec spec) {
        Objects.requireNonNull(spec, "convWeight: spec is null; use ConvSpec.of");
        return output("convWeight", ConvKernels.convWeight(spec, x.data(), dy.data()),
                wrt(x, dv -> convTranspose(dy, dv, null, spec)),
                wrt(dy, dv -> conv(x, dv, null, spec)));
    }

    private static Variable linear(String name, ConvSpec spec, Tensor y, Variable bias, Wrt toInput, Wrt toWeight) {
        String full = name + spec.axes().size() + "d";
        return bias == null ? output(full, y, toInput, toWeight)
                : output(full, y, toInput, toWeight, wrt(bias, Convolutions::sumOfChannels));
    }

    /// `[C, spatial...]` as a batch of one; other shapes as they are.
    static Shape batched(Shape x, int spatial) {
        if (x.rank() != spatial + 1)
            return x;
        int[] sizes = new int[spatial + 2];
        sizes[0] = 1;
        System.arraycopy(x.sizes(), 0, sizes, 1, spatial + 1);
        return Shape.of(sizes);
    }

    private static int[] checked(String name, int[] stride, int axes) {
        Objects.requireNonNull(stride, () -> name + ": stride is null; give one for each axis");
        if (stride.length != axes)
            throw new IllegalArgumentException(
                    name + ": the stride must be given for " + axes + " axes (got " + Arrays.toString(stride) + ")");
        return stride;
    }

    private static Variable sumOfChannels(Variable dy) {
        int[] dims = new int[dy.rank() - 1];
        for (int d = 1; d < dims.length; d++)
            dims[d] = d + 1;
        return dy.sum(Dims.of(dims));
    }
}
