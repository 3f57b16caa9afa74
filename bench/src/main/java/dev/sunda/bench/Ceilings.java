package dev.sunda.bench;

import dev.sunda.core.parallel.Parallel;
import java.util.Arrays;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// How fast the machine is at best, measured with the threads that compute: what no kernel can beat.
///
/// @param multiplyAdds float32 multiply-adds a second, from independent chains in registers
/// @param bytes read and written a second, from copying 64 MB, more than caches hold
record Ceilings(double multiplyAdds, double bytes) {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12;
    private static final int STEPS = 1_000_000;
    private static final int COPIED = 16 << 20;
    private static final int TURNS = 60;

    /// Takes about half a second; the fastest of several turns counts, because a neighbour can only slow it down.
    static Ceilings measure() {
        int threads = Parallel.threads();
        float[] sink = new float[threads];
        double chains = fastest(() -> {
            Parallel.forChunks(threads, 1, (_, from, to) -> Arrays.fill(sink, from, to, chains()));
            return null;
        });
        float[] from = new float[COPIED];
        float[] to = new float[COPIED];
        double copy = fastest(() -> {
            Parallel.forChunks(COPIED, COPIED / threads, (_, first, end) -> System.arraycopy(from, first, to, first, end - first));
            return null;
        });
        return new Ceilings((double) threads * CHAINS * STEPS * S.length() / chains, 2.0 * Float.BYTES * COPIED / copy);
    }

    private static double fastest(Supplier<Void> call) {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < TURNS; i++) {
            long start = System.nanoTime();
            call.get();
            best = Math.min(best, (System.nanoTime() - start) * 1e-9);
        }
        return best;
    }

    /// Twelve chains hide the latency of a multiply-add, four or five cycles at two a cycle, and fit into sixteen registers.
    private static float chains() {
        FloatVector x = FloatVector.broadcast(S, 0.5f);
        FloatVector a = x;
        FloatVector b = x;
        FloatVector c = x;
        FloatVector d = x;
        FloatVector e = x;
        FloatVector f = x;
        FloatVector g = x;
        FloatVector h = x;
        FloatVector i = x;
        FloatVector j = x;
        FloatVector k = x;
        FloatVector l = x;
        for (int step = 0; step < STEPS; step++) {
            a = a.fma(x, x);
            b = b.fma(x, x);
            c = c.fma(x, x);
            d = d.fma(x, x);
            e = e.fma(x, x);
            f = f.fma(x, x);
            g = g.fma(x, x);
            h = h.fma(x, x);
            i = i.fma(x, x);
            j = j.fma(x, x);
            k = k.fma(x, x);
            l = l.fma(x, x);
        }
        return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
    }
}
