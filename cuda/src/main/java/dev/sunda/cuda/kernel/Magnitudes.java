package dev.sunda.cuda.kernel;

import dev.sunda.core.op.Magnitude;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/// What the elements of several tensors together come to: `magnitude.cu`. Tensors that are runs of memory are folded together, by one
/// launch for many of them; each of the others has a launch of its own.
public final class Magnitudes {
    private static final int CHUNK = 4096;
    private static final int THREADS = 256;
    private static final int TENSORS = 240;

    private final Gpu gpu;

    public Magnitudes(Gpu gpu) {
        this.gpu = gpu;
    }

    /// @param tensors of floating types
    /// @param out float64, one element
    public void magnitude(Magnitude magnitude, List<View> tensors, View out) {
        List<Strided> floats = new ArrayList<>();
        List<Strided> doubles = new ArrayList<>();
        for (View x : tensors)
            Strided.over(List.of(x), (x.dtype() == DType.F32 ? floats : doubles)::add);
        int parts = parts(floats) + parts(doubles);
        try (Scratch partial = gpu.scratch(8L * Math.max(1, parts))) {
            long next = fold(magnitude, "f32", floats, partial.address());
            fold(magnitude, "f64", doubles, next);
            gpu.kernel("magnitude", "magnitude_join").launch(Grid.of(1, THREADS), partial, parts, magnitude.ordinal(), out);
        }
        Reference.reachabilityFence(tensors);                        // their memory must not be given back before the launch
    }

    private static int parts(List<Strided> walks) {
        return walks.stream().mapToInt(Magnitudes::blocks).reduce(0, Math::addExact);
    }

    private static int blocks(Strided walk) {
        return Grid.ceil(walk.numel(), CHUNK);
    }

    /// @param partial where the first part goes
    /// @return where the next part goes
    private long fold(Magnitude magnitude, String type, List<Strided> walks, long partial) {
        long next = partial;
        List<Strided> runs = walks.stream().filter(Strided::isContiguous).toList();
        for (int k = 0; k < runs.size(); k += TENSORS)
            next = runs(magnitude, type, runs.subList(k, Math.min(runs.size(), k + TENSORS)), next);
        for (Strided walk : walks)
            if (!walk.isContiguous()) {
                gpu.kernel("magnitude", "magnitude_" + type).launch(Grid.of(blocks(walk), THREADS), walk.address(0), walk.struct(),
                        magnitude.ordinal(), next);
                next += 8L * blocks(walk);
            }
        return next;
    }

    /// `struct Runs`.
    private long runs(Magnitude magnitude, String type, List<Strided> walks, long partial) {
        var words = new int[4 * TENSORS + 2];
        int blocks = 0;
        for (int k = 0; k < walks.size(); k++) {
            long address = walks.get(k).address(0);
            words[2 * k] = (int) address;
            words[2 * k + 1] = (int) (address >> 32);
            words[2 * TENSORS + 2 + k] = walks.get(k).numel();
            words[3 * TENSORS + 2 + k] = blocks;
            blocks += blocks(walks.get(k));
        }
        words[2 * TENSORS] = walks.size();
        words[2 * TENSORS + 1] = magnitude.ordinal();
        gpu.kernel("magnitude", "magnitude_runs_" + type).launch(Grid.of(blocks, THREADS), words, partial);
        return partial + 8L * blocks;
    }
}
