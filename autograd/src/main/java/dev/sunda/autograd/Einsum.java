package dev.sunda.autograd;

import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Sums of products over labelled dimensions, computed by batched matrix products, one operand after the other.
///
/// A dimension of an operand has a label, a number: letters are themselves, the dimensions an ellipsis stands for are -1 (the last one),
/// -2, ... A size of 1 beside a larger one of the same label does not count, so it drops out at the start; what is left has one size for
/// each label.
final class Einsum {
    private final String equation;
    private final List<Variable> operands;
    private final List<List<Integer>> labels;
    private final List<Integer> output;

    private Einsum(String equation, List<Variable> operands, List<List<Integer>> labels, List<Integer> output) {
        this.equation = equation;
        this.operands = new ArrayList<>(operands);
        this.labels = labels;
        this.output = output;
    }

    static Variable compute(String equation, List<Variable> operands) {
        if (operands.isEmpty())
            throw new IllegalArgumentException("einsum: needs at least one operand (got \"" + equation + "\")");
        String[] sides = equation.replace(" ", "").split("->", -1);
        String[] inputs = sides[0].split(",", -1);
        if (sides.length > 2)
            throw refused(equation, "there is more than one arrow");
        if (inputs.length != operands.size())
            throw refused(equation, "there are " + inputs.length + " groups of letters for " + operands.size() + " operands");
        var labels = new ArrayList<List<Integer>>();
        for (int i = 0; i < inputs.length; i++)
            labels.add(labels(equation, inputs[i], operands.get(i).shape()));
        var einsum = new Einsum(equation, operands, labels, List.of());
        List<Integer> output = sides.length == 1 ? einsum.implicitOutput() : einsum.explicitOutput(sides[1]);
        return new Einsum(equation, operands, labels, output).compute();
    }

    private static IllegalArgumentException refused(String equation, String problem) {
        return new IllegalArgumentException("einsum: " + problem + " (got \"" + equation + "\")");
    }

    /// One label for each dimension of `shape`.
    private static List<Integer> labels(String equation, String letters, Shape shape) {
        int ellipsis = checked(equation, letters);
        int named = ellipsis < 0 ? letters.length() : letters.length() - 3;
        if (ellipsis < 0 ? named != shape.rank() : named > shape.rank())
            throw new ShapeException("einsum",
                    "\"" + letters + "\" of \"" + equation + "\" does not name the " + shape.rank() + " dimensions of its operand", shape);
        return spread(letters, ellipsis, shape.rank() - named);
    }

