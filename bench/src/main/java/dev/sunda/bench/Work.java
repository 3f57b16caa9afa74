package dev.sunda.bench;

import java.util.List;
import java.util.stream.Stream;

/// What a call cannot do without: steps one after the other, each limited by its multiply-adds or by the bytes that it must read and write.
///
/// Every input and every result of a step is counted once, as if caches held all the rest; functions such as `exp` count nothing. So the
/// time that follows is a lower bound, except where an algorithm saves multiplications (Winograd's) or operands stay in a cache.
record Work(List<Step> steps) {
    private static final int FLOAT = Float.BYTES;

    /// @param multiplyAdds products with their sums, each two operations
    /// @param bytes read and written
    record Step(double multiplyAdds, double bytes) {
        private double ms(Ceilings ceilings) {
            return Math.max(multiplyAdds / ceilings.multiplyAdds(), bytes / ceilings.bytes()) * 1e3;
        }
    }

    /// One step.
    static Work of(double multiplyAdds, double floats) {
        return new Work(List.of(new Step(multiplyAdds, FLOAT * floats)));
    }

    /// One step without products.
    static Work moving(double floats) {
        return of(0, floats);
    }

    /// This work and then that.
    Work then(Work next) {
        return new Work(Stream.concat(steps.stream(), next.steps.stream()).toList());
    }

    /// The shortest time in milliseconds.
    double ms(Ceilings ceilings) {
        return steps.stream().mapToDouble(step -> step.ms(ceilings)).sum();
    }
}
