package dev.sunda.core.cpu;

/// Element by element; also looks through what does not fill a vector.
final class ScalarLimitSearch implements LimitSearch {
    @Override
    public int below(float[] x, int from, int end, float limit) {
        return firstBelow(x, from, end, limit);
    }

    @Override
    public int above(float[] x, int from, int end, float limit) {
        return firstAbove(x, from, end, limit);
    }

    static int firstBelow(float[] x, int from, int end, float limit) {
        int i = from;
        while (i < end && x[i] >= limit)
            i++;
        return i;
    }

    static int firstAbove(float[] x, int from, int end, float limit) {
        int i = from;
        while (i < end && x[i] <= limit)
            i++;
        return i;
    }
}
