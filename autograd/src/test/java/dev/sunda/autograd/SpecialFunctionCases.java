package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.Domain.NOT_ZERO;
import static dev.sunda.autograd.check.OpCase.Domain.POSITIVE;
import static dev.sunda.autograd.check.OpCase.Domain.PROBABILITY;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import java.util.List;

/// Functions of `torch.special`.
final class SpecialFunctionCases {
    private SpecialFunctionCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("sinc", "a,b", NOT_ZERO, x -> SpecialFunctions.sinc(x.get(0))),
                OpCase.of("entr", "a,b", POSITIVE, x -> SpecialFunctions.entr(x.get(0))),
                OpCase.of("xlog1py", "a,b b", POSITIVE, x -> SpecialFunctions.xlog1py(x.get(0), x.get(1)))
                        .refusing(d -> SpecialFunctions.xlog1py(zeros(d, 2), zeros(d, 3))),
                OpCase.of("erfcx", "a,b", x -> SpecialFunctions.erfcx(x.get(0))),
                OpCase.of("ndtr", "a,b", x -> SpecialFunctions.ndtr(x.get(0))),
                OpCase.of("ndtri", "a,b", PROBABILITY, x -> SpecialFunctions.ndtri(x.get(0))),
                OpCase.of("logNdtr", "a,b", x -> SpecialFunctions.logNdtr(x.get(0).mul(2))),
                OpCase.of("i0", "a,b", x -> SpecialFunctions.i0(x.get(0).mul(2))),
                OpCase.of("i0e", "a,b", NOT_ZERO, x -> SpecialFunctions.i0e(x.get(0).mul(2))),
                OpCase.of("i1", "a,b", NOT_ZERO, x -> SpecialFunctions.i1(x.get(0).mul(2))),
                OpCase.of("i1e", "a,b", NOT_ZERO, x -> SpecialFunctions.i1e(x.get(0).mul(2))),
                OpCase.of("mvlgamma", "a,b", POSITIVE, x -> SpecialFunctions.mvlgamma(x.get(0).add(1), 3))
                        .refusing(d -> SpecialFunctions.mvlgamma(zeros(d, 2), 0))
                        .refusing(d -> SpecialFunctions.mvlgamma(zeros(d, 2), 2)));
    }
}
