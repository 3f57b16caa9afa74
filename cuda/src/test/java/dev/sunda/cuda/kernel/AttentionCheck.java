package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.SplittableRandom;
import java.util.function.Function;

/// Random heads, attended to by kernels and by the reference.
final class AttentionCheck {
    /// How rows of heads lie in memory.
    enum Order {
        HEADS_OUTSIDE, HEADS_INSIDE, PACKED, ODD
    }

    /// What stands beside the scores.
    enum Mask {
        NONE, BOOLEANS, BOOLEANS_FOR_ALL, NUMBERS, NUMBERS_FOR_ALL
    }

    AttentionSpec spec;
    final Mirrored q;
    final Mirrored k;
    final Mirrored v;
    final Mirrored mask;
    final Mirrored out;
    final Mirrored statistics;
    final Mirrored dout;
    final Mirrored dq;
    final Mirrored dk;
    final Mirrored dv;

    /// @param sizes batches, heads, queries, keys, width of queries and keys, width of values
    AttentionCheck(DType dtype, Order order, Mask kind, boolean causal, double dropout, int... sizes) {
        var random = new SplittableRandom(sizes[2] * 1000L + sizes[3]);
        spec = new AttentionSpec(1 / Math.sqrt(Math.max(1, sizes[4])), causal, dropout, dropout > 0 ? new RandomKey(77, 5) : null);
        Layout query = layout(order, sizes[0], sizes[1], sizes[2], sizes[4]);
        Layout key = layout(order, sizes[0], sizes[1], sizes[3], sizes[4]);
        Layout value = layout(order, sizes[0], sizes[1], sizes[3], sizes[5]);
        Layout result = layout(order, sizes[0], sizes[1], sizes[2], sizes[5]);
        q = Mirrored.random(dtype, query, random);
        k = Mirrored.random(dtype, key, random);
        v = Mirrored.random(dtype, value, random);
        mask = mask(dtype, kind, sizes, random);
        dout = Mirrored.random(dtype, result, random);
        out = Mirrored.blank(dtype, result);
        statistics = Mirrored.blank(dtype, Layout.contiguous(Shape.of(sizes[0], sizes[1], sizes[2], 2)));
        dq = Mirrored.blank(dtype, query);
        dk = Mirrored.blank(dtype, key);
        dv = Mirrored.blank(dtype, value);
    }

    private static Layout layout(Order order, int batches, int heads, int rows, int width) {
        Shape shape = Shape.of(batches, heads, rows, width);
        return switch (order) {
            case HEADS_OUTSIDE -> Layout.contiguous(shape);
            case HEADS_INSIDE -> Layout.dense(shape, 0, 2, 1, 3);
            case PACKED -> Layout.strided(shape, new int[] {rows * 3 * heads * width, width, 3 * heads * width, 1}, heads * width);
            case ODD -> Layout.strided(shape, new int[] {heads * rows * (width + 1) + 1, rows * (width + 1), width + 1, 1}, 1);
        };
    }

    private static Mirrored mask(DType dtype, Mask kind, int[] sizes, SplittableRandom random) {
        if (kind == Mask.NONE)
            return null;
        Shape shape = Shape.of(sizes[0], sizes[1], sizes[2], sizes[3]);
        boolean forAll = kind == Mask.BOOLEANS_FOR_ALL || kind == Mask.NUMBERS_FOR_ALL;
        Layout layout = forAll ? Layout.strided(shape, new int[] {sizes[2] * sizes[3], 0, sizes[3], 1}, 0)
                : Layout.dense(shape, 1, 3, 0, 2);
        boolean booleans = kind == Mask.BOOLEANS || kind == Mask.BOOLEANS_FOR_ALL;
        var mask = Mirrored.random(booleans ? DType.BOOL : dtype, layout, random);
        for (int i = 0; !booleans && i < mask.host().storage().numel(); i++)
            if (random.nextInt(5) == 0)
                mask.host().heap().setDouble(i, Double.NEGATIVE_INFINITY);
        return mask;
    }

    AttentionCheck forward() {
        run(Mirrored.REFERENCE, Mirrored::host);
        run(Mirrored.DEVICE, Mirrored::device);
        return this;
    }

    private void run(Backend backend, Function<Mirrored, View> side) {
        backend.attention(spec, side.apply(q), side.apply(k), side.apply(v), mask == null ? null : side.apply(mask), side.apply(out),
                side.apply(statistics));
    }

    /// After [#forward()].
    AttentionCheck backward() {
        runBackward(Mirrored.REFERENCE, Mirrored::host);
        runBackward(Mirrored.DEVICE, Mirrored::device);
        return this;
    }

    /// The same by other rules of which kernels run.
    AttentionCheck backward(Attention kernels) {
        runBackward(Mirrored.REFERENCE, Mirrored::host);
        kernels.attentionBackward(spec, dout.device(), q.device(), k.device(), v.device(), mask == null ? null : mask.device(),
                out.device(),
                statistics.device(), dq.device(), dk.device(), dv.device());
        return this;
    }

    private void runBackward(Backend backend, Function<Mirrored, View> side) {
        backend.attentionBackward(spec, side.apply(dout), side.apply(q), side.apply(k), side.apply(v),
                mask == null ? null : side.apply(mask), side.apply(out), side.apply(statistics), side.apply(dq), side.apply(dk),
                side.apply(dv));
    }

    void resultsAgree() {
        double tolerance = q.host().dtype() == DType.F32 ? 5e-6 : 1e-13;
        agrees("out", out, tolerance);
        agrees("statistics", statistics, tolerance);
    }

    void gradientsAgree() {
        double tolerance = q.host().dtype() == DType.F32 ? 2e-5 : 1e-12;
        agrees("dq", dq, tolerance);
        agrees("dk", dk, tolerance);
        agrees("dv", dv, tolerance);
    }

    /// All of the memory, what lies between rows included.
    private static void agrees(String name, Mirrored x, double tolerance) {
        View actual = x.downloaded();
        for (int i = 0; i < actual.storage().numel(); i++) {
            Double a = actual.heap().getDouble(i);
            Double e = x.host().heap().getDouble(i);
            if (!(Math.abs(a - e) <= tolerance * (1 + Math.abs(e))) && a.doubleValue() != e.doubleValue())
                assertThat(a).as(name + " at " + i + " of " + x.host().shape()).isEqualTo(e);
        }
    }
}
