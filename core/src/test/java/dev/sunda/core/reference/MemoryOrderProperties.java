package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.op.Term;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.op.Window;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.Update;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/// Every kernel gives the same numbers whatever the strides of its views are, and `F32` gives the `F64` result rounded once.
class MemoryOrderProperties {
    private static final Backend BACKEND = new ReferenceBackend(Device.REFERENCE);

    /// Runs one kernel; the views are in the order of the shapes and types of its [Case].
    private interface Kernel {
        void run(View[] v);
    }

    private static final Formula FORMULA = new Formula().assign(0, Term.tensor(0).sub(Term.tensor(1).square().mul(0.1)))
            .assign(2, Term.tensor(2).lerp(Term.tensor(0).gt(0).choose(Term.tensor(1), Term.tensor(2).neg()), 0.3));

    /// @param sources how many of the views are filled with random numbers
    /// @param types the type of each view, null for the floating type under test
    private record Case(String name, int sources, List<Shape> shapes, List<DType> types, Kernel kernel) {
        @Override
        public String toString() {
            return name;
        }
    }

    /// All views floating.
    private static Case floating(String name, int sources, Kernel kernel, Shape... shapes) {
        return new Case(name, sources, List.of(shapes), List.of(), kernel);
    }

    private static Shape s(int... sizes) {
        return Shape.of(sizes);
    }

