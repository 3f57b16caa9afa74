package dev.sunda.core.cpu;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.UnaryOp;
import java.util.List;

/// The loops that give the values of a formula. Optimizers are made of decaying means, scaled sums and steps divided by a root; each of
/// those is one loop of [FormulaMath], if nothing else needs the values in between. Constants are arguments of loops.
final class FormulaLoops {
    private static final UnaryMath UNARY = UnaryMath.CHOSEN;
    private static final BinaryMath BINARY = BinaryMath.CHOSEN;
    private static final FormulaMath MATH = FormulaMath.CHOSEN;

    private final List<Formula.Instruction> instructions;
    private final int[] uses;

    /// One loop over a strip of `n` elements.
    @FunctionalInterface
    interface Loop {
        /// @param in the places of the operands
        /// @param out the place of the value
        void run(Strip s, int[] in, int out, int n);
    }

    /// Elements that are worked on together: those of place `p` start at `at[p]` of `arrays[p]`.
    record Strip(float[][] arrays, int[] at) {
    }

    /// A loop and the numbers of the values it takes.
    record Step(Loop loop, int... operands) {
    }

    /// A value times a constant.
    private record Scaled(int value, float factor) {
    }

    /// `a * b`.
    private record Product(int a, int b) {
    }

    /// `x / (sqrt(v) * scale + eps)`.
    private record Quotient(Scaled x, int v, float scale, float eps) {
    }

    /// @param uses how often each value is used, assignments included
    FormulaLoops(List<Formula.Instruction> instructions, int[] uses) {
        this.instructions = instructions;
        this.uses = uses;
    }

    /// The loop that gives value `v`.
    ///
    /// @param strides of the tensors
    Step step(int v, int[] strides) {
        return switch (instructions.get(v)) {
            case Formula.Load(int k) -> new Step((s, _, out, n) -> gather(s, k, strides[k], out, n));
            case Formula.Constant(double value) -> new Step((s, _, out, n) -> fill(s, out, (float) value, n));
            case Formula.Unary(var op, int x) -> new Step(
                    (s, in, out, n) -> UNARY.apply(op, s.arrays[in[0]], s.at[in[0]], s.arrays[out], s.at[out], n), x);
            case Formula.Slope(var op, int value, int dy) -> new Step((s, in, out, n) -> UNARY.backward(op, s.arrays[in[0]], s.at[in[0]],
                    s.arrays[in[1]], s.at[in[1]], s.arrays[out], s.at[out], n), value, dy);
            case Formula.Choice(int condition, int a, int b) -> new Step((s, in, out, n) -> MATH.choose(s.arrays[in[0]], s.at[in[0]],
                    s.arrays[in[1]], s.at[in[1]], s.arrays[in[2]], s.at[in[2]], s.arrays[out], s.at[out], n), condition, a, b);
            case Formula.Binary binary -> binary(binary);
        };
    }

    private Step binary(Formula.Binary binary) {
        Step several = binary.op() == BinaryOp.MINIMUM ? clamp(binary) : isConstant(binary.a()) || isConstant(binary.b()) ? null
                : ofValues(binary);
        return several == null ? single(binary) : several;
    }

    /// The loop for an operation on two values together with what they are made of, or null.
    private Step ofValues(Formula.Binary binary) {
        return switch (binary.op()) {
            case ADD -> isLerp(binary) ? lerp(binary) : sum(binary.a(), binary.b());
            case SUB -> isDescent(binary) ? descent(binary) : sum(scaled(binary.a()), scaled(binary.b()), -1);
            case DIV -> quotient(binary) == null ? null : quotient(quotient(binary));
            case MAXIMUM -> decayingMaximum(binary);
            default -> null;
        };
    }

