package dev.sunda.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;

class SgdProperties {
    /// `buf = momentum * buf + g`, `p = p - lr * buf` in double; float32 kernels may differ by rounding.
    @Property(tries = 60)
    void followsItsFormula(@ForAll @IntRange(min = 0, max = 40) int n, @ForAll @IntRange(min = 1, max = 5) int steps,
            @ForAll long seed, @ForAll boolean wide) {
        var rng = new Rng(seed);
        DType dtype = wide ? DType.F64 : DType.F32;
        Tensor start = Tensor.randn(Shape.of(n), rng, dtype, Device.CPU);
        double[] p = start.toDoubleArray();
        double[] buffer = new double[n];
        var parameter = new Parameter(start.copy());
        var optimizer = new Sgd(List.of(parameter), 0.1, Sgd.Options.DEFAULT.withMomentum(0.9));
        for (int t = 0; t < steps; t++) {
            Tensor gradient = Tensor.randn(Shape.of(n), rng, dtype, Device.CPU);
            double[] g = gradient.toDoubleArray();
            for (int i = 0; i < n; i++) {
                buffer[i] = 0.9 * buffer[i] + g[i];
                p[i] -= 0.1 * buffer[i];
            }
            parameter.setGrad(gradient);
            optimizer.step();
        }
        assertThat(parameter.data().toDoubleArray()).containsExactly(p, Offset.offset(wide ? 1e-12 : 1e-5));
    }
}
