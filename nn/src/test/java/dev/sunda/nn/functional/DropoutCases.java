package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.op.RandomKey;
import dev.sunda.nn.functional.Dropouts.Depth;
import java.util.List;

/// Dropout.
final class DropoutCases {
    private static final RandomKey KEY = new RandomKey(7, 3);

    private DropoutCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("dropout", "a,b,c", x -> Dropouts.dropout(x.get(0), 0.4, KEY)).asLinear()
                        .refusing(d -> Dropouts.dropout(zeros(d, 2), 1.5, KEY)),
                OpCase.of("dropout1d", "a,b,c", x -> Dropouts.dropout1d(x.get(0), 0.4, KEY)).asLinear()
                        .refusing(d -> Dropouts.dropout1d(zeros(d, 2), 0.5, KEY))
                        .refusing(d -> Dropouts.dropout1d(zeros(d, 2, 3), -0.5, KEY)),
                OpCase.of("dropout2d", "a,b,c", x -> Dropouts.dropout2d(x.get(0), 0.4, KEY)).asLinear()
                        .refusing(d -> Dropouts.dropout2d(zeros(d, 2, 3), 0.5, KEY)),
                OpCase.of("dropout3d", "a,b,c,2,d", x -> Dropouts.dropout3d(x.get(0), 0.4, KEY)).asLinear()
                        .refusing(d -> Dropouts.dropout3d(zeros(d, 2, 3, 4), 0.5, KEY)),
                OpCase.of("alphaDropout", "a,b,c", x -> Dropouts.alphaDropout(x.get(0), 0.4, KEY)).asLinear()
                        .refusing(d -> Dropouts.alphaDropout(zeros(d, 2), Double.NaN, KEY)),
                OpCase.of("featureAlphaDropout", "a,b,c", x -> Dropouts.featureAlphaDropout(x.get(0), 0.4, KEY)).asLinear()
                        .refusing(d -> Dropouts.featureAlphaDropout(zeros(d, 2), 0.5, KEY)),
                OpCase.of("stochasticDepth", "a,b,c", x -> Dropouts.stochasticDepth(x.get(0), 0.4, Depth.ROW, KEY)).asLinear()
                        .refusing(d -> Dropouts.stochasticDepth(zeros(d), 0.5, Depth.ROW, KEY))
                        .refusing(d -> Dropouts.stochasticDepth(zeros(d, 2), 2, Depth.BATCH, KEY)),
                OpCase.of("stochasticDepth", "a,b", x -> Dropouts.stochasticDepth(x.get(0), 0.4, Depth.BATCH, KEY)).asLinear());
    }
}