    private Step single(Formula.Binary binary) {
        BinaryOp op = binary.op();
        if (instructions.get(binary.b()) instanceof Formula.Constant(double c))
            return new Step(
                    (s, in, out, n) -> BINARY.vectorScalar(op, s.arrays[in[0]], s.at[in[0]], (float) c, s.arrays[out], s.at[out], n),
                    binary.a());
        if (instructions.get(binary.a()) instanceof Formula.Constant(double c))
            return new Step(
                    (s, in, out, n) -> BINARY.scalarVector(op, (float) c, s.arrays[in[0]], s.at[in[0]], s.arrays[out], s.at[out], n),
                    binary.b());
        return new Step((s, in, out, n) -> BINARY.vectors(op, s.arrays[in[0]], s.at[in[0]], s.arrays[in[1]], s.at[in[1]], s.arrays[out],
                s.at[out], n), binary.a(), binary.b());
    }

    // ---------------------------------------------------------------------------------------------------------- several at once

    /// The order of a sum does not matter.
    private Step sum(int a, int b) {
        boolean turned = product(scaled(b).value) == null && product(scaled(a).value) != null;
        return sum(scaled(turned ? b : a), scaled(turned ? a : b), 1);
    }

    /// `a * s + b * t` or `a * s + b * c * t`, or null if that is a single instruction. Subtracting is adding the opposite.
    private Step sum(Scaled a, Scaled b, int sign) {
        float s = a.factor;
        float t = sign * b.factor;
        Product product = product(b.value);
        if (product != null)
            return new Step((z, in, out, n) -> MATH.sumWithProduct(z.arrays[in[0]], z.at[in[0]], s, z.arrays[in[1]], z.at[in[1]],
                    z.arrays[in[2]], z.at[in[2]], t, z.arrays[out], z.at[out], n), a.value, product.a, product.b);
        if (s == 1 && b.factor == 1)
            return null;
        return new Step((z, in, out, n) -> MATH.sum(z.arrays[in[0]], z.at[in[0]], s, z.arrays[in[1]], z.at[in[1]], t, z.arrays[out],
                z.at[out], n), a.value, b.value);
    }

    private boolean isLerp(Formula.Binary sum) {
        Formula.Binary product = once(sum.b(), BinaryOp.MUL);
        Formula.Binary difference = product == null || !isConstant(product.b()) ? null : once(product.a(), BinaryOp.SUB);
        return difference != null && difference.b() == sum.a();
    }

    private Step lerp(Formula.Binary sum) {
        Scaled difference = scaled(sum.b());
        return new Step((s, in, out, n) -> MATH.lerp(s.arrays[in[0]], s.at[in[0]], s.arrays[in[1]], s.at[in[1]], difference.factor,
                s.arrays[out], s.at[out], n), sum.a(), ((Formula.Binary) instructions.get(difference.value)).a());
    }

    private Step quotient(Quotient q) {
        return new Step((s, in, out, n) -> MATH.quotient(s.arrays[in[0]], s.at[in[0]], q.x.factor, s.arrays[in[1]], s.at[in[1]], q.scale,
                q.eps, s.arrays[out], s.at[out], n), q.x.value, q.v);
    }

    /// A value minus a constant times a quotient that nothing else needs.
    private boolean isDescent(Formula.Binary difference) {
        Formula.Binary division = once(scaled(difference.b()).value, BinaryOp.DIV);
        return division != null && !isConstant(division.a()) && !isConstant(division.b());
    }

    private Step descent(Formula.Binary difference) {
        Scaled subtracted = scaled(difference.b());
        float c = subtracted.factor;
        var division = (Formula.Binary) instructions.get(subtracted.value);
        Quotient q = quotient(division);
        if (q == null)
            return new Step((s, in, out, n) -> MATH.plainDescent(s.arrays[in[0]], s.at[in[0]], c, s.arrays[in[1]], s.at[in[1]],
                    s.arrays[in[2]], s.at[in[2]], s.arrays[out], s.at[out], n), difference.a(), division.a(), division.b());
        return new Step((s, in, out, n) -> MATH.descent(s.arrays[in[0]], s.at[in[0]], c, s.arrays[in[1]], s.at[in[1]], q.x.factor,
                s.arrays[in[2]], s.at[in[2]], q.scale, q.eps, s.arrays[out], s.at[out], n), difference.a(), q.x.value, q.v);
    }

