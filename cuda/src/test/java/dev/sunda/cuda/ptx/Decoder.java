package dev.sunda.cuda.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/// Turns the statements of a kernel into instructions. The body of a device function is put in the place of each call, with registers of
/// its own; its parameters are the caller's variables. So there is no call stack, and no recursion.
final class Decoder {
    private static final int DEEPEST_CALL = 16;

    private final PtxModule module;
    private final PtxFunction kernel;
    private final Names names;
    private final List<Op> code = new ArrayList<>();
    private final List<Statement> statements = new ArrayList<>();
    private final Set<Integer> meetingPoints = new HashSet<>();
    private Labels labels;
    private int depth;
    private final List<Statement> sites = new ArrayList<>();
    private int sharedUnitShift = 2;
    private String lastLabel = "";

    /// The labels of one copy of a function.
    private static final class Labels {
        final Map<String, Integer> places = new HashMap<>();
        final Map<String, List<String>> tables = new HashMap<>();
        final Map<String, List<IntConsumer>> pending = new HashMap<>();

        /// Calls back with the place of a label, now or when it is met.
        void whenKnown(String label, IntConsumer use) {
            Integer place = places.get(label);
            if (place != null) {
                use.accept(place);
            } else {
                pending.computeIfAbsent(label, k -> new ArrayList<>()).add(use);
            }
        }
    }

    Decoder(PtxModule module, PtxFunction kernel) {
        this.module = module;
        this.kernel = kernel;
        this.names = new Names(module);
    }

    Program program() {
        names.open();
        int offset = 0;
        for (PtxFunction.Formal p : kernel.parameters()) {
            offset = (offset + p.alignment() - 1) / p.alignment() * p.alignment();
            names.bind(p.name(), new Names.Parameter(offset));
            offset += p.bytes();
        }
        body(kernel);
        int end = code.size();
        code.add(new Control.Exit());
        statements.add(new Statement(Statement.Kind.INSTRUCTION, statements.isEmpty() ? 0 : statements.getLast().line(), "end", null, "end",
                List.of()));
        return new Program(kernel, code.toArray(Op[]::new), stops(end), meetings(end), statements.toArray(Statement[]::new),
                names.registers(),
                names.sharedBytes(), sharedUnitShift, names.localBytes(), sites, offset);
    }

    private int[] stops(int end) {
        int[] stops = new int[end + 1];
        stops[end] = end;
        for (int pc = end - 1; pc >= 0; pc--) {
            boolean here = code.get(pc) instanceof Control;
            stops[pc] = here ? pc : meetingPoints.contains(pc + 1) ? pc + 1 : stops[pc + 1];
        }
        return stops;
    }

    private boolean[] meetings(int end) {
        boolean[] result = new boolean[end + 1];
        meetingPoints.forEach(pc -> result[pc] = true);
        return result;
    }

    private void body(PtxFunction function) {
        Labels outer = labels;
        labels = new Labels();
        for (Statement s : function.body()) {
            try {
                statement(s);
            } catch (DeviceFault fault) {
                throw fault.placed() ? fault : fault.at("kernel " + kernel.name() + ", PTX line " + s.line() + " `" + s.text() + "`");
            }
        }
        int end = code.size();
        meetingPoints.add(end);
        labels.pending.getOrDefault("return", List.of()).forEach(use -> use.accept(end));
        labels.pending.remove("return");
        if (!labels.pending.isEmpty()) {
            throw new DeviceFault("function " + function.name() + " jumps to labels it does not have: " + labels.pending.keySet());
        }
        labels = outer;
    }

    private void statement(Statement s) {
        switch (s.kind()) {
            case OPEN -> names.open();
            case CLOSE -> names.close();
            case LABEL -> label(s.opcode());
            case DIRECTIVE -> directive(s);
            case INSTRUCTION -> instruction(new Instruction(s));
        }
    }

