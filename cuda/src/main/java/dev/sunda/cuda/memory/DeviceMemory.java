package dev.sunda.cuda.memory;

import dev.sunda.core.type.DeviceOutOfMemoryException;
import dev.sunda.cuda.driver.Closing;
import dev.sunda.cuda.driver.Context;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Memory of one device, recycled in the order of its one computing stream: a block that is given back is handed out again at once, because
/// whoever gets it works later on the same stream.
///
/// The garbage collector does not see this memory, so it is asked to run when more would be needed than twice what was in use the last time
/// it ran, and before giving up.
///
/// With `-Dsunda.cuda.paranoid=true` every block is an allocation of its own, of exactly the bytes asked for, filled with a pattern
/// that reads as NaN, and is given back to the driver at once, so that tools which watch memory see every access outside it or after its
/// end.
public final class DeviceMemory {
    private static final int NAN_PATTERN = 0x7FF7_FFF7;              // NaN as float32 and, twice, as float64
    private static final long FIRST_COLLECTION = 256L << 20;
    private static final int PATIENCE_MS = 200;                      // for the cleaner, after a collection
    private static final int QUIET_MS = 10;                          // after its last block
    private static final int MOST_ROUNDS = 3;
    private static final int PAUSE_NS = 100_000;                     // between two looks
    private static final int SHOWN_OWNERS = 5;

    private static final Block NOTHING = new Block(null, true, 0, 0);

    private final Context context;
    private final boolean paranoid;
    private final Region common = new Region(true);
    private final Set<Block> used = new LinkedHashSet<>();
    private final ConcurrentLinkedQueue<Block> collected = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Arrival> abandoned = new ConcurrentLinkedQueue<>();   // copies to memory given back under way
    private final Set<RecordingMemory.Rest> recordings = new LinkedHashSet<>();   // those whose memory has not been given back
    private final ConcurrentLinkedQueue<RecordingMemory.Rest> dropped = new ConcurrentLinkedQueue<>();
    private RecordingMemory apart;                                   // of the one thread that records, or null
    private volatile Thread apartFor;
    private long live;
    private long peak;
    private long reserved;
    private long collectAbove = FIRST_COLLECTION;

    /// How much memory there is.
    ///
    /// @param live bytes in blocks that are in use
    /// @param peak the most that were in use at a time
    /// @param reserved bytes taken from the driver
    public record Usage(long live, long peak, long reserved) {
    }

    /// @param paranoid see above
    public DeviceMemory(Context context, boolean paranoid) {
        this.context = context;
        this.paranoid = paranoid;
    }

    /// Memory with undefined contents.
    ///
    /// @param owner what the memory is for; its text names it when there is no memory left
    /// @throws DeviceOutOfMemoryException if the device has no more memory; nothing has been changed then
    public Block allocate(long bytes, Object owner) {
        return allocate(bytes, owner, false);
    }

    /// The same for data that are there before work which is recorded is done: memory that no recorded work writes before, and none
    /// after until all of the recording is given back.
    Block allocateUntouched(long bytes, Object owner) {
        return allocate(bytes, owner, true);
    }

    private Block allocate(long bytes, Object owner, boolean untouched) {
        if (bytes == 0)
            return NOTHING;
        Block block = taken(bytes, owner, untouched);
        try {
            prepare(block, bytes);
        } catch (RuntimeException | Error failed) {
            free(block);
            throw failed;
        }
        return block;
    }

    private void prepare(Block block, long bytes) {
        for (Arrival arrival; (arrival = abandoned.peek()) != null; abandoned.remove(arrival))
            arrival.await();                                         // it may have been on its way to this block
        if (paranoid && !context.isRecording())                      // a replay would wipe out what was uploaded meanwhile
            context.submit(() -> context.cuda().memsetD32Async(block.address, NAN_PATTERN, bytes / Integer.BYTES, context.computing()));
    }