    /// Where the ellipsis starts, or -1.
    private static int checked(String equation, String letters) {
        int ellipsis = letters.indexOf("...");
        for (int i = 0; i < letters.length(); i++) {
            char c = letters.charAt(i);
            boolean dots = ellipsis >= 0 && i >= ellipsis && i < ellipsis + 3;
            if (!dots && !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'))
                throw refused(equation, c == '.' ? "a dot is not part of the one ellipsis" : "'" + c + "' is not a letter");
        }
        return ellipsis;
    }

    private static List<Integer> spread(String letters, int ellipsis, int hidden) {
        var result = new ArrayList<Integer>();
        for (int i = 0; i < letters.length(); i++) {
            if (i == ellipsis)
                for (int label = -hidden; label < 0; label++)
                    result.add(label);
            if (letters.charAt(i) != '.')
                result.add((int) letters.charAt(i));
        }
        return result;
    }

    /// The ellipsis, then in alphabetical order (capitals first) the letters that occur once.
    private List<Integer> implicitOutput() {
        var all = labels.stream().flatMap(List::stream).toList();
        return all.stream().distinct().sorted().filter(label -> label < 0 || all.indexOf(label) == all.lastIndexOf(label)).toList();
    }

    private List<Integer> explicitOutput(String letters) {
        int ellipsis = checked(equation, letters);
        int hidden = -labels.stream().flatMap(List::stream).mapToInt(Integer::intValue).min().orElse(0);
        List<Integer> result = spread(letters, ellipsis, Math.max(0, hidden));
        for (int label : result) {
            if (result.indexOf(label) != result.lastIndexOf(label))
                throw refused(equation, "the result names '" + (char) label + "' twice");
            if (labels.stream().noneMatch(l -> l.contains(label)))
                throw refused(equation, "the result names '" + (char) label + "', which no operand has");
        }
        return result;
    }

    private Variable compute() {
        int[] sizes = sizes();
        for (int i = 0; i < operands.size(); i++)
            simplify(i, sizes);
        while (operands.size() > 1) {
            sumUnneeded(0);
            sumUnneeded(1);
            contract();
        }
        sumUnneeded(0);
        List<Integer> have = labels.getFirst();
        return operands.getFirst().permute(output.stream().mapToInt(have::indexOf).toArray());
    }

    /// The size of each label: a letter at its code, label `-i` of the ellipsis `i` before 128.
    private int[] sizes() {
        int[] sizes = new int[256];
        Arrays.fill(sizes, 1);
        for (int i = 0; i < operands.size(); i++)
            for (int d = 0; d < labels.get(i).size(); d++) {
                int at = 128 + labels.get(i).get(d);
                int size = operands.get(i).size(d);
                if (size != 1 && sizes[at] != 1 && sizes[at] != size)
                    throw new ShapeException("einsum", "dimensions with one label in \"" + equation + "\" have sizes " + sizes[at] + " and "
                            + size, operands.stream().map(Variable::shape).toArray(Shape[]::new));
                sizes[at] = sizes[at] == 1 ? size : sizes[at];
            }
        return sizes;
    }

    /// Takes diagonals where a label is repeated, and drops sizes of 1 that are stretched.
    private void simplify(int i, int[] sizes) {
        var have = new ArrayList<>(labels.get(i));
        Variable x = operands.get(i);
        for (int second = repeated(have); second >= 0; second = repeated(have)) {
            int first = have.indexOf(have.get(second));
            if (x.size(first) != x.size(second))
                throw new ShapeException("einsum", "the repeated label in \"" + equation + "\" has sizes " + x.size(first) + " and "
                        + x.size(second), x.shape());
            x = x.diagonal(0, first, second);
            have.add(have.remove(second));                           // the diagonal is the last dimension
            have.remove(first);
        }
        for (int d = have.size() - 1; d >= 0; d--)
            if (x.size(d) == 1 && sizes[128 + have.get(d)] != 1) {
                x = x.squeeze(d);
                have.remove(d);
            }
        operands.set(i, x);
        labels.set(i, have);
    }

    /// The first dimension whose label another one has before, or -1.
    private static int repeated(List<Integer> have) {
        for (int d = 0; d < have.size(); d++)
            if (have.indexOf(have.get(d)) < d)
                return d;
        return -1;
    }

    /// Sums over the labels that only this operand has.
    private void sumUnneeded(int i) {
        List<Integer> have = labels.get(i);
        int[] dims = have.stream().filter(label -> !neededBesides(i, label)).mapToInt(have::indexOf).toArray();
        if (dims.length == 0)
            return;
        Variable x = operands.get(i);
        operands.set(i, x.sum(Dims.of(dims)).to(x.dtype()));         // sums of integers are wider
        labels.set(i, have.stream().filter(label -> neededBesides(i, label)).toList());
    }

    private boolean neededBesides(int i, int label) {
        if (output.contains(label))
            return true;
        for (int j = 0; j < labels.size(); j++)
            if (j != i && labels.get(j).contains(label))
                return true;
        return false;
    }

    /// Puts the product of the first two operands in their place: a matrix product for every position of the labels that both have and
    /// somebody still needs.
    private void contract() {
        Variable x = operands.removeFirst();
        Variable y = operands.removeFirst();
        List<Integer> left = labels.removeFirst();
        List<Integer> right = labels.removeFirst();
        List<Integer> batch = left.stream().filter(label -> right.contains(label) && neededBesides(-1, label)).toList();
        List<Integer> summed = left.stream().filter(label -> right.contains(label) && !batch.contains(label)).toList();
        List<Integer> rows = left.stream().filter(label -> !right.contains(label)).toList();
        List<Integer> columns = right.stream().filter(label -> !left.contains(label)).toList();
        Shape shape = Shape.of(joined(sizes(x, left, batch), sizes(x, left, rows), sizes(y, right, columns)));
        Variable product = matrices(x, left, batch, rows, summed).matmul(matrices(y, right, batch, summed, columns));
        var have = new ArrayList<>(batch);
        have.addAll(rows);
        have.addAll(columns);
        operands.addFirst(product.reshape(shape));
        labels.addFirst(have);
    }

    /// `x` as `[batch, rows, columns]`, each joined of several dimensions.
    private static Variable matrices(Variable x, List<Integer> have, List<Integer> batch, List<Integer> rows, List<Integer> columns) {
        var order = new ArrayList<>(batch);
        order.addAll(rows);
        order.addAll(columns);
        Variable ordered = x.permute(order.stream().mapToInt(have::indexOf).toArray());
        return ordered.reshape(product(sizes(x, have, batch)), product(sizes(x, have, rows)), product(sizes(x, have, columns)));
    }

    private static int[] sizes(Variable x, List<Integer> have, List<Integer> wanted) {
        return wanted.stream().mapToInt(label -> x.size(have.indexOf(label))).toArray();
    }

    private static int product(int[] sizes) {
        return Shape.of(sizes).numel();
    }

    private static int[] joined(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }
}
