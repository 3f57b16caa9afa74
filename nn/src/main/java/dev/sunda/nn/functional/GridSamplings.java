package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Images read at given positions, and the positions an affine map gives: a spatial transformer.
///
/// Positions run from -1 to 1 over an image, `x` (columns) first, then `y` (rows), then `z` (depth). With aligned corners -1 and 1 are the
/// centres of the corner pixels, otherwise the outer edges of the image.
///
/// Source: Jaderberg, Simonyan, Zisserman, Kavukcuoglu 2015, Spatial transformer networks, arXiv:1506.02025.
public final class GridSamplings {
    private GridSamplings() {
    }

    /// How a value between pixels is found.
    public enum Sampling {
        /// Between the 4 pixels around the position, 8 of a volume.
        BILINEAR,
        /// The nearest pixel; halves go to the even one. The positions get no gradient.
        NEAREST,
        /// Among 16 pixels by cubic polynomials with parameter -0.75, for images only.
        BICUBIC
    }

    /// What lies outside the image.
    public enum Outside {
        /// Zeros.
        ZEROS,
        /// The border pixels.
        BORDER,
        /// The image mirrored, at the centres of its border pixels where corners are aligned, otherwise at its edges.
        REFLECTION
    }

    // ---------------------------------------------------------------------------------------------------------- sampling

    /// `y[n, c, p] = x[n, c]` at the position `grid[n, p]`.
    ///
    /// Both inputs get a gradient. A sample is a sum of pixels with weights that depend on the position, so `dx` adds `dy` times these
    /// weights where the pixels came from, and `dgrid` is `dy` times the slope of the weights; where a position was moved to the border the
    /// slope is 0. All of it is made of operations that can be differentiated again.
    ///
    /// Shapes: `x` `[N, C, H, W]` and `grid` `[N, H', W', 2]` give `[N, C, H', W']`; `x` `[N, C, D, H, W]` and `grid` `[N, D', H', W', 3]`
    /// give `[N, C, D', H', W']`.
    ///
    /// @throws ShapeException if the shapes do not fit or the image has no pixels
    /// @throws DTypeException unless both have one floating type
    public static Variable gridSample(Variable x, Variable grid, Sampling sampling, Outside outside, boolean alignCorners) {
        Objects.requireNonNull(sampling, "gridSample: sampling is null; use Sampling.BILINEAR, NEAREST or BICUBIC");
        Objects.requireNonNull(outside, "gridSample: outside is null; use Outside.ZEROS, BORDER or REFLECTION");
        check(x, grid, sampling);
        int axes = x.rank() - 2;
        int batch = x.size(0);
        int[] pixels = Arrays.copyOfRange(x.shape().sizes(), 2, x.rank());
        int[] places = Arrays.copyOfRange(grid.shape().sizes(), 1, axes + 1);
        Variable rows = grid.reshape(batch, Shape.of(places).numel(), axes);
        Variable[] at = new Variable[axes];
        for (int a = 0; a < axes; a++)
            at[a] = position(rows.select(2, axes - 1 - a), pixels[a], alignCorners);
        Variable zero = Variable.of(Tensor.zeros(Shape.of(batch, x.size(1), 1), x.dtype(), x.device()));
        Variable flat = Variable.cat(List.of(x.reshape(batch, x.size(1), Shape.of(pixels).numel()), zero), 2);
        Variable y = switch (sampling) {
            case NEAREST -> nearest(flat, at, pixels, outside, alignCorners);
            case BILINEAR -> linear(flat, at, pixels, outside, alignCorners);
            case BICUBIC -> cubic(flat, at, pixels, outside, alignCorners);
        };
        int[] sizes = new int[axes + 2];
        sizes[0] = batch;
        sizes[1] = x.size(1);
        System.arraycopy(places, 0, sizes, 2, axes);
        return y.reshape(sizes);
    }

    private static void check(Variable x, Variable grid, Sampling sampling) {
        Tensor.checkSameDevice("gridSample", x.data(), grid.data());
        if (!x.dtype().isFloating() || x.dtype() != grid.dtype())
            throw new DTypeException("gridSample: image and grid must have one floating type (got " + x.data().describe() + ", "
                    + grid.data().describe() + "); convert one with to(dtype)");
        int axes = x.rank() - 2;
        if (axes < 2 || axes > 3)
            throw new ShapeException("gridSample", "the image must be [N, C, H, W] or [N, C, D, H, W]", x.shape(), grid.shape());
        if (grid.rank() != x.rank() || grid.size(0) != x.size(0) || grid.size(-1) != axes)
            throw new ShapeException("gridSample", "the grid must be [" + x.size(0) + ", sizes of the result, " + axes + "]", x.shape(),
                    grid.shape());
        if (sampling == Sampling.BICUBIC && axes != 2)
            throw new ShapeException("gridSample", "bicubic takes images [N, C, H, W] only", x.shape());
        for (int d = 2; d < x.rank(); d++)
            if (x.size(d) == 0)
                throw new ShapeException("gridSample", "the image has no pixels", x.shape());
    }

