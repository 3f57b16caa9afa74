package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.AxisMap;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Interpolation.Mode;
import java.util.List;
import java.util.Objects;

/// Resizing of sequences, images and volumes.
public final class Interpolations {
    private Interpolations() {
    }

    /// Resizes the spatial axes of `[N, C, spatial...]`, one to three of them.
    ///
    /// Every mode treats the axes independently: along each, an output is a weighted sum of a few pixels (see [Resampling]), so the
    /// operation is linear and its gradient the transposed map.
    ///
    /// @throws ShapeException if the mode does not take this rank, the numbers are not for its axes, or something but the batch is empty
    /// @throws DTypeException if the type is not floating
    public static Variable interpolate(Variable x, Interpolation how) {
        Objects.requireNonNull(how, "interpolate: how is null");
        check(x, how);
        int axes = x.rank() - 2;
        AxisMap[] maps = new AxisMap[axes];
        for (int a = 0; a < axes; a++)
            maps[a] = map(x.size(a + 2), size(x, how, a), how, a);
        return AxisMaps.map(x, 2, List.of(maps));
    }

    private static AxisMap map(int in, int out, Interpolation how, int axis) {
        if (how.mode() == Mode.AREA)
            return AdaptivePoolings.means(in, out);
        boolean aligned = how.alignCorners() != null && how.alignCorners();
        double factor = how.scaleFactors() == null || how.recomputeScaleFactor() ? 0 : of(how.scaleFactors(), axis);
        return Resampling.map(how.mode(), in, out, aligned, factor, how.antialias());
    }

    private static int size(Variable x, Interpolation how, int axis) {
        int in = x.size(axis + 2);
        double size = how.size() != null ? of(how.size(), axis) : Math.floor(in * of(how.scaleFactors(), axis));
        if (!(size <= Integer.MAX_VALUE) || in < 1 || size < (how.mode() == Mode.AREA ? 0 : 1))
            throw new ShapeException("interpolate", "sizes must be at least 1, axis " + axis + " goes from " + in + " to "
                    + (Double.isNaN(size) ? "NaN" : String.valueOf((long) size)), x.shape());
        return (int) size;
    }

    private static <T> T of(List<T> numbers, int axis) {
        return numbers.get(numbers.size() == 1 ? 0 : axis);
    }

    private static void check(Variable x, Interpolation how) {
        if (!x.dtype().isFloating())
            throw new DTypeException("interpolate: needs a floating type (got " + x.data().describe() + "); convert with to(DType.F32)");
        if (x.rank() < 3 || x.rank() > 5)
            throw new ShapeException("interpolate", "the input must be [batch, channels, one to three spatial axes]", x.shape());
        int axes = x.rank() - 2;
        int wanted = switch (how.mode()) {
            case LINEAR -> 1;
            case BILINEAR, BICUBIC -> 2;
            case TRILINEAR -> 3;
            default -> axes;
        };
        if (axes != wanted)
            throw new ShapeException("interpolate", "mode '" + how.mode() + "' resizes " + wanted + " spatial axes, the input has " + axes,
                    x.shape());
        int given = how.size() != null ? how.size().size() : how.scaleFactors().size();
        if (given != 1 && given != axes)
            throw new ShapeException("interpolate", "there must be one size or factor, or one for each of " + axes + " axes, got " + given,
                    x.shape());
        if (x.size(1) == 0 && how.mode() != Mode.AREA)
            throw new ShapeException("interpolate", "there are no channels", x.shape());
    }
}
