package dev.sunda.cuda.ptx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the names of a kernel stand for, and the places of its registers, constants and variables.
final class Names {
    /// What a name stands for.
    sealed interface Named permits Register, Local, Parameter, Shared {
    }

    /// A register: a slot among those of up to 32 bits, of 64 bits or of the predicates.
    record Register(PtxType type, int slot) implements Named {
    }

    /// A variable in local memory, or a parameter of a device function.
    record Local(int offset) implements Named {
    }

    /// A parameter of the kernel.
    record Parameter(int offset) implements Named {
    }

    /// A variable in shared memory; the dynamic array starts behind all others.
    record Shared(int offset, boolean dynamic) implements Named {
    }

    private final PtxModule module;
    private final Deque<Map<String, Named>> scopes = new ArrayDeque<>();
    private final Map<String, Shared> shared = new HashMap<>();
    private final List<Program.Constant> constants = new ArrayList<>();
    private final List<Program.Constant> dynamicConstants = new ArrayList<>();
    private final List<Program.Special> specials = new ArrayList<>();
    private final List<Program.Address> addresses = new ArrayList<>();
    private final Map<String, Integer> known = new HashMap<>();
    private int ints;
    private int longs;
    private int predicates;
    private int sharedBytes;
    private int localBytes;

    Names(PtxModule module) {
        this.module = module;
    }

    void open() {
        scopes.push(new HashMap<>());
    }

    void close() {
        scopes.pop();
    }

    void bind(String name, Named meaning) {
        scopes.element().put(name, meaning);
    }

    /// What a name stands for, or null if it is unknown or a variable of the module in global memory.
    Named find(String name) {
        for (Map<String, Named> scope : scopes) {
            Named found = scope.get(name);
            if (found != null) {
                return found;
            }
        }
        PtxModule.Variable variable = module.shared().get(name);
        return variable == null ? null : shared.computeIfAbsent(name, n -> placeShared(variable.bytes(), variable.alignment()));
    }

    /// Handles `.reg`, `.local`, `.shared` and `.param` inside a function.
    void declare(String directive) {
        if (directive.startsWith(".reg")) {
            declareRegisters(directive);
            return;
        }
        PtxParser.Declared d = PtxParser.declared(directive);
        if (d.space().equals(".shared")) {
            bind(d.name(), shared.computeIfAbsent(d.name(), n -> placeShared(d.bytes(), d.alignment())));
        } else {
            bind(d.name(), placeLocal(d.bytes(), d.alignment()));
        }
    }

    private void declareRegisters(String directive) {
        String[] words = directive.split("\\s+", 3);
        PtxType type = PtxType.of(words[1].substring(1));
        if (type == null) {
            throw new DeviceFault("registers of an unknown type");
        }
        for (String name : words[2].split(",")) {
            String trimmed = name.trim();
            int angle = trimmed.indexOf('<');
            if (angle < 0) {
                bind(trimmed, register(type));
            } else {
                int count = Integer.parseInt(trimmed.substring(angle + 1, trimmed.indexOf('>')).trim());
                for (int k = 0; k < count; k++) {
                    bind(trimmed.substring(0, angle).trim() + k, register(type));
                }
            }
        }
    }

    /// A new register.
    Register register(PtxType type) {
        return new Register(type, type == PtxType.PRED ? predicates++ : type.isLong() ? longs++ : ints++);
    }

    Local placeLocal(int bytes, int alignment) {
        int offset = (localBytes + alignment - 1) / alignment * alignment;
        localBytes = offset + bytes;
        return new Local(offset);
    }

    private Shared placeShared(int bytes, int alignment) {
        if (bytes == 0) {
            return new Shared(0, true);
        }
        int offset = (sharedBytes + alignment - 1) / alignment * alignment;
        sharedBytes = offset + bytes;
        return new Shared(offset, false);
    }

    int constant(boolean wide, long value) {
        return known.computeIfAbsent((wide ? "l" : "i") + value, k -> {
            int slot = wide ? longs++ : ints++;
            constants.add(new Program.Constant(wide, slot, value));
            return slot;
        });
    }

    int special(boolean wide, String name) {
        return known.computeIfAbsent((wide ? "l" : "i") + name, k -> {
            int slot = wide ? longs++ : ints++;
            specials.add(new Program.Special(wide, slot, name));
            return slot;
        });
    }

    /// A register that holds the address of a variable in its own space, plus an offset; -1 if there is no such variable.
    int address(boolean wide, String name, long offset) {
        return switch (find(name)) {
            case Local v -> constant(wide, v.offset + offset);
            case Parameter v -> constant(wide, v.offset + offset);
            case Shared v when !v.dynamic -> constant(wide, v.offset + offset);
            case Shared _ -> known.computeIfAbsent((wide ? "l" : "i") + "dynamic+" + offset, k -> {
                int slot = wide ? longs++ : ints++;
                dynamicConstants.add(new Program.Constant(wide, slot, offset));
                return slot;
            });
            case Register _ -> -1;
            case null -> module.globals().containsKey(name) && wide ? known.computeIfAbsent("&" + name + "+" + offset, k -> {
                addresses.add(new Program.Address(longs, name, offset));
                return longs++;
            }) : -1;
        };
    }

    /// Bytes of the static variables; the dynamic array starts here.
    int sharedBytes() {
        return (sharedBytes + 15) / 16 * 16;
    }

    int localBytes() {
        return (localBytes + 15) / 16 * 16;
    }

    Program.Registers registers() {
        List<Program.Constant> all = new ArrayList<>(constants);
        dynamicConstants.forEach(c -> all.add(new Program.Constant(c.wide(), c.slot(), c.value() + sharedBytes())));
        return new Program.Registers(ints, longs, predicates, all, specials, addresses);
    }
}
