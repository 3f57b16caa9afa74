package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.Unary.flat;
import static dev.sunda.cuda.kernel.Unary.suffix;

import dev.sunda.core.op.RandomKey;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import java.util.List;

/// Random numbers, the same bits as on every other device: `random.cu`.
///
/// Element `i` in row-major order depends on number `i` of the key, whatever the memory order: the row-major number of an element is found
/// as its place in one more view, whose memory nobody touches.
public final class Randoms {
    /// What the argument of the mixing function grows by from one number to the next, see [RandomKey].
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final Gpu gpu;

    public Randoms(Gpu gpu) {
        this.gpu = gpu;
    }

    /// Uniform numbers in `[0, 1)`.
    public void uniform(RandomKey key, View out) {
        numbers("uniform_", key, out);
    }

    /// Standard normal numbers.
    public void normal(RandomKey key, View out) {
        numbers("normal_", key, out);
    }

    private void numbers(String kernel, RandomKey key, View out) {
        View numbers = rowMajor(out);
        long shift = gpu.shifts().address(key);
        Strided.over(List.of(out, numbers), walk -> gpu.kernel("random", kernel + suffix(out.dtype())).launch(Grid.over(walk.numel()),
                walk.address(0), start(key), shift, first(numbers, walk, 1), walk.struct(), flat(walk)));
    }

    /// `y = x / (1 - p)` where the number is at least `p`, else 0.
    public void dropout(RandomKey key, double p, View x, View y) {
        double scale = 1 / (1 - p);
        Object rounded = x.dtype() == DType.F32 ? (Object) (float) scale : (Object) scale;
        long least = (long) Math.ceil(p * 0x1p53);                   // 53 bits at least this are a number at least p
        long shift = gpu.shifts().address(key);
        View numbers = rowMajor(y);
        Strided.over(List.of(y, x, numbers), walk -> gpu.kernel("random", "dropout_" + suffix(x.dtype())).launch(Grid.over(walk.numel()),
                walk.address(1), walk.address(0), start(key), shift, least, rounded, first(numbers, walk, 2), walk.struct(), flat(walk)));
    }

    private static View rowMajor(View view) {
        return view.as(Layout.contiguous(view.shape()));
    }

    /// The row-major number of the first element of a walk whose view `n` is the row-major one.
    private static int first(View numbers, Strided walk, int n) {
        return (int) ((walk.address(n) - Gpu.address(numbers)) / numbers.dtype().bytes());
    }

    private static long start(RandomKey key) {
        return key.key() + (key.offset() + 1) * GOLDEN;
    }
}
