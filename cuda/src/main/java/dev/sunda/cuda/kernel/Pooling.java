package dev.sunda.cuda.kernel;

import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.List;
import java.util.stream.Stream;

/// Maxima and means of windows over one to three spatial axes, and their gradients: `pool.cu`.
public final class Pooling {
    private static final int AXES = 3;
    private static final Window UNIT = new Window(1, 1, 1, 1, 0, 0, 1);

    private final Gpu gpu;

    public Pooling(Gpu gpu) {
        this.gpu = gpu;
    }

    /// See `Backend.maxPool`.
    public void maxPool(PoolSpec spec, View x, boolean relu, View out, View index) {
        int numel = out.shape().numel();
        if (numel > 0)
            kernel("pool_max_" + windows(spec, x)).launch(Grid.over(numel), x, out, index, relu ? 1 : 0, numel, pool(spec, out),
                    strides(x), strides(out), strides(index == null ? out : index));
    }

    /// See `Backend.maxPoolScatter`.
    public void maxPoolScatter(PoolSpec spec, View dy, View index, View dx) {
        int numel = dx.shape().numel();
        if (isInPairs(spec, dy, index, dx))
            kernel("pool_max_scatter_pairs_f32").launch(Grid.over(numel / 4), dy, index, dx, numel / 4, spec.axes().get(1).in(),
                    Divisor.struct(spec.axes().get(1).out()), Divisor.struct(spec.axes().get(0).out()));
        else if (numel > 0)
            kernel("pool_max_scatter_" + Sorting.type(dx.dtype())).launch(Grid.over(numel), dy, index, dx, numel, pool(spec, dx),
                    strides(dy), strides(index), strides(dx));
    }

    /// Whether windows of two by two pixels lie side by side in dense planes that they cover.
    private static boolean isInPairs(PoolSpec spec, View dy, View index, View dx) {
        return dx.dtype() == DType.F32 && dx.shape().numel() > 0 && spec.axes().size() == 2
                && spec.axes().stream().allMatch(w -> w.kernel() == 2 && w.stride() == 2 && w.dilation() == 1 && w.padBefore() == 0
                        && w.in() == 2 * w.out())
                && Stream.of(dy, index, dx).allMatch(view -> view.layout().isContiguous()) && Gpu.address(dx) % 8 == 0;
    }

    /// See `Backend.maxPoolGather`.
    public void maxPoolGather(PoolSpec spec, View x, View index, View out) {
        int numel = out.shape().numel();
        if (numel > 0)
            kernel("pool_max_gather_" + Sorting.type(x.dtype())).launch(Grid.over(numel), x, index, out, numel, gpu.faults().address(),
                    gpu.faults().code("maxPoolGather"), pool(spec, out), strides(x), strides(index), strides(out));
    }

    /// See `Backend.avgPool`.
    public void avgPool(PoolSpec spec, View x, View out) {
        int numel = out.shape().numel();
        if (numel > 0)
            kernel("pool_avg_" + windows(spec, x)).launch(Grid.over(numel), x, out, numel, pool(spec, out), strides(x), strides(out));
    }

    /// See `Backend.avgPoolBackward`.
    public void avgPoolBackward(PoolSpec spec, View dy, View dx) {
        int numel = dx.shape().numel();
        if (numel > 0)
            kernel("pool_avg_backward_" + Sorting.type(dx.dtype())).launch(Grid.over(numel), dy, dx, numel, pool(spec, dx), strides(dy),
                    strides(dx));
    }

    private Kernel kernel(String entry) {
        return gpu.kernel("pool", entry);
    }

    /// The type, with the size of windows that have kernels of their own.
    private static String windows(PoolSpec spec, View x) {
        List<Window> axes = spec.axes();
        int kernel = axes.getLast().kernel();
        boolean isSquare = axes.size() > 1 && axes.get(axes.size() - 2).kernel() == kernel && (kernel == 2 || kernel == 3)
                && axes.stream().allMatch(w -> w.in() > 0);
        return Sorting.type(x.dtype()) + (isSquare && x.dtype() == DType.F32 ? "_" + kernel : "");
    }

    /// `struct Pool` of pool.cu.
    ///
    /// @param written the view whose memory order decides that of the threads
    private static int[] pool(PoolSpec spec, View written) {
        if (spec.axes().size() > AXES)
            throw new IllegalArgumentException("pooling: takes up to " + AXES + " spatial axes (got " + spec.axes().size() + ")");
        int missing = AXES - spec.axes().size();
        var words = new Words(AXES * 17 + 4);
        for (int a = 0; a < AXES; a++)
            addAxis(words, a < missing ? UNIT : spec.axes().get(a - missing), spec.countPadding());
        boolean channelsLast = spec.channels() > 1 && written.layout().stride(1) == 1;
        words.add(Divisor.struct(spec.channels()));
        words.add(channelsLast ? 1 : 0);
        return words.all();
    }

    /// `struct Axis` of pool.cu; of one that is missing a window of one pixel.
    private static void addAxis(Words words, Window w, boolean countPadding) {
        int low = countPadding ? -w.padBefore() : 0;
        int high = countPadding ? w.in() + w.padAfter() : w.in();
        words.add(w.in(), w.out(), w.kernel(), w.stride(), w.dilation(), w.padBefore(), low, high);
        words.add(Divisor.struct(Math.max(1, w.in())));
        words.add(Divisor.struct(Math.max(1, w.out())));
        words.add(Divisor.struct(Math.max(1, w.stride())));
    }

    /// `struct Strides` of pool.cu.
    private static int[] strides(View x) {
        int[] strides = x.layout().strides();
        var all = new int[2 + AXES];
        all[0] = strides[0];
        all[1] = strides[1];
        System.arraycopy(strides, 2, all, all.length - (strides.length - 2), strides.length - 2);
        return all;
    }
}
