package dev.sunda.data;

import dev.sunda.core.Rng;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Chosen elements of another set. Batches are passed on, so a subset is as fast as its source.
final class Subset<T> implements Dataset<T> {
    private final Dataset<T> source;
    private final int[] indices;

    Subset(Dataset<T> source, int[] indices) {
        for (int index : indices)
            Objects.checkIndex(index, source.size());
        this.source = source;
        this.indices = indices;
    }

    static <T> Subset<T> range(Dataset<T> source, int from, int to) {
        Objects.checkFromToIndex(from, to, source.size());
        int[] indices = new int[to - from];
        Arrays.setAll(indices, i -> from + i);
        return new Subset<>(source, indices);
    }

    static <T> List<Dataset<T>> split(Dataset<T> source, long seed, double... fractions) {
        int[] sizes = partSizes(source.size(), fractions);
        int[] order = new Rng(seed).permutation(source.size());
        var parts = new ArrayList<Dataset<T>>(sizes.length);
        int from = 0;
        for (int size : sizes) {
            parts.add(new Subset<>(source, Arrays.copyOfRange(order, from, from + size)));
            from += size;
        }
        return List.copyOf(parts);
    }

    private static int[] partSizes(int size, double... fractions) {
        double sum = 0;
        for (double fraction : fractions) {
            if (!(fraction > 0))
                throw new IllegalArgumentException("Dataset.split: fractions must be positive (got " + Arrays.toString(fractions) + ")");
            sum += fraction;
        }
        if (!(Math.abs(sum - 1) < 1e-9))
            throw new IllegalArgumentException("Dataset.split: fractions must add up to 1 (got " + Arrays.toString(fractions) + ")");
        int[] sizes = new int[fractions.length];
        int left = size;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = (int) Math.floor(fractions[i] * size + 1e-9);      // 0.3 * 10 may come out just below 3
            left -= sizes[i];
        }
        for (int i = 0; left > 0; i = (i + 1) % sizes.length, left--)
            sizes[i]++;
        return sizes;
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public T get(int index) {
        return source.get(indices[Objects.checkIndex(index, indices.length)]);
    }

    @Override
    public Batch batch(int... chosen) {
        int[] inSource = new int[chosen.length];
        for (int i = 0; i < chosen.length; i++)
            inSource[i] = indices[Objects.checkIndex(chosen[i], indices.length)];
        return source.batch(inSource);
    }
}
