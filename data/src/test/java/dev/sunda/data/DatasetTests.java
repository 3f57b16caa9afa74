package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

class DatasetTests {
    private static final Dataset<String> LETTERS = Dataset.of(List.of("a", "b", "c", "d", "e"));

    private static <T> List<T> all(Dataset<T> dataset) {
        return IntStream.range(0, dataset.size()).<T>mapToObj(dataset::get).toList();
    }

    /// Remembers the batches it was asked for.
    private static final class Spy implements Dataset<Sample> {
        private final int size;
        private final List<int[]> batches = new ArrayList<>();

        Spy(int size) {
            this.size = size;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public Sample get(int index) {
            return Sample.of(Tensor.of(new float[] {index, -index}, Shape.of(2)), index);
        }

        @Override
        public Batch batch(int... indices) {
            batches.add(indices);
            return Dataset.super.batch(indices);
        }
    }

    @Test
    void mapsElements() {
        assertThat(all(LETTERS.map(String::toUpperCase))).containsExactly("A", "B", "C", "D", "E");
    }

    @Test
    void choosesElements() {
        assertThat(all(LETTERS.subset(3, 0, 3))).containsExactly("d", "a", "d");
        assertThat(all(LETTERS.range(1, 4))).containsExactly("b", "c", "d");
        assertThat(all(LETTERS.range(1, 4).subset(2, 0))).containsExactly("d", "b");
        assertThatThrownBy(() -> LETTERS.subset(0, 5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> LETTERS.range(2, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> LETTERS.range(1, 3).get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aSubsetDoesNotChangeWithTheArrayItWasMadeFrom() {
        int[] chosen = {1, 2};
        Dataset<String> subset = LETTERS.subset(chosen);
        chosen[0] = 4;
        assertThat(all(subset)).containsExactly("b", "c");
    }

    @Test
    void joinsSets() {
        Dataset<String> none = LETTERS.range(0, 0);
        Dataset<String> joined = Dataset.concat(List.of(none, LETTERS.range(0, 2), none, LETTERS.range(4, 5), none));
        assertThat(all(joined)).containsExactly("a", "b", "e");
        assertThatThrownBy(() -> joined.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Dataset.concat(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void splitsWithoutOverlap() {
        Dataset<Integer> numbers = Dataset.of(IntStream.range(0, 103).boxed().toList());
        List<Dataset<Integer>> parts = numbers.split(7, 0.7, 0.2, 0.1);
        assertThat(parts).extracting(Dataset::size).containsExactly(73, 20, 10);          // 72, 20, 10 and one left over
        var together = new ArrayList<Integer>();
        parts.forEach(part -> together.addAll(all(part)));
        assertThat(together).doesNotHaveDuplicates().hasSize(103).isNotEqualTo(all(numbers));
        assertThat(all(numbers.split(7, 0.7, 0.2, 0.1).get(1))).isEqualTo(all(parts.get(1)));
        assertThat(all(numbers.split(8, 0.7, 0.2, 0.1).get(1))).isNotEqualTo(all(parts.get(1)));
    }

    @Test
    void refusesSharesThatAreNone() {
        assertThatThrownBy(() -> LETTERS.split(1, 0.5, 0.6)).hasMessage("Dataset.split: fractions must add up to 1 (got [0.5, 0.6])");
        assertThatThrownBy(() -> LETTERS.split(1, 1.5, -0.5)).hasMessage("Dataset.split: fractions must be positive (got [1.5, -0.5])");
        assertThatThrownBy(() -> LETTERS.split(1)).hasMessage("Dataset.split: fractions must add up to 1 (got [])");
        assertThatThrownBy(() -> LETTERS.split(1, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void stacksSamples() {
        Batch batch = new Spy(10).batch(3, 1);
        assertThat(batch.input().shape()).isEqualTo(Shape.of(2, 2));
        assertThat(batch.input().toFloatArray()).containsExactly(3, -3, 1, -1);
        assertThat(batch.target().shape()).isEqualTo(Shape.of(2));
        assertThat(batch.target().toLongArray()).containsExactly(3, 1);
    }

    @Test
    void passesBatchesOnToTheSource() {
        var a = new Spy(10);
        var b = new Spy(10);
        a.range(5, 10).subset(4, 0).batch(1, 0);
        assertThat(a.batches).containsExactly(new int[] {5, 9});
        Dataset<Sample> joined = Dataset.concat(List.of(a, b));
        assertThat(joined.batch(12, 10).target().toLongArray()).containsExactly(2, 0);
        assertThat(b.batches).containsExactly(new int[] {2, 0});
        assertThat(joined.batch(9, 10).target().toLongArray()).containsExactly(9, 0);
    }

    @Test
    void holdsTensors() {
        var set = new TensorDataset(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(3, 2)), Tensor.of(7L, 8L, 9L));
        assertThat(set.size()).isEqualTo(3);
        assertThat(set.get(1).input().toFloatArray()).containsExactly(3, 4);
        assertThat(set.get(1).target().toLongArray()).containsExactly(8);
        Batch batch = set.batch(2, 0);
        assertThat(batch.input().toFloatArray()).containsExactly(5, 6, 1, 2);
        assertThat(batch.target().toLongArray()).containsExactly(9, 7);
        assertThatThrownBy(() -> set.batch(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new TensorDataset(Tensor.of(1f, 2f), Tensor.of(1L)))
                .hasMessage("TensorDataset: inputs and targets must have the same size in dimension 0 (got [2], [1])");
    }

    @Test
    void saysWhySamplesCannotBeStacked() {
        Dataset<Sample> uneven = Dataset.of(List.of(Sample.of(Tensor.of(1f), 0), Sample.of(Tensor.of(1f, 2f), 0)));
        assertThatThrownBy(() -> uneven.batch(0, 1)).isInstanceOf(DataException.class).hasMessageContaining("position 1 differs in shape");
        assertThatThrownBy(() -> LETTERS.batch(1)).isInstanceOf(DataException.class)
                .hasMessage("sample 1: only a Sample can be batched (got java.lang.String); make samples of the elements with map");
        assertThatThrownBy(() -> uneven.batch()).isInstanceOf(DataException.class);
    }

    @Test
    void namesTheSampleThatCannotBeMade() {
        Dataset<Sample> broken = LETTERS.map(letter -> {
            if (letter.equals("d"))
                throw new IllegalStateException("no d");
            return Sample.of(Tensor.of(1f), 0);
        });
        assertThatThrownBy(() -> broken.batch(0, 3)).isInstanceOf(DataException.class).hasMessage("sample 3: no d")
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void extrasGoWithTheirSamples() {
        Tensor inputs = Tensor.arange(6).reshape(3, 2), targets = Tensor.arange(3), lengths = Tensor.of(5L, 6, 7);
        var set = new TensorDataset(inputs, targets, List.of(lengths, inputs.mul(10)));
        var loader = new DataLoader(set, DataLoader.Options.inOrder(2).withTransform((x, _) -> x.add(1)));
        Batch last = loader.epoch(0, 1).iterator().next();
        assertThat(last.input().toLongArray()).containsExactly(5, 6);
        assertThat(last.extras().get(0).toLongArray()).containsExactly(7);
        assertThat(last.extras().get(1).toLongArray()).containsExactly(40, 50);
        Dataset<Sample> one = set.map(sample -> sample);             // stacks single samples
        assertThat(one.batch(2, 0).extras().get(1).toLongArray()).containsExactly(40, 50, 0, 10);
        assertThat(one.batch(2, 0).to(Device.REFERENCE).extras()).allMatch(x -> x.device().equals(Device.REFERENCE));
        assertThat(set.subset(1).batch(0).extras().getFirst().toLongArray()).containsExactly(6);
    }

    @Test
    void extrasThatDoNotFitAreRefused() {
        Tensor x = Tensor.ones(2, 1), y = Tensor.ones(2);
        assertThatThrownBy(() -> new TensorDataset(x, y, List.of(Tensor.ones(3)))).hasMessage(
                "TensorDataset: extras must have the size of the inputs in dimension 0 (got [2, 1], [3])");
        assertThatThrownBy(() -> new Batch(x, y, List.of(Tensor.ones(1).squeeze(0)))).hasMessageStartingWith("Batch: extras must have");
        assertThatThrownBy(() -> new Batch(x, y, null)).hasMessage("Batch: extras is null; use List.of() for none");
        assertThatThrownBy(() -> new Sample(x, y, Collections.singletonList(null))).hasMessage("Sample: an extra is null");
        assertThatThrownBy(() -> new TensorDataset(null, y)).hasMessage("TensorDataset: inputs is null");
        var with = new Sample(y, y, List.of(y));
        for (var samples : List.of(List.of(with, new Sample(y, y)), List.of(new Sample(y, y), with)))
            assertThatThrownBy(() -> Batch.of(samples)).isInstanceOf(DataException.class)
                    .hasMessageContaining("position 1 has another number of extras than the first one");
        assertThatThrownBy(() -> Batch.of(List.of(with, new Sample(y, y, List.of(x)))))
                .hasMessageContaining("extra 0 at position 1 differs");
    }
}
