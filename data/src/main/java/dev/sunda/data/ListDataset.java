package dev.sunda.data;

import java.util.List;

/// See [Dataset#of].
record ListDataset<T>(List<T> elements) implements Dataset<T> {
    @Override
    public int size() {
        return elements.size();
    }

    @Override
    public T get(int index) {
        return elements.get(index);
    }
}
