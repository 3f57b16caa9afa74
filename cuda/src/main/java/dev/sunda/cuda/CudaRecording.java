package dev.sunda.cuda;

import dev.sunda.core.spi.Recording;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.kernel.Gpu;
import dev.sunda.cuda.memory.RecordingMemory;
import java.lang.ref.Reference;
import java.util.Map;

/// A CUDA graph and the memory its kernels work in. When nobody refers to it any more, nor to a tensor made by it, the graph ends and then
/// its memory comes back, as the memory of a tensor does.
final class CudaRecording implements Recording {
    private final Context context;
    private final Gpu gpu;
    private final long executable;
    private final RecordingMemory memory;
    private final Map<Long, Long> shifts;
    private boolean closed;

    private CudaRecording(Context context, Gpu gpu, long executable, RecordingMemory memory, Map<Long, Long> shifts) {
        this.context = context;
        this.gpu = gpu;
        this.executable = executable;
        this.memory = memory;
        this.shifts = shifts;
        memory.before(ending(context, executable));
    }

    /// The driver lets a graph finish that is under way.
    private static Runnable ending(Context context, long executable) {
        return () -> context.cuda().graphExecDestroy(executable);
    }

    static CudaRecording of(Context context, Gpu gpu, Runnable work) {
        var executable = new long[1];
        gpu.shifts().begin();
        try {
            RecordingMemory memory = gpu.memory().apart(() -> executable[0] = context.record(work));
            return new CudaRecording(context, gpu, executable[0], memory, gpu.shifts().end());
        } catch (RuntimeException | Error failed) {
            gpu.shifts().end();
            throw failed;
        }
    }

    @Override
    public String spoiledBecause() {
        return memory.spoiledBecause();
    }

    @Override
    public void replay(Map<Long, Long> drawn) {
        if (closed)
            throw new IllegalStateException("cuda: the recording has been closed (got a replay)");
        String spoiled = spoiledBecause();
        if (spoiled != null)
            throw new IllegalStateException("cuda: the recording reads memory that is not there any more (got a replay): " + spoiled);
        shifts.forEach((key, address) -> gpu.shifts().set(address, drawn.getOrDefault(key, 0L)));
        context.submit(() -> context.cuda().graphLaunch(executable, context.computing()));
        Reference.reachabilityFence(this);                           // the graph must not end before
    }

    @Override
    public void close() {
        closed = true;
        memory.close();
    }
}
