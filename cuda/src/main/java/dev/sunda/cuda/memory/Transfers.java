package dev.sunda.cuda.memory;

import dev.sunda.core.type.DType;
import dev.sunda.cuda.driver.Closing;
import dev.sunda.cuda.driver.Context;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/// Copies between Java arrays and a device, through pinned memory, in pieces, so that long copies overlap with themselves.
///
/// Each direction has a lock of its own: whoever waits for a result does not keep others from copying their next batch to the device.
/// Where both are taken, that of downloads comes first, and both come before the order of work.
public final class Transfers {
    private static final int CHEAP_EVENT = 2;

    private final Context context;
    private final PinnedRing up;                                     // also the lock of its direction
    private final PinnedRing down;
    private final List<Long> events = new ArrayList<>();
    private final ConcurrentLinkedQueue<Long> idle = new ConcurrentLinkedQueue<>();

    public Transfers(Context context) {
        this.context = context;
        up = new PinnedRing(context);
        down = new PinnedRing(context);
    }

    /// Runs work while no other thread copies. Whoever records does so in here: it may copy, and then holds the order of work already.
    public <T> T alone(Supplier<T> work) {
        synchronized (down) {
            synchronized (up) {
                return work.get();
            }
        }
    }

    /// Copies a whole array over what `to` holds from element `offset` on, after what has been asked for before. Returns when the array
    /// may be changed.
    public void upload(Object array, DeviceStorage to, int offset) {
        Objects.checkFromIndexSize(offset, Array.getLength(array), to.numel());
        if (context.isRecording())
            throw new IllegalStateException("cuda: memory was overwritten with numbers of the host while work was being recorded (got "
                    + to.numel() + " x " + to.dtype() + "); do that outside");
        synchronized (up) {
            copy(array, to.dtype(), to.address() + (long) offset * to.dtype().bytes(), context.computing());
        }
        Reference.reachabilityFence(to);                             // its memory must not be given back between two pieces
    }

    /// Copies a whole array to memory nobody has seen yet while the device goes on computing; what is computed with it later waits for
    /// it. Returns when the array may be changed.
    public void uploadAside(Object array, DeviceStorage fresh) {
        if (fresh.numel() == 0)
            return;
        synchronized (up) {
            aside(array, fresh);
        }
    }

    private void aside(Object array, DeviceStorage fresh) {
        if (context.isRecording()) {                                 // the recording finds the data there
            copy(array, fresh.dtype(), fresh.target(), context.copying());
            up.await();
            return;
        }
        afterComputing();
        try {
            copy(array, fresh.dtype(), fresh.target(), context.copying());
            long after = event();
            context.submit(() -> context.cuda().eventRecord(after, context.copying()));
            fresh.arriving(new Upload(after));
        } catch (RuntimeException | Error failed) {                  // whoever is given the memory next does not wait for what is under way
            new Closing().then(() -> context.cuda().streamSynchronize(context.copying())).endAfter(failed);
            throw failed;
        }
    }

    /// Lets copies aside wait for what has been asked for: their memory may have been used by that.
    private void afterComputing() {
        long before = event();
        try {
            context.submit(() -> {
                context.cuda().eventRecord(before, context.computing());
                context.cuda().streamWaitEvent(context.copying(), before);
            });
        } finally {
            idle.add(before);
        }
    }

    /// A copy under way.
    private final class Upload implements Arrival {
        private final long arrived;
        private boolean over;                                        // guarded by the order of work

        private Upload(long arrived) {
            this.arrived = arrived;
        }

        /// A recording must not wait for what happened outside it: then the caller does.
        @Override
        public void await() {
            context.submit(() -> {
                if (over)
                    return;
                if (context.isRecording())
                    context.cuda().eventSynchronize(arrived);
                else
                    context.cuda().streamWaitEvent(context.computing(), arrived);
                over = true;
                idle.add(arrived);
            });
        }
    }

    private long event() {
        Long known = idle.poll();
        if (known != null)
            return known;
        long made = context.made("an event", () -> context.cuda().eventCreate(CHEAP_EVENT));
        events.add(made);
        return made;
    }

    private void copy(Object array, DType dtype, long to, long stream) {
        MemorySegment from = segment(array);
        for (long at = 0, n = (long) Array.getLength(array) * dtype.bytes(); at < n; at += PinnedRing.SLOT_BYTES) {
            long bytes = Math.min(PinnedRing.SLOT_BYTES, n - at);
            MemorySegment slot = up.take();
            MemorySegment.copy(from, at, slot, 0, bytes);
            long target = to + at;
            context.submit(() -> {
                context.cuda().memcpyHtoDAsync(target, slot.address(), bytes, stream);
                up.usedBy(stream);
            });
        }
    }

    /// Copies `numel` elements from an address to a fresh array, once everything before has been computed.
    public Object download(long from, DType dtype, int numel) {
        checkNotRecording((long) numel * dtype.bytes());
        synchronized (down) {
            return downloaded(from, dtype, numel);
        }
    }

    private Object downloaded(long from, DType dtype, int numel) {
        Object array = array(dtype, numel);
        MemorySegment to = segment(array);
        for (long at = 0, n = (long) numel * dtype.bytes(); at < n; at += PinnedRing.SLOT_BYTES) {
            long bytes = Math.min(PinnedRing.SLOT_BYTES, n - at);
            MemorySegment.copy(fetched(from + at, bytes), 0, to, at, bytes);
        }
        return array;
    }

    /// A few words of 64 bits, once everything before has been computed.
    public long[] words(long from, int count) {
        checkNotRecording(8L * count);
        synchronized (down) {
            return fetched(from, 8L * count).asSlice(0, 8L * count).toArray(ValueLayout.JAVA_LONG);
        }
    }

    private void checkNotRecording(long bytes) {
        if (context.isRecording())
            throw new IllegalStateException("cuda: a result was read while work was being recorded (got " + bytes
                    + " bytes); read results outside");
    }

    private MemorySegment fetched(long from, long bytes) {
        MemorySegment slot = down.take();
        context.submit(() -> {
            context.cuda().memcpyDtoHAsync(slot.address(), from, bytes, context.computing());
            down.usedBy(context.computing());
        });
        down.await();
        return slot;
    }

    /// Gives pinned memory and events back; nobody copies any more.
    public void close() {
        var closing = new Closing().then(up::close).then(down::close).then(context::makeCurrent);
        events.forEach(event -> closing.then(() -> context.cuda().eventDestroy(event)));
        closing.end();
    }

    private static Object array(DType dtype, int numel) {
        return switch (dtype) {
            case F32 -> new float[numel];
            case F64 -> new double[numel];
            case I32 -> new int[numel];
            case I64 -> new long[numel];
            case BOOL -> new byte[numel];
        };
    }

    private static MemorySegment segment(Object array) {
        return switch (array) {
            case float[] numbers -> MemorySegment.ofArray(numbers);
            case double[] numbers -> MemorySegment.ofArray(numbers);
            case int[] numbers -> MemorySegment.ofArray(numbers);
            case long[] numbers -> MemorySegment.ofArray(numbers);
            case byte[] numbers -> MemorySegment.ofArray(numbers);
            default -> throw new IllegalArgumentException("cuda: cannot copy a " + array.getClass().getSimpleName());
        };
    }
}