    private void label(String name) {
        int place = code.size();
        meetingPoints.add(place);
        labels.places.put(name, place);
        List<IntConsumer> uses = labels.pending.remove(name);
        if (uses != null) {
            uses.forEach(use -> use.accept(place));
        }
        lastLabel = name;
    }

    private void directive(Statement s) {
        switch (s.opcode()) {
            case ".reg", ".local", ".shared", ".param" -> names.declare(s.text());
            case ".branchtargets" -> labels.tables.put(lastLabel, PtxParser.split(s.text().substring(s.opcode().length())));
            case ".pragma" -> {
            }
            default -> throw new DeviceFault("unknown directive");
        }
    }

    /// An instruction taken apart: the first word of its opcode, its types and its other modifiers.
    private static final class Instruction {
        final Statement statement;
        final String base;
        final List<String> modifiers = new ArrayList<>();
        final List<PtxType> types = new ArrayList<>();
        final List<String> operands;

        Instruction(Statement statement) {
            this.statement = statement;
            this.operands = statement.operands();
            String[] parts = statement.opcode().replace("::", "__").split("\\.");
            base = parts[0];
            for (int k = 1; k < parts.length; k++) {
                PtxType type = PtxType.of(parts[k]);
                if (type == null) {
                    modifiers.add(parts[k]);
                } else {
                    types.add(type);
                }
            }
        }

        PtxType type() {
            if (types.isEmpty()) {
                throw new DeviceFault("an instruction without type");
            }
            return types.getLast();
        }

        boolean is(String modifier) {
            return modifiers.contains(modifier);
        }

        String operand(int k) {
            if (k >= operands.size()) {
                throw new DeviceFault("operand " + (k + 1) + " is missing");
            }
            return operands.get(k);
        }
    }

    // Emission.

    private void emit(Instruction in, Op op) {
        String guard = in.statement.guard();
        Op guarded = op;
        if (guard != null) {
            boolean negated = guard.startsWith("!");
            int predicate = predicate(negated ? guard.substring(1) : guard);
            if (op instanceof Control control) {
                control.guard(predicate, negated);
            } else {
                guarded = new Op.Guarded(op, predicate, negated);
            }
        }
        emit(in.statement, guarded);
    }

    private void emit(Statement statement, Op op) {
        if (op instanceof Control.Converging || op instanceof Barrier) {
            meetingPoints.add(code.size());
        }
        code.add(op);
        statements.add(statement);
    }

    private void instruction(Instruction in) {
        switch (in.base) {
            case "mov" -> move(in);
            case "ld", "ldu" -> load(in);
            case "st" -> store(in);
            case "atom", "red" -> atomic(in);
            case "cvta" -> convertAddress(in);
            case "cvt" -> convert(in);
            case "setp" -> compare(in);
            case "selp" -> select(in);
            case "slct" -> emitLanes(in, IntegerOps.slct(in.types.getFirst(), in.type() == PtxType.F32), in.types.getFirst());
            case "testp" -> emitLanes(in, FloatOps.test(in.modifiers.getFirst(), in.type().isLong()), in.type());
            case "lop3" -> lop3(in);
            case "shf" -> emitLanes(in, IntegerOps.funnel(in.is("l"), in.is("wrap")), in.type());
            case "bra" -> branch(in);
            case "brx" -> indexedBranch(in);
            case "call" -> call(in);
            case "ret" -> leave(in);
            case "exit" -> emit(in, new Control.Exit());
            case "trap" -> emit(in, new Control.Trap());
            case "bar", "barrier" -> barrier(in);
            case "membar", "fence" -> emit(in, new MemoryOps.Fence());
            case "shfl" -> shuffle(in);
            case "vote" -> vote(in);
            case "match" -> match(in);
            case "mma" -> tensorProduct(in);
            case "ldmatrix" -> matrixLoad(in);
            case "cp" -> asyncCopy(in);
            case "activemask" -> emit(in, new WarpOps.ActiveMask(slot(in.operand(0), in.type())));
            case "nop", "pmevent", "nanosleep", "prefetch", "prefetchu" -> {
            }
            default -> compute(in);
        }
    }

