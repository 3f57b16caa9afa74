package dev.sunda.cuda.ptx;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A parsed PTX text: its entries, device functions and the variables of the module. Entries are decoded at their first launch and kept.
public final class PtxModule {
    private final Map<String, Entry> entries;
    private final Map<String, PtxFunction> functions;
    private final Map<String, Global> globals;
    private final Map<String, Variable> shared;

    PtxModule(Map<String, PtxFunction> kernels, Map<String, PtxFunction> functions, Map<String, Global> globals,
            Map<String, Variable> shared) {
        this.functions = functions;
        this.globals = Collections.unmodifiableMap(globals);
        this.shared = shared;
        this.entries = new java.util.LinkedHashMap<>();
        kernels.forEach((name, kernel) -> entries.put(name, new Entry(this, kernel)));
    }

    /// Parses a text.
    ///
    /// @param text PTX
    /// @return its module
    /// @throws DeviceFault if the text is not PTX as this interpreter knows it
    public static PtxModule parse(String text) {
        return new PtxParser(text).module();
    }

    /// A kernel.
    ///
    /// @param name its name
    /// @return the entry
    /// @throws IllegalArgumentException if the module has no entry of that name
    public Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("entry: the module has no kernel " + name + " (it has " + entries.keySet() + ")");
        }
        return entry;
    }

    /// The names of the kernels.
    ///
    /// @return names in the order of the text
    public Set<String> entries() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /// The variables of the module in global and constant memory.
    ///
    /// @return variables by name; [PtxMachine#load] gives them addresses
    public Map<String, Global> globals() {
        return globals;
    }

    Map<String, PtxFunction> functions() {
        return functions;
    }

    /// Variables in shared memory declared outside functions, the dynamic array among them.
    Map<String, Variable> shared() {
        return shared;
    }

    /// A variable of the module.
    ///
    /// @param name         its name
    /// @param bytes        size in bytes
    /// @param alignment    alignment in bytes
    /// @param constant     whether it lies in constant memory
    /// @param initialBytes its contents when the module is loaded, `bytes` of them
    public record Global(String name, long bytes, int alignment, boolean constant, byte[] initialBytes) {
    }

    /// A parameter of a kernel.
    ///
    /// @param type      the type of a scalar, `b8` for a structure
    /// @param bytes     size in bytes
    /// @param alignment alignment in bytes
    public record Parameter(String type, int bytes, int alignment) {
    }

    /// A variable declared without initial value.
    record Variable(String name, int bytes, int alignment) {
    }

    /// A kernel of the module.
    public static final class Entry {
        private final PtxModule module;
        private final PtxFunction function;
        private Program program;

        Entry(PtxModule module, PtxFunction function) {
            this.module = module;
            this.function = function;
        }

        /// The name of the kernel.
        ///
        /// @return the name
        public String name() {
            return function.name();
        }

        /// The module of the kernel.
        ///
        /// @return the module
        public PtxModule module() {
            return module;
        }

        /// The parameters.
        ///
        /// @return parameters in order
        public List<Parameter> parameters() {
            return function.parameters().stream().map(p -> new Parameter(p.type(), p.bytes(), p.alignment())).toList();
        }

        /// The size of all parameters, each at its alignment.
        ///
        /// @return bytes
        public int parameterBytes() {
            int end = 0;
            for (PtxFunction.Formal p : function.parameters()) {
                end = (end + p.alignment() - 1) / p.alignment() * p.alignment() + p.bytes();
            }
            return end;
        }

        /// The most threads a block may have, from `.maxntid` or `.reqntid`.
        ///
        /// @return threads, 1024 if the text does not say
        public int maxThreads() {
            return function.maxThreads();
        }

        /// Bytes of shared memory the kernel uses besides the dynamic array.
        ///
        /// @return bytes
        public int staticSharedBytes() {
            return program().staticSharedBytes;
        }

        /// Decodes the kernel, so that an instruction the interpreter does not know is found without a launch.
        ///
        /// @return this entry
        /// @throws DeviceFault if an instruction is unknown
        public Entry verify() {
            program();
            return this;
        }

        synchronized Program program() {
            if (program == null) {
                program = new Decoder(module, function).program();
            }
            return program;
        }
    }
}
