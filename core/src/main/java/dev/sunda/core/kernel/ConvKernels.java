package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.spi.Finish;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Convolution and its two gradients. The three are a closed family: each is linear in both operands, and the derivative of each is one
/// of the others.
public final class ConvKernels {
    private ConvKernels() {
    }

    /// `out[n,o,y] = bias[o] + sum over c,k of x[n, c, y*stride + k*dilation - pad] * weight[o,c,k]`.
    ///
    /// @param x `[N, C, in...]`
    /// @param weight `[O, C / groups, kernel...]`
    /// @param bias `[O]` or null
    /// @return `[N, O, out...]`
    public static Tensor conv(ConvSpec spec, Tensor x, Tensor weight, Tensor bias) {
        Tensor out = result(spec, x, weight, bias);
        x.backend().conv(spec, x.view(), weight.view(), view(bias), out.view());
        return out;
    }

    /// `max(conv(x), 0)` in one pass over memory.
    public static Tensor convRelu(ConvSpec spec, Tensor x, Tensor weight, Tensor bias) {
        Tensor out = result(spec, x, weight, bias);
        x.backend().conv(spec, x.view(), weight.view(), view(bias), Finish.RELU, out.view());
        return out;
    }

    /// `(conv(x) - mean) * rstd * scale + shift`, channel by channel, or `max(that, 0)`, in one pass over memory.
    ///
    /// @param mean `[O]`, like `rstd`, `scale` and `shift`; the last two may be null (1 and 0)
    public static Tensor convNormalize(ConvSpec spec, Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor rstd, Tensor scale,
            Tensor shift, boolean relu) {
        Tensor out = result(spec, x, weight, bias);
        NormKernels.checkAll(name(spec), out, mean, rstd, scale, shift);
        var finish = new Finish(mean.view(), rstd.view(), view(scale), view(shift), relu);
        x.backend().conv(spec, x.view(), weight.view(), view(bias), finish, out.view());
        return out;
    }

    /// Memory for the result, when everything fits.
    private static Tensor result(ConvSpec spec, Tensor x, Tensor weight, Tensor bias) {
        check(name(spec), x, spec.inputShape(), weight, spec.weightShape());
        checkBias(name(spec), bias, spec.outChannels(), weight);
        return Tensor.empty(x.backend().imageLayout(spec.outputShape()), x.dtype(), x.device());
    }

    private static View view(Tensor x) {
        return x == null ? null : x.view();
    }

    /// The gradient with respect to the input: `dx[n,c,i] = sum over o,k with y*stride + k*dilation - pad = i of dy[n,o,y] *
    /// weight[o,c,k]`.
    ///
    /// @param dy `[N, O, out...]`
    /// @param weight `[O, C / groups, kernel...]`
    /// @return `[N, C, in...]`
    public static Tensor convInput(ConvSpec spec, Tensor dy, Tensor weight) {
        return convTranspose(spec, dy, weight, null);
    }

    /// Transposed convolution: what [#convInput] computes, with a bias. The shapes are those of the convolution it is the transpose of.
    ///
    /// `y[n,c,i] = bias[c] + sum over o,k with p*stride + k*dilation - pad = i of x[n,o,p] * weight[o,c,k]`.
    ///
    /// @param x `[N, O, out...]`
    /// @param weight `[O, C / groups, kernel...]`
    /// @param bias `[C]` or null
    /// @return `[N, C, in...]`
    public static Tensor convTranspose(ConvSpec spec, Tensor x, Tensor weight, Tensor bias) {
        String name = "convTranspose" + spec.axes().size() + "d";
        check(name, x, spec.outputShape(), weight, spec.weightShape());
        checkBias(name, bias, spec.inChannels(), weight);
        Tensor y = Tensor.empty(x.backend().imageLayout(spec.inputShape()), x.dtype(), x.device());
        x.backend().convInput(spec, x.view(), weight.view(), view(bias), y.view());
        return y;
    }

    /// The gradient with respect to the weight: `dweight[o,c,k] = sum over n,y of x[n, c, y*stride + k*dilation - pad] * dy[n,o,y]`.
    ///
    /// @param x `[N, C, in...]`
    /// @param dy `[N, O, out...]`
    /// @return `[O, C / groups, kernel...]`
    public static Tensor convWeight(ConvSpec spec, Tensor x, Tensor dy) {
        check("convWeight", x, spec.inputShape(), dy, spec.outputShape());
        Tensor dw = Tensor.empty(Layout.contiguous(spec.weightShape()), x.dtype(), x.device());
        x.backend().convWeight(spec, x.view(), dy.view(), dw.view());
        return dw;
    }

    private static String name(ConvSpec spec) {
        return "conv" + spec.axes().size() + "d";
    }

    private static void checkBias(String operation, Tensor bias, int channels, Tensor weight) {
        if (bias == null)
            return;
        checkTypes(operation, bias, weight);
        if (!bias.shape().equals(Shape.of(channels)))
            throw new ShapeException(operation, "the bias must have one number for each of " + channels + " output channels", bias.shape());
    }

    private static void check(String operation, Tensor a, Shape shapeA, Tensor b, Shape shapeB) {
        checkTypes(operation, a, b);
        if (!a.shape().equals(shapeA))
            throw new ShapeException(operation, "expected " + shapeA, a.shape(), b.shape());
        if (!b.shape().equals(shapeB))
            throw new ShapeException(operation, "expected " + shapeB, b.shape(), a.shape());
    }

    private static void checkTypes(String operation, Tensor a, Tensor b) {
        Tensor.checkSameDevice(operation, a, b);
        if (!a.dtype().isFloating() || a.dtype() != b.dtype())
            throw new DTypeException(operation + ": operands must have one floating type (got " + a.describe() + ", " + b.describe()
                    + "); convert one with to(dtype)");
    }
}
