package dev.sunda.cuda.ptx;

import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

/// A kernel ready to run: its instructions with the bodies of the device functions it calls in their places, and what a warp needs to run
/// them.
final class Program {
    final PtxFunction kernel;
    final Op[] code;
    /// For each instruction the index of the first one at or after it that is not executed straight on: a control instruction, or (later)
    /// a label.
    final int[] stops;
    /// Where lanes may wait for others or meet them: labels, and instructions of several lanes.
    final boolean[] meetings;
    final Statement[] statements;
    final Registers registers;
    final int staticSharedBytes;
    /// 0 if shared memory is watched by bytes, 2 if by words.
    final int sharedUnitShift;
    final int localBytes;
    /// The instructions that access memory, by their number among these.
    final List<Statement> sites;
    final int parameterBytes;

    Program(PtxFunction kernel, Op[] code, int[] stops, boolean[] meetings, Statement[] statements, Registers registers,
            int staticSharedBytes,
            int sharedUnitShift, int localBytes, List<Statement> sites, int parameterBytes) {
        this.kernel = kernel;
        this.code = code;
        this.stops = stops;
        this.meetings = meetings;
        this.statements = statements;
        this.registers = registers;
        this.staticSharedBytes = staticSharedBytes;
        this.sharedUnitShift = sharedUnitShift;
        this.localBytes = localBytes;
        this.sites = sites;
        this.parameterBytes = parameterBytes;
    }

    /// Whether a run that started at `from` and reached its stop executes the control instruction there. Where lanes may meet, it first
    /// looks for others.
    boolean stepsAt(int stop, int from) {
        return code[stop] instanceof Control && (stop == from || !meetings[stop]);
    }

    /// A fault with its place.
    DeviceFault place(DeviceFault fault, int pc, Warp w) {
        int thread = 32 * w.index + Math.max(0, fault.lane());
        String who = fault.lane() < 0 ? "warp " + w.index : "thread " + w.launch.threadName(thread);
        return fault.at("kernel " + kernel.name() + ", block " + w.launch.blockName(w.launch.blockSerial) + ", " + who + ", PTX line "
                + statements[pc].line() + " `" + statements[pc].text() + "`");
    }

    /// Names an instruction.
    String name(Op op) {
        for (int pc = 0; pc < code.length; pc++) {
            if (code[pc] == op) {
                return "PTX line " + statements[pc].line() + " `" + statements[pc].text() + "`";
            }
        }
        return "no instruction";
    }

    /// The instructions that met an allocation last.
    String sitesOf(Allocation[] met, Allocation allocation) {
        StringJoiner result = new StringJoiner(", ");
        for (int k = 0; k < met.length; k++) {
            if (met[k] == allocation) {
                result.add("PTX line " + sites.get(k).line() + " `" + sites.get(k).text() + "`");
            }
        }
        return result.toString();
    }

    /// Adds the opcodes of all instructions that have been executed.
    void noteOpcodes(long[] starts, Set<String> into) {
        for (int from = 0; from < code.length; from++) {
            if (starts[from] > 0) {
                int end = stepsAt(stops[from], from) ? stops[from] + 1 : stops[from];
                for (int pc = from; pc < end; pc++) {
                    into.add(statements[pc].opcode());
                }
            }
        }
    }

    /// All lanes of a warp wait, each group at another instruction.
    DeviceFault stuck(Warp w, int[] pcs, int[] masks, int groups) {
        StringBuilder where = new StringBuilder();
        for (int g = 0; g < groups; g++) {
            where.append(String.format("%s lanes 0x%x at PTX line %d `%s`", g == 0 ? "" : ",", masks[g], statements[pcs[g]].line(),
                    statements[pcs[g]].text()));
        }
        return place(new DeviceFault("barrier divergence: the lanes of the warp wait for each other at different places:" + where), pcs[0],
                w);
    }

    /// The registers of a warp by kind; constants and special registers have places of their own among them.
    ///
    /// @param ints       number of registers of up to 32 bits
    /// @param longs      number of registers of 64 bits
    /// @param predicates number of predicates
    record Registers(int ints, int longs, int predicates, List<Constant> constants, List<Special> specials, List<Address> addresses) {
    }

    /// A register that holds a constant.
    record Constant(boolean wide, int slot, long value) {
    }

    /// A register that holds a special register.
    record Special(boolean wide, int slot, String name) {
    }

    /// A register that holds the address of a variable of the module, plus an offset.
    record Address(int slot, String variable, long offset) {
    }
}
