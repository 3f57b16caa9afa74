package dev.sunda.cuda.kernel;

import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.List;

/// Scaled dot-product attention in tiles: `attention.cu`, `attention_backward.cu`, `attention_any.cu` and `attention_f64.cu`.
public final class Attention {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /// From this number of queries down a tile of them would be almost empty; see attention_few.cuh for the others.
    private static final int FEW = 8;
    private static final int FEW_QUERIES = 4, FEW_COLUMNS = 128, FEW_THREADS = 256, STEP = 64;
    /// Blocks enough for a device, and keys that are worth one.
    private static final int FEW_BLOCKS = 512, FEW_KEYS = 128;
    private static final int JOINING = 128;

    private final Gpu gpu;

    public Attention(Gpu gpu) {
        this.gpu = gpu;
    }

    /// One call: its operands and what the kernels are told about them.
    private record Call(AttentionSpec spec, View q, View k, View v, View mask, View statistics, View dout, boolean wide) {
        static Call of(AttentionSpec spec, View q, View k, View v, View mask, View statistics, View dout) {
            boolean wide = q.dtype() == DType.F32;
            for (View x : dout == null ? List.of(q, k, v) : List.of(q, k, v, dout))
                wide &= Gpu.address(x) % 16 == 0 && x.shape().size(3) % 4 == 0 && stride(x, 0) % 4 == 0 && stride(x, 1) % 4 == 0
                        && stride(x, 2) % 4 == 0;
            return new Call(spec, q, k, v, mask, statistics, dout, wide);
        }

        private static int stride(View x, int dim) {
            return x.shape().size(dim) == 1 ? 0 : x.layout().stride(dim);
        }

        int heads() {
            return q.shape().size(0) * q.shape().size(1);
        }

        int queries() {
            return q.shape().size(2);
        }

        int keys() {
            return k.shape().size(2);
        }

        boolean isDouble() {
            return q.dtype() == DType.F64;
        }

        /// Rows and columns of a tile.
        int side() {
            return isDouble() ? 32 : 64;
        }

        Object scale() {
            return number(spec.scale());
        }

        Object kept() {
            return number(1 / (1 - spec.dropout()));
        }

        private Object number(double value) {
            if (isDouble())
                return value;
            return (float) value;
        }

        /// `struct Heads` of attention.cuh, for a kernel that writes `result`.
        ///
        /// @param shift where the kernel finds how far the stream of random numbers has moved on
        int[] struct(View result, long shift) {
            var words = new int[38];
            if (spec.dropout() > 0) {
                put(words, 0, spec.key().key() + (spec.key().offset() + 1) * GOLDEN);
                put(words, 2, (long) Math.ceil(spec.dropout() * 0x1p53));
                put(words, 4, shift);
            }
            int at = 6;
            int maskKind = mask == null ? 0 : mask.dtype() == DType.BOOL ? 1 : 2;
            at = put(words, at, q.shape().size(0), q.shape().size(1), queries(), keys(), q.shape().size(3), v.shape().size(3),
                    spec.causal() ? 1 : 0, spec.dropout() > 0 ? 1 : 0, maskKind);
            at = mask == null ? at + 4 : put(words, at, stride(mask, 0), stride(mask, 1), stride(mask, 2), stride(mask, 3));
            for (View x : new View[] {q, k, v, statistics, dout, result})
                at = x == null ? at + 3 : put(words, at, stride(x, 0), stride(x, 1), stride(x, 2));
            return words;
        }

        private static int put(int[] words, int at, int... values) {
            System.arraycopy(values, 0, words, at, values.length);
            return at + values.length;
        }

        private static void put(int[] words, int at, long value) {
            put(words, at, (int) value, (int) (value >>> 32));
        }

        /// Blocks for `rows` rows of results, `width` wide, of which one takes `groups` tiles side by side.
        Grid grid(int rows, int width, int groups) {
            long blocks = (long) heads() * Grid.ceil(rows, side()) * Math.max(1, Grid.ceil(width, groups * side()));
            return Grid.of(blocks, 2 * side());
        }
    }

    /// See `Backend.attention`.
    public void attention(AttentionSpec spec, View q, View k, View v, View mask, View out, View statistics) {
        Call call = Call.of(spec, q, k, v, mask, statistics, null);
        if (call.heads() == 0 || call.queries() == 0)
            return;
        if (call.queries() <= FEW) {
            few(call, out);
            return;
        }
        int width = out.shape().size(3);
        int groups = groups(call, width);
        Kernel kernel = kernel(call, call.wide() ? "attention" : "attention_any", "attention_", groups);
        kernel.launch(call.grid(call.queries(), width, groups), q, k, v, mask, out, statistics, struct(call, out), call.scale(),
                call.kept());
    }

