package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.fromArray;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// The eight chains of [Reduce64#sum] in one, two or four vectors, and the extremes.
final class SimdReduce64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();

    private SimdReduce64() {
    }

    /// Adds the first `end` elements, a multiple of eight, in the order of [Reduce64#sum].
    static void sum(double[] lanes, double[] x, int xi, int end) {
        switch (L) {
            case 8 -> sum8(lanes, x, xi, end);
            case 4 -> sum4(lanes, x, xi, end);
            default -> sum2(lanes, x, xi, end);
        }
    }

    private static void sum8(double[] lanes, double[] x, int xi, int end) {
        DoubleVector a = DoubleVector.zero(S);
        for (int j = 0; j < end; j += 8)
            a = a.add(fromArray(S, x, xi + j));
        a.intoArray(lanes, 0);
    }

    private static void sum4(double[] lanes, double[] x, int xi, int end) {
        DoubleVector a = DoubleVector.zero(S);
        DoubleVector b = DoubleVector.zero(S);
        for (int j = 0; j < end; j += 8) {
            a = a.add(fromArray(S, x, xi + j));
            b = b.add(fromArray(S, x, xi + j + 4));
        }
        a.intoArray(lanes, 0);
        b.intoArray(lanes, 4);
    }

    private static void sum2(double[] lanes, double[] x, int xi, int end) {
        DoubleVector a = DoubleVector.zero(S);
        DoubleVector b = DoubleVector.zero(S);
        DoubleVector c = DoubleVector.zero(S);
        DoubleVector d = DoubleVector.zero(S);
        for (int j = 0; j < end; j += 8) {
            a = a.add(fromArray(S, x, xi + j));
            b = b.add(fromArray(S, x, xi + j + 2));
            c = c.add(fromArray(S, x, xi + j + 4));
            d = d.add(fromArray(S, x, xi + j + 6));
        }
        a.intoArray(lanes, 0);
        b.intoArray(lanes, 2);
        c.intoArray(lanes, 4);
        d.intoArray(lanes, 6);
    }

    /// Makes each of the eight `lanes` the maximum of the elements of its place among the first `end`, a multiple of eight and not 0.
    static void max(double[] lanes, double[] x, int xi, int end) {
        for (int first = 0; first < 8; first += L) {
            DoubleVector a = fromArray(S, x, xi + first);
            for (int j = 8; j < end; j += 8)
                a = a.max(fromArray(S, x, xi + first + j));
            a.intoArray(lanes, first);
        }
    }

    /// Makes each of the eight `lanes` the minimum of the elements of its place among the first `end`, a multiple of eight and not 0.
    static void min(double[] lanes, double[] x, int xi, int end) {
        for (int first = 0; first < 8; first += L) {
            DoubleVector a = fromArray(S, x, xi + first);
            for (int j = 8; j < end; j += 8)
                a = a.min(fromArray(S, x, xi + first + j));
            a.intoArray(lanes, first);
        }
    }
}
