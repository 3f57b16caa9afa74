package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Interpolation.Mode;
import java.util.List;
import java.util.stream.Stream;

/// Resizing, unfolding and shuffling.
final class ResamplingCases {
    private ResamplingCases() {
    }

    static List<OpCase> cases() {
        return Stream.of(resizing(), singleDimensions(), unfolding(), shuffling()).flatMap(List::stream).toList();
    }

    private static List<OpCase> singleDimensions() {
        var cubic = new AxisResize(AxisResize.Mode.CUBIC, AxisResize.Coordinates.HALF_PIXEL, AxisResize.Nearest.FLOOR, -0.5, true, false);
        var linear =
                new AxisResize(AxisResize.Mode.LINEAR, AxisResize.Coordinates.ALIGN_CORNERS, AxisResize.Nearest.FLOOR, -0.75, false, true);
        return List.of(
                OpCase.of("resize", "a,5,b", x -> cubic.apply(x.getFirst(), 1, 7, 1.4)).asLinear()
                        .refusing(d -> cubic.apply(zeros(d, 2, 3), 2, 4, 1))
                        .refusing(d -> cubic.apply(zeros(d, 2, 3), 1, -1, 1))
                        .refusing(d -> cubic.apply(zeros(d, 2, 3), 1, 4, 0)),
                OpCase.of("resize", "6,a", x -> linear.apply(x.getFirst(), 0, 4, 4 / 6.0)).asLinear());
    }

    private static List<OpCase> resizing() {
        return List.of(
                resized("a,b,4", Interpolation.toSize(Mode.NEAREST, 6))
                        .refusing(d -> Interpolations.interpolate(zeros(d, 1, 1, 3), new Interpolation(Mode.NEAREST, null, null, null,
                                false, false)))
                        .refusing(d -> Interpolation.byFactor(Mode.NEAREST, 2).withAlignCorners(false))
                        .refusing(d -> Interpolation.toSize(Mode.LINEAR, 2).withRecomputedScaleFactor())
                        .refusing(d -> Interpolation.toSize(Mode.LINEAR, 2).withAntialias())
                        .refusing(d -> Interpolations.interpolate(zeros(d, 3, 3), Interpolation.toSize(Mode.NEAREST, 2)))
                        .refusing(d -> Interpolations.interpolate(zeros(d, 1, 1, 3), Interpolation.toSize(Mode.NEAREST, 0)))
                        .refusing(d -> Interpolations.interpolate(zeros(d, 1, 1, 3), Interpolation.byFactor(Mode.NEAREST, -1)))
                        .refusing(d -> Interpolations.interpolate(zeros(d, 1, 1, 3), Interpolation.byFactor(Mode.NEAREST, Double.NaN)))
                        .refusing(d -> Interpolations.interpolate(zeros(d, 1, 1, 3), Interpolation.toSize(Mode.NEAREST, 2, 2)))
                        .refusing(d -> Interpolations.interpolate(zeros(d, 1, 0, 3), Interpolation.toSize(Mode.NEAREST, 2)))
                        .refusing(d -> Interpolations.interpolate(zeros(d, 1, 1, 3), Interpolation.toSize(Mode.BILINEAR, 2)))
                        .refusing(d -> Interpolations.interpolate(Variable.of(Tensor.zeros(Shape.of(1, 1, 3), DType.I64, d)),
                                Interpolation.toSize(Mode.NEAREST, 2))),
                resized("a,b,4,3", Interpolation.byFactor(Mode.NEAREST_EXACT, 0.6, 1.7)),
                resized("b,2,3,2,3", Interpolation.byFactor(Mode.NEAREST, 1.7)),
                resized("a,b,4", Interpolation.byFactor(Mode.LINEAR, 1.7)),
                resized("a,b,3,4", Interpolation.toSize(Mode.BILINEAR, 5, 3).withAlignCorners(true)),
                resized("a,b,4,3", Interpolation.byFactor(Mode.BILINEAR, 0.6, 2).withRecomputedScaleFactor()),
                resized("a,b,4,3", Interpolation.toSize(Mode.BICUBIC, 3, 5)),
                resized("a,2,5,3", Interpolation.toSize(Mode.BICUBIC, 2, 5).withAntialias()),
                resized("b,1,6,3", Interpolation.toSize(Mode.BILINEAR, 2, 5).withAntialias().withAlignCorners(false)),
                resized("a,b,2,3,2", Interpolation.toSize(Mode.TRILINEAR, 3)),
                resized("a,b,5,3", Interpolation.toSize(Mode.AREA, 3, 4)));
    }

