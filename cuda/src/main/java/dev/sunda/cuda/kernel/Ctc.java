package dev.sunda.cuda.kernel;

import dev.sunda.core.op.CtcSpec;
import dev.sunda.core.spi.View;
import dev.sunda.cuda.memory.DeviceStorage;
import dev.sunda.cuda.memory.Transfers;
import java.lang.ref.Reference;
import java.util.Collections;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Connectionist temporal classification: `ctc.cu`.
public final class Ctc {
    /// Intermediate results of sequences computed at once.
    private static final long MOST_BYTES = 256L << 20;
    private static final int MOST_SEQUENCES = 65_535;
    private static final int SHARED_BYTES = 48 * 1024;
    private static final int GRADIENT_THREADS = 128;
    private static final int WARP = 32;
    private static final int MOST_THREADS = 1024;

    private final Gpu gpu;
    private final Uploads uploads;
    private final long mostBytes;

    public Ctc(Gpu gpu, Transfers transfers) {
        this(gpu, transfers, MOST_BYTES);
    }

    /// @param mostBytes of intermediate results at a time, but at least those of one sequence
    Ctc(Gpu gpu, Transfers transfers, long mostBytes) {
        this.gpu = gpu;
        this.mostBytes = mostBytes;
        uploads = new Uploads(gpu, transfers);
    }

    /// See `Backend.ctc`.
    public void ctc(CtcSpec spec, View logProbs, View targets, View losses, View gradient) {
        int sequences = logProbs.shape().size(1);
        if (sequences == 0)
            return;
        var call = new Call(spec, logProbs, targets, losses, gradient);
        DeviceStorage lengths = uploads.upload(
                Stream.of(spec.inputLengths(), spec.targetLengths()).flatMapToInt(l -> l.stream().mapToInt(n -> n)).toArray());
        for (int first = 0; first < sequences; first += call.together)
            call.run(lengths.address(), first, Math.min(call.together, sequences - first));
        lengths.release();
        Reference.reachabilityFence(call);                           // nothing it names may become intermediate results
    }

    /// One call, in parts of so many sequences that intermediate results do not take too much memory.
    private final class Call {
        private final CtcSpec spec;
        private final View x;
        private final View targets;
        private final View losses;
        private final View gradient;
        private final int steps;
        private final int width;
        private final boolean isLong;
        private final int together;

        Call(CtcSpec spec, View x, View targets, View losses, View gradient) {
            this.spec = spec;
            this.x = x;
            this.targets = targets;
            this.losses = losses;
            this.gradient = x.shape().numel() == 0 ? null : gradient;
            steps = Math.max(1, Collections.max(spec.inputLengths()));
            width = 2 * Collections.max(spec.targetLengths()) + 1;
            isLong = ringBytes() > SHARED_BYTES;
            long each = (gradient == null ? 0 : sumBytes()) + 2 * ringBytes();
            together = Math.clamp(mostBytes / each, 1, MOST_SEQUENCES);
        }

        private long ringBytes() {
            return 4L * width * Double.BYTES;
        }

        private long sumBytes() {
            return 4L * steps * width * Double.BYTES;
        }

        void run(long lengths, int first, int count) {
            try (Scratch sums = gpu.scratch(gradient == null ? 0 : count * sumBytes());
                    Scratch rings = gpu.scratch(isLong ? 2 * count * ringBytes() : 0);
                    Scratch totals = gpu.scratch(2L * count * Double.BYTES);
                    Scratch links = gpu.scratch((long) count * (width / 2) * Integer.BYTES)) {
                int[] batch = batch(new long[] {Gpu.address(targets), lengths, sums.address(), rings.address(), totals.address(),
                    links.address(), gpu.faults().address()}, first);
                String type = Sorting.type(x.dtype());
                int threads = Math.clamp((width + WARP - 1) / WARP * WARP, 2 * WARP, MOST_THREADS);
                Grid grid = Grid.of(count, gradient == null ? 1 : 2, 1, threads).shared(isLong ? 0 : (int) ringBytes());
                gpu.kernel("ctc", (isLong ? "ctc_long_paths_" : "ctc_paths_") + type).launch(grid, x, losses, losses.layout().stride(0),
                        batch);
                if (gradient != null)
                    gpu.kernel("ctc", "ctc_gradient_" + type).launch(Grid.of(x.shape().size(0), count, 1, GRADIENT_THREADS), gradient,
                            gradient.layout().stride(0), gradient.layout().stride(1), gradient.layout().stride(2), batch);
            }
        }

        /// `struct Batch` of ctc.cu.
        private int[] batch(long[] addresses, int first) {
            IntStream pointers = LongStream.of(addresses).boxed().flatMapToInt(a -> IntStream.of(a.intValue(), (int) (a >> 32)));
            IntStream numbers = IntStream.of(spec.blank(), x.shape().size(2), x.shape().size(1), first, steps, width,
                    x.layout().stride(0), x.layout().stride(1), x.layout().stride(2), targets.layout().stride(0),
                    targets.layout().stride(1), gpu.faults().code("ctc"));
            return IntStream.concat(pointers, numbers).toArray();
        }
    }
}
