package dev.sunda.core;

import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.Storage;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// Recycles the memory of tensors made inside it: optional, and only a matter of speed.
///
/// ```java
/// try (var step = StepScope.open()) {
///     ...                                    // every tensor that this thread makes here
/// }                                          // is recycled here
/// ```
///
/// What a parameter, its gradient or an optimizer holds survives by itself; anything else survives through [#keep]. Touching a
/// recycled tensor throws an `IllegalStateException` that names the places where the scope opened and closed. Leaving the scope
/// out is always correct: then the garbage collector does the work. Scopes nest; a tensor belongs to the innermost one.
///
/// Buffers are handed from one scope to the next of the same thread; those a whole scope did not need are let go, so that at most what one
/// step uses is held. If they are needed after all before the garbage collector has come by, they are taken back: so training and
/// evaluation in turn do not leave a heap of old buffers behind each time. What is known to be of no more use can go before the end, see
/// [#mark]: so a backward pass needs memory for the few gradients under way, not for all it ever made.
public final class StepScope implements AutoCloseable {
    private static final ThreadLocal<Pool> POOLS = ThreadLocal.withInitial(Pool::new);

    private final Pool pool;
    private final StepScope outer;
    private final Place openedAt;
    private final LinkedHashMap<Storage, Long> owned = new LinkedHashMap<>();  // and the number each got when it was made
    private boolean closed;

    private StepScope(Pool pool, Place openedAt) {
        this.pool = pool;
        this.outer = pool.current;
        this.openedAt = openedAt;
    }

    /// Opens a scope for this thread.
    public static StepScope open() {
        Pool pool = POOLS.get();
        var scope = new StepScope(pool, new Place());
        pool.current = scope;
        pool.generation++;
        return scope;
    }

    /// True if a scope of this thread is open.
    public static boolean isOpen() {
        return POOLS.get().current != null;
    }

    /// Runs `work` as if this thread had no scopes and no recycled memory; what it recycles meanwhile is let go at its end. For work whose
    /// memory must not mix with that of other work.
    public static void apart(Runnable work) {
        Objects.requireNonNull(work, "StepScope.apart: work is null");
        Pool outside = POOLS.get();
        var own = new Pool();
        POOLS.set(own);
        try {
            work.run();
        } finally {
            POOLS.set(outside);
            own.free.values().forEach(queue -> queue.forEach(free -> free.storage().release()));
        }
    }

    /// Takes a tensor out of the scope, so that it lives as long as somebody holds it.
    ///
    /// @return the same tensor
    public Tensor keep(Tensor x) {
        return retain(x);
    }

    /// Takes a tensor out of whatever scope of this thread it belongs to; without a scope nothing happens.
    ///
    /// @return the same tensor
    public static Tensor retain(Tensor x) {
        Storage storage = x.view().storage();
        for (StepScope scope = POOLS.get().current; scope != null; scope = scope.outer)
            if (scope.owned.remove(storage) != null)
                break;
        return x;
    }

    /// A moment in the life of the scope that is open now, if any: what is made after it can be recycled before the scope closes.
    public static Mark mark() {
        Pool pool = POOLS.get();
        return new Mark(pool.current, pool.made);
    }

    /// The moment a [StepScope#mark] was set.
    public static final class Mark {
        private final StepScope scope;
        private final long made;

        private Mark(StepScope scope, long made) {
            this.scope = scope;
            this.made = made;
        }

        /// Recycles a tensor, and all that shares its memory, if it was made in the marked scope after the mark and has not been taken out
        /// of it; otherwise, or without a scope, nothing happens. The caller knows that nobody needs it any more.
        ///
        /// @param by who recycles, for the message of the exception that touching the tensor afterwards throws
        public void recycle(Tensor x, String by) {
            Objects.requireNonNull(x, "StepScope.Mark.recycle: x is null");
            Objects.requireNonNull(by, "StepScope.Mark.recycle: by is null");
            if (scope == null || scope.closed)
                return;
            Storage storage = x.view().storage();
            Long number = scope.owned.get(storage);
            if (number == null || number <= made)
                return;
            scope.owned.remove(storage);
            scope.pool.put(storage, storage.detach(() -> named(storage) + " was recycled by " + by
                    + "; take it out of the scope with StepScope.retain(tensor) where it is made"));
        }
    }

