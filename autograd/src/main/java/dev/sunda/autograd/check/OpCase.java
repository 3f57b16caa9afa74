package dev.sunda.autograd.check;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One operation as the generic checks see it: a name, how to make inputs, what to compute, and calls that must be refused.
///
/// ```java
/// OpCase.of("swish", "a,b,c", x -> x.get(0).mul(x.get(0).sigmoid()));
/// OpCase.of("linear", "a,b c,b c", x -> linear(x.get(0), x.get(1), x.get(2)))
///         .refusing(device -> linear(zeros(device, 2, 3), zeros(device, 4, 5), null));
/// ```
///
/// @param name of the method it stands for, without its class
/// @param shapes shapes of the inputs, separated by blanks; the letters `a` to `d` are sizes drawn by a test, digits are themselves, `-` is
///     a scalar
/// @param domain where the values come from
/// @param linear whether the result is linear in the first input while the others stay, so that the adjoint identity can be checked
/// @param function from float64 or float32 inputs on any device to one variable; several results are joined into one
/// @param refusals calls with invalid arguments, each made with tensors on the given device
public record OpCase(String name, String shapes, Domain domain, boolean linear, Function<List<Variable>, Variable> function,
        List<Consumer<Device>> refusals) {

    /// Values an operation is smooth at.
    public enum Domain {
        /// Standard normal numbers.
        ANY,
        /// At least 0.5.
        POSITIVE,
        /// At least 0.1 away from 0.
        NOT_ZERO,
        /// All elements of all inputs differ by at least 0.05, none is within 0.03 of 0.
        DISTINCT,
        /// Between -0.9 and 0.9.
        INSIDE_ONE,
        /// Between 0.05 and 0.95.
        PROBABILITY
    }

    /// A case with standard normal inputs.
    public static OpCase of(String name, String shapes, Function<List<Variable>, Variable> function) {
        return of(name, shapes, Domain.ANY, function);
    }

    /// A case with inputs from a domain.
    public static OpCase of(String name, String shapes, Domain domain, Function<List<Variable>, Variable> function) {
        return new OpCase(name, shapes, domain, false, function, List.of());
    }

    /// This case, which is linear in its first input.
    public OpCase asLinear() {
        return new OpCase(name, shapes, domain, true, function, refusals);
    }

    /// This case with one more call that must be refused.
    public OpCase refusing(Consumer<Device> call) {
        return new OpCase(name, shapes, domain, linear, function, Stream.concat(refusals.stream(), Stream.of(call)).toList());
    }

    /// A float32 constant of zeros, for calls that are to be refused.
    public static Variable zeros(Device device, int... sizes) {
        return Variable.of(Tensor.zeros(Shape.of(sizes), DType.F32, device));
    }

    /// One call: the operation with inputs of these sizes.
    ///
    /// @param sizes what the letters stand for, at least one number
    /// @param seed of the values
    /// @param memory which memory order the first input has, see [#stored]; the others follow in turn
    public record Call(OpCase op, List<Integer> sizes, long seed, int memory) {
        /// Shapes of the inputs.
        public List<Shape> shapes() {
            return Arrays.stream(op.shapes.split(" ")).map(this::shape).toList();
        }

        private Shape shape(String letters) {
            if (letters.equals("-"))
                return Shape.SCALAR;
            return Shape.of(Arrays.stream(letters.split(",")).mapToInt(s -> Character.isDigit(s.charAt(0)) ? Integer.parseInt(s)
                    : sizes.get((s.charAt(0) - 'a') % sizes.size())).toArray());
        }

        /// Float64 inputs on the CPU, each in one of several memory orders.
        public List<Tensor> inputs() {
            return inputs(DType.F64, Device.CPU);
        }

        /// The same inputs in another type or on another device.
        public List<Tensor> inputs(DType dtype, Device device) {
            var rng = new Rng(seed);
            var inputs = new ArrayList<Tensor>();
            int total = shapes().stream().mapToInt(Shape::numel).sum();
            int[] order = rng.permutation(total);
            int used = 0;
            for (Shape shape : shapes()) {
                double[] values = Tensor.randn(shape, rng, DType.F64, Device.CPU).toDoubleArray();
                for (int i = 0; i < values.length; i++)
                    values[i] = switch (op.domain) {
                        case ANY -> values[i];
                        case POSITIVE -> Math.abs(values[i]) + 0.5;
                        case NOT_ZERO -> values[i] + Math.copySign(0.1, values[i]);
                        case DISTINCT -> (order[used + i] - total / 2 + 0.5) * 0.07;
                        case INSIDE_ONE -> 0.9 * values[i] / (1 + Math.abs(values[i]));
                        case PROBABILITY -> 0.5 + 0.45 * values[i] / (1 + Math.abs(values[i]));
                    };
                used += values.length;
                inputs.add(stored(Tensor.of(values, shape).to(dtype).to(device), memory + inputs.size()));
            }
            return inputs;
        }

        /// The result for these inputs, taken as constants.
        public Variable run(List<Tensor> inputs) {
            return op.function.apply(inputs.stream().map(Variable::of).toList());
        }

        @Override
        public String toString() {
            return op.name + shapes().stream().map(Shape::toString).collect(Collectors.joining(", ", "(", ")")) + " seed " + seed
                    + " memory " + memory;
        }
    }

    /// The same numbers laid out differently: row-major, column-major, every second element of a larger block, reversed, and, from three
    /// dimensions on, channels last.
    ///
    /// @param memory which of the five, taken modulo 5
    public static Tensor stored(Tensor x, int memory) {
        if (x.rank() == 0)
            return x;
        int[] reversed = new int[x.rank()];
        Arrays.setAll(reversed, d -> x.rank() - 1 - d);
        return switch (Math.floorMod(memory, 5)) {
            case 1 -> x.permute(reversed).contiguous().permute(reversed);
            case 2 -> {
                Shape wide = x.shape().with(-1, 2 * x.size(-1));
                Tensor block = Tensor.full(wide, Double.NaN, x.dtype(), x.device());
                yield block.slice(-1, 0, wide.size(-1), 2).copyFrom(x);
            }
            case 3 -> x.flip(0).contiguous().flip(0);
            case 4 -> x.rank() < 3 ? x : x.channelsLast();
            default -> Tensor.empty(Layout.contiguous(x.shape()), x.dtype(), x.device()).copyFrom(x);
        };
    }
}
