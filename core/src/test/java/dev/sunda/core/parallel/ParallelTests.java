package dev.sunda.core.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelTests {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void visitsEveryElementOnceInChunksThatDependOnSizesOnly(int threads) {
        int n = 1003;
        int chunk = 10;
        int[] visits = new int[n];
        int[] from = new int[101];
        int[] to = new int[101];
        within(threads, () -> Parallel.forChunks(n, chunk, (index, start, end) -> {
            from[index] = start;
            to[index] = end;
            for (int i = start; i < end; i++)
                visits[i]++;
        }));
        assertThat(visits).containsOnly(1);
        for (int index = 0; index < 101; index++) {
            assertThat(from[index]).isEqualTo(index * 10);
            assertThat(to[index]).isEqualTo(Math.min(n, index * 10 + 10));
        }
    }

    @Test
    void emptyLoopsRunNothing() {
        Parallel.forChunks(0, 5, (_, _, _) -> {
            throw new AssertionError("must not run");
        });
    }

    @Test
    void bordersSurviveTheLargestSizes() {
        int n = Integer.MAX_VALUE - 8;
        var ends = new int[3];
        within(3, () -> Parallel.forChunks(n, 1 << 30, (index, _, to) -> ends[index] = to));
        assertThat(ends).containsExactly(1 << 30, n, 0);
    }

    @Test
    void severalThreadsTakePart() {
        var bothHere = new CountDownLatch(2);                        // passes only if two chunks run at the same time
        within(2, () -> Parallel.forChunks(2, 1, (_, _, _) -> {
            bothHere.countDown();
            await(bothHere);
        }));
        assertThat(bothHere.getCount()).isZero();
    }

    @Test
    void eachThreadBeginsWithARangeOfItsOwn() {
        var bothHere = new CountDownLatch(2);
        var first = new ConcurrentHashMap<Thread, Integer>();
        within(2, () -> Parallel.forChunks(9, 1, (index, _, _) -> {
            if (first.putIfAbsent(Thread.currentThread(), index) == null) {
                bothHere.countDown();
                await(bothHere);
            }
        }));
        assertThat(first.get(Thread.currentThread())).isZero();
        assertThat(first.values()).containsExactlyInAnyOrder(0, 4);
    }

    @Test
    void chunksBeforeAFailedOneStillRun() {
        var failed = new CountDownLatch(1);
        assertThatThrownBy(() -> within(2, () -> Parallel.forChunks(8, 1, (index, _, _) -> {
            if (index == 0)
                await(failed);                                       // until the second thread has failed in its first chunk
            if (index == 4)
                failed.countDown();
            if (index == 1 || index == 4)
                throw new IllegalStateException("chunk " + index);
        }))).hasMessage("chunk 1");
    }

    @Test
    @Timeout(5)
    void whatIsDroppedTakesNoTime() {
        assertThatThrownBy(() -> within(2, () -> Parallel.forChunks(Integer.MAX_VALUE, 1, (index, _, _) -> {
            throw new IllegalStateException("chunk " + index);
        }))).hasMessage("chunk 0");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void throwsTheExceptionOfTheSmallestFailingChunk(int threads) {
        for (int repeat = 0; repeat < 200; repeat++)
            assertThatThrownBy(() -> within(threads, () -> Parallel.forChunks(64, 1, (index, _, _) -> {
                if (index >= 5 && index % 2 == 1)
                    throw new IllegalStateException("chunk " + index);
            }))).isInstanceOf(IllegalStateException.class).hasMessage("chunk 5");
    }

    @Test
    void nothingRunsAnyMoreWhenAnExceptionArrives() {
        for (int repeat = 0; repeat < 100; repeat++) {
            var running = new AtomicInteger();
            assertThatThrownBy(() -> within(3, () -> Parallel.forChunks(100, 1, (index, _, _) -> {
                running.incrementAndGet();
                try {
                    if (index == 3)
                        throw new OutOfMemoryError("test");
                    Thread.onSpinWait();
                } finally {
                    running.decrementAndGet();
                }
            }))).isInstanceOf(OutOfMemoryError.class);
            assertThat(running).hasValue(0);
        }
        within(3, this::visitsSomething);                            // and the pool still works
    }

    private void visitsSomething() {
        var visits = new AtomicInteger();
        Parallel.forChunks(100, 1, (_, _, _) -> visits.incrementAndGet());
        assertThat(visits).hasValue(100);
    }

    @Test
    void nestedLoopsRunInlineInOrder() {
        within(3, () -> Parallel.forChunks(8, 1, (_, _, _) -> {
            var thread = Thread.currentThread();
            var order = new ArrayList<Integer>();
            Parallel.forChunks(10, 3, (index, _, _) -> {
                assertThat(Thread.currentThread()).isSameAs(thread);
                order.add(index);
            });
            assertThat(order).containsExactly(0, 1, 2, 3);
        }));
    }

    @Test
    void manyThreadsMayCallAtTheSameTime() throws InterruptedException {
        var failure = new AtomicReference<Throwable>();
        var callers = new ArrayList<Thread>();
        for (int c = 0; c < 40; c++)
            callers.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int repeat = 0; repeat < 100; repeat++)
                        within(3, this::sums);
                } catch (Throwable thrown) {
                    failure.set(thrown);
                }
            }));
        for (Thread caller : callers)
            caller.join();
        assertThat(failure.get()).isNull();
    }

    private void sums() {
        long[] partial = new long[50];
        Parallel.forChunks(1000, 20, (index, from, to) -> {
            for (int i = from; i < to; i++)
                partial[index] += i;
        });
        long sum = 0;
        for (long p : partial)
            sum += p;
        assertThat(sum).isEqualTo(499500);
    }

    @Test
    void anInterruptOfTheCallerIsKept() {
        Thread.currentThread().interrupt();
        within(2, this::visitsSomething);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void poolThreadsAreDaemons() {
        var daemon = new AtomicReference<Boolean>();
        var caller = Thread.currentThread();
        var both = new CountDownLatch(2);
        within(2, () -> Parallel.forChunks(2, 1, (_, _, _) -> {
            both.countDown();
            await(both);
            if (Thread.currentThread() != caller)
                daemon.set(Thread.currentThread().isDaemon());
        }));
        assertThat(daemon.get()).isTrue();
    }

    @Test
    void theNumberOfThreadsCanBeSetAndOverridden() {
        int before = Parallel.threads();
        try {
            Parallel.setThreads(5);
            assertThat(Parallel.threads()).isEqualTo(5);
            assertThat(Parallel.withThreads(2, Parallel::threads)).isEqualTo(2);
            assertThat(Parallel.threads()).isEqualTo(5);
        } finally {
            Parallel.setThreads(before);
        }
    }

    @Test
    void leavesOneProcessorToTheCompilerAtFirst() {
        assertThat(Parallel.beside(2, 0)).isEqualTo(1);
        assertThat(Parallel.beside(16, 1_299_999_999)).isEqualTo(15);
        assertThat(Parallel.beside(1, 0)).isEqualTo(1);
        assertThat(Parallel.beside(2, 1_300_000_000)).isEqualTo(2);
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatThrownBy(() -> Parallel.setThreads(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Parallel: the number of threads must be a whole number from 1 to 256 (got 0)");
        assertThatThrownBy(() -> Parallel.withThreads(257, () -> 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Parallel.check("system property sunda.threads", "two")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Parallel: system property sunda.threads must be a whole number from 1 to 256 (got two)");
        assertThatThrownBy(() -> Parallel.forChunks(-1, 1, (_, _, _) -> {
        })).isInstanceOf(IllegalArgumentException.class).hasMessage("Parallel: sizes must be n >= 0 and chunk >= 1 (got n -1, chunk 1)");
        assertThatThrownBy(() -> Parallel.forChunks(1, 0, (_, _, _) -> {
        })).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingRunsIfAThreadCannotBeStartedAndLaterLoopsTryAgain() {
        var started = new ArrayList<String>();
        var left = new AtomicInteger(1);
        var pool = new Workers(thread -> {
            if (left.getAndDecrement() == 0)
                throw new OutOfMemoryError("no thread");
            started.add(thread.getName());
            thread.start();
        });
        var visits = new AtomicInteger();
        assertThatThrownBy(() -> pool.run(new Region(100, 1, 100, 3, (_, _, _) -> visits.incrementAndGet())))
                .isInstanceOf(IllegalStateException.class).hasRootCauseInstanceOf(OutOfMemoryError.class)
                .hasMessage("Parallel: the system has no compute thread number 2 of 3; "
                        + "use fewer with Parallel.setThreads(2) or -Dsunda.threads=2");
        assertThat(Workers.inside()).isFalse();
        left.set(10);
        var all = new CountDownLatch(4);                             // passes only if no thread is busy with the first region
        pool.run(new Region(4, 1, 4, 3, (_, _, _) -> {
            all.countDown();
            await(all);
        }));
        assertThat(visits).hasValue(0);
        assertThat(started).containsExactly("sunda-compute-0", "sunda-compute-1", "sunda-compute-2");
    }

    private static void within(int threads, Runnable task) {
        Parallel.withThreads(threads, () -> {
            task.run();
            return null;
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
