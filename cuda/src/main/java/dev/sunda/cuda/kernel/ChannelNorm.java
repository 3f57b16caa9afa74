package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.Following;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.function.IntPredicate;

/// Statistics and normalisation by channel, the parts of batch normalisation: `channel_norm.cu`.
public final class ChannelNorm {
    private static final IntPredicate ALL_BUT_CHANNEL = d -> d != 1;
    private static final IntPredicate PIXELS = d -> d > 1;

    private final ChannelKernels kernels;
    private final Fills fills;
    private final Flattened flattened;

    public ChannelNorm(Gpu gpu) {
        kernels = new ChannelKernels(gpu);
        fills = new Fills(gpu);
        flattened = new Flattened(gpu);
    }

    /// Mean and biased variance of each channel (dimension 1) of `x`: `[C]` each; NaN if there are no elements.
    public void channelStatistics(View x, View mean, View variance) {
        if (x.shape().numel() == 0) {
            fills.fill(Double.NaN, mean);
            fills.fill(Double.NaN, variance);
            return;
        }
        moments(x, -1, null, mean, variance, null);
    }

    /// The same with `rstd = 1 / sqrt(variance + eps)`; running statistics follow, null for none. The kernel of the moments lets them,
    /// unless their share depends on a number that it changes.
    public void channelStatistics(View x, double eps, Following following, View mean, View variance, View rstd) {
        boolean isEmpty = x.shape().numel() == 0;
        boolean apart = following != null && (isEmpty || following.isAverage());
        if (isEmpty) {
            channelStatistics(x, mean, variance);
            fills.fill(Double.NaN, rstd);
        } else {
            moments(x, eps, apart ? null : following, mean, variance, rstd);
        }
        if (apart)
            follow(following, mean, variance);
    }

    private void moments(View x, double eps, Following following, View mean, View variance, View rstd) {
        View image = Flattened.isNeeded(x) ? flattened.copy(x) : x;
        kernels.moments(views(image, null, null, mean, variance, following == null ? null : following.mean(),
                following == null ? null : following.variance(), null, rstd), ALL_BUT_CHANNEL, eps, following);
    }

    /// See `Backend.follow`.
    public void follow(Following following, View mean, View variance) {
        kernels.follow(following, mean, variance);
    }

    /// See `Backend.rstd`.
    public void rstd(View variance, double eps, View rstd) {
        kernels.rstd(variance, eps, rstd);
    }

    /// `y = (x - mean[c]) * rstd[c] * weight[c] + bias[c]`; each of the four may be null (0, 1, 1, 0). With `relu` `max(that, 0)`.
    public void channelNormalize(View x, View mean, View rstd, View weight, View bias, boolean relu, View y) {
        if (Flattened.isNeeded(x)) {
            View room = flattened.room(y);
            channelNormalize(flattened.copy(x), mean, rstd, weight, bias, relu, room);
            flattened.back(room, y);
            return;
        }
        kernels.normalize(views(x, null, y, mean, rstd, weight, bias, null, null), rowsOf(x), -1, relu);
    }

    /// The gradient of batch normalisation with statistics of the batch, as `Backend` states it.
    public void batchNormBackward(View dy, View x, View mean, View rstd, View weight, View bias, boolean relu, View dx, View dweight,
            View dbias) {
        if (x.shape().numel() == 0) {
            fills.fill(0, dweight);
            fills.fill(0, dbias);
            return;
        }
        if (Flattened.isNeeded(x)) {
            View room = flattened.room(dx);
            batchNormBackward(flattened.copy(dy), flattened.copy(x), mean, rstd, weight, bias, relu, room, dweight, dbias);
            flattened.back(room, dx);
            return;
        }
        ChannelKernels.Views all = views(x, dy, dx, mean, rstd, weight, bias, dbias, dweight);
        kernels.sums(all, ALL_BUT_CHANNEL, relu);
        kernels.backward(all, rowsOf(x), (double) x.shape().numel() / x.shape().size(1), relu, false);
    }

    private static ChannelKernels.Views views(View x, View dy, View y, View mean, View rstd, View weight, View bias, View first,
            View second) {
        Shape shape = x.shape();
        return new ChannelKernels.Views(x, dy, y, along(shape, mean), along(shape, rstd), along(shape, weight), along(shape, bias),
                along(shape, first), along(shape, second));
    }

    /// One number a channel, for every element of an image.
    private static View along(Shape image, View channels) {
        if (channels == null)
            return null;
        var strides = new int[image.rank()];
        strides[1] = channels.layout().stride(0);
        return channels.as(Layout.strided(image, strides, channels.layout().offset()));
    }

    /// Where channels lie side by side, a thread stays with one of them; else rows are planes of pixels.
    private static IntPredicate rowsOf(View x) {
        int channel = Math.abs(x.layout().stride(1));
        for (int d = 2; d < x.shape().rank(); d++)
            if (x.shape().size(d) > 1 && Math.abs(x.layout().stride(d)) < channel)
                return PIXELS;
        return ALL_BUT_CHANNEL;
    }
}