    private static DeviceFault unknown(Instruction in) {
        return new DeviceFault("the interpreter does not know the instruction " + in.statement.opcode());
    }

    // Operands.

    private int predicate(String name) {
        if (names.find(name) instanceof Names.Register r && r.type() == PtxType.PRED) {
            return r.slot();
        }
        throw new DeviceFault(name + " is no predicate");
    }

    /// A predicate operand that may be negated or a constant: 0 is false.
    private int predicateValue(Instruction in, String operand) {
        boolean negated = operand.startsWith("!");
        if (!negated && !Immediate.is(operand)) {
            return predicate(operand);
        }
        int temporary = names.register(PtxType.PRED).slot();
        if (negated) {
            emit(in.statement, new WarpOps.PredicateLogic("not", temporary, predicate(operand.substring(1)), 0));
        } else {
            boolean value = Immediate.bits(operand, PtxType.B32) != 0;
            emit(in.statement, new WarpOps.PredicateLogic(value ? "true" : "false", temporary, 0, 0));
        }
        return temporary;
    }

    /// The register of an operand, or one that holds its constant, special register or address.
    private int slot(String operand, PtxType type) {
        boolean wide = type.isLong();
        if (Immediate.is(operand)) {
            return names.constant(wide, wide ? Immediate.bits(operand, type) : (int) Immediate.bits(operand, type));
        }
        if (operand.equals("WARP_SZ")) {
            return names.constant(wide, Warp.LANES);
        }
        if (SpecialRegisters.is(operand)) {
            return names.special(wide, operand);
        }
        if (names.find(operand) instanceof Names.Register r) {
            if (r.type() == PtxType.PRED || r.type().isLong() != wide) {
                throw new DeviceFault(operand + " is a register of type " + r.type() + ", but " + type + " is needed");
            }
            return r.slot();
        }
        String[] sum = operand.split("\\+", 2);
        int address = names.address(wide, sum[0].trim(), sum.length == 1 ? 0 : Long.decode(sum[1].trim()));
        if (address < 0) {
            throw new DeviceFault(operand + " is no operand of type " + type);
        }
        return address;
    }

    private int target(String operand, PtxType type) {
        if (!(names.find(operand) instanceof Names.Register)) {
            throw new DeviceFault(operand + " is no register to write to");
        }
        return slot(operand, type);
    }

    private Names.Register register(String operand) {
        if (names.find(operand) instanceof Names.Register r && r.type() != PtxType.PRED) {
            return r;
        }
        throw new DeviceFault(operand + " is no register");
    }

    private static String inside(String bracketed) {
        return bracketed.substring(1, bracketed.length() - 1).trim();
    }

    /// The elements of `{a, b}`, or of a single operand. A register keeps its own width; a constant has that of the type.
    private MemoryOps.Element[] elements(String operand, PtxType type) {
        List<String> parts = operand.startsWith("{") ? PtxParser.split(inside(operand)) : List.of(operand);
        MemoryOps.Element[] result = new MemoryOps.Element[parts.size()];
        for (int k = 0; k < result.length; k++) {
            result[k] = element(parts.get(k), type);
        }
        return result;
    }

    private MemoryOps.Element element(String part, PtxType type) {
        if (part.equals("_")) {
            return new MemoryOps.Element(0, -1);
        }
        if (names.find(part) instanceof Names.Register r) {
            if (r.type() == PtxType.PRED || r.type().bits() < type.bits()) {
                throw new DeviceFault("register " + part + " of type " + r.type() + " is too narrow for " + type);
            }
            return new MemoryOps.Element(Math.max(16, r.type().bits()), r.slot());
        }
        return new MemoryOps.Element(type.isLong() ? 64 : 32, slot(part, type));
    }

