package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.AxisMap;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/// Padding and cropping.
///
/// The numbers are given as in PyTorch, from the last dimension backwards: `left, right, top, bottom, front, back, ...`. Negative ones
/// crop. No argument is modified.
public final class Paddings {
    private Paddings() {
    }

    /// Zeros around a tensor of any rank; negative numbers crop.
    ///
    /// @param pads two numbers for each dimension, from the last one backwards
    public static Variable pad(Variable x, int... pads) {
        return pad(x, pads, PaddingMode.CONSTANT, 0);
    }

    /// Padding of any kind. Sizes become `before + size + after`.
    ///
    /// With [PaddingMode#CONSTANT] tensors of any rank and type are padded in as many dimensions as there are pairs. The other modes pad
    /// all spatial dimensions of `[N, C, spatial...]` or `[C, spatial...]`, one to three: [PaddingMode#REFLECT] by less than their size,
    /// [PaddingMode#CIRCULAR] by at most the size that cropping leaves, [PaddingMode#REPLICATE] by any number.
    ///
    /// The gradient of a pixel is the sum of what arrives at its copies: cropping for a constant, the transposed [AxisMap] otherwise.
    ///
    /// @param pads two numbers for each dimension, from the last one backwards; negative ones crop
    /// @param value what a constant padding holds, converted to the type of `x`; 0 in all other modes
    /// @throws ShapeException if the mode does not take this rank or size
    /// @throws IllegalArgumentException if the numbers do not fit
    public static Variable pad(Variable x, int[] pads, PaddingMode mode, double value) {
        Objects.requireNonNull(mode, "pad: mode is null; use PaddingMode.CONSTANT, REFLECT, REPLICATE or CIRCULAR");
        if (pads.length % 2 != 0)
            throw new IllegalArgumentException("pad: there must be two numbers for each dimension (got " + Arrays.toString(pads) + ")");
        if (pads.length > 2 * x.rank())
            throw new ShapeException("pad", pads.length + " numbers are too many for " + x.rank() + " dimensions", x.shape());
        if (mode == PaddingMode.CONSTANT)
            return constant(x, pads, value);
        if (value != 0)
            throw new IllegalArgumentException("pad: mode '" + mode + "' takes no value (got " + value + ")");
        int axes = pads.length / 2;
        if (axes < 1 || axes > 3 || x.rank() != axes + 1 && x.rank() != axes + 2)
            throw new ShapeException("pad", "mode '" + mode + "' pads one, two or three dimensions behind the channels, got numbers for "
                    + axes, x.shape());
        checkSizes(x.shape(), pads, mode);
        int[][] index = new int[axes][];
        for (int a = 0; a < axes; a++)
            index[axes - 1 - a] = index(x.size(x.rank() - 1 - a), pads[2 * a], pads[2 * a + 1], mode);
        return copies(x, x.rank() - axes, index);
    }

    // ---------------------------------------------------------------------------------------------------------- constants

    private static Variable constant(Variable x, int[] pads, double value) {
        int[] back = Arrays.stream(pads).map(p -> -p).toArray();
        return output("pad", constant(x.data(), pads, value), wrt(x, dy -> constant(dy, back, 0)));
    }

    /// The part of `x` that stays, with constants around it; nothing is copied where there are none.
    private static Tensor constant(Tensor x, int[] pads, double value) {
        Tensor part = x;
        int[] sizes = x.shape().sizes();
        for (int a = 0; a < pads.length / 2; a++) {
            int d = x.rank() - 1 - a;
            int from = Math.max(0, -pads[2 * a]);
            long kept = (long) sizes[d] - from - Math.max(0, -pads[2 * a + 1]);
            if (kept < 0)
                throw new ShapeException("pad", "cropping " + pads[2 * a] + " and " + pads[2 * a + 1] + " takes more than dimension " + d
                        + " of size " + sizes[d] + " has", x.shape());
            part = part.narrow(d, from, (int) kept);
            sizes[d] = Math.toIntExact((long) sizes[d] + pads[2 * a] + pads[2 * a + 1]);
        }
        if (part.shape().equals(Shape.of(sizes)))
            return part;
        Tensor out = Tensor.empty(Layout.dense(Shape.of(sizes), x.layout().order()), x.dtype(), x.device());
        out.copyFrom(Tensor.scalar(value, DType.F64, x.device()));
        Tensor inside = out;
        for (int a = 0; a < pads.length / 2; a++) {
            int d = x.rank() - 1 - a;
            inside = inside.narrow(d, part.size(d) == 0 ? 0 : Math.max(0, pads[2 * a]), part.size(d));
        }
        inside.copyFrom(part);
        return out;
    }

