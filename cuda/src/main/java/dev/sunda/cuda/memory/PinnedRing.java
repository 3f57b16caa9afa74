package dev.sunda.cuda.memory;

import dev.sunda.cuda.driver.Closing;
import dev.sunda.cuda.driver.Context;
import java.lang.foreign.MemorySegment;

/// Pinned host memory for copies under way, in slots that are used in turn: a slot is taken again when the copy from or to it is over.
final class PinnedRing {
    static final int SLOT_BYTES = 4 << 20;
    private static final int SLOTS = 4;
    private static final int CHEAP_EVENT = 2;

    private final Context context;
    private final long[] done = new long[SLOTS];
    private MemorySegment memory;
    private int next;

    PinnedRing(Context context) {
        this.context = context;
    }

    /// The next slot, once nobody uses it.
    MemorySegment take() {
        int slot = (next + 1) % SLOTS;
        context.makeCurrent();
        prepare(slot);
        context.cuda().eventSynchronize(done[slot]);
        next = slot;
        return memory.asSlice((long) next * SLOT_BYTES, SLOT_BYTES);
    }

    /// What is needed for a slot is made at its first use, so that a device nobody copies to takes no memory of the host.
    @SuppressWarnings("restricted")
    private void prepare(int slot) {
        if (memory == null)
            memory = MemorySegment
                    .ofAddress(context.made("pinned memory of the host", () -> context.cuda().memHostAlloc((long) SLOTS * SLOT_BYTES, 1)))
                    .reinterpret((long) SLOTS * SLOT_BYTES);
        if (done[slot] == 0)
            done[slot] = context.made("an event", () -> context.cuda().eventCreate(CHEAP_EVENT));
    }

    /// The slot taken last is in use until `stream` has come this far; called while work is submitted.
    void usedBy(long stream) {
        try {
            context.cuda().eventRecord(done[next], stream);
        } catch (RuntimeException failed) {                          // nothing says when the copy ends, so it has to be over now
            new Closing().then(() -> context.cuda().streamSynchronize(stream)).endAfter(failed);
            throw failed;
        }
    }

    /// Waits until the slot taken last is of no more use to the device.
    void await() {
        context.makeCurrent();
        context.cuda().eventSynchronize(done[next]);
    }

    void close() {
        var closing = new Closing().then(context::makeCurrent);
        for (long event : done)
            if (event != 0)
                closing.then(() -> context.cuda().eventDestroy(event));
        if (memory != null)
            closing.then(() -> context.cuda().memFreeHost(memory.address()));
        closing.end();
    }
}
