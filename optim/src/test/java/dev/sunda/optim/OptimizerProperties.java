package dev.sunda.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class OptimizerProperties {
    /// One optimizer of many parameters changes them as many optimizers of one: parameters of both types on two devices, empty ones,
    /// transposed ones, frozen ones, and some that have no gradient in some steps.
    @Property(tries = 120)
    void parametersDoNotDependOnEachOther(@ForAll @IntRange(min = 0, max = 13) int kind, @ForAll @IntRange(min = 1, max = 12) int count,
            @ForAll long seed) {
        Function<List<Parameter>, Optimizer> make = OptimizerTests.kinds().get(kind);
        List<Parameter> together = parameters(seed, count), apart = parameters(seed, count);
        Optimizer all = make.apply(together);
        List<Optimizer> single = apart.stream().map(p -> make.apply(List.of(p))).toList();
        var random = new Random(seed);
        for (int t = 0; t < 3; t++)
            try (var _ = StepScope.open()) {
                for (int k = 0; k < count; k++) {
                    Tensor gradient = random.nextInt(4) == 0 ? null : gradient(together.get(k), new Rng(seed + 31L * k + t));
                    together.get(k).setGrad(gradient);
                    apart.get(k).setGrad(gradient);
                }
                all.step();
                single.forEach(Optimizer::step);
            }
        for (int k = 0; k < count; k++)
            assertThat(together.get(k).data().toDoubleArray()).as("parameter %d, %s", k, together.get(k).data().describe())
                    .isEqualTo(apart.get(k).data().toDoubleArray());
    }

    private static List<Parameter> parameters(long seed, int count) {
        var random = new Random(seed);
        var rng = new Rng(seed);
        var parameters = new ArrayList<Parameter>();
        for (int k = 0; k < count; k++) {
            DType dtype = random.nextInt(3) == 0 ? DType.F64 : DType.F32;
            Device device = random.nextInt(3) == 0 ? Device.REFERENCE : Device.CPU;
            Tensor start = Tensor.randn(Shape.of(random.nextInt(4), 1 + random.nextInt(5)), rng, dtype, device);
            var parameter = new Parameter(random.nextInt(3) == 0 ? start.transpose(0, 1) : start);
            if (random.nextInt(5) == 0)
                parameter.freeze();
            parameters.add(parameter);
        }
        return parameters;
    }

    private static Tensor gradient(Parameter parameter, Rng rng) {
        return Tensor.randn(parameter.shape(), rng, parameter.dtype(), parameter.device());
    }
}
