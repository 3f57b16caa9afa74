package dev.sunda.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.OptimizerKernels.Change;
import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.op.Term;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// All parameters at once have the bits of one after the other.
class OptimizerKernelsProperties {
    private static final Term P = Term.tensor(0), G = Term.tensor(1), M = Term.tensor(2);

    @Property(tries = 100)
    void sgd(@ForAll long seed, @ForAll @IntRange(max = 30) int count, @ForAll boolean first) {
        check(seed, count, sets -> {
            var changes = new ArrayList<Change<SgdStep>>();
            for (List<Tensor> s : sets)
                changes.add(Change.of(new SgdStep(0.1 / (1 + changes.size() % 3), 0.9, 0.1, 0.01, false, changes.size() % 2 == 0, first),
                        s.get(0), s.get(1), changes.size() % 4 > 0 ? s.get(2) : null));
            return changes;
        }, OptimizerKernels::sgd);
    }

    @Property(tries = 100)
    void adam(@ForAll long seed, @ForAll @IntRange(max = 30) int count, @ForAll boolean amsgrad) {
        check(seed, count, sets -> {
            var changes = new ArrayList<Change<AdamStep>>();
            for (List<Tensor> s : sets)
                changes.add(Change.of(new AdamStep(0.1, 0.9, 0.99, 1e-6, 0.01, changes.size() % 2 == 0, false, 1 + changes.size() % 3),
                        s.get(0), s.get(1), s.get(2), s.get(3), amsgrad ? s.get(4) : null));
            return changes;
        }, OptimizerKernels::adam);
    }

    @Property(tries = 100)
    void formulas(@ForAll long seed, @ForAll @IntRange(max = 30) int count) {
        var shared = new Formula().assign(0, P.sub(G.mul(0.1))).assign(2, M.lerp(G, 0.2));
        check(seed, count, sets -> {
            var changes = new ArrayList<Change<Formula>>();
            for (List<Tensor> s : sets)
                changes.add(Change.of(changes.size() % 2 == 0 ? shared : new Formula().assign(2, P.mul(changes.size()).add(G.square())),
                        s.get(0), s.get(1), s.get(2)));
            return changes;
        }, OptimizerKernels::formulas);
    }

    @FunctionalInterface
    private interface Changes<S> {
        List<Change<S>> of(List<List<Tensor>> sets);
    }

    private static <S> void check(long seed, int count, Changes<S> changes, Consumer<List<Change<S>>> kernel) {
        List<List<Tensor>> together = sets(seed, count), apart = sets(seed, count);
        Parallel.withThreads(3, () -> {
            kernel.accept(changes.of(together));
            return 0;
        });
        for (Change<S> change : changes.of(apart))
            kernel.accept(List.of(change));
        for (int k = 0; k < count; k++)
            for (int n = 0; n < 5; n++)
                assertThat(together.get(k).get(n).toDoubleArray()).as("tensor %d of parameter %d, %s", n, k, apart.get(k).get(n).describe())
                        .isEqualTo(apart.get(k).get(n).toDoubleArray());
    }

    /// Parameters of both types on both devices, with what belongs to each: empty ones, large ones, transposed ones, parts of larger ones,
    /// with gradients of their own, that of another, or the memory of another parameter.
    private static List<List<Tensor>> sets(long seed, int count) {
        var random = new Random(seed);
        var rng = new Rng(seed);
        var sets = new ArrayList<List<Tensor>>();
        for (int k = 0; k < count; k++) {
            Tensor other = k == 0 || random.nextInt(3) > 0 ? null : sets.get(random.nextInt(k)).get(random.nextInt(2));
            DType dtype = other != null ? other.dtype() : random.nextInt(4) == 0 ? DType.F64 : DType.F32;
            Device device = other != null ? other.device() : random.nextInt(4) == 0 ? Device.REFERENCE : Device.CPU;
            Shape shape = other != null ? other.shape()
                    : Shape.of(random.nextInt(6), random.nextInt(15) == 0 ? 9000 : 1 + random.nextInt(9));
            var set = new ArrayList<Tensor>();
            for (int n = 0; n < 5; n++)
                set.add(tensor(random, rng, shape, dtype, device));
            if (other != null)
                set.set(random.nextInt(2), other);
            sets.add(set);
        }
        return sets;
    }

    private static Tensor tensor(Random random, Rng rng, Shape shape, DType dtype, Device device) {
        int rows = shape.size(0), columns = shape.size(1);
        return switch (random.nextInt(4)) {
            case 0 -> Tensor.randn(Shape.of(columns, rows), rng, dtype, device).transpose(0, 1);
            case 1 -> Tensor.randn(Shape.of(rows + 2, columns + 1), rng, dtype, device).narrow(0, 1, rows).narrow(1, 0, columns);
            default -> Tensor.randn(shape, rng, dtype, device);
        };
    }

    @Example
    void allAreCheckedBeforeAnythingChanges() {
        Tensor p = Tensor.of(1f, 2f), g = Tensor.of(1f, 1f);
        var step = new SgdStep(1, 0, 0, 0, false, false, true);
        Change<SgdStep> good = Change.of(step, p, g);
        assertThatThrownBy(() -> OptimizerKernels.sgd(List.of(good, Change.of(step, p, Tensor.of(1f))))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> OptimizerKernels.sgd(List.of(good, Change.of(step, p, Tensor.of(1.0, 1.0)))))
                .isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> OptimizerKernels.formulas(List.of(Change.of(new Formula().assign(0, P.neg()), p),
                Change.of(new Formula().assign(0, G), p)))).isInstanceOf(IllegalArgumentException.class);
        assertThat(p.toFloatArray()).containsExactly(1, 2);
        OptimizerKernels.sgd(List.of());
    }

    @Example
    void bumpsTheVersionsOfWhatIsWrittenAlone() {
        Tensor p = Tensor.of(1f, 2f), g = Tensor.of(1f, 1f), buffer = Tensor.of(0f, 0f), q = Tensor.of(3f);
        var step = new SgdStep(1, 0.9, 0, 0, false, false, true);
        OptimizerKernels.sgd(List.of(Change.of(step, p, g, buffer), Change.of(step, q, Tensor.of(1f))));
        assertThat(Stream.of(p, g, buffer, q).map(x -> x.view().storage().version().count())).containsExactly(1L, 0L, 1L, 1L);
    }
}
