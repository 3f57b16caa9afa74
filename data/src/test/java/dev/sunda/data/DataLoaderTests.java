package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.data.DataLoader.Options;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

@Timeout(60)
class DataLoaderTests {
    /// Sample `i` has the input `[[[i]]]` and the target `i`; `onGet` is told each number.
    private static Dataset<Sample> numbers(int size, IntConsumer onGet) {
        return Dataset.of(IntStream.range(0, size).boxed().toList()).map(i -> {
            onGet.accept(i);
            return Sample.of(Tensor.of(new float[] {i}, Shape.of(1, 1, 1)), i);
        });
    }

    private static Dataset<Sample> numbers(int size) {
        return numbers(size, _ -> {});
    }

    private static List<long[]> targets(Iterable<Batch> batches) {
        var targets = new ArrayList<long[]>();
        for (Batch batch : batches)
            targets.add(batch.target().toLongArray());
        return targets;
    }

    private static long[] flat(List<long[]> batches) {
        return batches.stream().flatMapToLong(LongStream::of).toArray();
    }

    @Test
    void deliversEverySampleOnce() {
        var loader = new DataLoader(numbers(10), 4, 1);
        List<long[]> batches = targets(loader.epoch(0));
        assertThat(batches).extracting(batch -> batch.length).containsExactly(4, 4, 2);
        assertThat(flat(batches)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(loader.batches()).isEqualTo(3);
        assertThat(loader.size()).isEqualTo(10);
    }

    @Test
    void leavesOutAnIncompleteBatchWhenAsked() {
        var loader = new DataLoader(numbers(10), Options.shuffled(4, 1).withDropLast(true));
        assertThat(targets(loader.epoch(0))).extracting(batch -> batch.length).containsExactly(4, 4);
        assertThat(loader.batches()).isEqualTo(2);
        assertThat(loader.size()).isEqualTo(8);
    }

    @Test
    void shufflesBySeedAndEpochOnly() {
        var loader = new DataLoader(numbers(50), 7, 3);
        long[] fifth = flat(targets(loader.epoch(5)));
        targets(loader.epoch(1));
        assertThat(flat(targets(loader.epoch(5)))).isEqualTo(fifth);
        assertThat(flat(targets(new DataLoader(numbers(50), 10, 3).epoch(5)))).isEqualTo(fifth);
        assertThat(flat(targets(loader.epoch(6)))).isNotEqualTo(fifth);
        assertThat(flat(targets(new DataLoader(numbers(50), 7, 4).epoch(5)))).isNotEqualTo(fifth);
        assertThat(fifth).isNotEqualTo(LongStream.range(0, 50).toArray());
    }

    @Test
    void goesInOrderForEvaluation() {
        var loader = new DataLoader(numbers(5), Options.inOrder(2));
        assertThat(targets(loader.epoch(3))).containsExactly(new long[] {0, 1}, new long[] {2, 3}, new long[] {4});
    }

    @Test
    void startsInTheMiddleWithoutComputingWhatIsSkipped() {
        var computed = new ConcurrentLinkedQueue<Integer>();
        var loader = new DataLoader(numbers(23, computed::add), 4, 11);
        List<long[]> whole = targets(loader.epoch(2));
        computed.clear();
        Epoch rest = loader.epoch(2, 4);
        List<long[]> resumed = targets(rest);
        assertThat(resumed).containsExactly(whole.get(4), whole.get(5));
        assertThat(computed.stream().mapToLong(i -> i)).containsExactlyInAnyOrderElementsOf(LongStream.of(flat(resumed)).boxed().toList());
        assertThat(rest.indices(0)).containsExactly(LongStream.of(whole.get(0)).mapToInt(i -> (int) i).toArray());
        assertThat(rest.indices(5)).containsExactly(LongStream.of(whole.get(5)).mapToInt(i -> (int) i).toArray());
        assertThat(targets(loader.epoch(2, 6))).isEmpty();
        assertThatThrownBy(() -> loader.epoch(2, 7)).hasMessage("DataLoader.epoch: first batch must be from 0 to 6 (got 7)");
    }

    @Test
    void transformsDependOnTheSampleNotOnItsPlace() {
        Transform noise = (x, rng) -> Tensor.of(new float[] {x.toFloatArray()[0] + rng.nextFloat()}, Shape.of(1, 1, 1));
        float[] shuffled = bySample(new DataLoader(numbers(20), Options.shuffled(3, 9).withTransform(noise)), 1);
        Options inOrder = new Options(5, 9, Sampler.IN_ORDER, false, 0, noise, Batch::of, Device.CPU);
        float[] ordered = bySample(new DataLoader(numbers(20), inOrder), 1);
        assertThat(shuffled).isEqualTo(ordered);
        assertThat(bySample(new DataLoader(numbers(20), Options.shuffled(3, 9).withTransform(noise)), 2)).isNotEqualTo(ordered);
        assertThat(bySample(new DataLoader(numbers(20), Options.shuffled(3, 8).withTransform(noise)), 1)).isNotEqualTo(ordered);
        for (int i = 0; i < 20; i++)
            assertThat(ordered[i]).isBetween((float) i, i + 1f);
    }

    private static float[] bySample(DataLoader loader, int epoch) {
        var values = new float[loader.size()];
        for (Batch batch : loader.epoch(epoch)) {
            float[] inputs = batch.input().toFloatArray();
            long[] targets = batch.target().toLongArray();
            for (int i = 0; i < inputs.length; i++)
                values[(int) targets[i]] = inputs[i];
        }
        return values;
    }

    @Test
    void anErrorComesOutWhereItsBatchIsAskedFor() {
        for (int prefetch : new int[] {0, 1, 5}) {
            Dataset<Sample> broken = numbers(20, i -> {
                if (i == 9)
                    throw new IllegalStateException("cannot see");
            });
            var batches = new DataLoader(broken, Options.inOrder(4).withPrefetch(prefetch)).epoch(6).iterator();
            assertThat(batches.next().target().toLongArray()).containsExactly(0, 1, 2, 3);
            assertThat(batches.next().target().toLongArray()).containsExactly(4, 5, 6, 7);
            assertThatThrownBy(batches::next).isInstanceOf(DataException.class)
                    .hasMessage("DataLoader: epoch 6, batch 2: sample 9: cannot see")
                    .hasRootCauseInstanceOf(IllegalStateException.class);
            assertThat(batches.hasNext()).isFalse();
            assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void anErrorOfATransformNamesTheSample() {
        Transform picky = (x, _) -> {
            if (x.toFloatArray()[0] == 3)
                throw new IllegalArgumentException("not that one");
            return x;
        };
        var loader = new DataLoader(numbers(5), Options.inOrder(2).withTransform(picky));
        assertThatThrownBy(() -> targets(loader.epoch(0))).isInstanceOf(DataException.class)
                .hasMessage("DataLoader: epoch 0, batch 1: sample 3: not that one");
    }

    @Test
    void anErrorOfTheMachineIsNotDisguised() {
        Dataset<Sample> broken = numbers(4, _ -> {
            throw new StackOverflowError("deep");
        });
        assertThatThrownBy(() -> targets(new DataLoader(broken, 2, 0).epoch(0))).isInstanceOf(StackOverflowError.class).hasMessage("deep");
    }

    @Test
    void preparesNoMoreThanAskedFor() throws InterruptedException {
        var computed = new ConcurrentLinkedQueue<Integer>();
        var prepared = new CountDownLatch(4);
        Dataset<Sample> data = numbers(100, i -> {
            computed.add(i);
            prepared.countDown();
        });
        for (Batch batch : new DataLoader(data, Options.inOrder(1).withPrefetch(3)).epoch(0)) {
            assertThat(batch.target().toLongArray()).containsExactly(0);
            assertThat(prepared.await(30, TimeUnit.SECONDS)).isTrue();
            break;                                                       // nobody closes the iterator
        }
        assertThat(computed).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void closingStopsThreadsThatAreStillBusy() throws InterruptedException {
        var waiting = new CountDownLatch(2);
        var stopped = new CountDownLatch(2);
        var never = new CountDownLatch(1);
        Dataset<Sample> slow = numbers(10, i -> {
            if (i == 0)
                return;
            waiting.countDown();
            try {
                never.await();
            } catch (InterruptedException _) {
                stopped.countDown();
            }
        });
        try (BatchIterator batches = new DataLoader(slow, Options.inOrder(1)).epoch(0).iterator()) {
            batches.next();
            assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anInterruptedConsumerDoesNotWait() {
        var never = new CountDownLatch(1);
        Dataset<Sample> slow = numbers(3, _ -> {
            try {
                never.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        BatchIterator batches = new DataLoader(slow, 1, 0).epoch(0).iterator();
        Thread.currentThread().interrupt();
        assertThatThrownBy(batches::next).isInstanceOf(DataException.class).hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(batches.hasNext()).isFalse();
    }

    @Test
    void deliversBatchesToADevice() {
        Options there = Options.inOrder(2).withDevice(Device.REFERENCE);
        for (int prefetch : new int[] {0, 2})
            for (Batch batch : new DataLoader(numbers(5), there.withPrefetch(prefetch)).epoch(0)) {
                assertThat(batch.input().device()).isEqualTo(Device.REFERENCE);
                assertThat(batch.target().device()).isEqualTo(Device.REFERENCE);
            }
    }

    @Test
    void refusesBadOptions() {
        assertThatThrownBy(() -> new DataLoader(numbers(3), 0, 1)).hasMessage("DataLoader: batch size must be at least 1 (got 0)");
        assertThatThrownBy(() -> Options.inOrder(1).withPrefetch(-1)).hasMessage("DataLoader: prefetch must be from 0 to 1024 (got -1)");
        assertThatThrownBy(() -> new DataLoader(numbers(0), 1, 1)).hasMessage("DataLoader: the data set must not be empty (got 0 samples)");
        assertThatThrownBy(() -> new DataLoader(numbers(3), 1, 1).epoch(-1))
                .hasMessage("DataLoader.epoch: epoch must not be negative (got -1)");
        assertThatThrownBy(() -> new DataLoader(numbers(3), 1, 1).epoch(0).indices(3)).isInstanceOf(IllegalArgumentException.class);
    }

    /// Images of different sizes, and words of different lengths.
    @Test
    void samplesOfDifferentSizesBecomeBatches() {
        Dataset<Sample> images = Dataset.of(List.of(3, 5, 4)).map(n -> Sample.of(Tensor.ones(1, n, n + 1), n));
        for (Batch batch : new DataLoader(images, Options.inOrder(3).withTransform(new RandomCrop(2, 2, 0))).epoch(0))
            assertThat(batch.input().shape()).isEqualTo(Shape.of(3, 1, 2, 2));
        assertThatThrownBy(() -> targets(new DataLoader(images, Options.inOrder(3)).epoch(0))).isInstanceOf(DataException.class)
                .hasMessageContaining("crop or resize with a transform, or pad with a collate function of your own");

        Dataset<Sample> words = Dataset.of(List.of(1, 3, 2)).map(n -> new Sample(Tensor.arange(n).add(1), Tensor.of((long) n)));
        Batch padded = new DataLoader(words, Options.inOrder(3).withCollate(DataLoaderTests::padded)).epoch(0).iterator().next();
        assertThat(padded.input().toLongArray()).containsExactly(1, 0, 0, 1, 2, 3, 1, 2, 0);
        assertThat(padded.extras().getFirst().toLongArray()).containsExactly(1, 3, 2);
    }

    private static Batch padded(List<Sample> samples) {
        int longest = samples.stream().mapToInt(s -> s.input().size(0)).max().orElseThrow();
        var rows = samples.stream().map(s -> Tensor.cat(List.of(s.input(), Tensor.zerosLike(Tensor.arange(longest))), 0)
                .narrow(0, 0, longest)).toList();
        var lengths = samples.stream().mapToLong(s -> s.input().size(0)).toArray();
        return new Batch(Tensor.stack(rows, 0), Tensor.stack(samples.stream().map(Sample::target).toList(), 0),
                List.of(Tensor.of(lengths)));
    }

    @Test
    void errorsOfACollateFunctionNameTheBatch() {
        var loader = new DataLoader(numbers(4), Options.inOrder(2).withCollate(_ -> {
            throw new IllegalStateException("do not fit");
        }));
        assertThatThrownBy(() -> targets(loader.epoch(0))).isInstanceOf(DataException.class)
                .hasMessage("DataLoader: epoch 0, batch 0: do not fit");
        assertThatThrownBy(() -> Options.inOrder(2).withCollate(null)).hasMessage("DataLoader: collate is null; use Batch::of");
        var none = new DataLoader(numbers(3), Options.inOrder(2).withCollate(_ -> null)).epoch(0).iterator();
        assertThatThrownBy(none::next).hasMessage("DataLoader: epoch 0, batch 0: the collate function gave null");
        assertThatThrownBy(() -> new DataLoader(numbers(3), null)).hasMessageStartingWith("DataLoader: options is null");
    }
}
