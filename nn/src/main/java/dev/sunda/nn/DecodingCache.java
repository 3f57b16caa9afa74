package dev.sunda.nn;

import java.util.ArrayList;
import java.util.List;

/// The caches of all layers of a transformer, for decoding one sequence, or one batch of them, position by position.
public final class DecodingCache {
    private final List<KeyValueCache> own = new ArrayList<>();
    private final List<KeyValueCache> memory = new ArrayList<>();

    /// @param layers of the model, at least 1
    /// @param capacity positions that fit, of the sequence and of the memory, at least 1
    public DecodingCache(int layers, int capacity) {
        Require.atLeast("DecodingCache", "number of layers", layers, 1);
        for (int i = 0; i < layers; i++) {
            own.add(new KeyValueCache(capacity));
            memory.add(new KeyValueCache(capacity));
        }
    }

    /// How many layers it is for.
    public int layers() {
        return own.size();
    }

    /// Positions decoded so far.
    public int length() {
        return own.getFirst().length();
    }

    /// Of what the positions of the sequence have been to layer `i`.
    public KeyValueCache own(int i) {
        return own.get(i);
    }

    /// Of what the memory is to layer `i`.
    public KeyValueCache memory(int i) {
        return memory.get(i);
    }

    void check(String operation, int layers) {
        if (layers != own.size())
            throw new IllegalArgumentException(operation + ": the cache must be for " + layers + " layers (got " + own.size() + ")");
    }
}
