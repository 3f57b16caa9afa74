package dev.sunda.core.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// The vector shape of the element-wise kernels: the widest the hardware prefers, but 4, 8 or 16 floats, so that it divides the
/// 16 logical lanes of a reduction.
final class SimdSpecies {
    static final VectorSpecies<Float> F = choose();
    static final VectorSpecies<Double> D = VectorSpecies.of(double.class, F.vectorShape());
    static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

    private SimdSpecies() {
    }

    static int lanes() {
        return F.length();
    }

    private static VectorSpecies<Float> choose() {
        int preferred = FloatVector.SPECIES_PREFERRED.length();
        if (preferred > 16)
            return FloatVector.SPECIES_512;
        return preferred < 4 ? FloatVector.SPECIES_128 : FloatVector.SPECIES_PREFERRED;
    }

    /// The same shape for the bits of a float.
    static IntVector bits(FloatVector x) {
        return x.reinterpretAsInts();
    }

    /// `|x|`. `FloatVector.abs` allocates its result on JDK 25.
    static FloatVector abs(FloatVector x) {
        return bits(x).and(Integer.MAX_VALUE).reinterpretAsFloats();
    }

    static DoubleVector abs(DoubleVector x) {
        return x.reinterpretAsLongs().and(Long.MAX_VALUE).reinterpretAsDoubles();
    }
}
