package dev.sunda.cuda.kernel;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The kernel of a formula as PTX text: for the elements of one set of tensors, or of many, whose addresses, sizes and constants are then
/// arrays among the arguments. A thread takes elements in strides of the grid or, if there are many, of its block; in float32 where
/// possible four at a time by accesses of 16 bytes, and holds every value of the formula in a register. Operations are those of the formula
/// one by one, rounded to the type of the tensors; functions of more than a few instructions are computed in double, by those of
/// `formula.cu`, and rounded.
final class FormulaText {
    static final String ENTRY = "formula";
    /// The most sets of tensors that a kernel takes.
    static final int MOST_SETS = 64;

    private static final int MAX_RANK = 8;
    private static final int LANES = 4;
    private static final int ARGUMENT_BYTES = 4000;

    private final List<Formula.Instruction> instructions;
    private final List<Formula.Assignment> assignments;
    private final int[] order;
    private final DType dtype;
    private final Access access;
    private final int sets;
    private final String type;
    private final Set<String> functions = new LinkedHashSet<>();
    private final StringBuilder body = new StringBuilder();
    private int numbers;
    private int doubles;
    private int predicates;
    private int words;
    private int longs;

    /// How tensors lie in memory.
    ///
    /// @param rank number of dimensions to be walked; negative if every tensor is one run of memory or one element for all
    /// @param single by tensor, whether it is one element for all
    /// @param wide whether runs can be read in accesses of 16 bytes
    record Access(int rank, boolean[] single, boolean wide) {
        boolean isLike(Access other) {
            return rank == other.rank && wide == other.wide && Arrays.equals(single, other.single);
        }

        String key() {
            return rank + (wide ? "w" : "") + Arrays.toString(single);
        }
    }

    /// @param order the tensors of the formula by their place among the arguments
    /// @param many whether the kernel is to take several sets of tensors, each of them runs
    FormulaText(Formula formula, int[] order, DType dtype, Access access, boolean many) {
        instructions = formula.instructions();
        assignments = formula.assignments();
        this.order = order;
        this.dtype = dtype;
        this.access = access;
        type = dtype == DType.F64 ? "f64" : "f32";
        int bytes = 8 * order.length + dtype.bytes() * constants() + 4;
        sets = many ? Math.clamp((ARGUMENT_BYTES - 4 * MOST_SETS) / bytes, 1, MOST_SETS) : 1;
    }

    /// How many sets of tensors the kernel takes.
    int sets() {
        return sets;
    }

    /// Constants of the formula, and one more, so that there is one.
    private int constants() {
        return 1 + (int) instructions.stream().filter(Formula.Constant.class::isInstance).count();
    }

    /// The same for formulas that differ in their constants alone.
    String key() {
        List<String> parts = new ArrayList<>();
        for (Formula.Instruction instruction : instructions)
            parts.add(instruction instanceof Formula.Constant ? "Constant" : instruction.toString());
        return "formula " + type + " " + access.key() + " " + sets + " " + parts + " " + assignments;
    }

    /// The whole text: head, functions, kernel.
    String ptx() {
        List<String> bases = sets > 1 ? basesOfBlock() : basesOfGrid();
        if (access.wide()) {
            emit("mov.u32 %thread, %i;");
            emit("shr.u32 %limit, %count, 2;");
            loop("WIDE", bases, LANES);
            emit("shl.b32 %i, %limit, 2;");
            emit("add.s32 %i, %i, %thread;");
        }
        emit("mov.u32 %limit, %count;");
        loop("ONE", bases, 1);
        emit("ret;");
        return String.join("\n", ".version 7.0", ".target sm_75", ".address_size 64", FormulaFunctions.text(functions), head(), "{",
                registers() + body + "}", "");
    }

