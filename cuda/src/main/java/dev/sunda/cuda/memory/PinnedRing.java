package dev.sunda.cuda.memory;

import dev.sunda.core.type.DeviceOutOfMemoryException;
import dev.sunda.cuda.driver.Closing;
import dev.sunda.cuda.driver.Context;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Pinned host memory for copies under way, in slots that are used in turn: a slot is taken again when the copy from or to it is over. As
/// long as it is not, there will be one more, up to [#MOST]: whoever hands over a batch of images need not wait until the device is
/// through with the work that its copy comes after, and a program that copies little pins little.
final class PinnedRing {
    static final int SLOT_BYTES = 4 << 20;
    static final int MOST = 16;
    private static final int CHEAP_EVENT = 2;

    private final Context context;
    private final List<Slot> slots = new ArrayList<>();              // behind the one taken last comes the one taken longest ago
    private int last;

    /// @param done an event behind the copy that used it last
    private record Slot(MemorySegment memory, long done) {
    }

    PinnedRing(Context context) {
        this.context = context;
    }

    /// The next slot, once nobody uses it.
    MemorySegment take() {
        context.makeCurrent();
        int next = slots.isEmpty() ? 0 : (last + 1) % slots.size();
        if (!grown(next))
            context.cuda().eventSynchronize(slots.get(next).done);
        last = next;
        return slots.get(next).memory;
    }

    /// Puts a new slot at `next` if the one there is in use and there may be more. When the host has no more memory to pin, those that are
    /// there have to do.
    private boolean grown(int next) {
        if (slots.size() == MOST || !slots.isEmpty() && context.cuda().eventQuery(slots.get(next).done))
            return false;
        try {
            slots.add(next, slot());
            return true;
        } catch (DeviceOutOfMemoryException full) {
            if (slots.isEmpty())
                throw full;
            return false;
        }
    }

    @SuppressWarnings("restricted")
    private Slot slot() {
        long memory = context.made("pinned memory of the host", () -> context.cuda().memHostAlloc(SLOT_BYTES, 1));
        try {
            long done = context.made("an event", () -> context.cuda().eventCreate(CHEAP_EVENT));
            return new Slot(MemorySegment.ofAddress(memory).reinterpret(SLOT_BYTES), done);
        } catch (RuntimeException | Error failed) {
            new Closing().then(() -> context.cuda().memFreeHost(memory)).endAfter(failed);
            throw failed;
        }
    }

    /// The slot taken last is in use until `stream` has come this far; called while work is submitted.
    void usedBy(long stream) {
        try {
            context.cuda().eventRecord(slots.get(last).done, stream);
        } catch (RuntimeException failed) {                          // nothing says when the copy ends, so it has to be over now
            new Closing().then(() -> context.cuda().streamSynchronize(stream)).endAfter(failed);
            throw failed;
        }
    }

    /// Waits until the slot taken last is of no more use to the device.
    void await() {
        context.makeCurrent();
        context.cuda().eventSynchronize(slots.get(last).done);
    }

    void close() {
        var closing = new Closing().then(context::makeCurrent);
        for (Slot slot : slots)
            closing.then(() -> context.cuda().eventDestroy(slot.done)).then(() -> context.cuda().memFreeHost(slot.memory.address()));
        closing.end();
    }
}
