package dev.sunda.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// See [Dataset#concat].
final class ConcatDataset<T> implements Dataset<T> {
    private final List<Dataset<T>> parts;
    private final int[] starts;
    private final int size;

    ConcatDataset(List<Dataset<T>> parts) {
        if (parts.isEmpty())
            throw new IllegalArgumentException("Dataset.concat: there must be at least one set (got none)");
        this.parts = parts;
        this.starts = new int[parts.size()];
        long sum = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = (int) sum;
            sum += parts.get(i).size();
            if (sum > Integer.MAX_VALUE)
                throw new IllegalArgumentException("Dataset.concat: a set holds at most 2^31 - 1 elements (got " + sum + ")");
        }
        this.size = (int) sum;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public T get(int index) {
        Objects.checkIndex(index, size);
        int part = partOf(index);
        return parts.get(part).get(index - starts[part]);
    }

    /// A batch that lies within one part is passed on to it.
    @Override
    public Batch batch(int... indices) {
        if (indices.length == 0)
            return Dataset.super.batch(indices);
        int part = partOf(Objects.checkIndex(indices[0], size));
        int[] inPart = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            if (partOf(Objects.checkIndex(indices[i], size)) != part)
                return Dataset.super.batch(indices);
            inPart[i] = indices[i] - starts[part];
        }
        return parts.get(part).batch(inPart);
    }

    /// The last part that starts at or before `index`; empty parts share their start with the next one.
    private int partOf(int index) {
        int found = Arrays.binarySearch(starts, index);
        int part = found >= 0 ? found : -found - 2;
        while (part + 1 < starts.length && starts[part + 1] <= index)
            part++;
        return part;
    }
}
