package dev.sunda.core.cpu;

import dev.sunda.core.cpu.FormulaLoops.Step;
import dev.sunda.core.cpu.FormulaLoops.Strip;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.UnaryOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The loops of a formula in their order, and the places of all values.
///
/// A place is where the elements of a strip lie. The first places are the tensors, the others strips of work memory. A contiguous tensor is
/// read where it lies, and a value that is assigned to one is written there at once if nothing reads that memory afterwards. Work memory
/// whose value is not needed any more is used again, but for constants, which are written once for many strips: few strips share the
/// first cache with the tensors.
final class FormulaPlan {
    private final List<Formula.Instruction> instructions;
    private final List<Formula.Assignment> assignments;
    private final int[] memory;
    private final int[] strides;
    private final int[] uses;
    private final List<Placed> constants = new ArrayList<>();
    private final List<Placed> placed = new ArrayList<>();
    private final List<Formula.Assignment> stores = new ArrayList<>();
    private int places;

    /// A step whose operands are places.
    private record Placed(Step step, int out) {
    }

    /// @param memory number of the array in which each tensor lies
    /// @param strides of the tensors in a strip
    FormulaPlan(Formula formula, int[] memory, int[] strides) {
        instructions = formula.instructions();
        assignments = formula.assignments();
        this.memory = memory;
        this.strides = strides;
        uses = uses();
        place(steps());
    }

    /// The number of tensors and strips of work memory.
    int places() {
        return places;
    }

    /// How often the elements of a strip are walked through.
    int loops() {
        return placed.size() + stores.size();
    }

    /// Writes the constants to the strips of work memory that hold them, before the first of several [#run].
    void prepare(Strip s, int n) {
        run(constants, s, n);
    }

    void run(Strip s, int n) {
        run(placed, s, n);
        for (Formula.Assignment store : stores)
            Strips.write(s.arrays()[store.value()], s.at()[store.value()], s.arrays()[store.tensor()], s.at()[store.tensor()],
                    strides[store.tensor()], n);
    }

    private static void run(List<Placed> steps, Strip s, int n) {
        for (Placed p : steps)
            p.step.loop().run(s, p.step.operands(), p.out, n);
    }

    private int[] uses() {
        var count = new int[instructions.size()];
        for (Formula.Instruction instruction : instructions)
            switch (instruction) {
            case Formula.Load _,Formula.Constant _ -> {
            }
            case Formula.Unary unary -> count[unary.x()]++;
            case Formula.Binary binary -> {
                count[binary.a()]++;
                count[binary.b()]++;
            }
            case Formula.Slope slope -> {
                count[slope.value()]++;
                count[slope.dy()]++;
            }
            case Formula.Choice choice -> {
                count[choice.condition()]++;
                count[choice.a()]++;
                count[choice.b()]++;
            }
            }
        for (Formula.Assignment a : assignments)
            count[a.value()]++;
        return count;
    }

    /// By value; null where it is read in place or is part of a later step.
    private Step[] steps() {
        var loops = new FormulaLoops(instructions, uses);
        var steps = new Step[instructions.size()];
        var needed = new boolean[steps.length];
        for (Formula.Assignment a : assignments)
            needed[a.value()] = true;
        for (int v = steps.length - 1; v >= 0; v--)
            if (needed[v] && !isInPlace(v)) {
                steps[v] = loops.step(v, strides);
                for (int operand : steps[v].operands())
                    needed[operand] = true;
            }
        return steps;
    }

    /// Whether a value is read where its tensor lies. One that is assigned is copied first: other assignments must not change it.
    private boolean isInPlace(int v) {
        return instructions.get(v) instanceof Formula.Load(int k) && strides[k] == 1
                && assignments.stream().noneMatch(a -> a.value() == v);
    }

    // ---------------------------------------------------------------------------------------------------------- where values lie

    private void place(Step[] steps) {
        var place = new int[steps.length];
        var last = lastUses(steps);
        var free = new ArrayList<Integer>();
        places = memory.length;
        for (int v = 0; v < steps.length; v++) {
            if (steps[v] == null) {
                place[v] = instructions.get(v) instanceof Formula.Load(int k) ? k : -1;
                continue;
            }
            if (instructions.get(v) instanceof Formula.Constant) {
                place[v] = places++;
                constants.add(new Placed(steps[v], place[v]));
                continue;
            }
            int tensor = target(steps, place, v);
            place[v] = tensor >= 0 ? tensor : free.isEmpty() ? places++ : free.removeLast();
            int[] operands = Arrays.stream(steps[v].operands()).map(x -> place[x]).toArray();
            placed.add(new Placed(new Step(steps[v].loop(), operands), place[v]));
            for (int x : Arrays.stream(steps[v].operands()).distinct().toArray())
                if (last[x] == v && place[x] >= memory.length && !(instructions.get(x) instanceof Formula.Constant))
                    free.add(place[x]);
        }
        for (Formula.Assignment a : assignments)
            if (place[a.value()] != a.tensor())
                stores.add(new Formula.Assignment(a.tensor(), place[a.value()]));
    }

    /// The last step that takes each value; beyond all of them if it is assigned.
    private int[] lastUses(Step[] steps) {
        var last = new int[steps.length];
        for (int v = 0; v < steps.length; v++)
            if (steps[v] != null)
                for (int operand : steps[v].operands())
                    last[operand] = v;
        for (Formula.Assignment a : assignments)
            last[a.value()] = steps.length;
        return last;
    }

    /// The tensor to which the step of value `v` may write, or -1.
    private int target(Step[] steps, int[] place, int v) {
        for (Formula.Assignment a : assignments)
            if (a.value() == v)
                return strides[a.tensor()] == 1 && mayLieIn(a.tensor(), v, place) && !isReadLater(steps, v, a.tensor()) ? a.tensor() : -1;
        return -1;
    }

    /// Not where the operand lies, if the loop reads that again after writing.
    private boolean mayLieIn(int tensor, int v, int[] place) {
        return !(instructions.get(v) instanceof Formula.Unary(UnaryOp op, int x)) || !UnaryMath.readsAgain(op) || place[x] >= memory.length
                || memory[place[x]] != memory[tensor];
    }

    /// Whether a step behind that of value `v` reads the memory of a tensor.
    private boolean isReadLater(Step[] steps, int v, int tensor) {
        for (int w = v + 1; w < steps.length; w++) {
            if (steps[w] == null)
                continue;
            if (isLoad(w, tensor))
                return true;
            for (int x : steps[w].operands())
                if (steps[x] == null && isLoad(x, tensor))
                    return true;
        }
        return false;
    }

    private boolean isLoad(int v, int tensor) {
        return instructions.get(v) instanceof Formula.Load(int k) && memory[k] == memory[tensor];
    }
}
