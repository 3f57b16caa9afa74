package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.check.OpCase.Domain.POSITIVE;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import java.util.List;

/// Extremes, modes, covariances, differences and areas.
final class StatisticsCases {
    private StatisticsCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("aminmax", "a,b,2", DISTINCT, x -> x.get(0).aminmax(Dims.of(1)).max().sub(x.get(0).aminmax(Dims.of(1)).min()))
                        .refusing(d -> zeros(d, 2, 0).aminmax(Dims.of(1)))
                        .refusing(d -> zeros(d, 2).aminmax(Dims.of(1))),
                OpCase.of("mode", "a,b,2", DISTINCT, x -> x.get(0).mode(1, false).values())
                        .refusing(d -> zeros(d, 2, 0).mode(1, false))
                        .refusing(d -> zeros(d, 2).mode(1, false)),
                OpCase.of("cov", "a,4", x -> x.get(0).cov(1, null, null))
                        .refusing(d -> zeros(d, 2, 2, 2).cov(1, null, null))
                        .refusing(d -> zeros(d, 2, 3).cov(1, integers(d, 1, 2), null))
                        .refusing(d -> zeros(d, 2, 2).cov(1, integers(d, 1, -2), null))
                        .refusing(d -> zeros(d, 2, 2).cov(1, zeros(d, 2).data(), null))
                        .refusing(d -> zeros(d, 2, 2).cov(1, null, integers(d, 1, 2))),
                OpCase.of("cov", "3,4", x -> x.get(0).cov(0.5, integers(x.get(0).device(), 1, 2, 0, 3),
                        Tensor.of(0.5, 1, 2, 0.25).to(x.get(0).device()))),
                OpCase.of("corrcoef", "2,4", x -> x.get(0).corrcoef()).refusing(d -> zeros(d, 2, 2, 2).corrcoef()),
                OpCase.of("dist", "a,b b", x -> x.get(0).dist(x.get(1), 2)).refusing(d -> zeros(d, 2).dist(zeros(d, 3), 2)),
                OpCase.of("renorm", "3,b,2", x -> x.get(0).renorm(2, 0, 1))
                        .refusing(d -> zeros(d, 2).renorm(2, 0, 1))
                        .refusing(d -> zeros(d, 2, 2).renorm(0, 0, 1))
                        .refusing(d -> zeros(d, 2, 2).renorm(2, 0, -1)),
                OpCase.of("diff", "a,4,b", x -> x.get(0).diff(2, 1)).asLinear()
                        .refusing(d -> zeros(d).diff(1, 0))
                        .refusing(d -> zeros(d, 2).diff(-1, 0)),
                OpCase.of("diff", "a,2", x -> x.get(0).diff(3, 1)),
                OpCase.of("trapezoid", "a,3,b", x -> x.get(0).trapezoid(0.5, 1)).asLinear()
                        .refusing(d -> zeros(d, 0).trapezoid(1, 0)),
                OpCase.of("trapezoid", "2,a,b a", x -> x.get(0).trapezoid(x.get(1), 1))
                        .refusing(d -> zeros(d, 2).trapezoid(zeros(d, 3), 0)),
                OpCase.of("trapezoid", "a a", x -> x.get(0).trapezoid(x.get(1), 0)),
                OpCase.of("cumulativeTrapezoid", "a,3,b", x -> x.get(0).cumulativeTrapezoid(2, -2)).asLinear()
                        .refusing(d -> zeros(d, 2, 0).cumulativeTrapezoid(1, 1)),
                OpCase.of("cumulativeTrapezoid", "2,3 2,3", x -> x.get(0).cumulativeTrapezoid(x.get(1), 1)),
                OpCase.of("ldexp", "a,b b", x -> x.get(0).ldexp(x.get(1))).asLinear(),
                OpCase.of("floatPower", "a,b b", POSITIVE, x -> x.get(0).floatPower(x.get(1)).to(x.get(0).dtype())),
                OpCase.of("deg2rad", "a,b", x -> x.get(0).deg2rad()).asLinear(),
                OpCase.of("rad2deg", "a,b", x -> x.get(0).rad2deg()).asLinear());
    }

    private static Tensor integers(Device device, long... values) {
        return Tensor.of(values).to(DType.I64).to(device);
    }
}
