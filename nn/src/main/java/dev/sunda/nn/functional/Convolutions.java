package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.kernel.ConvKernels;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;

/// Convolution and its derivatives.
///
/// Written out for one image, one channel and one axis, with stride `s`, dilation `d` and padding `p`, convolution is
/// `out[y] = sum over k of x[y*s + k*d - p] * w[k]`. It is linear in `x` and in `w`, so with an arriving gradient `dy` the loss changes by
/// `sum over y,k of dy[y] * w[k] * dx[y*s + k*d - p]` when `x` does, and collecting the terms of one input pixel `i` gives
/// `dx[i] = sum over (y, k) with y*s + k*d - p = i of dy[y] * w[k]` ([#convInput]); likewise
/// `dw[k] = sum over y of x[y*s + k*d - p] * dy[y]` ([#convWeight]). Both sums run over the same triples `(i, y, k)` as the convolution
/// itself, and so do *their* derivatives: the derivative of each of the three is one of the other two, and convolutions can be
/// differentiated as often as one likes.
///
/// Source: Dumoulin, Visin 2016, A guide to convolution arithmetic for deep learning, arXiv:1603.07285.
public final class Convolutions {
    private Convolutions() {
    }

    /// Two-dimensional cross-correlation of images with a bank of filters, sizes and options given by [ConvSpec].
    ///
    /// `out[n,o,y] = bias[o] + sum over c,k of x[n, c, y*stride + k*dilation - pad] * w[o,c,k]`, positions in the padding count as 0.
    ///
    /// Shapes: `x` `[N, C, H, W]`, or `[C, H, W]` for a single image, `w` `[O, C / groups, kernel height, kernel width]`, result
    /// `[N, O, H', W']` or `[O, H', W']`. No argument is modified.
    ///
    /// @param bias `[O]`, or null for none
    /// @param spec of the batched shapes
    /// @throws dev.sunda.core.type.ShapeException if an operand has not the shape that `spec` states
    public static Variable conv2d(Variable x, Variable w, Variable bias, ConvSpec spec) {
        if (x.rank() == spec.axes().size() + 1)
            return conv2d(x.unsqueeze(0), w, bias, spec).squeeze(0);
        var y = ConvKernels.conv(spec, x.data(), w.data(), bias == null ? null : bias.data());
        var toInput = wrt(x, dy -> convInput(dy, w, spec));
        var toWeight = wrt(w, dy -> convWeight(x, dy, spec));
        return bias == null ? output("conv2d", y, toInput, toWeight)
                : output("conv2d", y, toInput, toWeight, wrt(bias, Convolutions::sumOfChannels));
    }

    /// Like [#conv2d(Variable, Variable, Variable, ConvSpec)], with the sizes taken from the operands.
    ///
    /// @param stride steps between outputs in pixels, rows then columns, at least 1
    /// @param dilation distances between kernel taps in pixels, rows then columns, at least 1
    /// @param groups divides the channels of input and output into groups that do not see each other; `groups = C` is depthwise
    /// @throws dev.sunda.core.type.ShapeException if the channel counts disagree or the dilated kernel is larger than the padded input
    public static Variable conv2d(Variable x, Variable w, Variable bias, int[] stride, Padding padding, int[] dilation, int groups) {
        return conv2d(x, w, bias, ConvSpec.of("conv2d", batched(x.shape(), stride.length), w.shape(), stride, padding, dilation, groups));
    }

    /// The gradient of a convolution with respect to its input; taken by itself, a transposed convolution:
    /// `dx[n,c,i] = sum over o,k with y*stride + k*dilation - pad = i of dy[n,o,y] * w[o,c,k]`.
    ///
    /// @param dy `[N, O, out...]`
    /// @param w `[O, C / groups, kernel...]`
    /// @return `[N, C, in...]`
    public static Variable convInput(Variable dy, Variable w, ConvSpec spec) {
        return output("convInput", ConvKernels.convInput(spec, dy.data(), w.data()),
                wrt(dy, dz -> conv2d(dz, w, null, spec)),
                wrt(w, dz -> convWeight(dz, dy, spec)));
    }

    /// The gradient of a convolution with respect to its weight:
    /// `dw[o,c,k] = sum over n,y of x[n, c, y*stride + k*dilation - pad] * dy[n,o,y]`.
    ///
    /// @param x `[N, C, in...]`
    /// @param dy `[N, O, out...]`
    /// @return `[O, C / groups, kernel...]`
    public static Variable convWeight(Variable x, Variable dy, ConvSpec spec) {
        return output("convWeight", ConvKernels.convWeight(spec, x.data(), dy.data()),
                wrt(x, dv -> convInput(dy, dv, spec)),
                wrt(dy, dv -> conv2d(x, dv, null, spec)));
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

    private static Variable sumOfChannels(Variable dy) {
        int[] dims = new int[dy.rank() - 1];
        for (int d = 1; d < dims.length; d++)
            dims[d] = d + 1;
        return dy.sum(Dims.of(dims));
    }
}
