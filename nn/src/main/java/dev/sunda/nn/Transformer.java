package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.MultiheadAttentions.Masks;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// An encoder of one sequence and a decoder of another that sees what the encoder has left. Shapes: source `[S, batch, width]` and target
/// `[T, batch, width]` to `[T, batch, width]`, or as the options say.
///
/// Layers: `encoder` and `decoder`, each with a norm at its end; all matrices are Glorot-uniform at first. Source: Vaswani et al. 2017,
/// arXiv:1706.03762.
public final class Transformer extends Layer {
    private final TransformerEncoder encoder;
    private final TransformerDecoder decoder;

    /// Width 512, 8 heads, 6 layers on each side, and the default options.
    public Transformer(Rng rng) {
        this(512, 8, 6, 6, TransformerOptions.DEFAULT, rng);
    }

    /// @param width columns of both sequences, a multiple of `heads`
    /// @param heads of each attention, at least 1
    /// @param encoderLayers at least 1
    /// @param decoderLayers at least 1
    public Transformer(int width, int heads, int encoderLayers, int decoderLayers, TransformerOptions options, Rng rng) {
        Objects.requireNonNull(options, "Transformer: options is null; use TransformerOptions.DEFAULT");
        var encoding = new ArrayList<TransformerEncoderLayer>();
        for (int i = 0; i < encoderLayers; i++)
            encoding.add(new TransformerEncoderLayer(width, heads, options, rng));
        var decoding = new ArrayList<TransformerDecoderLayer>();
        for (int i = 0; i < decoderLayers; i++)
            decoding.add(new TransformerDecoderLayer(width, heads, options, rng));
        encoder = child("encoder", new TransformerEncoder(encoding, new LayerNorm(Shape.of(width), options.norm())));
        decoder = child("decoder", new TransformerDecoder(decoding, new LayerNorm(Shape.of(width), options.norm())));
        for (Parameter p : parameters())
            if (p.rank() > 1)
                p.set(Initializers.xavierUniform(p.shape(), rng));
    }

    public TransformerEncoder encoder() {
        return encoder;
    }

    public TransformerDecoder decoder() {
        return decoder;
    }

    /// The sequence is source and target.
    @Override
    protected Variable compute(Variable x) {
        return run(x, x, List.of(Masks.NONE, Masks.NONE, Masks.NONE));
    }

    /// @param sourceMasks what positions of the source must not see of it
    /// @param targetMasks what positions of the target must not see of it, usually what is behind them
    /// @param memoryMasks what positions of the target must not see of the source
    public Variable forward(Variable source, Variable target, Masks sourceMasks, Masks targetMasks, Masks memoryMasks) {
        Objects.requireNonNull(sourceMasks, "Transformer.forward: sourceMasks is null; use Masks.NONE");
        Objects.requireNonNull(targetMasks, "Transformer.forward: targetMasks is null; use Masks.NONE");
        Objects.requireNonNull(memoryMasks, "Transformer.forward: memoryMasks is null; use Masks.NONE");
        return call(source, _ -> run(source, target, List.of(sourceMasks, targetMasks, memoryMasks)));
    }

    private Variable run(Variable source, Variable target, List<Masks> masks) {
        return decoder.forward(target, encoder.forward(source, masks.get(0)), masks.get(1), masks.get(2));
    }

    /// `[size, size]`, minus infinity above the diagonal and 0 elsewhere: hides what is behind a position, as a mask of attention.
    public static Tensor generateSquareSubsequentMask(int size, DType dtype, Device device) {
        Objects.requireNonNull(dtype, "Transformer.generateSquareSubsequentMask: dtype is null; use DType.F32");
        Objects.requireNonNull(device, "Transformer.generateSquareSubsequentMask: device is null; use Device.CPU");
        Require.atLeast("generateSquareSubsequentMask", "size", size, 0);
        var values = new double[size * size];
        for (int i = 0; i < values.length; i++)
            values[i] = i % size > i / size ? Double.NEGATIVE_INFINITY : 0;
        return Tensor.of(values, Shape.of(size, size)).to(dtype).to(device);
    }
}
