package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Padding;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Convolutions;
import java.util.List;

/// Two-dimensional convolution. Shapes: `[N, in, H, W]` to `[N, out, H', W']`, or the same without `N`, with
/// `H' = floor((H + padding above and below - dilation * (kernel - 1) - 1) / stride) + 1`, `W'` likewise.
///
/// Parameters: `weight` `[out, in / groups, kernel rows, kernel columns]` and `bias` `[out]`, both uniform in `±1 / sqrt(fanIn)` at first.
/// The formula stands with [Convolutions#conv2d(Variable, Variable, Variable, ConvSpec)].
public final class Conv2d extends Layer {
    private final int in;
    private final int out;
    private final Pair kernel;
    private final Options options;
    private final Parameter weight;
    private final Parameter bias;

    /// How the kernel slides.
    ///
    /// @param stride steps between outputs, at least 1
    /// @param padding zeros around the image
    /// @param dilation distances between kernel taps, at least 1
    /// @param groups divides the channels of input and output into groups that do not see each other; as many as input channels is
    ///     depthwise
    /// @param bias whether a number is added to each output channel
    public record Options(Pair stride, Padding padding, Pair dilation, int groups, boolean bias) {
        /// Stride 1, no padding, dilation 1, one group, with bias.
        public static final Options DEFAULT = new Options(Pair.ONE, Padding.VALID, Pair.ONE, 1, true);

        /// These options with another stride.
        public Options withStride(int stride) {
            return withStride(Pair.of(stride));
        }

        /// These options with another stride.
        public Options withStride(Pair stride) {
            return new Options(stride, padding, dilation, groups, bias);
        }

        /// These options with the same padding on all sides.
        public Options withPadding(int pixels) {
            return withPadding(Padding.of(pixels));
        }

        /// These options with another padding.
        public Options withPadding(Padding padding) {
            return new Options(stride, padding, dilation, groups, bias);
        }

        /// These options with another dilation.
        public Options withDilation(int dilation) {
            return withDilation(Pair.of(dilation));
        }

        /// These options with another dilation.
        public Options withDilation(Pair dilation) {
            return new Options(stride, padding, dilation, groups, bias);
        }

        /// These options with another number of groups.
        public Options withGroups(int groups) {
            return new Options(stride, padding, dilation, groups, bias);
        }

        /// These options with or without bias.
        public Options withBias(boolean bias) {
            return new Options(stride, padding, dilation, groups, bias);
        }

        /// What differs from the default, each with a comma in front.
        String text() {
            return (stride.equals(Pair.ONE) ? "" : ", stride " + stride) + (padding.equals(Padding.VALID) ? "" : ", padding " + padding)
                    + (dilation.equals(Pair.ONE) ? "" : ", dilation " + dilation) + (groups == 1 ? "" : ", groups " + groups)
                    + (bias ? "" : ", no bias");
        }
    }

    /// Stride 1, no padding, dilation 1, one group, with bias.
    public Conv2d(int in, int out, int kernel, Rng rng) {
        this(in, out, Pair.of(kernel), Options.DEFAULT, rng);
    }

    /// With a square kernel.
    public Conv2d(int in, int out, int kernel, Options options, Rng rng) {
        this(in, out, Pair.of(kernel), options, rng);
    }

    /// @param in channels of the input, a multiple of the groups
    /// @param out channels of the result, a multiple of the groups
    /// @param kernel sizes in pixels, at least 1
    public Conv2d(int in, int out, Pair kernel, Options options, Rng rng) {
        Require.atLeast("Conv2d", "number of input channels", in, 1);
        Require.atLeast("Conv2d", "number of output channels", out, 1);
        Require.atLeast("Conv2d", "kernel size", kernel, 1);
        Require.atLeast("Conv2d", "stride", options.stride, 1);
        Require.atLeast("Conv2d", "dilation", options.dilation, 1);
        Require.atLeast("Conv2d", "number of groups", options.groups, 1);
        if (in % options.groups != 0 || out % options.groups != 0)
            throw new IllegalArgumentException(
                    "Conv2d: the channels must be divisible by the groups (got " + in + " -> " + out + " channels, "
                            + options.groups + " groups)");
        if (options.padding.isSame() && !options.stride.equals(Pair.ONE))
            throw new IllegalArgumentException("Conv2d: padding 'same' needs stride 1 (got stride " + options.stride
                    + "); give the padding as a number instead");
        this.in = in;
        this.out = out;
        this.kernel = kernel;
        this.options = options;
        Shape shape = Shape.of(out, in / options.groups, kernel.rows(), kernel.columns());
        this.weight = parameter("weight", Initializers.weight(shape, rng));
        this.bias = options.bias ? parameter("bias", Initializers.bias(shape, rng)) : null;
    }

    /// `[out, in / groups, kernel rows, kernel columns]`.
    public Parameter weight() {
        return weight;
    }

    /// `[out]`, or null.
    public Parameter bias() {
        return bias;
    }

    @Override
    protected Variable compute(Variable x) {
        return Convolutions.conv2d(x, weight, bias, options.stride.toArray(), options.padding, options.dilation.toArray(), options.groups);
    }

    @Override
    protected String options() {
        return in + " -> " + out + ", kernel " + kernel + options.text();
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return (long) output.numel() * (in / options.groups) * kernel.rows() * kernel.columns();
    }

    @Override
    protected List<Window> windows(Shape input) {
        return ConvSpec.of("conv2d", Images.batched(input), weight.shape(), options.stride.toArray(), options.padding,
                options.dilation.toArray(), options.groups).axes();
    }
}
