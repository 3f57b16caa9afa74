package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Elements moved between channels and pixels: reshapes and permutations, nothing is computed.
public final class Shuffles {
    private Shuffles() {
    }

    /// Channels become pixels: `y[.., c, h * r + i, w * r + j] = x[.., c * r * r + i * r + j, h, w]`.
    ///
    /// Shapes: `[..., C * r * r, H, W]` to `[..., C, H * r, W * r]`. Source: Shi et al. 2016, Real-time single image and video
    /// super-resolution using an efficient sub-pixel convolutional neural network, arXiv:1609.05158.
    ///
    /// @param r by how much the image grows, at least 1
    /// @throws ShapeException if the channels are not divisible by `r * r`
    public static Variable pixelShuffle(Variable x, int r) {
        check("pixelShuffle", x, r);
        int channels = x.size(-3);
        if (channels % ((long) r * r) != 0)
            throw new ShapeException("pixelShuffle", channels + " channels are not divisible by " + r + " * " + r, x.shape());
        int height = x.size(-2);
        int width = x.size(-1);
        int c = channels / (r * r);
        return permuted(x, new int[] {c, r, r, height, width}, new int[] {0, 3, 1, 4, 2}, new int[] {c, height * r, width * r});
    }

    /// Pixels become channels, the inverse of [#pixelShuffle]: `[..., C, H * r, W * r]` to `[..., C * r * r, H, W]`.
    ///
    /// @param r by how much the image shrinks, at least 1
    /// @throws ShapeException if height or width are not divisible by `r`
    public static Variable pixelUnshuffle(Variable x, int r) {
        check("pixelUnshuffle", x, r);
        if (x.size(-2) % r != 0 || x.size(-1) % r != 0)
            throw new ShapeException("pixelUnshuffle", "height and width are not divisible by " + r, x.shape());
        int c = x.size(-3);
        int height = x.size(-2) / r;
        int width = x.size(-1) / r;
        return permuted(x, new int[] {c, height, r, width, r}, new int[] {0, 2, 4, 1, 3},
                new int[] {Math.multiplyExact(c, r * r), height, width});
    }

    private static void check(String name, Variable x, int r) {
        if (x.rank() < 3)
            throw new ShapeException(name, "needs at least three dimensions, channels, height and width", x.shape());
        if (r < 1)
            throw new IllegalArgumentException(name + ": the factor must be at least 1 (got " + r + ")");
    }

    /// Deals the channels out anew: they are split into groups, and the first of each group come first, then the second of each:
    /// `y[n, k * groups + g] = x[n, g * (C / groups) + k]`. Between grouped convolutions it lets groups see each other.
    ///
    /// Source: Zhang et al. 2018, ShuffleNet, arXiv:1707.01083.
    ///
    /// @param x `[N, C, ...]`, at least three dimensions
    /// @param groups divides the channels
    /// @throws ShapeException if the channels are not divisible by the groups
    public static Variable channelShuffle(Variable x, int groups) {
        if (x.rank() < 3)
            throw new ShapeException("channelShuffle", "needs at least three dimensions, batch, channels and pixels", x.shape());
        if (groups < 1)
            throw new IllegalArgumentException("channelShuffle: groups must be at least 1 (got " + groups + ")");
        if (x.size(1) % groups != 0)
            throw new ShapeException("channelShuffle", x.size(1) + " channels are not divisible by " + groups + " groups", x.shape());
        int pixels = Shape.of(Arrays.copyOfRange(x.shape().sizes(), 2, x.rank())).numel();
        return x.reshape(Shape.of(x.size(0), groups, x.size(1) / groups, pixels)).transpose(1, 2).reshape(x.shape());
    }

    /// The last three dimensions split, permuted and joined; those before stay.
    private static Variable permuted(Variable x, int[] split, int[] order, int[] joined) {
        int[] lead = Arrays.copyOf(x.shape().sizes(), x.rank() - 3);
        int[] dims = new int[lead.length + order.length];
        for (int d = 0; d < dims.length; d++)
            dims[d] = d < lead.length ? d : lead.length + order[d - lead.length];
        return x.reshape(join(lead, split)).permute(dims).reshape(join(lead, joined));
    }

    private static Shape join(int[] a, int[] b) {
        int[] sizes = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, sizes, a.length, b.length);
        return Shape.of(sizes);
    }
}