    private synchronized Block taken(long bytes, Object owner, boolean untouched) {
        takeCollected();
        Region region = Thread.currentThread() != apartFor ? common : apart.rest.region(untouched);
        Block block = paranoid ? alone(region, bytes, owner) : shared(region, Region.rounded(bytes), owner);
        used.add(block);
        live += block.bytes;
        peak = Math.max(peak, live);
        return block;
    }

    /// Gives back what [#allocate] gave.
    public synchronized void free(Block block) {
        if (block == NOTHING || block.region.isGivenUp() || !block.region.isRecycled())
            return;
        if (!used.remove(block))
            throw new IllegalStateException("cuda: memory was given back twice (got " + block.bytes + " bytes)");
        live -= block.bytes;
        block.region.giveBack(block);
        if (paranoid && block.region == common)
            common.trim(this::giveToDriver);
    }

    /// [#free] for the thread that cleans up behind the garbage collector, which must not call the driver.
    ///
    /// @param arrival of data on their way to the block; null if there are none
    void freeLater(Block block, Arrival arrival) {
        if (arrival != null)
            abandoned.add(arrival);
        collected.add(block);
    }

    /// [RecordingMemory#close] for the thread that cleans up behind the garbage collector, which must not call the driver.
    void closeLater(RecordingMemory.Rest rest) {
        dropped.add(rest);
    }

    /// What the calling thread records, null if it does not: whose memory it is given now.
    RecordingMemory recording() {
        return Thread.currentThread() == apartFor ? current() : null;
    }

    private synchronized RecordingMemory current() {
        return apart;
    }

    /// Keeps the memory of somebody else for as long as what the calling thread records can be done again.
    ///
    /// @return whether it is kept
    boolean usedBy(Block block, Object holder) {
        return Thread.currentThread() == apartFor && hold(block, holder);
    }

    private synchronized boolean hold(Block block, Object holder) {
        if (block == NOTHING || apart.rest.owns(block.region))
            return false;
        apart.rest.held.put(holder, block.region);
        return true;
    }

    /// Memory that recordings read is handed to somebody else: they cannot be done again.
    synchronized void handedOn(Object holder, Supplier<String> reason) {
        for (RecordingMemory.Rest rest : recordings)
            if (rest.held.containsKey(holder))
                rest.spoil(reason);
    }

    public synchronized Usage usage() {
        takeCollected();
        return new Usage(live, peak, reserved);
    }

    /// Runs `work` of this thread with memory that nobody else is given, now or later.
    ///
    /// @return what gives all of it back to the driver
    public RecordingMemory apart(Runnable work) {
        var own = new RecordingMemory(this);
        enter(own, Thread.currentThread());
        try {
            work.run();
        } catch (RuntimeException | Error failed) {
            new Closing().then(own::close).endAfter(failed);
            throw failed;
        } finally {
            enter(null, null);
        }
        return own;
    }

    private synchronized void enter(RecordingMemory own, Thread thread) {
        apart = own;
        if (own != null)
            recordings.add(own.rest);
        apartFor = thread;
    }

    /// Ends a recording and gives its memory to the driver; without effect the second time.
    synchronized void giveUp(RecordingMemory.Rest rest) {
        if (!recordings.remove(rest))
            return;
        for (RecordingMemory.Rest other : recordings)
            if (other.held.containsValue(rest.work) || other.held.containsValue(rest.untouched))
                other.spoil(() -> "the memory of another recording that it reads was given back");
        for (Iterator<Block> blocks = used.iterator(); blocks.hasNext();) {
            Block block = blocks.next();
            if (rest.owns(block.region)) {
                live -= block.bytes;
                blocks.remove();
            }
        }
        rest.end(new Closing().then(context::makeCurrent), this::giveToDriver).end();
    }

    /// Gives slabs that nobody uses back to the driver.
    public synchronized void trim() {
        takeCollected();
        common.trim(this::giveToDriver);
    }

    /// Gives the driver all memory that nobody uses, also what only the garbage collector knows of.
    public synchronized void reclaim() {
        collect();
        trim();
    }