    /// From -1 to 1 over the axis, to pixels.
    private static Variable position(Variable at, int size, boolean aligned) {
        return aligned ? at.add(1).div(2).mul(size - 1) : at.add(1).mul(size).sub(1).div(2);
    }

    private static Variable nearest(Variable flat, Variable[] at, int[] pixels, Outside outside, boolean aligned) {
        Tensor[] index = new Tensor[at.length];
        for (int a = 0; a < at.length; a++)
            index[a] = moved(at[a], pixels[a], outside, aligned).data().apply(UnaryOp.ROUND);
        return pixel(flat, index, pixels);
    }

    /// The sum over the corners of the cell around each position, with the product of the distances to the opposite sides as weights.
    private static Variable linear(Variable flat, Variable[] at, int[] pixels, Outside outside, boolean aligned) {
        int axes = at.length;
        Tensor[] floor = new Tensor[axes];
        Variable[] part = new Variable[axes];
        for (int a = 0; a < axes; a++) {
            Variable inside = moved(at[a], pixels[a], outside, aligned);
            floor[a] = inside.data().apply(UnaryOp.FLOOR);
            part[a] = inside.sub(Variable.of(floor[a]));
        }
        Variable y = null;
        for (int corner = 0; corner < 1 << axes; corner++) {
            Tensor[] index = new Tensor[axes];
            Variable weight = null;
            for (int a = 0; a < axes; a++) {
                boolean far = (corner >> (axes - 1 - a) & 1) == 1;
                index[a] = far ? floor[a].add(1) : floor[a];
                Variable factor = far ? part[a] : part[a].neg().add(1);
                weight = weight == null ? factor : weight.mul(factor);
            }
            Variable term = pixel(flat, index, pixels).mul(weight.unsqueeze(1));
            y = y == null ? term : y.add(term);
        }
        return y;
    }