    /// The address `[register + offset]` or `[variable + offset]`.
    private MemoryOps.Address address(String operand) {
        if (!operand.startsWith("[")) {
            throw new DeviceFault(operand + " is no address");
        }
        String text = inside(operand).replace(" ", "");
        int sign = Math.max(text.indexOf('+'), text.indexOf('-', 1));
        int plus = text.indexOf('+');
        int cut = plus >= 0 ? plus : sign;
        String base = cut < 0 ? text : text.substring(0, cut);
        long offset = cut < 0 ? 0 : Long.decode(text.substring(plus >= 0 ? cut + 1 : cut));
        if (names.find(base) instanceof Names.Register r) {
            return new MemoryOps.Address(r.type().isLong(), r.slot(), offset);
        }
        return new MemoryOps.Address(true, slot(base, PtxType.B64), offset);
    }

    private Space space(Instruction in) {
        for (String m : in.modifiers) {
            switch (m) {
                case "global", "const" -> {
                    return Space.GLOBAL;
                }
                case "shared", "shared__cta" -> {
                    return Space.SHARED;
                }
                case "local" -> {
                    return Space.LOCAL;
                }
                case "param" -> {
                    return isLocal(in) ? Space.LOCAL : Space.PARAMETER;
                }
                default -> {
                }
            }
        }
        return Space.GENERIC;
    }

    /// Whether a `.param` access is to a parameter of a device function: those lie in local memory.
    private boolean isLocal(Instruction in) {
        String operand = in.operands.stream().filter(o -> o.startsWith("[")).findFirst().orElse("[]");
        return names.find(inside(operand).split("[+-]")[0].trim()) instanceof Names.Local;
    }

    // Moves and memory.

    private void move(Instruction in) {
        PtxType type = in.type();
        String to = in.operand(0);
        String from = in.operand(1);
        if (type == PtxType.PRED) {
            int source = predicateValue(in, from);
            emit(in, new WarpOps.PredicateLogic("mov", predicate(to), source, source));
        } else if (to.startsWith("{")) {
            MemoryOps.Element[] parts = elements(to, PtxType.B16);
            emit(in, new WarpOps.Unpack(new MemoryOps.Element(type.bits(), slot(from, type)), parts));
        } else if (from.startsWith("{")) {
            emit(in, new WarpOps.Pack(new MemoryOps.Element(type.bits(), target(to, type)), elements(from, PtxType.B16)));
        } else {
            Object copy = type.isLong() ? (LaneLoops.L1) a -> a : (LaneLoops.I1) a -> a;
            emit(in, LaneLoops.of(type.isLong() ? "mov64" : "mov32", copy, target(to, type), slot(from, type)));
        }
    }

    /// The number of an instruction that accesses memory.
    private int site(Instruction in) {
        boolean shared = space(in) == Space.SHARED || space(in) == Space.GENERIC;
        if (shared && in.type().bytes() < 4) {
            sharedUnitShift = 0;
        }
        return newSite(in);
    }

    private int newSite(Instruction in) {
        sites.add(in.statement);
        return sites.size() - 1;
    }

    private void load(Instruction in) {
        Space space = space(in);
        MemoryOps.Address address = address(in.operand(1));
        for (String part : in.operand(0).startsWith("{") ? PtxParser.split(inside(in.operand(0))) : List.of(in.operand(0))) {
            if (!part.equals("_")) {
                register(part);
            }
        }
        MemoryOps.Element[] elements = elements(in.operand(0), in.type());
        String base = inside(in.operand(1)).split("\\+")[0].trim();
        if (space == Space.PARAMETER && names.find(base) instanceof Names.Parameter p) {
            emit(in, new MemoryOps.ParameterLoad((int) (p.offset() + address.offset()), in.type(), elements));
        } else {
            emit(in, new MemoryOps.Load(space, in.is("nc"), address, in.type(), elements, site(in)));
        }
    }

    private void store(Instruction in) {
        Space space = space(in);
        if (space == Space.PARAMETER || in.is("const")) {
            throw new DeviceFault("a store to memory that cannot be written");
        }
        emit(in, new MemoryOps.Store(space, address(in.operand(0)), in.type(), elements(in.operand(1), in.type()), site(in)));
    }

