package dev.sunda.cuda.ptx;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// What the tests of the interpreter share: a machine, buffers in its memory, and kernels made of a few lines.
final class PtxBench {
    final Allocations memory = new Allocations();
    final PtxMachine machine = new PtxMachine(memory);

    /// A module around the body of one kernel `k` with parameters `p0`, `p1`, ... and a set of registers: `%p` predicates, `%h`, `%r`,
    /// `%d` with 16, 32 and 64 bits, `%f` and `%g` for float and double.
    static String kernel(String parameters, String body) {
        return """
                .version 7.0
                .target sm_75
                .address_size 64
                .visible .entry k(%s)
                {
                    .reg .pred %%p<20>;
                    .reg .b16 %%h<20>;
                    .reg .b32 %%r<40>;
                    .reg .b64 %%d<40>;
                    .reg .f32 %%f<20>;
                    .reg .f64 %%g<20>;
                %s
                }
                """.formatted(parameters, body);
    }

    /// A kernel with parameters of 8 bytes.
    static String kernel(int parameters, String body) {
        StringBuilder list = new StringBuilder();
        for (int k = 0; k < parameters; k++) {
            list.append(k == 0 ? "" : ", ").append(".param .u64 p").append(k);
        }
        return kernel(list.toString(), body);
    }

    /// Statements that leave `address of p[parameter] + bytes * tid.x` in `%d[parameter]`.
    static String at(int parameter, int bytes) {
        return "ld.param.u64 %%d%1$d, [p%1$d]; mov.u32 %%r39, %%tid.x; mul.wide.u32 %%d39, %%r39, %2$d; add.s64 %%d%1$d, %%d%1$d, %%d39;\n"
                .formatted(parameter, bytes);
    }

    long buffer(long... values) {
        Allocation made = memory.allocate(Math.max(8, 8L * values.length), 16);
        for (int i = 0; i < values.length; i++) {
            made.segment().setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, values[i]);
        }
        made.mark(made.base(), 8L * values.length, true);
        return made.base();
    }

    long ints(int... values) {
        Allocation made = memory.allocate(Math.max(4, 4L * values.length), 16);
        for (int i = 0; i < values.length; i++) {
            made.segment().setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, values[i]);
        }
        made.mark(made.base(), 4L * values.length, true);
        return made.base();
    }

    long fresh(long bytes) {
        return memory.allocate(bytes, 16).base();
    }

    long[] longs(long address, int count) {
        return memory.locate(address, 8L * count).toArray(ValueLayout.JAVA_LONG_UNALIGNED);
    }

    int[] readInts(long address, int count) {
        return memory.locate(address, 4L * count).toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }

    static byte[] parameters(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(bytes::putLong);
        return bytes.array();
    }

    /// Launches kernel `k` of a text with one row of blocks.
    void launch(String text, int blocks, int threads, long... parameters) {
        machine.launch(PtxModule.parse(text).entry("k"), blocks, 1, 1, threads, 1, 1, 0, parameters(parameters));
    }

    /// Executes one instruction once per thread.
    ///
    /// @param instruction with `$0` for the result and `$1`, `$2`, ... for the operands
    /// @param types       of the result and the operands; `PRED` for a result of 0 or 1
    /// @param operands    for each operand its values, in words of 8 bytes
    /// @return the results, the low bytes of a word each
    long[] run(String instruction, PtxType[] types, long[]... operands) {
        int count = operands[0].length;
        StringBuilder body = new StringBuilder("mov.u32 %r30, %ctaid.x; mov.u32 %r31, %ntid.x; mov.u32 %r32, %tid.x;\n"
                + "mad.lo.s32 %r33, %r30, %r31, %r32; ld.param.u64 %d30, [p0]; cvt.u32.u64 %r34, %d30;\n"
                + "setp.ge.u32 %p10, %r33, %r34; @%p10 bra END;\n");
        String text = instruction;
        for (int k = types.length - 1; k >= 1; k--) {
            body.append("ld.param.u64 %d30, [p").append(k + 1).append("]; mad.wide.u32 %d30, %r33, 8, %d30;\n");
            body.append("ld.global.").append(loaded(types[k])).append(' ').append(register(types[k], k)).append(", [%d30];\n");
            if (types[k] == PtxType.PRED) {
                body.append("setp.ne.u32 %p").append(k).append(", %r").append(k).append(", 0;\n");
            }
            text = text.replace("$" + k, types[k] == PtxType.PRED ? "%p" + k : register(types[k], k));
        }
        text = text.replace("$0", types[0] == PtxType.PRED ? "%p0" : register(types[0], 0));
        body.append(text).append(";\n");
        if (types[0] == PtxType.PRED) {
            body.append("selp.u32 %r0, 1, 0, %p0;\n");
        }
        body.append("ld.param.u64 %d30, [p1]; mad.wide.u32 %d30, %r33, 8, %d30;\n");
        body.append("st.global.").append(loaded(types[0])).append(" [%d30], ").append(register(types[0], 0)).append(";\nEND: ret;\n");
        long[] parameters = new long[types.length + 1];
        parameters[0] = count;
        parameters[1] = buffer(new long[count]);
        for (int k = 1; k < types.length; k++) {
            parameters[k + 1] = buffer(operands[k - 1]);
        }
        launch(kernel(parameters.length, body.toString()), (count + 127) / 128, 128, parameters);
        return longs(parameters[1], count);
    }

    private static String loaded(PtxType type) {
        return type == PtxType.PRED ? "u32" : "b" + type.bits();
    }

    private static String register(PtxType type, int k) {
        return (type == PtxType.PRED || type.bits() == 32 ? "%r" : type.bits() == 16 ? "%h" : "%d") + k;
    }

    /// All pairs of the values.
    static long[][] pairs(long... values) {
        return tuples(2, values);
    }

    /// All tuples of the values.
    static long[][] tuples(int width, long... values) {
        int count = 1;
        for (int k = 0; k < width; k++) {
            count *= values.length;
        }
        long[][] result = new long[width][count];
        for (int i = 0; i < count; i++) {
            int rest = i;
            for (int k = 0; k < width; k++) {
                result[k][i] = values[rest % values.length];
                rest /= values.length;
            }
        }
        return result;
    }
}
