package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;
import static dev.sunda.nn.functional.PaddingMode.CIRCULAR;
import static dev.sunda.nn.functional.PaddingMode.CONSTANT;
import static dev.sunda.nn.functional.PaddingMode.REFLECT;
import static dev.sunda.nn.functional.PaddingMode.REPLICATE;

import dev.sunda.autograd.check.OpCase;
import java.util.List;

/// Padding and cropping.
final class PaddingCases {
    private PaddingCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("pad", "a,b,3", x -> Paddings.pad(x.get(0), 1, 2, -1, 2)).asLinear()
                        .refusing(d -> Paddings.pad(zeros(d, 1, 1, 3), 1))
                        .refusing(d -> Paddings.pad(zeros(d, 3), 1, 1, 1, 1))
                        .refusing(d -> Paddings.pad(zeros(d, 3), -2, -2)),
                OpCase.of("pad", "a,b,c", x -> Paddings.pad(x.get(0), new int[] {0, 1, 2, 0, 1, 0}, CONSTANT, -1.5)).asLinear(),
                OpCase.of("pad", "a,4", x -> Paddings.pad(x.get(0), -1, -1)).asLinear(),
                OpCase.of("pad", "a,b,4,3", x -> Paddings.pad(x.get(0), new int[] {2, 1, 3, -1}, REFLECT, 0)).asLinear()
                        .refusing(d -> Paddings.pad(zeros(d, 1, 1, 3), new int[] {3, 0}, REFLECT, 0))
                        .refusing(d -> Paddings.pad(zeros(d, 1, 1, 3), new int[] {-1, -2}, REFLECT, 0))
                        .refusing(d -> Paddings.pad(zeros(d, 1, 1, 3), new int[] {1, 0}, REFLECT, 2))
                        .refusing(d -> Paddings.pad(zeros(d, 3), new int[] {1, 0}, REFLECT, 0))
                        .refusing(d -> Paddings.pad(zeros(d, 1, 1, 3, 3), new int[] {1, 0}, REFLECT, 0))
                        .refusing(d -> Paddings.pad(zeros(d, 1, 1, 3), new int[0], REFLECT, 0)),
                OpCase.of("pad", "a,b,2,c", x -> Paddings.pad(x.get(0), new int[] {2, 4, 3, 0}, REPLICATE, 0)).asLinear()
                        .refusing(d -> Paddings.pad(zeros(d, 1, 0, 3), new int[] {1, 0}, REPLICATE, 0)),
                OpCase.of("pad", "b,2,3,2", x -> Paddings.pad(x.get(0), new int[] {1, 0, 2, -1, 0, 2}, CIRCULAR, 0)).asLinear()
                        .refusing(d -> Paddings.pad(zeros(d, 1, 1, 3), new int[] {4, 0}, CIRCULAR, 0))
                        .refusing(d -> Paddings.pad(zeros(d, 1, 1, 3), new int[] {-3, 1}, CIRCULAR, 0)));
    }
}
