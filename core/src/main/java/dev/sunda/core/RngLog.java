package dev.sunda.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/// Remembers which random numbers a computation drew, so that it can be run again with the same ones.
///
/// ```java
/// var log = new RngLog();
/// Tensor first = log.record(() -> draw(rng));
/// Tensor again = log.replay(() -> draw(rng));      // the same bits; afterwards rng goes on where it was
/// ```
///
/// Not for use by several threads at once.
public final class RngLog {
    private static final ScopedValue<RngLog> CURRENT = ScopedValue.newInstance();

    private final Map<Rng, Long> starts = new LinkedHashMap<>();
    private RngLog outer;

    /// A log of nothing yet.
    public RngLog() {
    }

    /// Runs a computation and remembers where each stream it draws from stood before. Logs nest.
    public <T> T record(Supplier<T> computation) {
        Objects.requireNonNull(computation, "RngLog.record: computation is null");
        outer = CURRENT.isBound() ? CURRENT.get() : null;
        try {
            return ScopedValue.where(CURRENT, this).call(computation::get);
        } finally {
            outer = null;
        }
    }

    /// Runs a computation with every remembered stream at the place where it stood; afterwards they are where they were before this call.
    public <T> T replay(Supplier<T> computation) {
        Objects.requireNonNull(computation, "RngLog.replay: computation is null");
        var before = new LinkedHashMap<Rng, Long>();
        starts.forEach((rng, start) -> {
            before.put(rng, rng.position());
            rng.seek(start);
        });
        try {
            return computation.get();
        } finally {
            before.forEach(Rng::seek);
        }
    }

    /// The streams that have been drawn from, each with the place where it stood before.
    public Map<Rng, Long> starts() {
        return Collections.unmodifiableMap(starts);
    }

    /// A stream is about to be drawn from.
    static void note(Rng rng) {
        for (RngLog log = CURRENT.isBound() ? CURRENT.get() : null; log != null; log = log.outer)
            log.starts.putIfAbsent(rng, rng.position());
    }
}
