package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Convolutions;
import dev.sunda.nn.functional.PaddingMode;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// What all convolution layers share: their parameters, and how they begin, `weight` and `bias` both uniform in `±1 / sqrt(fanIn)` with
/// `fanIn = weight.size(1) * kernel`, as in PyTorch.
public abstract sealed class ConvNd extends Layer permits Conv1d, Conv2d, Conv3d, ConvTransposeNd {
    private final int in;
    private final int out;
    private final int[] kernel;
    private final Sliding sliding;
    private final Parameter weight;
    private final Parameter bias;

    /// @param transposed whether the weight is `[in, out / groups, kernel...]` instead of `[out, in / groups, kernel...]`
    ConvNd(int in, int out, int[] kernel, Sliding sliding, boolean transposed, Rng rng) {
        this.in = in;
        this.out = out;
        this.kernel = kernel;
        this.sliding = sliding;
        check();
        int groups = sliding.groups();
        Shape shape = transposed ? shape(in, out / groups, kernel) : shape(out, in / groups, kernel);
        double bound = 1 / Math.sqrt(Initializers.fanIn(shape));
        this.weight = parameter("weight", Initializers.weight(shape, rng));
        this.bias = sliding.bias() ? parameter("bias", Initializers.uniform(Shape.of(out), -bound, bound, rng)) : null;
    }

    private void check() {
        String name = getClass().getSimpleName();
        int groups = sliding.groups();
        Require.atLeast(name, "number of input channels", in, 1);
        Require.atLeast(name, "number of output channels", out, 1);
        Require.atLeast(name, "kernel size", least(kernel), 1);
        Require.atLeast(name, "stride", least(sliding.stride()), 1);
        Require.atLeast(name, "dilation", least(sliding.dilation()), 1);
        Require.atLeast(name, "number of groups", groups, 1);
        if (in % groups != 0 || out % groups != 0)
            throw new IllegalArgumentException(name + ": the channels must be divisible by the groups (got " + in + " -> " + out
                    + " channels, " + groups + " groups)");
        if (!sliding.padding().fits(kernel.length))
            throw new IllegalArgumentException(name + ": the padding must be one number, or numbers for " + kernel.length
                    + (kernel.length == 1 ? " axis" : " axes") + " (got " + sliding.padding() + ")");
        if (sliding.padding().isSame() && !Sliding.isOne(sliding.stride()))
            throw new IllegalArgumentException(name + ": padding 'same' needs stride 1 (got stride " + Sliding.text(sliding.stride())
                    + "); give the padding as a number instead");
    }

    static int least(int[] numbers) {
        return Arrays.stream(numbers).min().orElseThrow();
    }

    private static Shape shape(int first, int second, int[] rest) {
        int[] sizes = new int[rest.length + 2];
        sizes[0] = first;
        sizes[1] = second;
        System.arraycopy(rest, 0, sizes, 2, rest.length);
        return Shape.of(sizes);
    }

    /// `[out, in / groups, kernel...]`; of a transposed convolution `[in, out / groups, kernel...]`.
    public final Parameter weight() {
        return weight;
    }

    /// `[out]`, or null.
    public final Parameter bias() {
        return bias;
    }

    final int in() {
        return in;
    }

    final int out() {
        return out;
    }

    final int[] kernel() {
        return kernel;
    }

    final Sliding sliding() {
        return sliding;
    }

    /// How many axes it slides over.
    final int axes() {
        return kernel.length;
    }

    /// The sizes for an input, which may lack the batch dimension.
    final ConvSpec spec(Shape input) {
        int[] sizes = input.sizes();
        return specOfBatch(sizes.length == kernel.length + 1 ? shape(1, sizes[0], Arrays.copyOfRange(sizes, 1, sizes.length)) : input);
    }

    ConvSpec specOfBatch(Shape batch) {
        return ConvSpec.of("conv" + axes() + "d", batch, weight.shape(), sliding.stride(), sliding.padding(), sliding.dilation(),
                sliding.groups());
    }

    @Override
    protected Variable compute(Variable x) {
        return hasZeros() ? Convolutions.conv(x, current(weight), current(bias), spec(x.shape()))
                : Convolutions.conv(x, current(weight), current(bias), sliding.stride(), sliding.padding(), sliding.mode(),
                        sliding.dilation(), sliding.groups());
    }

    /// Whether zeros stand in the padding, which the convolution adds itself.
    final boolean hasZeros() {
        return sliding.mode() == PaddingMode.CONSTANT;
    }

    /// With relu behind it, unless this is a transposed convolution.
    Variable computeRelu(Variable x) {
        return hasZeros() ? Convolutions.convRelu(x, current(weight), current(bias), spec(x.shape())) : compute(x).relu();
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return in + " -> " + out + ", kernel " + Sliding.text(kernel) + sliding.text();
    }

    /// Each element of the result takes a product with every weight of its channel.
    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return (long) output.numel() * (weight.shape().numel() / out);
    }

    @Override
    protected List<Window> windows(Shape input) {
        return spec(input).axes();
    }
}
