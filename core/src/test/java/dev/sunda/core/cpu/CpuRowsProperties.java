package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.RandomViews.assertClose;
import static dev.sunda.core.cpu.RandomViews.assertSame;
import static dev.sunda.core.cpu.RandomViews.copy;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.Update;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Row lookup, random numbers and optimizer steps of the fast backend against the naive one.
class CpuRowsProperties {
    private final CpuBackend cpu = new CpuBackend();
    private final ReferenceBackend naive = new ReferenceBackend(Device.CPU);

    @Property(tries = 500)
    void gatherAgrees(@ForAll DType dtype, @ForAll @IntRange(min = 1, max = 4) int rank, @ForAll @IntRange(max = 3) int at,
            @ForAll boolean wholeRows,
            @ForAll @IntRange(max = 9) int count, @ForAll long seed) {
        var views = new RandomViews(seed);
        int dim = wholeRows ? 0 : at % rank;
        Shape shape = views.shape(rank);
        View x = views.source(dtype, shape);
        View index = index(views, shape.with(dim, shape.size(dim) == 0 ? 0 : count), dim, shape.size(dim), wholeRows);
        View actual = views.target(dtype, index.shape());
        View expected = copy(actual);
        cpu.gather("gather", x, dim, index, actual);
        naive.gather("gather", x, dim, index, expected);
        assertSame(actual, expected);
    }

    @Property(tries = 500)
    void scatterAddAgrees(@ForAll @IntRange(min = 1, max = 4) int rank, @ForAll @IntRange(max = 3) int at,
            @ForAll boolean wholeRows,
            @ForAll @IntRange(max = 9) int count, @ForAll long seed) {
        var views = new RandomViews(seed);
        int dim = wholeRows ? 0 : at % rank;
        Shape shape = views.shape(rank);
        View actual = views.target(DType.F32, shape);
        for (int i = 0; i < actual.storage().numel(); i++)
            actual.heap().floats()[i] = i % 5;
        View expected = copy(actual);
        View source = views.finite(shape.with(dim, shape.size(dim) == 0 ? 0 : count));
        View index = index(views, source.shape(), dim, shape.size(dim), wholeRows);
        cpu.scatter("scatter", ScatterOp.ADD, source, dim, index, actual);
        naive.scatter("scatter", ScatterOp.ADD, source, dim, index, expected);
        assertClose(actual, expected, 1e-6, 1e-5);
    }

    @Property(tries = 500)
    void scatterOfEveryKindAgrees(@ForAll ScatterOp op, @ForAll DType dtype, @ForAll @IntRange(min = 1, max = 4) int rank,
            @ForAll @IntRange(max = 3) int at, @ForAll @IntRange(max = 9) int count, @ForAll long seed) {
        var views = new RandomViews(seed);
        int dim = at % rank;
        Shape shape = views.shape(rank);
        View actual = views.target(dtype, shape);
        for (int i = 0; i < actual.storage().numel(); i++)
            actual.heap().setDouble(i, i % 5 - 2);
        View expected = copy(actual);
        Shape rows = shape.with(dim, shape.size(dim) == 0 ? 0 : count);
        View source = views.target(dtype, rows);
        for (int i = 0; i < source.storage().numel(); i++)
            source.heap().setDouble(i, i % 7 - 3);
        View index = index(views, rows, dim, shape.size(dim), false);
        cpu.scatter("scatter", op, source, dim, index, actual);
        naive.scatter("scatter", op, source, dim, index, expected);
        assertSame(actual, expected);
        View gathered = views.target(dtype, rows);
        View read = copy(gathered);
        cpu.gather("gather", actual, dim, index, gathered);
        naive.gather("gather", actual, dim, index, read);
        assertSame(gathered, read);
    }

    private static View index(RandomViews views, Shape shape, int dim, int size, boolean wholeRows) {
        Shape own = shape;
        for (int d = 0; wholeRows && d < shape.rank(); d++)
            if (d != dim)
                own = own.with(d, 1);
        View index = views.target(DType.I64, own);
        for (int i = 0; i < index.storage().numel(); i++)
            index.heap().longs()[i] = views.below(Math.max(1, size));
        return index.as(index.layout().expand(shape));
    }

    @Property(tries = 20)
    void scatterAddAgreesOnManyRows(@ForAll @IntRange(min = 1000, max = 3000) int count,
            @ForAll @IntRange(min = 1, max = 50) int size,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        View actual = new View(HeapStorage.allocate(Device.CPU, DType.F32, size * 40), Layout.contiguous(Shape.of(size, 40)));
        View expected = copy(actual);
        View source = new View(cpu.allocate(DType.F32, count * 40), Layout.contiguous(Shape.of(count, 40)));
        naive.uniform(new RandomKey(seed, 0), source);
        View index = index(views, source.shape(), 0, size, true);
        cpu.scatter("scatter", ScatterOp.ADD, source, 0, index, actual);
        naive.scatter("scatter", ScatterOp.ADD, source, 0, index, expected);
        assertClose(actual, expected, 1e-4, 1e-5);
    }

