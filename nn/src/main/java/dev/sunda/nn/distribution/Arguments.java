package dev.sunda.nn.distribution;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Shape;
import java.util.Objects;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;

/// Parameters of distributions, checked, and the noise that draws begin with.
final class Arguments {
    private Arguments() {
    }

    /// The common shape of two parameters.
    static Shape together(String name, Variable a, Variable b) {
        Objects.requireNonNull(a, () -> name + ": the first parameter is null");
        Objects.requireNonNull(b, () -> name + ": the second parameter is null");
        Tensor.checkSameDevice(name, a.data(), b.data());
        if (!a.dtype().isFloating() || a.dtype() != b.dtype())
            throw new DTypeException(name + ": the parameters must be of one floating type (got " + a.data().describe() + ", "
                    + b.data().describe() + "); convert with to(DType.F32)");
        return Shape.broadcast(name, a.shape(), b.shape());
    }

    static void floating(String name, Variable x) {
        Objects.requireNonNull(x, () -> name + ": the parameter is null");
        if (!x.dtype().isFloating())
            throw new DTypeException(name + ": needs a floating type (got " + x.data().describe() + "); convert with to(DType.F32)");
    }

    /// Throws, naming the first number that does not hold.
    static void each(String name, String demand, Tensor numbers, DoublePredicate holds) {
        for (double number : numbers.toDoubleArray())
            if (!holds.test(number))
                throw new IllegalArgumentException(name + ": " + demand + " (got " + number + ")");
    }

    static Shape joined(Shape first, Shape last) {
        Objects.requireNonNull(first, "sample: shape is null; use Shape.SCALAR for one draw");
        return Shape.of(IntStream.concat(IntStream.of(first.sizes()), IntStream.of(last.sizes())).toArray());
    }

    /// Numbers in `[0, 1)` of the type and on the device of `like`, of `shape` followed by the shape of `like`.
    static Variable uniform(Shape shape, Variable like, Rng rng) {
        return Variable.of(Tensor.rand(joined(shape, like.shape()), rng, like.dtype(), like.device()));
    }

    static Variable constant(Variable like, double value) {
        return Variable.of(Tensor.scalar(value, like.dtype(), like.device()));
    }
}
