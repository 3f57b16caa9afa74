package dev.sunda.core.spi;

import java.util.ArrayList;
import java.util.List;

/// The part of one parameter in an optimizer's step: what is done, and to what memory.
///
/// @param <S> the description of the step
/// @param tensors the parameter and whatever else the step takes, in the order of the operation
public record Update<S>(S step, List<View> tensors) {
    /// Copies the list.
    public Update {
        tensors = List.copyOf(tensors);
    }

    /// @param tensors null for those that are not there, which are the last ones
    public static <S> Update<S> of(S step, View... tensors) {
        var present = new ArrayList<View>();
        for (View tensor : tensors)
            if (tensor != null)
                present.add(tensor);
        return new Update<>(step, present);
    }

    /// A tensor by its place, null if it is not there.
    public View tensor(int k) {
        return k < tensors.size() ? tensors.get(k) : null;
    }
}
