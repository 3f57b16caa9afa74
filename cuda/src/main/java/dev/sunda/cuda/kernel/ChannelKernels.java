package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.Following;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/// The kernels of `channel_norm.cu` for rows that share a mean: which dimensions choose a row, says the caller.
///
/// All views have the shape of `x`, with strides of 0 where one number stands for many; an optional one may be null.
final class ChannelKernels {
    private static final int FOLLOWING_THREADS = 256;

    /// Numbers of the views in the kernels.
    private static final int X = 0, DY = 1, Y = 2, MEAN = 3, RSTD = 4, WEIGHT = 5, BIAS = 6, FIRST = 7, SECOND = 8;

    private final Gpu gpu;
    private final Folding folding;

    ChannelKernels(Gpu gpu) {
        this.gpu = gpu;
        folding = new Folding(gpu, "channel_norm");
    }

    /// The nine views of a call.
    record Views(View x, View dy, View y, View mean, View rstd, View weight, View bias, View first, View second) {
        private List<View> all() {
            return Arrays.asList(x, dy, y, mean, rstd, weight, bias, first, second);
        }

        private List<View> present() {
            return Rows.present(x, dy, y, mean, rstd, weight, bias, first, second);
        }

        private Object[] addresses(Rows rows, int... numbers) {
            return Arrays.stream(numbers).mapToObj(n -> all().get(n) == null ? null : rows.address(n)).toArray();
        }

        private boolean wide() {
            return x.dtype() == DType.F64;
        }

        private Object number(double value) {
            return wide() ? (Object) value : (Object) (float) value;
        }

        private String type() {
            return wide() ? "_f64" : "_f32";
        }

        /// How many views may be taken four elements at a time.
        private int vectors() {
            return wide() ? 0 : 3;
        }
    }

    /// `mean` and, in the place of `rstd`, variance of each row; in the place of `first`, which may be null, what the mean lacks; in the
    /// place of `second`, which may be null, `1 / sqrt(variance + eps)`.
    ///
    /// @param following null or what follows, with running mean and variance in the places of `weight` and `bias`; no average
    void moments(Views v, IntPredicate folded, double eps, Following following) {
        Rows.over(v.present(), folded, rows -> folding.launch("channel_moments" + v.type(), rows, 5 * v.x.dtype().bytes(), v.vectors(),
                with(v.addresses(rows, X, MEAN, FIRST, RSTD, SECOND), v.number(eps), following == null ? noFollowing(v.x.dtype())
                        : following(following, rows.address(WEIGHT), rows.address(BIAS)))));
    }

    /// Lets running statistics follow, by one block.
    void follow(Following following, View mean, View variance) {
        DType dtype = mean.dtype();
        Strided.over(List.of(following.mean(), following.variance(), mean, variance),
                walk -> gpu.kernel("channel_norm", "channel_follow_" + Sorting.type(dtype)).launch(Grid.of(1, FOLLOWING_THREADS),
                        following(following, walk.address(0), walk.address(1)), walk.address(2), walk.address(3),
                        flag(following.isAverage()), walk.struct()));
    }

    /// `rstd = 1 / sqrt(variance + eps)`.
    void rstd(View variance, double eps, View rstd) {
        Object number = variance.dtype() == DType.F64 ? (Object) eps : (Object) (float) eps;
        Strided.over(List.of(rstd, variance), walk -> gpu.kernel("channel_norm", "channel_rstd_" + Sorting.type(variance.dtype()))
                .launch(Grid.over(walk.numel()), walk.address(0), walk.address(1), number, walk.struct()));
    }

    /// `struct Following` of channel_norm.cuh.
    private static Object following(Following f, long mean, long variance) {
        long batches = Gpu.address(f.batches());
        double taken = f.isAverage() ? 0 : f.share();
        double left = f.isAverage() ? 0 : 1 - f.share();
        if (f.mean().dtype() == DType.F64)
            return new long[] {mean, variance, batches, Double.doubleToRawLongBits(taken), Double.doubleToRawLongBits(left),
                Double.doubleToRawLongBits(f.correction())};
        return new long[] {mean, variance, batches, pair((float) taken, (float) left), pair((float) f.correction(), 0)};
    }

    private static Object noFollowing(DType dtype) {
        return new long[dtype == DType.F64 ? 6 : 5];
    }

    private static long pair(float first, float second) {
        return Integer.toUnsignedLong(Float.floatToRawIntBits(first)) | (long) Float.floatToRawIntBits(second) << 32;
    }

    /// `first = sum(dy)` and `second = sum(dy * xhat)` of each row.
    void sums(Views v, IntPredicate folded, boolean relu) {
        Rows.over(v.present(), folded, rows -> folding.launch("channel_sums" + v.type(), rows, 16, v.vectors(),
                with(v.addresses(rows, X, DY, MEAN, RSTD, WEIGHT, BIAS, FIRST, SECOND), flag(relu))));
    }

    /// `y = (x - mean) * rstd * weight + bias`, the mean being `mean + first`.
    ///
    /// @param eps negative, or at least 0 where `1 / sqrt(rstd + eps)` stands for `rstd`
    void normalize(Views v, IntPredicate folded, double eps, boolean relu) {
        Rows.over(v.present(), folded, rows -> folding.map("channel_normalize" + v.type(), rows, v.vectors(),
                with(v.addresses(rows, X, Y, MEAN, FIRST, RSTD, WEIGHT, BIAS), v.number(eps), flag(relu))));
    }

    /// The gradient, `first` and `second` being sums over `m` elements.
    ///
    /// @param grouped whether the weight differs within what has been summed
    void backward(Views v, IntPredicate folded, double m, boolean relu, boolean grouped) {
        Rows.over(v.present(), folded, rows -> folding.map("channel_backward" + v.type(), rows, v.vectors(),
                with(v.addresses(rows, X, DY, Y, MEAN, RSTD, WEIGHT, BIAS, FIRST, SECOND), v.number(m), flag(relu), flag(grouped))));
    }

    private static int flag(boolean on) {
        return on ? 1 : 0;
    }

    private static Object[] with(Object[] addresses, Object... more) {
        Object[] all = Arrays.copyOf(addresses, addresses.length + more.length);
        System.arraycopy(more, 0, all, addresses.length, more.length);
        return all;
    }
}
