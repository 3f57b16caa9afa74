package dev.sunda.core.spi;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;

/// What a kernel sees of a tensor: memory and how the elements lie in it.
public record View(Storage storage, Layout layout) {
    public DType dtype() {
        return storage.dtype();
    }

    public Shape shape() {
        return layout.shape();
    }

    /// The same memory under another layout.
    public View as(Layout other) {
        return new View(storage, other);
    }

    /// The memory of a backend whose storage is Java arrays.
    public HeapStorage heap() {
        return (HeapStorage) storage;
    }
}
