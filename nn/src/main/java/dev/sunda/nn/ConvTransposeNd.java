package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Convolutions;
import java.util.Arrays;

/// What transposed convolution layers share. With stride `s` they make an image about `s` times as large: along each axis
/// `out = (in - 1) * stride - padBefore - padAfter + dilation * (kernel - 1) + outputPadding + 1`.
public abstract sealed class ConvTransposeNd extends ConvNd permits ConvTranspose1d, ConvTranspose2d, ConvTranspose3d {
    private final int[] outputPadding;

    ConvTransposeNd(int in, int out, int[] kernel, Sliding sliding, int[] outputPadding, Rng rng) {
        super(in, out, kernel, sliding, true, rng);
        this.outputPadding = outputPadding;
        String name = getClass().getSimpleName();
        if (!sliding.padding().isNumbers())
            throw new IllegalArgumentException(name + ": the padding must be given as numbers (got " + sliding.padding() + ")");
        if (!hasZeros())
            throw new IllegalArgumentException(
                    name + ": the padding is cut off, so its mode must be constant (got " + sliding.mode() + ")");
        for (int a = 0; a < outputPadding.length; a++)
            if (outputPadding[a] < 0 || outputPadding[a] >= Math.max(sliding.stride()[a], sliding.dilation()[a]))
                throw new IllegalArgumentException(name + ": the output padding must be from 0 to below the stride or dilation (got "
                        + Sliding.text(outputPadding) + sliding.text() + ")");
    }

    @Override
    final ConvSpec specOfBatch(Shape batch) {
        return ConvSpec.transposed("convTranspose" + axes() + "d", batch, weight().shape(), sliding().stride(), sliding().padding(),
                outputPadding, sliding().dilation(), sliding().groups());
    }

    @Override
    protected final Variable compute(Variable x) {
        return Convolutions.convTranspose(x, current(weight()), current(bias()), spec(x.shape()));
    }

    @Override
    protected final String options() {
        boolean none = Arrays.stream(outputPadding).allMatch(p -> p == 0);
        return super.options() + (none ? "" : ", output padding " + Sliding.text(outputPadding));
    }

    /// Each element of the input gives a product to every weight of its channel.
    @Override
    protected final long multiplyAdds(Shape input, Shape output) {
        return (long) input.numel() * (weight().shape().numel() / weight().size(0));
    }
}