    /// Few queries: keys are cut into chunks, so that there are blocks enough for a device, and what chunks come to is joined.
    private void few(Call call, View out) {
        int width = out.shape().size(3);
        int groups = Grid.ceil(call.queries(), FEW_QUERIES);
        int columns = width <= FEW_COLUMNS / 2 ? FEW_COLUMNS / 2 : FEW_COLUMNS;
        int blocks = Grid.count("cuda: the blocks of one launch", (long) call.heads() * groups * Math.max(1, Grid.ceil(width, columns)));
        int wanted = Math.clamp(Grid.ceil(FEW_BLOCKS, blocks), 1, Math.max(1, Grid.ceil(call.keys(), FEW_KEYS)));
        int keys = Grid.ceil(Math.max(1, Grid.ceil(call.keys(), wanted)), STEP) * STEP;
        int chunks = Math.max(1, Grid.ceil(call.keys(), keys));
        Grid grid = Grid.of((long) blocks * chunks, FEW_THREADS);
        Kernel kernel = kernel(call, "attention_few", "attention_few_", 0);
        int[] struct = struct(call, out);
        int[] cut = {chunks, keys, groups, columns};
        if (chunks == 1) {
            kernel.launch(grid, call.q(), call.k(), call.v(), call.mask(), out, call.statistics(), null, null, struct, cut, call.scale(),
                    call.kept());
            return;
        }
        int rows = call.heads() * call.queries();
        long bytes = (long) rows * chunks * out.dtype().bytes();
        try (Scratch sums = gpu.scratch(bytes * Math.max(1, width)); Scratch known = gpu.scratch(2 * bytes)) {
            kernel.launch(grid, call.q(), call.k(), call.v(), call.mask(), out, call.statistics(), sums, known, struct, cut, call.scale(),
                    call.kept());
            gpu.kernel("attention_few", call.isDouble() ? "attention_join_f64" : "attention_join_f32").launch(Grid.of(rows, JOINING), sums,
                    known, out, call.statistics(), struct, chunks);
        }
    }

    /// See `Backend.attentionBackward`. What a query's entries of `P * dP` add up to is computed first, then each gradient by a kernel of
    /// its own, which computes the entries of `P` again.
    public void attentionBackward(AttentionSpec spec, View dout, View q, View k, View v, View mask, View statistics, View dq, View dk,
            View dv) {
        Call call = Call.of(spec, q, k, v, mask, statistics, dout);
        try (Scratch dots = gpu.scratch((long) call.heads() * call.queries() * q.dtype().bytes())) {
            if (call.heads() > 0 && call.queries() > 0)
                gradient(call, "attention_dots_", 0).launch(call.grid(call.queries(), 1, 1), dout, q, k, v, mask,
                        statistics, dots, struct(call, null), call.scale(), call.kept());
            scoreGradient(call, "attention_dq_", call.queries(), dots, dq);
            scoreGradient(call, "attention_dk_", call.keys(), dots, dk);
        }
        if (dv.shape().numel() == 0)
            return;
        int groups = groups(call, dv.shape().size(3));
        gradient(call, "attention_dv_", groups).launch(call.grid(call.keys(), dv.shape().size(3), groups), dout, q, k,
                mask, statistics, dv, struct(call, dv), call.scale(), call.kept());
    }

    private void scoreGradient(Call call, String name, int rows, Scratch dots, View to) {
        if (to.shape().numel() == 0)
            return;
        int width = to.shape().size(3);
        int groups = groups(call, width);
        gradient(call, name, groups).launch(call.grid(rows, width, groups), call.dout(), call.q(), call.k(), call.v(),
                call.mask(), call.statistics(), dots, to, struct(call, to), call.scale(), call.kept());
    }

    private int[] struct(Call call, View result) {
        return call.struct(result, call.spec().dropout() > 0 ? gpu.shifts().address(call.spec().key()) : 0);
    }

    /// How many tiles of results a block takes side by side.
    private static int groups(Call call, int width) {
        return call.wide() && width <= call.side() ? 1 : 2;
    }

    /// @param groups 0 for a kernel that has no choice
    private Kernel kernel(Call call, String module, String name, int groups) {
        String type = call.isDouble() ? "f64" : "f32";
        return gpu.kernel(module, name + (call.wide() ? "wide_" : "any_") + (groups == 0 ? "" : groups + "_") + type);
    }

    /// Gradients are compiled apart from one another where that is long, so that a program waits for those it needs.
    private Kernel gradient(Call call, String name, int groups) {
        String module = !call.wide() ? "attention_backward_any" : groups == 0 ? "attention_dots" : "attention_backward_" + groups;
        return kernel(call, module, name, groups);
    }
}