    private String head() {
        String arrays = ".visible .entry " + ENTRY + "(\n    .param .align 8 .b8 tensors[" + 8 * order.length * sets
                + "],\n    .param .align 8 .b8 constants[" + dtype.bytes() * constants() * sets + "],\n    ";
        return arrays + (sets > 1 ? ".param .align 4 .b8 count[" + 4 * sets + "],\n    .param .align 4 .b8 first[" + 4 * MOST_SETS + "]\n)"
                : ".param .u32 count,\n    .param .align 4 .b8 walk[" + 4 * (2 + (3 + order.length) * MAX_RANK) + "]\n)");
    }

    private String registers() {
        return "    .reg .b32 %count, %block, %width, %i, %step, %thread, %limit, %set;\n    .reg .pred %p<" + (predicates + 1)
                + ">;\n    .reg .b32 %r<"
                + (words + 1) + ">;\n    .reg .b64 %constants, %a<" + (longs + 1) + ">;\n    .reg ." + type + " %x<" + (numbers + 1)
                + ">;\n    .reg .f64 %d<" + (doubles + 1) + ">;\n";
    }

    private void loop(String label, List<String> bases, int lanes) {
        String done = predicate();
        emit(label + ":");
        emit("setp.ge.u32 " + done + ", %i, %limit;");
        emit("@" + done + " bra " + label + "_END;");
        elements(addresses(bases, lanes), lanes);
        emit("add.s32 %i, %i, %step;");
        emit("bra " + label + ";");
        emit(label + "_END:");
    }

    // ------------------------------------------------------------------------------------------------------------------------ addresses

    /// Where the tensors begin; the threads of the grid share the elements.
    private List<String> basesOfGrid() {
        emit("ld.param.u32 %count, [count];");
        emit("mov.u32 %block, %ctaid.x;");
        emit("mov.u32 %width, %ntid.x;");
        emit("mov.u32 %i, %tid.x;");
        emit("mad.lo.s32 %i, %block, %width, %i;");
        emit("mov.u32 %step, %nctaid.x;");
        emit("mul.lo.s32 %step, %step, %width;");
        List<String> bases = new ArrayList<>();
        for (int n = 0; n < order.length; n++) {
            String base = address();
            emit("ld.param.u64 " + base + ", [tensors+" + 8 * n + "];");
            emit("cvta.to.global.u64 " + base + ", " + base + ";");
            bases.add(base);
        }
        return bases;
    }

    /// Finds the set of tensors of this block by the numbers of their first blocks, and where its part of each tensor begins.
    private List<String> basesOfBlock() {
        emit("mov.u32 %block, %ctaid.x;");
        emit("mov.u32 %set, 0;");
        for (int step = MOST_SETS / 2; step > 0; step /= 2) {
            String next = word();
            String p = predicate();
            emit("add.s32 " + next + ", %set, " + step + ";");
            emit("setp.le.s32 " + p + ", " + ofSet("first", next) + ", %block;");
            emit("selp.b32 %set, " + next + ", %set, " + p + ";");
        }
        emit("sub.s32 %block, %block, " + ofSet("first", "%set") + ";");
        emit("mul.lo.s32 %block, %block, " + UpdateTable.CHUNK + ";");
        emit("sub.s32 %count, " + ofSet("count", "%set") + ", %block;");
        emit("min.s32 %count, %count, " + UpdateTable.CHUNK + ";");
        emit("mov.u32 %i, %tid.x;");
        emit("mov.u32 %step, %ntid.x;");
        emit("mov.b64 %constants, " + element("constants", "%set", dtype.bytes() * constants()) + ";");
        String tensors = element("tensors", "%set", 8 * order.length);
        String distance = address();
        emit("mul.wide.s32 " + distance + ", %block, " + dtype.bytes() + ";");
        List<String> bases = new ArrayList<>();
        for (int n = 0; n < order.length; n++) {
            String base = address();
            emit("ld.param.u64 " + base + ", [" + tensors + "+" + 8 * n + "];");
            emit("cvta.to.global.u64 " + base + ", " + base + ";");
            if (!access.single()[n])
                emit("add.s64 " + base + ", " + base + ", " + distance + ";");
            bases.add(base);
        }
        return bases;
    }