    private void atomic(Instruction in) {
        boolean reduction = in.base.equals("red");
        int first = reduction ? 0 : 1;
        PtxType type = in.type();
        MemoryOps.Update update = null;
        for (String m : in.modifiers) {
            MemoryOps.Update found = type.isFloat() ? null : MemoryOps.Atomic.update(m, type);
            update = found == null ? update : found;
        }
        if (update == null) {
            throw unknown(in);
        }
        MemoryOps.Element to = reduction ? null : element(in.operand(0), type);
        MemoryOps.Element c = in.operands.size() > first + 2 ? element(in.operand(first + 2), type) : null;
        emit(in, new MemoryOps.Atomic(space(in), address(in.operand(first)), type, update, to, element(in.operand(first + 1), type), c,
                site(in)));
    }

    private void convertAddress(Instruction in) {
        boolean toSpace = in.is("to");
        long window =
                in.is("shared") ? Space.SHARED_WINDOW : in.is("local") ? Space.LOCAL_WINDOW : in.is("param") ? Space.PARAMETER_WINDOW : 0;
        long delta = toSpace ? -window : window;
        LaneLoops.L1 add = a -> a + delta;
        emit(in, LaneLoops.of("cvta" + delta, add, target(in.operand(0), PtxType.B64), slot(in.operand(1), PtxType.B64)));
    }

    // Arithmetic.

    /// Emits a function on one lane, with registers of the kinds it takes.
    private void emitLanes(Instruction in, Object function, PtxType type) {
        emitLanes(in, in.statement.opcode(), function, type, in.operands);
    }

    private void emitLanes(Instruction in, String name, Object function, PtxType type, List<String> operands) {
        if (function == null) {
            throw unknown(in);
        }
        String kinds = LaneLoops.kinds(function);
        if (operands.size() != kinds.length()) {
            throw new DeviceFault(operands.size() + " operands instead of " + kinds.length());
        }
        int[] slots = new int[kinds.length()];
        for (int k = 0; k < slots.length; k++) {
            String operand = operands.get(k);
            slots[k] = switch (kinds.charAt(k)) {
                case 'Z' -> k == 0 ? predicate(operand) : predicateValue(in, operand);
                case 'J' -> k == 0 ? target(operand, PtxType.B64) : slot(operand, type.isLong() ? type : PtxType.B64);
                default -> k == 0 ? target(operand, PtxType.B32) : slot(operand, operandType(in, type, k));
            };
        }
        emit(in, LaneLoops.of(name, function, slots));
    }

    /// The type that tells how to read a constant operand of up to 32 bits.
    private static PtxType operandType(Instruction in, PtxType type, int k) {
        boolean ownType = in.base.startsWith("sh") && k > 1 || in.base.startsWith("bf") && k > 1 || in.is("wide") && k == 3;
        return type.isLong() || ownType ? PtxType.B32 : type;
    }

    private void compute(Instruction in) {
        PtxType type = in.type();
        boolean readsCarry = List.of("addc", "subc", "madc").contains(in.base);
        if (type == PtxType.PRED) {
            logic(in);
        } else if (readsCarry || in.is("cc")) {
            carry(in, type, readsCarry);
        } else if (in.base.equals("mul") && in.is("wide") && type.bits() == 64) {
            throw unknown(in);
        } else {
            emitLanes(in, type.isFloat() ? FloatOps.of(in.base, in.modifiers, type)
                    : IntegerOps.of(in.base, modifiersWithFirstType(in), type), type);
        }
    }

    /// `dp4a` has two types; the first tells how to read the first operand.
    private static List<String> modifiersWithFirstType(Instruction in) {
        return in.base.equals("dp4a") ? List.of(in.types.getFirst().toString()) : in.modifiers;
    }

    private void logic(Instruction in) {
        if (!List.of("and", "or", "xor", "not").contains(in.base)) {
            throw unknown(in);
        }
        int a = predicateValue(in, in.operand(1));
        int b = in.base.equals("not") ? a : predicateValue(in, in.operand(2));
        emit(in, new WarpOps.PredicateLogic(in.base, predicate(in.operand(0)), a, b));
    }

