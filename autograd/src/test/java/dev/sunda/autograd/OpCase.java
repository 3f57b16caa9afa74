package dev.sunda.autograd;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/// One operation as the generic properties see it.
///
/// @param name the method of [Variable] it stands for
/// @param shapes shapes of the inputs, separated by blanks; letters are sizes drawn by the property, digits are themselves, `-` is a scalar
/// @param domain where the values come from
/// @param function the operation
record OpCase(String name, String shapes, Domain domain, Function<List<Variable>, Variable> function) {

    /// Values an operation is smooth at.
    enum Domain {
        /// Standard normal numbers.
        ANY,
        /// At least 0.5.
        POSITIVE,
        /// At least 0.1 away from 0.
        NOT_ZERO,
        /// All elements of all inputs differ by at least 0.05.
        DISTINCT
    }

    static OpCase of(String name, String shapes, Function<List<Variable>, Variable> function) {
        return new OpCase(name, shapes, Domain.ANY, function);
    }

    static OpCase of(String name, String shapes, Domain domain, Function<List<Variable>, Variable> function) {
        return new OpCase(name, shapes, domain, function);
    }

    /// One call: the operation with inputs of these sizes.
    record Call(OpCase op, List<Integer> sizes, long seed, int memory) {
        List<Shape> shapes() {
            return Arrays.stream(op.shapes.split(" ")).map(this::shape).toList();
        }

        private Shape shape(String letters) {
            if (letters.equals("-"))
                return Shape.SCALAR;
            return Shape.of(Arrays.stream(letters.split(",")).mapToInt(s -> Character.isDigit(s.charAt(0)) ? Integer.parseInt(s)
                    : sizes.get((s.charAt(0) - 'a') % sizes.size())).toArray());
        }

        /// Float64 inputs, each in one of several memory orders.
        List<Tensor> inputs() {
            return inputs(DType.F64, Device.CPU);
        }

        List<Tensor> inputs(DType dtype, Device device) {
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
                    };
                used += values.length;
                inputs.add(stored(Tensor.of(values, shape).to(dtype).to(device), Math.floorMod(memory + inputs.size(), 4)));
            }
            return inputs;
        }

        /// The same numbers laid out differently: row-major, column-major, every second element of a larger block, reversed.
        static Tensor stored(Tensor x, int memory) {
            if (x.rank() == 0)
                return x;
            int[] reversed = new int[x.rank()];
            Arrays.setAll(reversed, d -> x.rank() - 1 - d);
            return switch (memory) {
                case 1 -> x.permute(reversed).contiguous().permute(reversed);
                case 2 -> {
                    Shape wide = x.shape().with(-1, 2 * x.size(-1));
                    Tensor block = Tensor.full(wide, Double.NaN, x.dtype(), x.device());
                    Tensor part = block.slice(-1, 0, wide.size(-1), 2);
                    yield part.copyFrom(x);
                }
                case 3 -> x.flip(0).contiguous().flip(0);
                default -> Tensor.empty(Layout.contiguous(x.shape()), x.dtype(), x.device()).copyFrom(x);
            };
        }

        Variable run(List<Tensor> inputs) {
            return op.function.apply(inputs.stream().map(Variable::of).toList());
        }

        @Override
        public String toString() {
            return op.name + shapes().stream().map(Shape::toString).collect(Collectors.joining(", ", "(", ")")) + " seed " + seed
                    + " memory " + memory;
        }
    }
}
