package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.op.QuantileInterpolation;
import java.util.List;

/// Scans, sorting, and picking elements by their size.
final class SelectionCases {
    private SelectionCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("cumsum", "a,b,c", x -> x.get(0).cumsum(1)).asLinear().refusing(device -> zeros(device, 2, 3).cumsum(2)),
                OpCase.of("cumprod", "a,b,c", x -> x.get(0).cumprod(-2)).refusing(device -> zeros(device, 2, 3).cumprod(-3)),
                OpCase.of("cumprod", "4,b", x -> x.get(0).mul(x.get(0).sub(x.get(0).narrow(0, 1, 1))).cumprod(0)),
                OpCase.of("logCumSumExp", "a,b,c", x -> x.get(0).mul(2).logCumSumExp(0))
                        .refusing(device -> zeros(device, 2).logCumSumExp(1)),
                OpCase.of("cumMax", "a,b,c", DISTINCT, x -> x.get(0).cumMax(1).values().square())
                        .refusing(device -> zeros(device, 2).cumMax(1)),
                OpCase.of("cumMin", "a,b", DISTINCT, x -> x.get(0).cumMin(-1).values().square())
                        .refusing(device -> zeros(device, 2).cumMin(-2)),
                OpCase.of("linearScan", "a,b,c a,b,c", x -> ScanRules.linear(x.get(1), x.get(0), 1)).asLinear(),
                OpCase.of("max", "a,b,c", DISTINCT, x -> x.get(0).max(1, false).values().square())
                        .refusing(device -> zeros(device, 2, 0).max(1, false)).refusing(device -> zeros(device, 2).max(1, true)),
                OpCase.of("min", "a,b,c", DISTINCT, x -> x.get(0).min(-1, true).values().square())
                        .refusing(device -> zeros(device, 2, 0).min(1, false)).refusing(device -> zeros(device, 2).min(1, true)),
                OpCase.of("median", "a,b,c", DISTINCT, x -> x.get(0).median(1, true).values().square())
                        .refusing(device -> zeros(device, 2, 0).median(1, false)).refusing(device -> zeros(device, 2).median(1, false)),
                OpCase.of("median", "a,b", DISTINCT, x -> x.get(0).median().square()),
                OpCase.of("nanMedian", "a,b", DISTINCT, x -> x.get(0).nanMedian(0, false).values().mul(x.get(0).nanMedian()))
                        .refusing(device -> zeros(device, 0).nanMedian(0, false)),
                OpCase.of("quantile", "a,b,c", DISTINCT,
                        x -> x.get(0).quantile(new double[] {0.3, 1}, 1, true, QuantileInterpolation.LINEAR).square())
                        .refusing(device -> zeros(device, 2).quantile(1.5)).refusing(device -> zeros(device, 2).quantile(Double.NaN))
                        .refusing(device -> zeros(device, 2, 0).quantile(new double[] {0.5}, 1, false, QuantileInterpolation.LOWER))
                        .refusing(device -> zeros(device, 2).quantile(new double[] {0.5}, 1, false, QuantileInterpolation.LOWER)),
                OpCase.of("quantile", "a,b", DISTINCT, x -> x.get(0).quantile(0.4).square())
                        .refusing(device -> zeros(device, 0).quantile(0)),
                OpCase.of("nanQuantile", "a,b", DISTINCT,
                        x -> x.get(0).nanQuantile(new double[] {0.5}, 0, false, QuantileInterpolation.MIDPOINT).square())
                        .refusing(device -> zeros(device, 2).nanQuantile(new double[] {-1}, 0, false, QuantileInterpolation.LINEAR)),
                OpCase.of("kthValue", "3,b", DISTINCT, x -> x.get(0).kthValue(2, 0, false).values().square())
                        .refusing(device -> zeros(device, 3).kthValue(0, 0, false))
                        .refusing(device -> zeros(device, 3).kthValue(4, 0, false)),
                OpCase.of("sort", "a,b,c", DISTINCT, x -> x.get(0).sort(1, true).values().square())
                        .refusing(device -> zeros(device, 2).sort(1, false)),
                OpCase.of("topK", "a,4", DISTINCT, x -> x.get(0).topK(2, -1, false).values().square())
                        .refusing(device -> zeros(device, 2).topK(3, 0, true)).refusing(device -> zeros(device, 2).topK(-1, 0, true))
                        .refusing(device -> zeros(device, 2).topK(1, 1, true)));
    }
}
