package dev.sunda.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Magnitude;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class MagnitudeKernelsProperties {
    /// As one after another by the definition; with any number of threads the same bits.
    @Property(tries = 100)
    void agreeWithTheReference(@ForAll Magnitude magnitude, @ForAll long seed, @ForAll @IntRange(max = 20) int count) {
        List<Tensor> tensors = tensors(seed, count);
        double expected = MagnitudeKernels.magnitude(magnitude, tensors.stream().map(x -> x.to(Device.REFERENCE)).toList()).item();
        double one = Parallel.withThreads(1, () -> MagnitudeKernels.magnitude(magnitude, tensors).item());
        assertThat(one).isCloseTo(expected, within(1e-12 * expected));
        assertThat(Parallel.withThreads(3, () -> MagnitudeKernels.magnitude(magnitude, tensors).item())).isEqualTo(one);
    }

    /// A view gives the bits of its copy.
    @Property(tries = 50)
    void doNotDependOnStrides(@ForAll Magnitude magnitude, @ForAll long seed, @ForAll @IntRange(max = 3000) int n) {
        Tensor x = Tensor.randn(Shape.of(n, 2), new Rng(seed)).select(1, 0);
        assertThat(MagnitudeKernels.magnitude(magnitude, List.of(x)).item())
                .isEqualTo(MagnitudeKernels.magnitude(magnitude, List.of(x.copy())).item());
    }

    private static List<Tensor> tensors(long seed, int count) {
        var random = new Random(seed);
        var rng = new Rng(seed);
        var tensors = new ArrayList<Tensor>();
        for (int k = 0; k < count; k++) {
            Shape shape = Shape.of(random.nextInt(5), random.nextInt(10) == 0 ? 15_000 : random.nextInt(9));
            Tensor x = Tensor.randn(shape, rng, random.nextBoolean() ? DType.F32 : DType.F64, Device.CPU);
            tensors.add(random.nextBoolean() ? x.transpose(0, 1) : x);
        }
        return tensors;
    }
}