    private static OpCase resized(String shape, Interpolation how) {
        return OpCase.of("interpolate", shape, x -> Interpolations.interpolate(x.get(0), how)).asLinear();
    }

    private static List<OpCase> unfolding() {
        return List.of(
                OpCase.of("unfold", "a,b,4,3", x -> Unfoldings.unfold(x.get(0), new int[] {2, 3}, new int[] {2, 1}, new int[] {1, 0},
                        new int[] {1, 2})).asLinear()
                        .refusing(d -> Unfoldings.unfold(zeros(d, 1, 1, 2, 2), pair(3), pair(1), pair(0), pair(1)))
                        .refusing(d -> Unfoldings.unfold(zeros(d, 4, 4), pair(2), pair(1), pair(0), pair(1)))
                        .refusing(d -> Unfoldings.unfold(zeros(d, 1, 0, 4, 4), pair(2), pair(1), pair(0), pair(1)))
                        .refusing(d -> Unfoldings.unfold(zeros(d, 1, 1, 4, 4), pair(0), pair(1), pair(0), pair(1)))
                        .refusing(d -> Unfoldings.unfold(zeros(d, 1, 1, 4, 4), pair(2), pair(0), pair(0), pair(1)))
                        .refusing(d -> Unfoldings.unfold(zeros(d, 1, 1, 4, 4), pair(2), pair(1), pair(-1), pair(1)))
                        .refusing(d -> Unfoldings.unfold(zeros(d, 1, 1, 4, 4), pair(2), pair(1), pair(0), pair(0)))
                        .refusing(d -> Unfoldings.unfold(zeros(d, 1, 1, 4, 4), pair(2), new int[] {1}, pair(0), pair(0))),
                OpCase.of("unfold", "b,5", x -> Unfoldings.unfold(x.get(0), new int[] {3}, new int[] {1}, new int[] {1}, new int[] {2}))
                        .asLinear(),
                OpCase.of("fold", "a,4,6", x -> Unfoldings.fold(x.get(0), new int[] {4, 3}, pair(2), pair(1), pair(0), pair(1))).asLinear()
                        .refusing(d -> Unfoldings.fold(zeros(d, 1, 5, 9), pair(4), pair(2), pair(1), pair(0), pair(1)))
                        .refusing(d -> Unfoldings.fold(zeros(d, 1, 4, 8), pair(4), pair(2), pair(1), pair(0), pair(1)))
                        .refusing(d -> Unfoldings.fold(zeros(d, 1, 1, 4, 9), pair(4), pair(2), pair(1), pair(0), pair(1)))
                        .refusing(d -> Unfoldings.fold(zeros(d, 1, 4, 9), new int[] {4}, pair(2), pair(1), pair(0), pair(1)))
                        .refusing(d -> Unfoldings.fold(zeros(d, 1, 4, 9), pair(0), pair(2), pair(1), pair(0), pair(1))),
                OpCase.of("fold", "6,5", x -> Unfoldings.fold(x.get(0), new int[] {9}, new int[] {3}, new int[] {1}, new int[] {1},
                        new int[] {2})).asLinear());
    }

    private static List<OpCase> shuffling() {
        return List.of(
                OpCase.of("pixelShuffle", "a,8,b,2", x -> Shuffles.pixelShuffle(x.get(0), 2)).asLinear()
                        .refusing(d -> Shuffles.pixelShuffle(zeros(d, 1, 3, 2, 2), 2))
                        .refusing(d -> Shuffles.pixelShuffle(zeros(d, 1, 4, 2, 2), 0))
                        .refusing(d -> Shuffles.pixelShuffle(zeros(d, 4, 2), 1)),
                OpCase.of("pixelUnshuffle", "a,b,2,4", x -> Shuffles.pixelUnshuffle(x.get(0), 2)).asLinear()
                        .refusing(d -> Shuffles.pixelUnshuffle(zeros(d, 1, 1, 4, 3), 2))
                        .refusing(d -> Shuffles.pixelUnshuffle(zeros(d, 1, 1, 4, 4), -2))
                        .refusing(d -> Shuffles.pixelUnshuffle(zeros(d, 4, 4), 2)),
                OpCase.of("channelShuffle", "a,6,b", x -> Shuffles.channelShuffle(x.get(0), 2)).asLinear()
                        .refusing(d -> Shuffles.channelShuffle(zeros(d, 1, 6, 1), 4))
                        .refusing(d -> Shuffles.channelShuffle(zeros(d, 1, 6, 1), 0))
                        .refusing(d -> Shuffles.channelShuffle(zeros(d, 1, 6), 2)));
    }

    private static int[] pair(int n) {
        return new int[] {n, n};
    }
}
