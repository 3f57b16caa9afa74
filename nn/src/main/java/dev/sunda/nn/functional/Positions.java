package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;

/// How attention learns where a position is: waves to be added, rotations of queries and keys, and biases of scores.
public final class Positions {
    private Positions() {
    }

    /// `[length, width]`: `sin(p * base^(-2j / width))` in column `2j` and the cosine of the same in the next, for the positions
    /// `p = offset, offset + 1, ...`. Source: Vaswani et al. 2017, arXiv:1706.03762.
    ///
    /// @param base of the wave lengths, usually 10000
    public static Tensor sinusoidal(int length, int width, double base, int offset, DType dtype, Device device) {
        checkTable("sinusoidal", length, width, base, offset);
        var values = new double[length * width];
        for (int i = 0; i < values.length; i++) {
            int column = i % width;
            double angle = (i / width + offset) * StrictMath.pow(base, -(double) (column - column % 2) / width);
            values[i] = column % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
        }
        return Tensor.of(values, Shape.of(length, width)).to(dtype).to(device);
    }

    /// What [#rotary] turns by.
    ///
    /// @param cos `[length, width / 2]`
    /// @param sin `[length, width / 2]`
    public record Angles(Tensor cos, Tensor sin) {
        /// Refuses null.
        public Angles {
            Objects.requireNonNull(cos, "Positions.Angles: cos is null");
            Objects.requireNonNull(sin, "Positions.Angles: sin is null");
        }

        /// Those of some positions of the table.
        public Angles narrow(int first, int length) {
            return new Angles(cos.narrow(0, first, length), sin.narrow(0, first, length));
        }

        Angles back() {
            return new Angles(cos, sin.neg());
        }
    }

    /// The angles `p * base^(-2j / width)` of the positions `p = offset, offset + 1, ...`.
    ///
    /// @param width how many columns are turned; even
    /// @param base of the wave lengths, usually 10000
    public static Angles angles(int length, int width, double base, int offset, DType dtype, Device device) {
        Objects.requireNonNull(dtype, "rotary: dtype is null; use DType.F32");
        Objects.requireNonNull(device, "rotary: device is null; use Device.CPU");
        checkTable("rotary", length, width, base, offset);
        if (width % 2 != 0)
            throw new IllegalArgumentException("rotary: the width must be even (got " + width + ")");
        return new Angles(table(length, width, base, offset, StrictMath::cos, dtype, device),
                table(length, width, base, offset, StrictMath::sin, dtype, device));
    }

    private static Tensor table(int length, int width, double base, int offset, DoubleUnaryOperator f, DType dtype, Device device) {
        int half = width / 2;
        var values = new double[length * half];
        for (int i = 0; i < values.length; i++)
            values[i] = f.applyAsDouble((i / half + offset) * StrictMath.pow(base, -2.0 * (i % half) / width));
        return StepScope.retain(Tensor.of(values, Shape.of(length, half)).to(dtype).to(device));
    }

    private static void checkTable(String operation, int length, int width, double base, int offset) {
        if (length < 0 || width < 1 || offset < 0)
            throw new IllegalArgumentException(operation + ": length and offset must not be negative and the width must be positive (got "
                    + length + ", " + offset + ", " + width + ")");
        if (!(base > 0))
            throw new IllegalArgumentException(operation + ": the base must be positive (got " + base + ")");
    }

    /// Rotary embedding: pairs of columns are turned by an angle that grows with the position, so that scores depend on distances.
    /// A pair `(a, b)` becomes `(a cos - b sin, b cos + a sin)`. Linear in `x`; the gradient is turned back, by the negative angle.
    /// Source: Su et al. 2021, RoFormer, arXiv:2104.09864.
    ///
    /// @param x `[..., length, columns]`, at least as many columns as are turned; the rest stays
    /// @param angles of these positions; more dimensions in front are broadcast
    /// @param interleaved whether a pair are neighbours; otherwise column `j` goes with column `j + width / 2`
    public static Variable rotary(Variable x, Angles angles, boolean interleaved) {
        Objects.requireNonNull(angles, "rotary: angles is null; use Positions.angles");
        int width = 2 * angles.cos.size(-1);
        if (x.rank() < 2 || x.size(-1) < width || x.size(-2) != angles.cos.size(-2))
            throw new ShapeException("rotary", "the input must be [..., " + angles.cos.size(-2) + ", at least " + width + "]", x.shape(),
                    angles.cos.shape());
        if (angles.cos.dtype() != x.dtype())
            throw new DTypeException("rotary: input and angles must have one type (got " + x.data().describe() + ", "
                    + angles.cos.describe() + "); convert one with to(dtype)");
        return output("rotary", turned(x.data(), angles, interleaved), wrt(x, dy -> rotary(dy, angles.back(), interleaved)));
    }

    private static Tensor turned(Tensor x, Angles angles, boolean interleaved) {
        int half = angles.cos.size(-1);
        Tensor a = interleaved ? x.slice(-1, 0, 2 * half, 2) : x.narrow(-1, 0, half);
        Tensor b = interleaved ? x.slice(-1, 1, 2 * half, 2) : x.narrow(-1, half, half);
        Tensor first = a.mul(angles.cos).sub(b.mul(angles.sin));
        Tensor second = b.mul(angles.cos).add(a.mul(angles.sin));
        Tensor pairs = interleaved ? Tensor.stack(List.of(first, second), -1).flatten(-2, -1) : Tensor.cat(List.of(first, second), -1);
        int rest = x.size(-1) - 2 * half;
        return rest == 0 ? pairs : Tensor.cat(List.of(pairs, x.narrow(-1, 2 * half, rest)), -1);
    }

    /// `[heads, queries, keys]`: biases `-slope * (i - j)` of the score of query `i` and key `j`, which are to be added to the scores of
    /// a causal attention. With `heads` a power of 2 the slopes are `2^(-8 / heads)`, its square and so on; otherwise those of the next
    /// smaller power followed by every second one of twice that number. Source: Press, Smith, Lewis 2021, arXiv:2108.12409.
    ///
    /// @param heads at least 1
    /// @param keys as many as the last query sees: query `i` of `queries` is at position `keys - queries + i`
    public static Tensor alibi(int heads, int queries, int keys, DType dtype, Device device) {
        if (heads < 1 || queries < 0 || keys < queries)
            throw new IllegalArgumentException(
                    "alibi: needs heads and at least as many keys as queries (got " + heads + ", " + keys + ", " + queries + ")");
        var values = new double[heads * queries * keys];
        int power = Integer.highestOneBit(heads);
        for (int i = 0; i < values.length; i++) {
            int head = i / (queries * keys);
            double exponent = head < power ? -8.0 * (head + 1) / power : -4.0 * (2 * (head - power) + 1) / power;
            int distance = keys - queries + i / keys % queries - i % keys;
            values[i] = -StrictMath.pow(2, exponent) * distance;
        }
        return Tensor.of(values, Shape.of(heads, queries, keys)).to(dtype).to(device);
    }
}