    private void carry(Instruction in, PtxType type, boolean reads) {
        String base = reads ? in.base.substring(0, 3) : in.base;
        int operands = base.equals("mad") ? 4 : 3;
        if (!List.of("add", "sub", "mad").contains(base) || type.bits() < 32) {
            throw unknown(in);
        }
        int[] slots = new int[operands];
        for (int k = 0; k < operands; k++) {
            slots[k] = k == 0 ? target(in.operand(k), type) : slot(in.operand(k), type);
        }
        emit(in, new WarpOps.Carry(base, in.is("hi"), type.isSigned(), type.isLong(), reads, in.is("cc"), slots));
    }

    private void convert(Instruction in) {
        if (in.is("tf32")) {
            emitLanes(in, in.is("rna") && in.modifiers.size() == 2 ? Conversions.toTensorFloat() : null, in.type());
            return;
        }
        if (in.is("bf16x2")) {
            emitLanes(in, in.is("rn") && in.modifiers.size() == 2 ? Conversions.toBfloat16s() : null, in.type());
            return;
        }
        Names.Register to = register(in.operand(0));
        PtxType target = in.types.getFirst();
        PtxType source = in.type();
        boolean sourceLong = names.find(in.operand(1)) instanceof Names.Register from ? from.type().isLong() : source.isLong();
        int targetBits = Math.max(16, to.type().bits());
        if (in.types.size() != 2 || targetBits < target.bits()) {
            throw unknown(in);
        }
        Object function = Conversions.of(in.modifiers, target, source, sourceLong, targetBits);
        if (function == null) {
            throw unknown(in);
        }
        String kinds = LaneLoops.kinds(function);
        int from = slot(in.operand(1), sourceLong ? PtxType.B64 : source.isLong() ? PtxType.B32 : source);
        if (kinds.charAt(0) == 'J' != (targetBits == 64) || kinds.charAt(1) == 'J' != sourceLong) {
            throw unknown(in);
        }
        emit(in, LaneLoops.of(in.statement.opcode() + sourceLong + targetBits, function, to.slot(), from));
    }

    private void compare(Instruction in) {
        PtxType type = in.type();
        Object test = Comparisons.of(in.modifiers.getFirst(), type, in.is("ftz"));
        String[] targets = in.operand(0).split("\\|");
        String join = in.modifiers.stream().filter(m -> List.of("and", "or", "xor").contains(m)).findFirst().orElse(null);
        if (test == null) {
            throw unknown(in);
        }
        String name = "setp." + in.modifiers.getFirst() + "." + type + (in.is("ftz") ? ".ftz" : "");
        if (join == null && targets.length == 1) {
            emitLanes(in, name, test, type, List.of(targets[0], in.operand(1), in.operand(2)));
            return;
        }
        int with = join == null ? -1 : predicateValue(in, in.operand(3));
        int yes = names.register(PtxType.PRED).slot();
        int no = names.register(PtxType.PRED).slot();
        emit(in, LaneLoops.of(name, test, yes, slot(in.operand(1), type), slot(in.operand(2), type)));
        emit(in, new WarpOps.PredicateLogic("not", no, yes, yes));
        if (join != null) {
            emit(in, new WarpOps.PredicateLogic(join, yes, yes, with));
            emit(in, new WarpOps.PredicateLogic(join, no, no, with));
        }
        int[] results = {yes, no};
        for (int k = 0; k < targets.length; k++) {
            if (!targets[k].trim().equals("_")) {
                emit(in, new WarpOps.PredicateLogic("mov", predicate(targets[k].trim()), results[k], results[k]));
            }
        }
    }

    private void select(Instruction in) {
        Object choice = in.type().isLong() ? (LaneLoops.LongChoice) (a, b, p) -> p ? a : b : (LaneLoops.IntChoice) (a, b, p) -> p ? a : b;
        emitLanes(in, in.type().isLong() ? "selp64" : "selp32", choice, in.type(), in.operands);
    }

