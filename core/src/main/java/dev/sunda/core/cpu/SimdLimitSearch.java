package dev.sunda.core.cpu;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// A vector at a time until one holds such an element, which is then looked for by [ScalarLimitSearch].
final class SimdLimitSearch implements LimitSearch {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    @Override
    public int below(float[] x, int from, int end, float limit) {
        FloatVector most = FloatVector.broadcast(S, limit);
        int last = end - L;
        int i = from;
        while (i <= last && FloatVector.fromArray(S, x, i).compare(GE, most).allTrue())
            i += L;
        return ScalarLimitSearch.firstBelow(x, i, end, limit);
    }

    @Override
    public int above(float[] x, int from, int end, float limit) {
        FloatVector least = FloatVector.broadcast(S, limit);
        int last = end - L;
        int i = from;
        while (i <= last && FloatVector.fromArray(S, x, i).compare(LE, least).allTrue())
            i += L;
        return ScalarLimitSearch.firstAbove(x, i, end, limit);
    }
}
