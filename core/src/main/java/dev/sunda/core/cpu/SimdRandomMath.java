package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Whole vectors; the rest of a loop is left to [ScalarRandomMath].
final class SimdRandomMath implements RandomMath {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, S.vectorShape());
    private static final int L = S.length();

    @Override
    public void bits(long start, long step, long[] out, int n) {
        int end = LONGS.loopBound(n);
        mix(start, step, out, end);
        ScalarRandomMath.finishBits(start, step, out, end, n);
    }

    /// The function of [dev.sunda.core.op.RandomKey#mix].
    private static void mix(long start, long step, long[] out, int end) {
        LongVector z = LongVector.zero(LONGS).addIndex(1).mul(step).add(start);
        LongVector steps = LongVector.broadcast(LONGS, LONGS.length() * step);
        for (int j = 0; j < end; j += LONGS.length()) {
            LongVector a = z.lanewise(VectorOperators.LSHR, 30).lanewise(VectorOperators.XOR, z).mul(0xBF58476D1CE4E5B9L);
            LongVector b = a.lanewise(VectorOperators.LSHR, 27).lanewise(VectorOperators.XOR, a).mul(0x94D049BB133111EBL);
            b.lanewise(VectorOperators.LSHR, 31).lanewise(VectorOperators.XOR, b).intoArray(out, j);
            z = z.add(steps);
        }
    }

    @Override
    public void keep(long[] bits, int[] masks, long least, float scale, float[] x, int xi, float[] y, int yi, int n) {
        int end = S.loopBound(n);
        for (int j = 0; j < end; j++)
            masks[j] = (int) (((bits[j] >>> 11) - least) >>> 63) - 1;
        mask(masks, scale, x, xi, y, yi, end);
        ScalarRandomMath.finishKeep(bits, least, scale, x, xi, y, yi, end, n);
    }

    private static void mask(int[] masks, float scale, float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L)
            SimdSpecies.bits(fromArray(S, x, xi + j).mul(scale)).and(IntVector.fromArray(SimdSpecies.I, masks, j)).reinterpretAsFloats()
                    .intoArray(y, yi + j);
    }
}
