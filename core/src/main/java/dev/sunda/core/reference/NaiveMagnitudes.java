package dev.sunda.core.reference;

import dev.sunda.core.op.Magnitude;
import dev.sunda.core.spi.View;
import java.util.List;

/// What the elements of several tensors come to, one after another in row-major order.
final class NaiveMagnitudes {
    private NaiveMagnitudes() {
    }

    static void apply(Magnitude magnitude, List<View> tensors, View out) {
        double total = 0;
        for (View x : tensors)
            for (double element : Elements.doubles(x))
                total = magnitude.join(total, magnitude.of(element));
        Elements.store(new double[] {total}, out);
    }
}