    /// A number of an array among the arguments.
    private String ofSet(String array, String index) {
        String word = word();
        emit("ld.param.u32 " + word + ", [" + element(array, index, 4) + "];");
        return word;
    }

    /// Where an element of an array among the arguments lies.
    private String element(String array, String index, int bytes) {
        String base = address();
        String distance = address();
        emit("mov.b64 " + base + ", " + array + ";");
        emit("mul.wide.s32 " + distance + ", " + index + ", " + bytes + ";");
        emit("add.s64 " + base + ", " + base + ", " + distance + ";");
        return base;
    }

    /// Where the elements of a thread begin, by place.
    private List<String> addresses(List<String> bases, int lanes) {
        List<String> offsets = access.rank() < 0 ? null : offsets();
        List<String> addresses = new ArrayList<>();
        for (int n = 0; n < bases.size(); n++) {
            if (access.single()[n]) {
                addresses.add(bases.get(n));
                continue;
            }
            String distance = address();
            String sum = address();
            String index = offsets == null ? "%i" : offsets.get(n);
            emit("mul.wide.s32 " + distance + ", " + index + ", " + dtype.bytes() * lanes + ";");
            emit("add.s64 " + sum + ", " + bases.get(n) + ", " + distance + ";");
            addresses.add(sum);
        }
        return addresses;
    }

    /// As `Strided::offsets` of common.cuh.
    private List<String> offsets() {
        List<String> offsets = new ArrayList<>();
        for (int n = 0; n < order.length; n++) {
            offsets.add(word());
            emit("mov.u32 " + offsets.get(n) + ", 0;");
        }
        String rest = word();
        emit("mov.u32 " + rest + ", %i;");
        for (int d = access.rank() - 1; d >= 0; d--) {
            String quotient = word();
            String position = word();
            emit("mul.hi.u32 " + quotient + ", " + rest + ", " + walk(0, d) + ";");
            emit("add.s32 " + quotient + ", " + quotient + ", " + rest + ";");
            emit("shr.u32 " + quotient + ", " + quotient + ", " + walk(1, d) + ";");
            emit("mul.lo.s32 " + position + ", " + quotient + ", " + walk(2, d) + ";");
            emit("sub.s32 " + position + ", " + rest + ", " + position + ";");
            for (int n = 0; n < order.length; n++)
                emit("mad.lo.s32 " + offsets.get(n) + ", " + position + ", " + walk(3 + n, d) + ", " + offsets.get(n) + ";");
            rest = quotient;
        }
        return offsets;
    }

    /// Word `d` of array `row` of `struct Strided`.
    private String walk(int row, int d) {
        String word = word();
        emit("ld.param.u32 " + word + ", [walk+" + 4 * (2 + row * MAX_RANK + d) + "];");
        return word;
    }

    // ----------------------------------------------------------------------------------------------------------------------- elements

    /// Computes `lanes` neighbours: all reads, all values, all writes.
    private void elements(List<String> addresses, int lanes) {
        var values = new String[instructions.size()][];
        int constant = 0;
        for (int v = 0; v < values.length; v++) {
            values[v] = new String[lanes];
            switch (instructions.get(v)) {
                case Formula.Load(int tensor) -> load(place(tensor), addresses, values[v]);
                case Formula.Constant _ -> Arrays.fill(values[v], constant(constant++));
                case Formula.Unary(UnaryOp op, int x) -> Arrays.setAll(values[v], l -> unary(op, values[x][l]));
                case Formula.Binary(BinaryOp op, int a, int b) -> Arrays.setAll(values[v], l -> binary(op, values[a][l], values[b][l]));
                case Formula.Slope(UnaryOp op, int value, int dy) ->
                        Arrays.setAll(values[v], l -> apply("mul.rn.", values[dy][l], derivative(op, values[value][l])));
                case Formula.Choice(int condition, int a, int b) ->
                        Arrays.setAll(values[v], l -> select("neu", values[condition][l], zero(), values[a][l], values[b][l]));
            }
        }
        for (Formula.Assignment assignment : assignments)
            emit("st.global" + vector(values[assignment.value()].length) + " [" + addresses.get(place(assignment.tensor())) + "], "
                    + list(values[assignment.value()]) + ";");
    }

