package dev.sunda.cuda.kernel;

import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.stream.Stream;

/// Scaled dot-product attention in tiles: `attention_narrow.cuh` for heads up to 64 wide, `attention.cuh` for all others.
public final class Attention {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /// From this number of queries down a tile of them would be almost empty; see attention_few.cuh for the others.
    private static final int FEW = 8;
    private static final int FEW_QUERIES = 4, FEW_COLUMNS = 128, FEW_THREADS = 256, STEP = 64;
    /// Blocks enough for a device, and keys that are worth one.
    private static final int FEW_BLOCKS = 512, FEW_KEYS = 128;
    private static final int JOINING = 128;
    /// The widest heads of attention_narrow.cuh, and the shared memory that its kernels need.
    private static final int NARROW = 64;
    private static final int TILE = 64 * 68;
    private static final int FORWARD_SHARED = 4 * (TILE + 2 * (2 * TILE / 4 + TILE / 2));
    private static final int BACKWARD_SHARED = 4 * (3 * TILE + 4 * TILE / 8 + 3 * 64);
    /// Of the gradients of narrow heads: blocks that a large device runs at once, and bytes of dS that a call may take.
    private static final int NARROW_BLOCKS = 256;
    private static final long KEPT_BYTES = 256L << 20;

    private final Gpu gpu;
    private final int narrowBlocks;
    private final long keptBytes;

    public Attention(Gpu gpu) {
        this(gpu, NARROW_BLOCKS, KEPT_BYTES);
    }

    Attention(Gpu gpu, int narrowBlocks, long keptBytes) {
        this.gpu = gpu;
        this.narrowBlocks = narrowBlocks;
        this.keptBytes = keptBytes;
    }

    /// One call: its operands and what the kernels are told about them.
    private record Call(AttentionSpec spec, View q, View k, View v, View mask, View statistics, View dout, boolean wide) {
        static Call of(AttentionSpec spec, View q, View k, View v, View mask, View statistics, View dout) {
            boolean wide = isWide(q) && isWide(k) && isWide(v) && (dout == null || isWide(dout));
            return new Call(spec, q, k, v, mask, statistics, dout, wide);
        }

        /// Whether rows can be read 16 bytes at a time.
        private static boolean isWide(View x) {
            return x.dtype() == DType.F32 && Gpu.address(x) % 16 == 0 && x.shape().size(3) % 4 == 0 && stride(x, 0) % 4 == 0
                    && stride(x, 1) % 4 == 0 && stride(x, 2) % 4 == 0;
        }

        /// Whether the kernels for narrow heads can compute it.
        ///
        /// @param others what is read or written besides
        boolean isNarrow(View... others) {
            int width = q.shape().size(3);
            int out = v.shape().size(3);
            return wide && queries() > 0 && keys() > 0 && width > 0 && width <= NARROW && out > 0 && out <= NARROW
                    && Stream.of(others).allMatch(Call::isWide);
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
                at = x == null ? at + 3 : put(words, at, rows(x));
            return words;
        }

        /// `struct Rows` of attention.cuh.
        static int[] rows(View x) {
            return new int[] {stride(x, 0), stride(x, 1), stride(x, 2)};
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
        if (call.isNarrow(out)) {
            gpu.kernel("attention_narrow", "attention_narrow_f32").launch(call.grid(call.queries(), 1, 1).shared(FORWARD_SHARED), q, k, v,
                    mask, out, statistics, struct(call, out), call.scale(), call.kept());
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
    public void attentionBackward(AttentionSpec spec, View dout, View q, View k, View v, View mask, View out, View statistics, View dq,
            View dk, View dv) {
        Call call = Call.of(spec, q, k, v, mask, statistics, dout);
        if (call.heads() > 0 && call.isNarrow(out, dq, dk, dv)) {
            narrowBackward(call, out, dq, dk, dv);
            return;
        }
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

    /// For narrow heads. What a query's entries of `P * dP` add up to follows from the result; keys and values then have a kernel together,
    /// which leaves dS for the gradients of queries: of all heads or, if that is too much memory, of so many at a time as are whole rounds
    /// of blocks. Of sequences so long that not even these fit dS is computed again.
    private void narrowBackward(Call call, View out, View dq, View dk, View dv) {
        int tiles = Grid.ceil(call.queries(), call.side());
        long bytes = (long) call.keys() * tiles * call.side() * dq.dtype().bytes();      // of dS of a head
        long fitting = keptBytes / bytes;
        int blocks = Math.min(tiles, Grid.ceil(call.keys(), call.side()));
        int heads = fitting >= call.heads() ? call.heads() : (int) (fitting * blocks / narrowBlocks * narrowBlocks / blocks);
        boolean keeping = heads > 0;
        try (Scratch dots = gpu.scratch((long) call.heads() * call.queries() * dq.dtype().bytes());
                Scratch kept = gpu.scratch(heads * bytes)) {
            narrowGradient("dots").launch(Grid.of(Grid.ceil(call.heads() * call.queries(), 16), 256), call.dout(), out, dots,
                    struct(call, null), Call.rows(out));
            for (int first = 0; keeping && first < call.heads(); first += heads) {
                int count = Math.min(heads, call.heads() - first);
                keyGradients(call, count, dots, dk, dv, kept, first);
                narrowGradient("dq_kept").launch(narrowGrid(call, count, call.queries()), kept, call.k(), dq, struct(call, dq), first,
                        call.scale());
            }
            if (!keeping) {
                keyGradients(call, call.heads(), dots, dk, dv, null, 0);
                gpu.kernel("attention_narrow_again", "attention_narrow_dq_f32").launch(
                        narrowGrid(call, call.heads(), call.queries()).shared(BACKWARD_SHARED), call.dout(), call.q(), call.k(), call.v(),
                        call.mask(), call.statistics(), dots, dq, struct(call, dq), call.scale(), call.kept());
            }
        }
    }

    private void keyGradients(Call call, int heads, Scratch dots, View dk, View dv, Scratch kept, int first) {
        narrowGradient("dkv").launch(narrowGrid(call, heads, call.keys()).shared(BACKWARD_SHARED), call.dout(), call.q(), call.k(),
                call.v(), call.mask(), call.statistics(), dots, dk, dv, kept, struct(call, dk), Call.rows(dv), first, call.scale(),
                call.kept());
    }

    private Kernel narrowGradient(String name) {
        return gpu.kernel("attention_narrow_backward", "attention_narrow_" + name + "_f32");
    }

    private static Grid narrowGrid(Call call, int heads, int rows) {
        return Grid.of((long) heads * Grid.ceil(rows, call.side()), 2 * call.side());
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