    @Provide
    Arbitrary<Case> cases(@ForAll @IntRange(min = 1, max = 4) int n, @ForAll @IntRange(min = 1, max = 4) int c,
            @ForAll @IntRange(min = 1, max = 5) int h) {
        var conv = new ConvSpec(n, c, 3, 1, List.of(Window.sliding(h, 2, 2, 1, 1, 0), Window.sliding(3, 3, 1, 1, 1, 1)));
        Shape x = conv.inputShape();
        Shape w = conv.weightShape();
        Shape y = conv.outputShape();
        var pool = new PoolSpec(n, c, List.of(Window.sliding(h, 2, 1, 1, 1, 1), Window.sliding(3, 3, 2, 1, 1, 1)), true);
        Shape p = pool.outputShape();
        var key = new RandomKey(n, c);
        return Arbitraries.of(
                floating("copy", 1, v -> BACKEND.copy(v[0], v[1]), x, x),
                floating("unary", 1, v -> BACKEND.unary(UnaryOp.TANH, v[0], v[1]), x, x),
                floating("unaryBackward", 2, v -> BACKEND.unaryBackward(UnaryOp.TANH, v[0], v[1], v[2]), x, x, x),
                floating("binary", 2, v -> BACKEND.binary(BinaryOp.MUL, v[0], v[1], v[2]), x, x, x),
                new Case("where", 3, List.of(x, x, x, x), Arrays.asList(DType.BOOL, null, null, null),
                        v -> BACKEND.where(v[0], v[1], v[2], v[3])),
                floating("reduce", 1, v -> BACKEND.reduce(ReduceOp.SUM, v[0], v[1]), x, s(1, c, h, 1)),
                new Case("argReduce", 1, List.of(x, s(n, c, 1, 3)), Arrays.asList(null, DType.I64),
                        v -> BACKEND.argReduce(true, v[0], 2, v[1])),
                floating("matmul", 3, v -> BACKEND.matmul(v[0], v[1], v[2], v[3]), s(n, c, h), s(n, h, 3), s(3), s(n, c, 3)),
                new Case("gather", 2, List.of(s(n, 3), s(n, h), s(n, h)), Arrays.asList(null, DType.I64, null),
                        v -> BACKEND.gather("gather", v[0], 1, v[1], v[2])),
                new Case("scatter", 3, List.of(s(n, h), s(n, h), s(n, 3)), Arrays.asList(null, DType.I64, null),
                        v -> BACKEND.scatter("scatter", ScatterOp.ADD, v[0], 1, v[1], v[2])),
                floating("conv", 3, v -> BACKEND.conv(conv, v[0], v[1], v[2], v[3]), x, w, s(3), y),
                floating("convInput", 3, v -> BACKEND.convInput(conv, v[0], v[1], v[2], v[3]), y, w, s(c), x),
                floating("convWeight", 2, v -> BACKEND.convWeight(conv, v[0], v[1], v[2]), x, y, w),
                new Case("maxPool", 1, List.of(x, p, p), Arrays.asList(null, null, DType.I32),
                        v -> BACKEND.maxPool(pool, v[0], true, v[1], v[2])),
                new Case("maxPoolScatter", 2, List.of(p, p, x), Arrays.asList(null, DType.I32, null),
                        v -> BACKEND.maxPoolScatter(pool, v[0], v[1], v[2])),
                new Case("maxPoolGather", 2, List.of(x, p, p), Arrays.asList(null, DType.I32, null),
                        v -> BACKEND.maxPoolGather(pool, v[0], v[1], v[2])),
                floating("avgPool", 1, v -> BACKEND.avgPool(pool, v[0], v[1]), x, p),
                floating("avgPoolBackward", 1, v -> BACKEND.avgPoolBackward(pool, v[0], v[1]), p, x),
                floating("channelStatistics", 1, v -> BACKEND.channelStatistics(v[0], v[1], v[2]), x, s(c), s(c)),
                floating("channelNormalize", 5, v -> BACKEND.channelNormalize(v[0], v[1], v[2], v[3], v[4], true, v[5]),
                        x, s(c), s(c), s(c), s(c), x),
                floating("batchNormBackward", 6, v -> BACKEND.batchNormBackward(v[0], v[1], v[2], v[3], v[4], v[5], true, v[6], v[7], v[8]),
                        x, x, s(c), s(c), s(c), s(c), x, s(c), s(c)),
                floating("softmax", 1, v -> BACKEND.softmax(v[0], 1, true, v[1]), x, x),
                floating("softmaxBackward", 2, v -> BACKEND.softmaxBackward(v[0], v[1], 1, true, v[2]), x, x, x),
                new Case("crossEntropy", 3, List.of(s(n, 3), s(n), s(3), s(n), s(n)), Arrays.asList(null, DType.I64, null, null, null),
                        v -> BACKEND.crossEntropy(new CrossEntropySpec(1, 0.1), v[0], v[1], v[2], v[3], v[4])),
                floating("crossEntropyBackward", 5, v -> BACKEND.crossEntropyBackward(new CrossEntropySpec(1, 0.1), v[0], v[1], v[2], v[3],
                        v[4], v[5]), s(n), s(n, c), s(n, c), s(c), s(n), s(n, c)),
                floating("normal", 0, v -> BACKEND.normal(key, v[0]), x),
                floating("sgd", 3,
                        v -> BACKEND.sgd(List.of(Update.of(new SgdStep(0.1, 0.9, 0.5, 0.1, true, true, false), v[0], v[1], v[2]))), x, x,
                        x),
                floating("adam", 5, v -> {
                    BACKEND.unary(UnaryOp.ABS, v[2], v[3]);
                    BACKEND.adam(List.of(Update.of(new AdamStep(0.1, 0.9, 0.99, 1e-8, 0.1, true, false, 3), v[0], v[1], v[2], v[3], v[4])));
                }, x, x, x, x, x),
                floating("formula", 3, v -> BACKEND.formula(FORMULA, v), x, x, x));
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void stridesDoNotMatter(@ForAll("cases") Case test, @ForAll long seed) {
        View[] plain = views(test, DType.F64, seed);
        View[] awkward = views(test, DType.F64, seed);
        var random = new SplittableRandom(~seed);
        for (int i = 0; i < awkward.length; i++)
            awkward[i] = Samples.scrambled(awkward[i], random);
        test.kernel.run(plain);
        test.kernel.run(awkward);
        for (int i = 0; i < plain.length; i++)
            assertThat(Elements.doubles(awkward[i])).as("view " + i).isEqualTo(Elements.doubles(plain[i]));
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void floatsAreTheDoublesRoundedOnce(@ForAll("cases") Case test,
            @ForAll long seed) {
        View[] single = views(test, DType.F32, seed);
        View[] wide = views(test, DType.F64, seed);
        for (int i = 0; i < wide.length; i++)
            NaiveElementwise.copy(single[i], wide[i]);
        test.kernel.run(single);
        test.kernel.run(wide);
        for (int i = 0; i < wide.length; i++) {
            View rounded = Samples.empty(single[i].dtype(), wide[i].shape());
            NaiveElementwise.copy(wide[i], rounded);
            assertThat(Elements.doubles(single[i])).as("view " + i).isEqualTo(Elements.doubles(rounded));
        }
    }

    private static View[] views(Case test, DType floating, long seed) {
        var random = new SplittableRandom(seed);
        var views = new View[test.shapes.size()];
        for (int i = 0; i < views.length; i++) {
            DType dtype = test.types.isEmpty() || test.types.get(i) == null ? floating : test.types.get(i);
            views[i] = Samples.empty(dtype, test.shapes.get(i));
            if (i < test.sources && dtype.isFloating())
                views[i] = Samples.random(dtype, random, test.shapes.get(i));
            else if (i < test.sources)
                for (int j = 0; j < views[i].shape().numel(); j++)
                    views[i].heap().setLong(j, random.nextInt(3));
        }
        return views;
    }
}