    // ---------------------------------------------------------------------------------------------------------- other modes

    private static void checkSizes(Shape x, int[] pads, PaddingMode mode) {
        int axes = pads.length / 2;
        for (int d = x.rank() - axes - 1; d < x.rank() && mode != PaddingMode.CIRCULAR; d++)
            if (x.size(d) == 0)
                throw new ShapeException("pad", "mode '" + mode + "' takes an empty batch only, dimension " + d + " has size 0", x);
        for (int a = 0; a < axes; a++)
            checkSize(x, x.size(x.rank() - 1 - a), pads[2 * a], pads[2 * a + 1], mode);
    }

    private static void checkSize(Shape x, int size, int before, int after, PaddingMode mode) {
        long kept = (long) size + Math.min(0, before) + Math.min(0, after);
        long limit = switch (mode) {
            case REFLECT -> size - 1;
            case CIRCULAR -> Math.max(0, kept);
            default -> Integer.MAX_VALUE;
        };
        if (Math.max(before, after) > limit)
            throw new ShapeException("pad", "mode '" + mode + "' can pad a size of " + size + " by at most " + limit + ", got "
                    + Math.max(before, after), x);
        if ((long) size + before + after < (mode == PaddingMode.CIRCULAR ? 0 : 1))
            throw new ShapeException("pad", "cropping " + before + " and " + after + " leaves nothing of size " + size, x);
    }

    /// The pixels that show along an axis.
    private static int[] index(int size, int before, int after, PaddingMode mode) {
        int[] index = new int[size + before + after];
        for (int i = 0; i < index.length; i++)
            index[i] = mode == PaddingMode.CIRCULAR ? repeated(i - before, size, before, after) : source(i - before, size, mode);
        return index;
    }

    /// Copies of pixels along the dimensions from `first` on.
    private static Variable copies(Variable x, int first, int[][] index) {
        if (x.dtype().isFloating())
            return AxisMaps.map(x, first,
                    IntStream.range(0, index.length).mapToObj(a -> AxisMap.copies(x.size(first + a), index[a])).toList());
        Tensor y = x.data();
        for (int a = 0; a < index.length; a++)
            y = y.indexSelect(first + a, Tensor.of(index[a]).to(x.device()));
        return Variable.of(y);
    }

    /// Which of `size` pixels shows at position `p`, which may lie outside.
    private static int source(int p, int size, PaddingMode mode) {
        if (mode == PaddingMode.REPLICATE)
            return Math.clamp(p, 0, size - 1);
        return p < 0 ? -p : p < size ? p : 2 * (size - 1) - p;
    }

    /// The same where the image is repeated; what is cropped is no part of it.
    private static int repeated(int p, int size, int before, int after) {
        int first = Math.max(0, -before);
        int kept = size - first - Math.max(0, -after);
        return first + Math.floorMod(p - first, kept);
    }

    // ---------------------------------------------------------------------------------------------------------- for convolutions

    /// An image with the padding of a convolution put around it.
    ///
    /// @param weight shape of the weight, `[O, C / groups, kernel...]`
    /// @param dilation one number for each axis
    static Variable around(Variable x, Shape weight, Padding padding, PaddingMode mode, int[] dilation) {
        int axes = dilation.length;
        int[] pads = new int[2 * axes];
        for (int a = 0; a < axes; a++) {
            int kernel = weight.size(weight.rank() - axes + a);
            pads[2 * (axes - 1 - a)] = padding.before(a, kernel, dilation[a]);
            pads[2 * (axes - 1 - a) + 1] = padding.after(a, kernel, dilation[a]);
        }
        return pad(x, pads, mode, 0);
    }
}