    private int place(int tensor) {
        int place = 0;
        while (order[place] != tensor)
            place++;
        return place;
    }

    private void load(int n, List<String> addresses, String[] lanes) {
        if (access.single()[n]) {
            Arrays.fill(lanes, number());
            emit("ld.global." + type + " " + lanes[0] + ", [" + addresses.get(n) + "];");
        } else {
            Arrays.setAll(lanes, _ -> number());
            emit("ld.global" + vector(lanes.length) + " " + list(lanes) + ", [" + addresses.get(n) + "];");
        }
    }

    private String vector(int lanes) {
        return (lanes == 1 ? "." : ".v" + lanes + ".") + type;
    }

    private static String list(String[] lanes) {
        return lanes.length == 1 ? lanes[0] : "{" + String.join(", ", lanes) + "}";
    }

    private String constant(int i) {
        String x = number();
        emit("ld.param." + type + " " + x + ", [" + (sets > 1 ? "%constants" : "constants") + "+" + dtype.bytes() * i + "];");
        return x;
    }

    private String unary(UnaryOp op, String x) {
        return switch (op) {
            case NEG -> apply("neg.", x);
            case ABS -> apply("abs.", x);
            case SQRT -> apply("sqrt.rn.", x);
            case RECIPROCAL -> apply("rcp.rn.", x);
            case RSQRT -> apply("rcp.rn.", apply("sqrt.rn.", x));
            case FLOOR -> apply("cvt.rmi." + type + ".", x);
            case CEIL -> apply("cvt.rpi." + type + ".", x);
            case ROUND -> apply("cvt.rni." + type + ".", x);
            case TRUNC -> apply("cvt.rzi." + type + ".", x);
            case FRAC -> apply("sub.rn.", x, apply("cvt.rzi." + type + ".", x));
            case SQUARE -> apply("mul.rn.", x, x);
            case RELU -> select("le", x, zero(), zero(), x);
            case SIGN -> select("gt", x, zero(), number(1), select("lt", x, zero(), number(-1), zero()));
            default -> function(op.name(), x);
        };
    }

    /// Where the function has the value `y`, as in `unary.cu` and `unary_f64.cu`.
    private String derivative(UnaryOp op, String y) {
        String one = number(1);
        return switch (op) {
            case TANH -> dtype == DType.F64 ? apply("sub.rn.", one, apply("mul.rn.", y, y))
                    : apply("fma.rn.", apply("neg.", y), y, one);
            case SIGMOID -> apply("mul.rn.", y, apply("sub.rn.", one, y));
            default -> throw new IllegalArgumentException("formulas: no derivative of " + op);
        };
    }

    private String binary(BinaryOp op, String a, String b) {
        return switch (op) {
            case ADD -> apply("add.rn.", a, b);
            case SUB -> apply("sub.rn.", a, b);
            case MUL -> apply("mul.rn.", a, b);
            case DIV -> apply("div.rn.", a, b);
            case COPYSIGN -> apply("copysign.", b, a);
            case MAXIMUM -> extreme("gt", "and", a, b);
            case MINIMUM -> extreme("lt", "or", a, b);
            case EQ -> truth("eq", a, b);
            case NE -> truth("neu", a, b);
            case LT -> truth("lt", a, b);
            case LE -> truth("le", a, b);
            case GT -> truth("gt", a, b);
            case GE -> truth("ge", a, b);
            case AND -> apply("mul.rn.", isNotZero(a), isNotZero(b));
            case OR -> truth("neu", apply("add.rn.", isNotZero(a), isNotZero(b)), zero());
            case XOR -> truth("neu", isNotZero(a), isNotZero(b));
            default -> function(op.name(), a, b);
        };
    }

