package dev.sunda.cuda.memory;

import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.Version;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.lang.ref.Cleaner;
import java.util.function.Supplier;

/// Storage in the memory of a device, given back when nobody refers to it any more.
public final class DeviceStorage implements Storage {
    /// The one thread that cleans up behind the garbage collector. It only takes notes: calling the driver would need a context, and
    /// at the end of the process there is no driver any more.
    static final Cleaner CLEANER = Cleaner.create();

    private final Device device;
    private final DType dtype;
    private final int numel;
    private final Version version = new Version();
    private volatile Owned memory;
    private volatile Supplier<String> gone;

    /// Memory as long as this object is alive, whichever storage it belongs to.
    private static final class Owned {
        private final Lease lease;
        private final RecordingMemory recording;                     // that it is a part of, so that this stays, too; or null
        private final Cleaner.Cleanable cleanable;

        private Owned(Lease lease) {
            this.lease = lease;
            recording = lease.pool.recording();
            cleanable = CLEANER.register(this, lease);
        }

        /// Somebody else is to have it.
        private void handOn(Supplier<String> reason) {
            if (lease.held)
                lease.pool.handedOn(this, reason);
        }
    }

    /// What is left of the memory when nobody refers to it any more.
    private static final class Lease implements Runnable {
        private final DeviceMemory pool;
        private final Block block;
        private volatile Arrival arrival;
        private volatile boolean held;                               // by a recording, now or before

        private Lease(DeviceMemory pool, Block block) {
            this.pool = pool;
            this.block = block;
        }

        @Override
        public void run() {
            pool.freeLater(block, arrival);
        }
    }

    /// What a block holds, for messages.
    private record Owner(DType dtype, int numel) {
        @Override
        public String toString() {
            return "(" + numel + " x " + dtype + ")";
        }
    }

    private DeviceStorage(Device device, DType dtype, int numel, Owned memory) {
        this.device = device;
        this.dtype = dtype;
        this.numel = numel;
        this.memory = memory;
    }

    /// Memory with undefined contents.
    public static DeviceStorage allocate(Device device, DeviceMemory pool, DType dtype, int numel) {
        return of(device, pool, dtype, numel, pool.allocate((long) numel * dtype.bytes(), new Owner(dtype, numel)));
    }

    /// Memory with undefined contents for an upload aside: work that is recorded and done later does not touch it before its data are
    /// read, see [DeviceMemory#allocateUntouched].
    public static DeviceStorage forUpload(Device device, DeviceMemory pool, DType dtype, int numel) {
        return of(device, pool, dtype, numel, pool.allocateUntouched((long) numel * dtype.bytes(), new Owner(dtype, numel)));
    }

    private static DeviceStorage of(Device device, DeviceMemory pool, DType dtype, int numel, Block block) {
        return new DeviceStorage(device, dtype, numel, new Owned(new Lease(pool, block)));
    }

    /// Where the first element lies. If it is still on its way to the device, whatever is put on the computing stream from now on waits.
    /// While the calling thread records, the memory is kept for as long as the recording.
    public long address() {
        Owned owned = live();
        Lease lease = owned.lease;
        Arrival arrival = lease.arrival;
        if (arrival != null) {
            arrival.await();
            lease.arrival = null;                                    // not before: another thread must not think that it has arrived
        }
        if (lease.pool.usedBy(lease.block, owned))
            lease.held = true;
        return lease.block.address();
    }

    private Owned owned() {
        Owned owned = memory;
        if (owned == null)
            throw new IllegalStateException(gone.get());
        return owned;
    }

    private Owned live() {
        Owned owned = owned();
        if (owned.lease.block.isGivenUp())
            throw new IllegalStateException("tensor of " + numel + " x " + dtype
                    + " was given back with the recording that made it; copy what is to outlive the recording");
        return owned;
    }

    /// Where the data of a copy under way go.
    long target() {
        return live().lease.block.address();
    }

    void arriving(Arrival arrival) {
        live().lease.arrival = arrival;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public int numel() {
        return numel;
    }

    @Override
    public Version version() {
        return version;
    }

    @Override
    public Storage detach(Supplier<String> reason) {
        Owned owned = owned();
        owned.handOn(reason);
        gone = reason;
        memory = null;
        return new DeviceStorage(device, dtype, numel, owned);
    }

    @Override
    public void release() {
        Owned owned = owned();
        Supplier<String> reason = () -> "tensor of " + numel + " x " + dtype + " was given back";
        owned.handOn(reason);
        gone = reason;
        memory = null;
        owned.cleanable.clean();
    }

    @Override
    public void checkLive() {
        live();
    }
}