    /// The driver waits for the work that uses the memory. Nobody else must: waiting for a stream would spoil a recording of another
    /// thread.
    private void giveToDriver(long address, long bytes) {
        reserved -= bytes;
        context.makeCurrent();
        context.cuda().memFree(address);
    }

    /// Gives everything back to the driver, also what is still in use: nobody may use it any more.
    public synchronized void close() {
        var closing = new Closing().then(context::makeCurrent);
        List.copyOf(recordings).forEach(rest -> closing.then(() -> giveUp(rest)));
        common.giveUp((address, bytes) -> closing.then(() -> giveToDriver(address, bytes)));
        closing.end();
    }

    private boolean takeCollected() {
        boolean some = false;
        for (Block block; (block = collected.poll()) != null; some = true)
            free(block);
        for (RecordingMemory.Rest rest; (rest = dropped.poll()) != null; some = true)
            giveUp(rest);
        return some;
    }

    private Block shared(Region region, long bytes, Object owner) {
        Block block = region.take(bytes, owner);
        if (block != null)
            return block;
        long slab = Region.slabFor(bytes);
        if (reserved + slab > collectAbove) {
            collect();
            collectAbove = Math.max(FIRST_COLLECTION, 2 * (live + slab));
            block = region.take(bytes, owner);
            if (block != null)
                return block;
        }
        OptionalLong address = fromDriver(slab);
        if (address.isEmpty()) {
            collect();
            block = region.take(bytes, owner);
            if (block != null)
                return block;
            trim();
            address = fromDriver(slab);
        }
        region.add(address.orElseThrow(() -> outOfMemory(bytes)), slab, slab == Region.slabFor(1));
        reserved += slab;
        return region.take(bytes, owner);
    }

    private Block alone(Region region, long bytes, Object owner) {
        OptionalLong address = fromDriver(bytes);
        if (address.isEmpty()) {
            collect();
            address = fromDriver(bytes);
        }
        Block block = region.addUsed(address.orElseThrow(() -> outOfMemory(bytes)), bytes, owner);
        reserved += bytes;
        return block;
    }

    private OptionalLong fromDriver(long bytes) {
        context.makeCurrent();
        try {
            return OptionalLong.of(context.cuda().memAlloc(bytes));
        } catch (DeviceOutOfMemoryException full) {
            return OptionalLong.empty();
        }
    }

    /// Lets the garbage collector find storages nobody refers to, and takes their memory. What they had referred to is found the next time.
    private void collect() {
        for (int round = 0; round < MOST_ROUNDS; round++)
            if (!collectOnce())
                return;
    }

    /// @return whether memory came back
    private boolean collectOnce() {
        var found = new AtomicBoolean();
        DeviceStorage.CLEANER.register(new Object(), () -> found.set(true));   // says that the cleaner has begun
        System.gc();
        boolean some = false;
        long until = System.nanoTime() + PATIENCE_MS * 1_000_000L;
        while (until - System.nanoTime() > 0) {
            boolean more = takeCollected();
            some |= more;
            if (found.getAndSet(false) || more)
                until = System.nanoTime() + QUIET_MS * 1_000_000L;
            LockSupport.parkNanos(PAUSE_NS);
        }
        return some;
    }

    private DeviceOutOfMemoryException outOfMemory(long bytes) {
        context.makeCurrent();
        long[] info = context.cuda().memGetInfo();
        String owners = used.stream().sorted(Comparator.comparingLong((Block b) -> -b.bytes)).limit(SHOWN_OWNERS)
                .map(b -> size(b.bytes) + " " + b.owner).collect(Collectors.joining(", "));
        return new DeviceOutOfMemoryException("cuda: no memory left for a tensor of " + size(bytes) + " (got " + size(info[0]) + " free of "
                + size(info[1]) + ", " + size(live) + " in use here; largest: " + owners
                + "); take smaller batches, or a StepScope around each step, which recycles memory");
    }

    private static String size(long bytes) {
        return bytes < 1 << 20 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
    }
}