    private String isNotZero(String x) {
        return truth("neu", x, zero());
    }

    private String truth(String comparison, String a, String b) {
        return select(comparison, a, b, number(1), zero());
    }

    private String select(String comparison, String a, String b, String then, String otherwise) {
        String p = predicate();
        String y = number();
        emit("setp." + comparison + "." + type + " " + p + ", " + a + ", " + b + ";");
        emit("selp." + type + " " + y + ", " + then + ", " + otherwise + ", " + p + ";");
        return y;
    }

    /// The larger or smaller one: NaN if either is NaN, and of zeros the one whose sign the bits of both together have.
    private String extreme(String comparison, String bits, String a, String b) {
        String size = ".b" + 8 * dtype.bytes() + " ";
        String left = dtype == DType.F64 ? address() : word();
        String right = dtype == DType.F64 ? address() : word();
        String equal = number();
        emit("mov" + size + left + ", " + a + ";");
        emit("mov" + size + right + ", " + b + ";");
        emit(bits + size + left + ", " + left + ", " + right + ";");
        emit("mov" + size + equal + ", " + left + ";");
        String numbers = select(comparison, a, b, a, select(comparison, b, a, b, equal));
        return select("neu", a, a, a, select("neu", b, b, b, numbers));
    }

    /// A function of `formula.cu`, in the type of the tensors if it has that form, else in double.
    private String function(String name, String... operands) {
        String own = "formula_" + name + "_" + type;
        if (FormulaFunctions.has(own))
            return call(own, type, operands);
        var converted = new String[operands.length];
        for (int i = 0; i < operands.length; i++) {
            converted[i] = wide();
            emit("cvt.f64.f32 " + converted[i] + ", " + operands[i] + ";");
        }
        String result = call("formula_" + name + "_f64", "f64", converted);
        String y = number();
        emit("cvt.rn.f32.f64 " + y + ", " + result + ";");
        return y;
    }

    private String call(String function, String type, String[] operands) {
        functions.add(function);
        String result = type.equals(this.type) ? number() : wide();
        String size = type.equals("f64") ? ".param .b64 " : ".param .b32 ";
        var names = new String[operands.length];
        emit("{");
        for (int i = 0; i < operands.length; i++) {
            names[i] = "param" + i;
            emit(size + names[i] + ";");
            emit("st.param." + type + " [" + names[i] + "+0], " + operands[i] + ";");
        }
        emit(size + "retval0;");
        emit("call.uni (retval0), " + function + ", (" + String.join(", ", names) + ");");
        emit("ld.param." + type + " " + result + ", [retval0+0];");
        emit("}");
        return result;
    }

    private String apply(String instruction, String... operands) {
        String y = number();
        emit(instruction + type + " " + y + ", " + String.join(", ", operands) + ";");
        return y;
    }

    private String zero() {
        return number(0);
    }

    private String number(double value) {
        return dtype == DType.F64 ? String.format(Locale.ROOT, "0d%016X", Double.doubleToRawLongBits(value))
                : String.format(Locale.ROOT, "0f%08X", Float.floatToRawIntBits((float) value));
    }

    // ----------------------------------------------------------------------------------------------------------------------- registers

    private String number() {
        return "%x" + numbers++;
    }

    private String wide() {
        return "%d" + doubles++;
    }

    private String predicate() {
        return "%p" + predicates++;
    }

    private String word() {
        return "%r" + words++;
    }

    private String address() {
        return "%a" + longs++;
    }

    private void emit(String line) {
        body.append("    ").append(line).append('\n');
    }
}
