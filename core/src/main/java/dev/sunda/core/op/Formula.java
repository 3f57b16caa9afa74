package dev.sunda.core.op;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// New values of some tensors as functions of the old values of all, element by element, in one pass over memory: how optimizers describe
/// their step.
///
/// ```java
/// Term p = Term.tensor(0), g = Term.tensor(1), mean = Term.tensor(2).mul(0.9).add(g);
/// var step = new Formula().assign(0, p.sub(mean.mul(0.01))).assign(2, mean);
/// ```
///
/// Held as instructions, each of which gives one value and uses only values before it, so that a device can run them in a loop. Terms are
/// compared by identity: one that is used several times becomes one instruction.
public final class Formula {
    private final List<Instruction> instructions = new ArrayList<>();
    private final List<Assignment> assignments = new ArrayList<>();
    private final Map<Term, Integer> known = new IdentityHashMap<>();

    /// What gives one value; operands are the numbers of instructions before it.
    public sealed interface Instruction {
    }

    /// The element of a tensor as it was before.
    public record Load(int tensor) implements Instruction {
    }

    /// The same number everywhere.
    public record Constant(double value) implements Instruction {
    }

    /// `op(x)`.
    public record Unary(UnaryOp op, int x) implements Instruction {
    }

    /// `op(a, b)`; comparisons give 1 and 0.
    public record Binary(BinaryOp op, int a, int b) implements Instruction {
    }

    /// `dy * op'`, the derivative being that where `op` has the value `value`.
    public record Slope(UnaryOp op, int value, int dy) implements Instruction {
    }

    /// `condition != 0 ? a : b`.
    public record Choice(int condition, int a, int b) implements Instruction {
    }

    /// The element of a tensor becomes a value.
    public record Assignment(int tensor, int value) {
    }

    /// A formula that changes nothing yet.
    public Formula() {
    }

    /// Lets the elements of a tensor become a term. The terms of all assignments see the old values.
    ///
    /// @param tensor 0 or more, not assigned before
    /// @return this
    public Formula assign(int tensor, Term value) {
        if (tensor < 0 || assignments.stream().anyMatch(a -> a.tensor == tensor))
            throw new IllegalArgumentException("Formula: a tensor is assigned once and has a number of 0 or more (got " + tensor + ")");
        assignments.add(new Assignment(tensor, number(value)));
        return this;
    }

    /// In the order in which they are to be run.
    public List<Instruction> instructions() {
        return List.copyOf(instructions);
    }

    public List<Assignment> assignments() {
        return List.copyOf(assignments);
    }

    /// One more than the largest number of a tensor.
    public int tensors() {
        int count = 0;
        for (Assignment assignment : assignments)
            count = Math.max(count, assignment.tensor + 1);
        for (Instruction instruction : instructions)
            if (instruction instanceof Load load)
                count = Math.max(count, load.tensor + 1);
        return count;
    }

    private int number(Term term) {
        Integer before = known.get(term);
        if (before != null)
            return before;
        Instruction instruction = switch (term) {
            case Term.Element element -> new Load(element.tensor());
            case Term.Constant constant -> new Constant(constant.value());
            case Term.Unary unary -> new Unary(unary.op(), number(unary.x()));
            case Term.Binary binary -> new Binary(binary.op(), number(binary.a()), number(binary.b()));
            case Term.Slope slope -> new Slope(slope.op(), number(slope.value()), number(slope.dy()));
            case Term.Choice choice -> new Choice(number(choice.condition()), number(choice.a()), number(choice.b()));
        };
        instructions.add(instruction);
        known.put(term, instructions.size() - 1);
        return instructions.size() - 1;
    }
}
