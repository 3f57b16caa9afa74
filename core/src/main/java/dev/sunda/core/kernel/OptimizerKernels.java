package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.Update;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;

/// Optimizer steps of any number of parameters, in place: the device gets all of them at once. Graphs that used the old values cannot be
/// differentiated any more. Parameters may differ in shape, type and device; all are checked before anything changes.
public final class OptimizerKernels {
    private OptimizerKernels() {
    }

    /// The part of one parameter: what is done, and with which tensors.
    ///
    /// @param <S> the description of the step
    /// @param tensors the parameter and whatever else the step takes, in the order of the operation; all of the parameter's shape, type and
    ///     device
    public record Change<S>(S step, List<Tensor> tensors) {
        /// Copies the list.
        public Change {
            Objects.requireNonNull(step, "OptimizerKernels.Change: step is null");
            tensors = List.copyOf(tensors);
        }

        /// @param tensors null for those that are not there, which are the last ones
        public static <S> Change<S> of(S step, Tensor... tensors) {
            int n = tensors.length;
            while (n > 0 && tensors[n - 1] == null)
                n--;
            return new Change<>(step, List.of(Arrays.copyOf(tensors, n)));
        }
    }

    /// One step of SGD. The tensors are the parameter, its gradient and, with momentum, the buffer; all but the gradient are modified.
    public static void sgd(List<Change<SgdStep>> changes) {
        run("sgd", changes, (_, k) -> k != 1, Backend::sgd);
    }

    /// One step of Adam or AdamW. The tensors are the parameter, its gradient, the moments and, for AMSGrad, the largest second moment so
    /// far; all but the gradient are modified.
    public static void adam(List<Change<AdamStep>> changes) {
        run("adam", changes, (_, k) -> k != 1, Backend::adam);
    }

    /// Evaluates formulas for every element; the tensors they assign are modified. The tensors are those of the formula in the order of
    /// their numbers.
    public static void formulas(List<Change<Formula>> changes) {
        for (Change<Formula> change : changes)
            if (change.tensors.size() < Math.max(1, change.step.tensors()))
                throw new IllegalArgumentException("formula: it needs " + Math.max(1, change.step.tensors()) + " tensors (got "
                        + change.tensors.size() + ")");
        run("formula", changes, (formula, k) -> formula.assignments().stream().anyMatch(a -> a.tensor() == k), Backend::formulas);
    }

    /// One formula, see [#formulas].
    public static void formula(Formula formula, Tensor... tensors) {
        formulas(List.of(Change.of(formula, tensors)));
    }

    // ---------------------------------------------------------------------------------------------------------- all at once

    /// Whether a step writes the tensor in a certain place.
    @FunctionalInterface
    private interface Writes<S> {
        boolean writes(S step, int tensor);
    }

    private static <S> void run(String operation, List<Change<S>> changes, Writes<S> writes, BiConsumer<Backend, List<Update<S>>> kernel) {
        var updates = new ArrayList<Update<S>>();
        for (Change<S> change : changes) {
            check(operation, change.tensors);
            var views = new View[change.tensors.size()];             // plain loops: many parameters are small
            for (int k = 0; k < views.length; k++)
                views[k] = change.tensors.get(k).view();
            updates.add(new Update<>(change.step, List.of(views)));
        }
        var batch = new Batch<>(writes);
        for (int i = 0; i < updates.size(); i++) {
            if (!batch.takes(updates.get(i))) {
                batch.run(kernel);
                batch = new Batch<>(writes);
            }
            batch.add(updates.get(i), changes.get(i).tensors.getFirst().backend());
        }
        batch.run(kernel);
    }

    /// Updates on one device none of which touches what another writes. Where parameters or gradients share memory, later updates see what
    /// earlier ones have done.
    private static final class Batch<S> {
        private final Writes<S> writes;
        private final List<Update<S>> updates = new ArrayList<>();
        private final Set<Storage> read = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Set<Storage> written = Collections.newSetFromMap(new IdentityHashMap<>());
        private Backend backend;

        Batch(Writes<S> writes) {
            this.writes = writes;
        }

        boolean takes(Update<S> update) {
            Device device = update.tensor(0).storage().device();
            if (backend != null && !backend.device().equals(device))
                return false;
            for (int k = 0; k < update.tensors().size(); k++) {
                Storage storage = update.tensor(k).storage();
                if (written.contains(storage) || read.contains(storage) && writes.writes(update.step(), k))
                    return false;
            }
            return true;
        }

        void add(Update<S> update, Backend device) {
            backend = device;
            updates.add(update);
            for (int k = 0; k < update.tensors().size(); k++)
                (writes.writes(update.step(), k) ? written : read).add(update.tensor(k).storage());
        }

        void run(BiConsumer<Backend, List<Update<S>>> kernel) {
            if (updates.isEmpty())
                return;
            try {
                kernel.accept(backend, updates);
            } finally {
                for (Storage storage : written)
                    storage.version().bump();                        // also where the step broke off half-way
            }
        }
    }

    private static void check(String operation, List<Tensor> tensors) {
        Tensor p = tensors.getFirst();
        if (!p.dtype().isFloating())
            throw new DTypeException(operation + ": parameters need a floating type (got " + p.describe() + ")");
        for (Tensor x : tensors) {
            Tensor.checkSameDevice(operation, p, x);
            if (!x.shape().equals(p.shape()))
                throw new ShapeException(operation, "gradient and state must have the parameter's shape", p.shape(), x.shape());
            if (x.dtype() != p.dtype())
                throw new DTypeException(
                        operation + ": gradient and state must have the parameter's type (got " + p.describe() + ", " + x.describe() + ")");
        }
    }
}
