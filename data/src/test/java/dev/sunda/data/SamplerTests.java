package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.data.DataLoader.Options;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;

class SamplerTests {
    /// Sample `i` has the target `i`.
    private static TensorDataset numbers(int size) {
        return new TensorDataset(Tensor.zeros(size, 1), Tensor.arange(size));
    }

    private static long[] drawn(DataLoader loader, int epoch) {
        return StreamSupport.stream(loader.epoch(epoch).spliterator(), false).flatMapToLong(b -> LongStream.of(b.target().toLongArray()))
                .toArray();
    }

    private static Options options(Sampler sampler) {
        return Options.shuffled(7, 5).withSampler(sampler);
    }

    @Test
    void weightsDecideHowOftenASampleComes() {
        Tensor weights = Tensor.of(1.0, 0, 3, 6);
        var loader = new DataLoader(numbers(4), options(Sampler.weighted(weights, 10_000, true)));
        var counts = new int[4];
        for (long number : drawn(loader, 0))
            counts[(int) number]++;
        assertThat(loader.size()).isEqualTo(10_000);
        assertThat(loader.batches()).isEqualTo(1429);
        assertThat(counts[1]).isZero();
        for (int i = 0; i < 4; i++)
            assertThat(counts[i] / 10_000.0).as("share of sample " + i).isBetween(weights.get(i) / 10 - 0.02, weights.get(i) / 10 + 0.02);
    }

    @Test
    void withoutReplacementNoneComesTwice() {
        var loader = new DataLoader(numbers(10), options(Sampler.weighted(Tensor.ones(10), 8, false)).withDropLast(true));
        assertThat(loader.size()).isEqualTo(7);
        assertThat(drawn(loader, 0)).hasSize(7).doesNotHaveDuplicates();
    }

    @Test
    void epochsDifferAndComeBack() {
        Sampler sampler = Sampler.weighted(Tensor.ones(20), 20, true);
        var loader = new DataLoader(numbers(20), options(sampler));
        long[] first = drawn(loader, 0);
        assertThat(drawn(loader, 1)).isNotEqualTo(first);
        assertThat(drawn(loader, 0)).isEqualTo(first);
        assertThat(drawn(new DataLoader(numbers(20), options(sampler)), 0)).isEqualTo(first);
        var rest = loader.epoch(0, 2).iterator().next().target().toLongArray();
        assertThat(rest).isEqualTo(Arrays.copyOfRange(first, 14, 20));
    }

    @Test
    void aSamplerOfOnesOwnIsAsked() {
        var loader = new DataLoader(numbers(3), options((size, rng) -> new int[] {size - 1, 0, rng.nextInt(1)}));
        assertThat(drawn(loader, 4)).containsExactly(2, 0, 0);
        var outside = new DataLoader(numbers(3), options((_, _) -> new int[] {0, 3, 1}));
        assertThatThrownBy(() -> outside.epoch(0)).isInstanceOf(DataException.class)
                .hasMessage("DataLoader: the sampler asks for sample 3 of a data set of 3");
        var few = new DataLoader(numbers(3), options((_, _) -> new int[] {0}));
        assertThatThrownBy(() -> few.epoch(0)).isInstanceOf(DataException.class)
                .hasMessage("DataLoader: the sampler said that an epoch has 3 samples, but it has 1");
        var none = new DataLoader(numbers(3), options((_, _) -> null));
        assertThatThrownBy(() -> none.epoch(0)).hasMessage("DataLoader: the sampler gave null for an order");
        Sampler empty = new Sampler() {
            @Override
            public int[] order(int size, Rng rng) {
                return new int[0];
            }

            @Override
            public int count(int size) {
                return size - 3;
            }
        };
        assertThatThrownBy(() -> new DataLoader(numbers(3), options(empty)))
                .hasMessage("DataLoader: the sampler must give an epoch at least 1 sample (got 0)");
    }

    /// A sample that is drawn again is transformed anew, and alike however its batches come about.
    @Test
    void repeatedSamplesAreTransformedAnew() {
        Transform noise = (x, rng) -> x.add(rng.nextDouble());
        Options options = Options.shuffled(7, 5).withTransform(noise);
        Sampler nine = new Sampler() {
            @Override
            public int[] order(int size, Rng rng) {
                return new int[] {0, 1, 0, 0, 1, 0, 0, 0, 1};
            }

            @Override
            public int count(int size) {
                return 9;
            }
        };
        var loader = new DataLoader(numbers(2), options.withSampler(nine));
        double[] values = inputs(loader.epoch(1));
        assertThat(values).hasSize(9).doesNotHaveDuplicates();
        assertThat(inputs(new DataLoader(numbers(2), options.withSampler(nine).withPrefetch(0)).epoch(1))).isEqualTo(values);
        assertThat(inputs(loader.epoch(1, 1))).as("resumed").isEqualTo(Arrays.copyOfRange(values, 7, 9));
        double[] once = inputs(new DataLoader(numbers(2), options.withSampler(Sampler.IN_ORDER)).epoch(1));
        assertThat(once).as("the first time as without repetition").isEqualTo(Arrays.copyOf(values, 2));
        assertThat(inputs(loader.epoch(2))).doesNotContain(values);
    }

    private static double[] inputs(Epoch epoch) {
        return StreamSupport.stream(epoch.spliterator(), false).flatMapToDouble(b -> DoubleStream.of(b.input().toDoubleArray())).toArray();
    }

    @Test
    void laterChangesOfTheWeightsHaveNoEffect() {
        Tensor weights = Tensor.of(1.0, 0);
        Sampler sampler = Sampler.weighted(weights, 5, true);
        weights.copyFrom(Tensor.of(0.0, 1));
        assertThat(sampler.order(2, new Rng(1))).containsOnly(0);
    }

    @Test
    void weightsThatCannotBeDrawnFromAreRefused() {
        assertThatThrownBy(() -> Sampler.weighted(Tensor.ones(2, 2), 1, true)).hasMessageStartingWith("Sampler.weighted: needs one weight");
        assertThatThrownBy(() -> Sampler.weighted(Tensor.ones(2), 0, true)).hasMessageContaining("at least 1 sample (got 0)");
        assertThatThrownBy(() -> Sampler.weighted(Tensor.ones(2), 3, false)).hasMessageStartingWith("multinomial");
        assertThatThrownBy(() -> Sampler.weighted(Tensor.of(1f, -1), 1, true)).hasMessageContaining("not negative");
        var wrong = new DataLoader(numbers(3), options(Sampler.weighted(Tensor.ones(2), 3, true)));
        assertThatThrownBy(() -> wrong.epoch(0)).hasMessage(
                "Sampler.weighted: the data set has 3 samples, which need as many weights (got " + Shape.of(2) + ")");
        assertThatThrownBy(() -> Options.inOrder(1).withSampler(null)).hasMessageContaining("sampler is null");
        assertThatThrownBy(() -> Sampler.weighted(null, 3, true)).hasMessageContaining("weights is null");
    }
}
