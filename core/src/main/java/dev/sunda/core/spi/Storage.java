package dev.sunda.core.spi;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.function.Supplier;

/// Memory of one device that holds elements of one type. Tensors and their views share it.
public interface Storage {
    Device device();

    DType dtype();

    /// Number of elements.
    int numel();

    /// How often the memory has been overwritten in place.
    Version version();

    /// Takes the memory away from this object, which from then on refuses every access with `reason`, and hands it to a new
    /// one. How a step scope recycles buffers.
    ///
    /// @param reason asked for only when somebody tries
    /// @throws IllegalStateException if the memory has been taken away before
    Storage detach(Supplier<String> reason);

    /// Gives the memory back now, where it does not belong to the garbage collector. Nobody else may know this object.
    default void release() {
    }

    /// @throws IllegalStateException with the reason if the memory has been taken away
    void checkLive();
}