    /// The sum over four rows of the sums over four columns. Here the pixels are moved inside, not the position.
    private static Variable cubic(Variable flat, Variable[] at, int[] pixels, Outside outside, boolean aligned) {
        Variable[][] weight = new Variable[2][];
        Tensor[][] index = new Tensor[2][4];
        for (int a = 0; a < 2; a++) {
            Tensor floor = at[a].data().apply(UnaryOp.FLOOR);
            weight[a] = cubicWeights(at[a].sub(Variable.of(floor)));
            for (int k = 0; k < 4; k++)
                index[a][k] = moved(Variable.of(floor.add(k - 1)), pixels[a], outside, aligned).data();
        }
        Variable y = null;
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++) {
                Variable term = pixel(flat, new Tensor[] {index[0][i], index[1][j]}, pixels)
                        .mul(weight[0][i].mul(weight[1][j]).unsqueeze(1));
                y = y == null ? term : y.add(term);
            }
        return y;
    }

    /// [Resampling#cubic] at the distances `t + 1`, `t`, `1 - t` and `2 - t`.
    private static Variable[] cubicWeights(Variable t) {
        Variable other = t.neg().add(1);
        return new Variable[] {cubicFar(t.add(1)), cubicNear(t), cubicNear(other), cubicFar(other.add(1))};
    }

    private static Variable cubicNear(Variable d) {
        return d.mul(1.25).sub(2.25).mul(d).mul(d).add(1);
    }

    private static Variable cubicFar(Variable d) {
        return d.mul(-0.75).add(3.75).mul(d).sub(6).mul(d).add(3);
    }

    /// The pixels at whole positions `[N, P]`, one tensor for each axis: `[N, C, P]`, 0 outside the image.
    private static Variable pixel(Variable flat, Tensor[] index, int[] pixels) {
        Tensor within = null;
        Tensor row = null;
        for (int a = 0; a < index.length; a++) {
            Tensor here = index[a].ge(0).logicalAnd(index[a].le(pixels[a] - 1));
            within = within == null ? here : within.logicalAnd(here);
            Tensor whole = index[a].where(here, scalar(index[a], 0)).to(DType.I64);
            row = row == null ? whole : row.mul(pixels[a]).add(whole);
        }
        Tensor at = row.where(within, Tensor.scalar(flat.size(2) - 1, DType.I64, row.device()));
        return flat.gather(2, at.unsqueeze(1).expand(Shape.of(flat.size(0), flat.size(1), at.size(1))));
    }

    // ---------------------------------------------------------------------------------------------------------- outside the image

    /// Positions moved into the image. The map is linear in pieces; its slope is 1, -1 or, at and beyond the border, 0.
    private static Variable moved(Variable at, int size, Outside outside, boolean aligned) {
        if (outside == Outside.ZEROS)
            return at;
        Variable inside = outside == Outside.REFLECTION ? reflected(at, size, aligned) : at;
        Tensor x = inside.data();
        Tensor low = x.gt(0);
        Tensor high = x.ge(size - 1);
        Tensor value = scalar(x, size - 1).where(high, x.where(low, scalar(x, 0)));
        return bent(inside, value, low.logicalAnd(high.logicalNot()).to(x.dtype()));
    }

    private static Variable reflected(Variable at, int size, boolean aligned) {
        Tensor x = at.data();
        double first = aligned ? 0 : -0.5;
        double span = aligned ? size - 1 : size;
        if (span == 0)
            return bent(at, x.mul(0), x.mul(0));
        Tensor way = x.sub(first).abs();
        Tensor flips = way.div(span).apply(UnaryOp.FLOOR);
        Tensor rest = way.sub(flips.mul(span));
        Tensor odd = flips.sub(flips.div(2).apply(UnaryOp.FLOOR).mul(2)).ne(0);
        Tensor value = rest.neg().add(span).where(odd, rest).add(first);
        Tensor ones = Tensor.ones(x.shape(), x.dtype(), x.device());
        Tensor sign = ones.neg().where(x.lt(first), ones);
        return bent(at, value, sign.neg().where(odd, sign));
    }

    /// A function that is linear in pieces, by its value and slope.
    private static Variable bent(Variable x, Tensor value, Tensor slope) {
        return output("gridPosition", value, wrt(x, dy -> dy.mul(Variable.of(slope))));
    }

    private static Tensor scalar(Tensor like, double value) {
        return Tensor.scalar(value, like.dtype(), like.device());
    }

    // ---------------------------------------------------------------------------------------------------------- affine grids

    /// The grid of a result of this size, mapped by a matrix: `grid[n, p] = theta[n] * (x, y, (z,) 1)` for the position `(x, y, (z))` of
    /// pixel `p`.
    ///
    /// Shapes: `theta` `[N, 2, 3]` with `size` `N, C, H, W` gives `[N, H, W, 2]`; `[N, 3, 4]` with `N, C, D, H, W` gives `[N, D, H, W, 3]`.
    ///
    /// @param size of the image to be sampled, all at least 1
    /// @throws ShapeException if matrix and size do not fit
    public static Variable affineGrid(Variable theta, int[] size, boolean alignCorners) {
        Objects.requireNonNull(size, "affineGrid: size is null");
        int axes = size.length - 2;
        if (!theta.dtype().isFloating())
            throw new DTypeException("affineGrid: needs a floating type (got " + theta.data().describe() + "); convert with to(DType.F32)");
        if (axes < 2 || axes > 3 || Arrays.stream(size).anyMatch(s -> s < 1))
            throw new IllegalArgumentException("affineGrid: the size must be N, C, H, W or N, C, D, H, W, all at least 1 (got "
                    + Arrays.toString(size) + ")");
        if (!theta.shape().equals(Shape.of(size[0], axes, axes + 1)))
            throw new ShapeException("affineGrid", "the matrices must be [" + size[0] + ", " + axes + ", " + (axes + 1) + "]",
                    theta.shape());
        int[] pixels = Arrays.copyOfRange(size, 2, size.length);
        int places = Shape.of(pixels).numel();
        double[] base = new double[places * (axes + 1)];
        for (int p = 0; p < places; p++) {
            for (int a = axes - 1, left = p; a >= 0; left /= pixels[a], a--)
                base[p * (axes + 1) + axes - 1 - a] = centre(left % pixels[a], pixels[a], alignCorners);
            base[p * (axes + 1) + axes] = 1;
        }
        Variable positions = Variable.of(Tensor.of(base, Shape.of(places, axes + 1)).to(theta.dtype()).to(theta.device()));
        int[] sizes = new int[axes + 2];
        sizes[0] = size[0];
        System.arraycopy(pixels, 0, sizes, 1, axes);
        sizes[axes + 1] = axes;
        return positions.matmul(theta.mT()).reshape(sizes);
    }

    /// Position of the centre of pixel `i`.
    private static double centre(int i, int size, boolean aligned) {
        if (aligned)
            return size > 1 ? 2.0 * i / (size - 1) - 1 : 0;
        return (2.0 * i + 1) / size - 1;
    }
}
