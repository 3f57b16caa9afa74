package dev.sunda.cuda.memory;

import dev.sunda.cuda.driver.Closing;
import java.lang.ref.Cleaner;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Memory that a recording works in, and memory of others that it reads. Both stay while somebody refers to the recording or to a tensor
/// made by it; after that they come back by themselves, or at once by [#close].
///
/// What a recording reads may be taken away from its owner, who has it recycled. Whoever gets it would write over what the recording
/// reads, so from then on the recording is [spoiled][#spoiledBecause]: it must not be done again.
public final class RecordingMemory implements AutoCloseable {
    final Rest rest;
    private final Cleaner.Cleanable cleanable;

    /// What is left when nobody refers to it any more; refers to nothing that leads back. Guarded by the pool.
    static final class Rest implements Runnable {
        final Region work = new Region(true);
        final Region untouched = new Region(false);                  // never recycled
        final Map<Object, Region> held = new IdentityHashMap<>();    // memory of others, and where it lies
        private final DeviceMemory pool;
        private Runnable before = () -> {};
        private volatile Supplier<String> spoiled;

        private Rest(DeviceMemory pool) {
            this.pool = pool;
        }

        Region region(boolean staysUntouched) {
            return staysUntouched ? untouched : work;
        }

        boolean owns(Region region) {
            return region == work || region == untouched;
        }

        void spoil(Supplier<String> reason) {
            if (spoiled == null)
                spoiled = reason;
        }

        @Override
        public void run() {
            pool.closeLater(this);
        }

        /// First the recording ends, then its memory goes, whatever fails on the way.
        Closing end(Closing closing, Region.Driver driver) {
            held.clear();
            closing.then(before);
            work.giveUp((address, bytes) -> closing.then(() -> driver.take(address, bytes)));
            untouched.giveUp((address, bytes) -> closing.then(() -> driver.take(address, bytes)));
            return closing;
        }
    }

    RecordingMemory(DeviceMemory pool) {
        rest = new Rest(pool);
        cleanable = DeviceStorage.CLEANER.register(this, rest);
    }

    /// @param step taken before the memory goes back to the driver; it must not refer to this object, nor to a tensor made in it
    public void before(Runnable step) {
        rest.before = step;
    }

    /// Why the recording must not be done again, null if it may.
    public String spoiledBecause() {
        Supplier<String> reason = rest.spoiled;
        return reason == null ? null : reason.get();
    }

    /// Gives everything back now; tensors made in it refuse to be used from now on.
    @Override
    public void close() {
        cleanable.clean();                                           // only notes it
        rest.pool.giveUp(rest);
    }
}