    private void lop3(Instruction in) {
        int table = (int) Immediate.bits(in.operand(4), PtxType.U32);
        if (!in.types.equals(List.of(PtxType.B32)) || !in.modifiers.isEmpty()) {
            throw unknown(in);
        }
        emitLanes(in, "lop3." + table, IntegerOps.lop3(table), in.type(), in.operands.subList(0, 4));
    }

    // Control.

    private void branch(Instruction in) {
        Control.Branch branch = new Control.Branch(in.is("uni"));
        labels.whenKnown(in.operand(0), place -> branch.target = place);
        emit(in, branch);
    }

    private void indexedBranch(Instruction in) {
        List<String> table = labels.tables.get(in.operand(1));
        if (table == null) {
            throw new DeviceFault("unknown jump table");
        }
        Control.IndexedBranch branch = new Control.IndexedBranch(slot(in.operand(0), PtxType.U32));
        branch.targets = new int[table.size()];
        for (int k = 0; k < branch.targets.length; k++) {
            int entry = k;
            labels.whenKnown(table.get(k), place -> branch.targets[entry] = place);
        }
        emit(in, branch);
    }

    private void leave(Instruction in) {
        if (depth == 0) {
            emit(in, new Control.Exit());
            return;
        }
        Control.Branch branch = new Control.Branch(false);
        labels.whenKnown("return", place -> branch.target = place);
        emit(in, branch);
    }

    private void call(Instruction in) {
        int at = in.operand(0).startsWith("(") ? 1 : 0;
        PtxFunction function = module.functions().get(in.operand(at));
        if (function == null) {
            throw new DeviceFault("a call of " + in.operand(at) + ", a function the module does not have");
        }
        if (in.statement.guard() != null || depth == DEEPEST_CALL) {
            throw new DeviceFault(depth == DEEPEST_CALL ? "calls nest too deep; recursion is not known here"
                    : "a call under a predicate is not known here");
        }
        Map<String, Names.Named> bound = new HashMap<>();
        bindFormals(bound, function.results(), at == 1 ? PtxParser.split(inside(in.operand(0))) : List.of());
        bindFormals(bound, function.parameters(), in.operands.size() > at + 1 ? PtxParser.split(inside(in.operand(at + 1))) : List.of());
        names.open();
        bound.forEach(names::bind);
        depth++;
        body(function);
        depth--;
        names.close();
    }

    private void bindFormals(Map<String, Names.Named> bound, List<PtxFunction.Formal> formals, List<String> actuals) {
        if (formals.size() != actuals.size()) {
            throw new DeviceFault("a call with " + actuals.size() + " arguments instead of " + formals.size());
        }
        for (int k = 0; k < formals.size(); k++) {
            if (!(names.find(actuals.get(k)) instanceof Names.Local place)) {
                throw new DeviceFault("the argument " + actuals.get(k) + " is no variable of a call");
            }
            bound.put(formals.get(k).name(), place);
        }
    }

    // Several lanes.

    private void barrier(Instruction in) {
        if (in.is("warp")) {
            emit(in, new Control.WarpBarrier(slot(in.operand(0), PtxType.B32)));
            return;
        }
        if (in.is("red")) {
            reducingBarrier(in);
            return;
        }
        if (!in.is("sync") || in.operands.size() != 1 || !in.operand(0).matches("\\d+")) {
            throw unknown(in);
        }
        emit(in, new Barrier(null, -1, -1));
    }

    private void reducingBarrier(Instruction in) {
        boolean count = in.is("popc");
        if (in.operands.size() != 3) {
            throw unknown(in);
        }
        int to = count ? target(in.operand(0), PtxType.U32) : predicate(in.operand(0));
        emit(in, new Barrier(count ? "popc" : in.is("and") ? "and" : "or", to, predicateValue(in, in.operand(2))));
    }