    /// Memory for a new tensor: recycled if a scope is open and has some, otherwise fresh. The contents are undefined.
    static Storage allocate(Backend backend, DType dtype, int numel) {
        Pool pool = POOLS.get();
        StepScope scope = pool.current;
        if (scope == null)
            return backend.allocate(dtype, numel);
        Storage recycled = pool.take(new Key(backend.device(), dtype, numel));
        Storage storage = recycled != null ? recycled : backend.allocate(dtype, numel);
        scope.owned.put(storage, ++pool.made);
        return storage;
    }

    /// Recycles what the scope still owns. Scopes close in the reverse order of their opening, on their own thread; closing one closes
    /// those still open inside it.
    ///
    /// @throws IllegalStateException if another thread calls, or, after everything has been closed, if an inner scope had been left open
    @Override
    public void close() {
        if (closed)
            return;
        if (POOLS.get() != pool)
            throw new IllegalStateException("StepScope: the scope opened at " + openedAt + " must be closed by its own thread");
        StepScope leaked = null;
        while (pool.current != this) {
            leaked = pool.current;
            leaked.recycle();
        }
        recycle();
        if (leaked != null)
            throw new IllegalStateException("StepScope: the scope opened at " + leaked.openedAt + " was left open inside the one opened at "
                    + openedAt + "; use try-with-resources");
    }

    private static String named(Storage storage) {
        int lead = Backends.of(storage.device()).lead(storage.dtype());
        return "tensor of " + (storage.numel() - lead) + " x " + storage.dtype();
    }

    private void recycle() {
        closed = true;
        Place opened = openedAt;
        var closedAt = new Place();
        for (Storage storage : owned.sequencedKeySet().reversed())   // so that each tensor of the next step gets what it had in this one
            pool.put(storage, storage.detach(() -> named(storage) + " was recycled when the step scope opened at " + opened
                    + " closed at " + closedAt
                    + "; use item() or step.keep(tensor)"));
        owned.clear();
        pool.current = outer;
        if (outer == null)
            pool.trim();
    }

    /// A place in the user's source, worked out when somebody asks: that would cost more than the rest of a scope.
    private static final class Place {
        private final Throwable here = new Throwable();

        @Override
        public String toString() {
            return Arrays.stream(here.getStackTrace()).filter(f -> !isOurs(f.getClassName())).findFirst()
                    .map(f -> f.getFileName() + ":" + f.getLineNumber()).orElse("unknown");
        }

        private static boolean isOurs(String name) {
            return name.equals(StepScope.class.getName()) || name.equals(Place.class.getName());
        }
    }

    private record Key(Device device, DType dtype, int numel) {
    }

    private record Free(Storage storage, long generation) {
    }

    /// Free buffers of one thread.
    private static final class Pool {
        private final Map<Key, ArrayDeque<Free>> free = new LinkedHashMap<>();
        private final Map<Key, ArrayDeque<WeakReference<Object>>> letGo = new LinkedHashMap<>();
        private StepScope current;
        private long generation;
        private long made;

        private Storage take(Key key) {
            ArrayDeque<Free> queue = free.get(key);
            Free taken = queue == null ? null : queue.pollLast();
            return taken == null ? takeBack(key) : taken.storage();
        }

        private Storage takeBack(Key key) {
            ArrayDeque<WeakReference<Object>> queue = letGo.get(key);
            while (queue != null && !queue.isEmpty()) {
                Object array = queue.pollLast().get();
                if (array != null)
                    return HeapStorage.of(key.device(), key.dtype(), array, key.numel());
            }
            return null;
        }

        private void put(Storage old, Storage storage) {
            free.computeIfAbsent(new Key(old.device(), old.dtype(), old.numel()), _ -> new ArrayDeque<>())
                    .addLast(new Free(storage, generation));
        }

        /// Lets go of what the last two scopes never took: last-in first-out use leaves the idle ones at the front.
        private void trim() {
            boolean some = false;
            for (var entries = free.entrySet().iterator(); entries.hasNext();) {
                var entry = entries.next();
                ArrayDeque<Free> queue = entry.getValue();
                while (!queue.isEmpty() && queue.peekFirst().generation() < generation - 1) {
                    letGo(entry.getKey(), queue.pollFirst().storage());
                    some = true;
                }
                if (queue.isEmpty())
                    entries.remove();
            }
            if (some)
                letGo.values().removeIf(queue -> {
                    queue.removeIf(array -> array.get() == null);
                    return queue.isEmpty();
                });
        }

        /// The array itself is remembered: it is old, while the storage around it is new and would be collected at once.
        private void letGo(Key key, Storage storage) {
            if (storage instanceof HeapStorage heap)
                letGo.computeIfAbsent(key, _ -> new ArrayDeque<>()).addLast(new WeakReference<>(heap.array()));
            else
                storage.release();
        }
    }
}