    @Example
    void gatherRefusesIndicesOutOfRangeAndWritesNothing() {
        View x = new View(HeapStorage.allocate(Device.CPU, DType.F32, 6), Layout.contiguous(Shape.of(3, 2)));
        View index = new View(cpu.upload(DType.I64, new long[] {1, 3}), Layout.contiguous(Shape.of(2, 1)).expand(Shape.of(2, 2)));
        View out = new View(HeapStorage.of(Device.CPU, DType.F32, new float[] {7, 7, 7, 7}, 4), Layout.contiguous(Shape.of(2, 2)));
        assertThatThrownBy(() -> cpu.gather("gather", x, 0, index, out)).isInstanceOf(ShapeException.class).hasMessageContaining("index 3");
        assertThatThrownBy(() -> cpu.scatter("scatter", ScatterOp.ADD, out, 0, index, x)).isInstanceOf(ShapeException.class)
                .hasMessageContaining("index 3");
        assertSame(out, new View(HeapStorage.of(Device.CPU, DType.F32, new float[] {7, 7, 7, 7}, 4), out.layout()));
    }

    @Property
    void randomNumbersHaveTheSameBits(@ForAll @IntRange(max = 4) int rank, @ForAll long key,
            @ForAll @IntRange(max = 1000) int offset,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        var numbers = new RandomKey(key, offset);
        Shape shape = views.shape(rank);
        View uniform = views.target(DType.F32, shape);
        View expectedUniform = copy(uniform);
        cpu.uniform(numbers, uniform);
        naive.uniform(numbers, expectedUniform);
        assertSame(uniform, expectedUniform);
        View normal = views.target(DType.F32, shape);
        View expectedNormal = copy(normal);
        cpu.normal(numbers, normal);
        naive.normal(numbers, expectedNormal);
        assertSame(normal, expectedNormal);
    }

    @Property
    void dropoutHasTheSameBits(@ForAll @IntRange(max = 4) int rank, @ForAll long key, @ForAll @IntRange(max = 9) int tenths,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View x = views.source(DType.F32, shape);
        View actual = views.target(DType.F32, shape);
        View expected = copy(actual);
        cpu.dropout(new RandomKey(key, 3), tenths * 0.1, x, actual);
        naive.dropout(new RandomKey(key, 3), tenths * 0.1, x, expected);
        assertSame(actual, expected);
    }

    @Property
    void tenStepsOfSgdAgreeWithDoubles(@ForAll @IntRange(max = 4) int rank, @ForAll boolean momentum, @ForAll boolean nesterov,
            @ForAll boolean maximize, @ForAll boolean decays, @ForAll long seed) {
        var state = new State(seed, rank, momentum ? 1 : 0);
        for (int t = 1; t <= 10; t++) {
            View g = state.views.finite(state.shape);
            var step = new SgdStep(0.05, momentum ? 0.9 : 0, nesterov ? 0 : 0.2, decays ? 0.01 : 0, nesterov && momentum, maximize, t == 1);
            cpu.sgd(List.of(Update.of(step, state.actual[0], g, momentum ? state.actual[1] : null)));
            naive.sgd(List.of(Update.of(step, state.expected[0], wide(g), momentum ? state.expected[1] : null)));
        }
        state.check();
    }

    @Property
    void tenStepsOfAdamAgreeWithDoubles(@ForAll @IntRange(max = 4) int rank, @ForAll boolean amsgrad, @ForAll boolean decoupled,
            @ForAll boolean maximize, @ForAll boolean decays, @ForAll long seed) {
        var state = new State(seed, rank, amsgrad ? 3 : 2);
        for (int t = 1; t <= 10; t++) {
            View g = state.views.finite(state.shape);
            var step = new AdamStep(0.01, 0.9, 0.999, 1e-8, decays ? 0.01 : 0, decoupled, maximize, t);
            cpu.adam(List.of(Update.of(step, state.actual[0], g, state.actual[1], state.actual[2], amsgrad ? state.actual[3] : null)));
            naive.adam(List.of(
                    Update.of(step, state.expected[0], wide(g), state.expected[1], state.expected[2], amsgrad ? state.expected[3] : null)));
        }
        state.check();
    }

    private static View wide(View x) {
        float[] values = x.heap().floats();
        var doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++)
            doubles[i] = values[i];
        return new View(HeapStorage.of(Device.CPU, DType.F64, doubles, doubles.length), x.layout());
    }

    /// A parameter with its state, in float and in double; the parameter is sometimes not dense and sometimes in channels-last order.
    private static final class State {
        final RandomViews views;
        final Shape shape;
        final View[] actual;
        final View[] expected;

        State(long seed, int rank, int count) {
            views = new RandomViews(seed);
            shape = views.shape(rank);
            actual = new View[count + 1];
            expected = new View[count + 1];
            View p = views.target(DType.F32, shape);
            for (int k = 0; k <= count; k++) {
                actual[k] = copy(p);
                for (int i = 0; i < p.storage().numel(); i++)
                    actual[k].heap().floats()[i] = k == 0 ? (float) Math.sin(i + seed % 100) * 3 : 0;
                expected[k] = wide(actual[k]);
            }
        }

        void check() {
            for (int k = 0; k < actual.length; k++)
                assertClose(actual[k], expected[k], 1e-5, 5e-6);
        }
    }
}
