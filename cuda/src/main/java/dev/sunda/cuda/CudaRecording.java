package dev.sunda.cuda;

import dev.sunda.core.spi.Recording;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.kernel.Gpu;
import java.util.Map;

/// A CUDA graph and the memory its kernels work in.
final class CudaRecording implements Recording {
    private final Context context;
    private final Gpu gpu;
    private final long executable;
    private final Runnable memory;
    private final Map<Long, Long> shifts;
    private boolean closed;

    private CudaRecording(Context context, Gpu gpu, long executable, Runnable memory, Map<Long, Long> shifts) {
        this.context = context;
        this.gpu = gpu;
        this.executable = executable;
        this.memory = memory;
        this.shifts = shifts;
    }

    static CudaRecording of(Context context, Gpu gpu, Runnable work) {
        var executable = new long[1];
        gpu.shifts().begin();
        try {
            Runnable memory = gpu.memory().apart(() -> executable[0] = context.record(work));
            return new CudaRecording(context, gpu, executable[0], memory, gpu.shifts().end());
        } catch (RuntimeException | Error failed) {
            gpu.shifts().end();
            throw failed;
        }
    }

    @Override
    public void replay(Map<Long, Long> drawn) {
        if (closed)
            throw new IllegalStateException("cuda: the recording has been closed (got a replay)");
        shifts.forEach((key, address) -> gpu.shifts().set(address, drawn.getOrDefault(key, 0L)));
        context.submit(() -> context.cuda().graphLaunch(executable, context.computing()));
    }

    @Override
    public void close() {
        if (closed)
            return;
        closed = true;
        context.submit(() -> {
            context.cuda().streamSynchronize(context.computing());
            context.cuda().graphExecDestroy(executable);
        });
        memory.run();
    }
}