    /// The maximum of a scaled value and a magnitude plus a constant, or null if it is another one.
    private Step decayingMaximum(Formula.Binary maximum) {
        Formula.Binary sum = once(maximum.b(), BinaryOp.ADD);
        if (sum == null || uses[sum.a()] != 1 || !(instructions.get(sum.b()) instanceof Formula.Constant(double eps))
                || !(instructions.get(sum.a()) instanceof Formula.Unary(UnaryOp op, int x)) || op != UnaryOp.ABS)
            return null;
        Scaled a = scaled(maximum.a());
        return new Step((s, in, out, n) -> MATH.decayingMaximum(s.arrays[in[0]], s.at[in[0]], a.factor, s.arrays[in[1]], s.at[in[1]],
                (float) eps, s.arrays[out], s.at[out], n), a.value, x);
    }

    /// The minimum of a constant and a maximum with a constant, or null if it is another one.
    private Step clamp(Formula.Binary minimum) {
        Formula.Binary maximum = once(minimum.a(), BinaryOp.MAXIMUM);
        if (maximum == null || !(instructions.get(minimum.b()) instanceof Formula.Constant(double high))
                || !(instructions.get(maximum.b()) instanceof Formula.Constant(double low)))
            return null;
        return new Step((s, in, out, n) -> MATH.clamp(s.arrays[in[0]], s.at[in[0]], (float) low, (float) high, s.arrays[out], s.at[out], n),
                maximum.a());
    }

    /// What a division divides, or null if it is not by the root of a value and a constant.
    private Quotient quotient(Formula.Binary division) {
        Formula.Binary divisor = once(division.b(), BinaryOp.ADD);
        if (divisor == null || !(instructions.get(divisor.b()) instanceof Formula.Constant(double eps)))
            return null;
        Scaled root = scaled(divisor.a());
        return uses[root.value] == 1 && instructions.get(root.value) instanceof Formula.Unary(UnaryOp op, int v) && op == UnaryOp.SQRT
                ? new Quotient(scaled(division.a()), v, root.factor, (float) eps) : null;
    }

    /// A value as a product with a constant that nothing else needs.
    private Scaled scaled(int v) {
        Formula.Binary product = once(v, BinaryOp.MUL);
        return product != null && instructions.get(product.b()) instanceof Formula.Constant(double factor)
                ? new Scaled(product.a(), (float) factor) : new Scaled(v, 1);
    }

    /// A value that nothing else needs as a product of two others, or null.
    private Product product(int v) {
        return uses[v] != 1 ? null : switch (instructions.get(v)) {
            case Formula.Unary(UnaryOp op, int x) when op == UnaryOp.SQUARE -> new Product(x, x);
            case Formula.Binary(BinaryOp op, int a, int b) when op == BinaryOp.MUL && !isConstant(a) && !isConstant(b) -> new Product(a, b);
            default -> null;
        };
    }

    /// The instruction of a value that is used once, or null if it is another operation.
    private Formula.Binary once(int v, BinaryOp op) {
        return uses[v] == 1 && instructions.get(v) instanceof Formula.Binary binary && binary.op() == op ? binary : null;
    }

    private boolean isConstant(int v) {
        return instructions.get(v) instanceof Formula.Constant;
    }

    // ---------------------------------------------------------------------------------------------------------- plain loops

    private static void gather(Strip s, int tensor, int stride, int out, int n) {
        float[] from = s.arrays[tensor];
        float[] to = s.arrays[out];
        int at = s.at[tensor];
        int first = s.at[out];
        for (int j = 0; j < n; j++)
            to[first + j] = from[at + j * stride];
    }

    private static void fill(Strip s, int out, float value, int n) {
        float[] to = s.arrays[out];
        int first = s.at[out];
        for (int j = 0; j < n; j++)
            to[first + j] = value;
    }
}
