package dev.sunda.cuda.kernel;

import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.memory.DeviceStorage;
import java.util.function.IntPredicate;

/// Group normalisation: the kernels of `channel_norm.cu` on images whose channels are seen as groups of neighbours, and `group_norm.cu`.
public final class GroupNorm {
    /// Dimensions of `[N, G, C / G, pixels...]`.
    private static final IntPredicate GROUP = d -> d > 1, PIXELS = d -> d > 2;

    private static final int THREADS = 256;
    private static final int WARP = 32;

    private final Gpu gpu;
    private final ChannelKernels kernels;
    private final Reductions reductions;
    private final Fills fills;
    private final Flattened flattened;

    public GroupNorm(Gpu gpu) {
        this.gpu = gpu;
        kernels = new ChannelKernels(gpu);
        reductions = new Reductions(gpu);
        fills = new Fills(gpu);
        flattened = new Flattened(gpu);
    }

    /// `y = (x - mean[n,g]) / sqrt(variance[n,g] + eps) * weight[c] + bias[c]` with the statistics of each group of each sample.
    public void groupNorm(View x, View weight, View bias, double eps, View mean, View variance, View y) {
        if (x.shape().numel() == 0) {
            fills.fill(Double.NaN, mean);
            fills.fill(Double.NaN, variance);
            return;
        }
        if (Flattened.isNeeded(x)) {
            View room = flattened.room(y);
            groupNorm(flattened.copy(x), weight, bias, eps, mean, variance, room);
            flattened.back(room, y);
            return;
        }
        var groups = new Groups(x.shape(), mean.shape().size(1));
        View split = groups.split(x);
        View m = groups.ofGroup(mean);
        View v = groups.ofGroup(variance);
        View rest = groups.ofGroup(room(x, x.shape().size(0), groups.groups));    // what the mean lacks, rounded to its type
        kernels.moments(new ChannelKernels.Views(split, null, null, m, v, null, null, rest, null), GROUP, -1,
                null);
        kernels.normalize(new ChannelKernels.Views(split, null, groups.split(y), m, v, groups.ofChannel(weight), groups.ofChannel(bias),
                rest, null), PIXELS, eps, false);
    }

    /// The gradient of [#groupNorm], as `Backend` states it.
    public void groupNormBackward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        if (x.shape().numel() == 0) {
            fills.fill(0, dweight);
            fills.fill(0, dbias);
            return;
        }
        if (Flattened.isNeeded(x)) {
            View room = flattened.room(dx);
            groupNormBackward(flattened.copy(dy), flattened.copy(x), mean, rstd, weight, room, dweight, dbias);
            flattened.back(room, dx);
            return;
        }
        var groups = new Groups(x.shape(), mean.shape().size(1));
        int n = x.shape().size(0);
        int c = x.shape().size(1);
        View first = room(x, n, c);
        View second = room(x, n, c);
        View m = groups.ofGroup(mean);
        View r = groups.ofGroup(rstd);
        kernels.sums(new ChannelKernels.Views(groups.split(x), groups.split(dy), null, m, r, null, null, groups.ofSample(first),
                groups.ofSample(second)), PIXELS, false);
        reductions.reduce(ReduceOp.SUM, first, row(dbias));
        reductions.reduce(ReduceOp.SUM, second, row(dweight));
        View groupFirst = room(x, n, groups.groups);
        View groupSecond = room(x, n, groups.groups);
        sum(first, second, weight, groupFirst, groupSecond, groups);
        kernels.backward(new ChannelKernels.Views(groups.split(x), groups.split(dy), groups.split(dx), m, r, groups.ofChannel(weight), null,
                groups.ofGroup(groupFirst), groups.ofGroup(groupSecond)), PIXELS, groups.elements(), false, true);
    }

    /// Sums of the channels of each group, each times its weight.
    private void sum(View a, View b, View weight, View first, View second, Groups groups) {
        int count = first.shape().numel();
        String type = a.dtype().bytes() == 8 ? "f64" : "f32";
        int stride = weight == null ? 0 : weight.layout().stride(0);
        gpu.kernel("group_norm", "group_sums_" + type).launch(Grid.of(Grid.ceil(count, THREADS / WARP), THREADS), a, b, weight, stride,
                first, second, count, groups.groups, groups.width);
    }

    private View room(View like, int rows, int columns) {
        return new View(DeviceStorage.allocate(gpu.device(), gpu.memory(), like.dtype(), rows * columns),
                Layout.contiguous(Shape.of(rows, columns)));
    }

    private static View row(View channels) {
        int stride = channels.layout().stride(0);
        return channels.as(Layout.strided(Shape.of(1, channels.shape().size(0)), new int[] {0, stride}, channels.layout().offset()));
    }

    /// Images `[N, C, pixels...]` as `[N, G, C / G, pixels...]`, and what is stretched to that shape.
    private static final class Groups {
        private final int groups;
        private final int width;
        private final Shape shape;

        Groups(Shape image, int groups) {
            this.groups = groups;
            width = image.size(1) / groups;
            var sizes = new int[image.rank() + 1];
            sizes[0] = image.size(0);
            sizes[1] = groups;
            sizes[2] = width;
            for (int d = 2; d < image.rank(); d++)
                sizes[d + 1] = image.size(d);
            shape = Shape.of(sizes);
        }

        /// Elements of a group.
        int elements() {
            return shape.numel() / shape.size(0) / groups;
        }

        View split(View image) {
            var strides = new int[shape.rank()];
            strides[0] = image.layout().stride(0);
            strides[2] = image.layout().stride(1);
            strides[1] = strides[2] * width;
            for (int d = 3; d < strides.length; d++)
                strides[d] = image.layout().stride(d - 1);
            return image.as(Layout.strided(shape, strides, image.layout().offset()));
        }

        View ofGroup(View statistics) {
            return stretched(statistics, statistics.layout().stride(0), statistics.layout().stride(1), 0);
        }

        View ofChannel(View channels) {
            if (channels == null)
                return null;
            int stride = channels.layout().stride(0);
            return stretched(channels, 0, stride * width, stride);
        }

        /// One number for each channel of each sample.
        View ofSample(View numbers) {
            return stretched(numbers, numbers.layout().stride(0), numbers.layout().stride(1) * width, numbers.layout().stride(1));
        }

        private View stretched(View numbers, int sample, int group, int channel) {
            var strides = new int[shape.rank()];
            strides[0] = sample;
            strides[1] = group;
            strides[2] = channel;
            return numbers.as(Layout.strided(shape, strides, numbers.layout().offset()));
        }
    }
}
