package dev.sunda.data;

import java.util.Objects;
import java.util.function.Function;

/// See [Dataset#map].
record MappedDataset<S, T>(Dataset<S> source, Function<? super S, ? extends T> function) implements Dataset<T> {
    MappedDataset {
        Objects.requireNonNull(function, "Dataset.map: function is null");
    }

    @Override
    public int size() {
        return source.size();
    }

    @Override
    public T get(int index) {
        return function.apply(source.get(index));
    }
}