    private void shuffle(Instruction in) {
        if (!in.is("sync") || in.operands.size() != 5) {
            throw unknown(in);
        }
        String[] targets = in.operand(0).split("\\|");
        String mode = in.modifiers.stream().filter(m -> List.of("up", "down", "bfly", "idx").contains(m)).findFirst()
                .orElseThrow(() -> unknown(in));
        int predicate = targets.length == 1 ? -1 : predicate(targets[1].trim());
        int[] slots = new int[5];
        for (int k = 1; k < 5; k++) {
            slots[k] = slot(in.operand(k), PtxType.B32);
        }
        emit(in, new Control.Shuffle(mode, target(targets[0].trim(), PtxType.B32), predicate, slots[1], slots[2], slots[3], slots[4]));
    }

    private void vote(Instruction in) {
        String mode = in.modifiers.getLast();
        if (!in.is("sync") || !List.of("ballot", "any", "all", "uni").contains(mode)) {
            throw unknown(in);
        }
        int to = mode.equals("ballot") ? target(in.operand(0), PtxType.B32) : predicate(in.operand(0));
        emit(in, new Control.Vote(mode, to, predicateValue(in, in.operand(1)), slot(in.operand(2), PtxType.B32)));
    }

    private void match(Instruction in) {
        if (!in.is("sync") || !in.is("any") && !in.is("all")) {
            throw unknown(in);
        }
        String[] targets = in.operand(0).split("\\|");
        int predicate = targets.length == 1 ? -1 : predicate(targets[1].trim());
        emit(in, new Control.Match(in.is("all"), target(targets[0].trim(), PtxType.B32), predicate, in.type().isLong(),
                slot(in.operand(1), in.type()),
                slot(in.operand(2), PtxType.B32)));
    }

    private void tensorProduct(Instruction in) {
        boolean halves = in.statement.opcode().equals("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32");
        if (!halves && !in.statement.opcode().equals("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32")) {
            throw unknown(in);
        }
        int[] sizes = {4, 4, 2, 4};
        int[][] slots = new int[4][];
        for (int k = 0; k < 4; k++) {
            slots[k] = slots(in, k, sizes[k]);
        }
        emit(in, new TensorProduct(halves, slots[0], slots[1], slots[2], slots[3], names.constant(false, -1)));
    }

    private void matrixLoad(Instruction in) {
        if (!in.statement.opcode().equals("ldmatrix.sync.aligned.m8n8.x4.shared.b16")) {
            throw unknown(in);
        }
        emit(in, new MatrixLoad(slots(in, 0, 4), address(in.operand(1)), names.constant(false, -1)));
    }

    private void asyncCopy(Instruction in) {
        switch (String.join(".", in.modifiers)) {
            case "async.ca.shared.global", "async.cg.shared.global" -> {
                String size = in.operand(in.operands.size() == 3 ? 2 : 3);
                emit(in, new AsyncCopies.Start(address(in.operand(0)), address(in.operand(1)), copyBytes(in), slot(size, PtxType.U32),
                        newSite(in)));
            }
            case "async.commit_group" -> emit(in, new AsyncCopies.Commit());
            case "async.wait_group" -> emit(in, new AsyncCopies.Await((int) Immediate.bits(in.operand(0), PtxType.U32)));
            case "async.wait_all" -> emit(in, new AsyncCopies.Await(-1));
            default -> throw unknown(in);
        }
    }

    /// `.cg` goes past the first cache and takes 16 bytes, `.ca` 4, 8 or 16.
    private static int copyBytes(Instruction in) {
        int bytes = (int) Immediate.bits(in.operand(2), PtxType.U32);
        if (bytes != 16 && (in.is("cg") || bytes != 4 && bytes != 8)) {
            throw unknown(in);
        }
        return bytes;
    }

    /// The registers of `{a, b, ...}`.
    private int[] slots(Instruction in, int operand, int size) {
        List<String> parts = PtxParser.split(inside(in.operand(operand)));
        if (parts.size() != size) {
            throw unknown(in);
        }
        return parts.stream().mapToInt(part -> slot(part, PtxType.B32)).toArray();
    }
}
