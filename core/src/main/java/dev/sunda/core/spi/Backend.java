package dev.sunda.core.spi;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.op.AxisMap;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.op.CtcSpec;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Magnitude;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.op.ScanOp;
import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.lang.reflect.Array;
import java.util.List;

/// Kernels of one device.
///
/// Callers have checked shapes, types and devices. Views may have any strides (0 where broadcast, negative where flipped)
/// unless a method says otherwise. The destination comes last, never overlaps a source, is dense or at least free of overlap, and
/// is overwritten whole unless the name says `add` or the text says *in place*. Unless said otherwise all floating views of a call have
/// one type. Results depend on the arguments alone: not on threads, vector width or earlier calls.
public interface Backend {
    Device device();

    /// One line for people: which path is active and why.
    String description();

    /// Memory with undefined contents.
    Storage allocate(DType dtype, int numel);

    /// Elements that the memory of a fresh tensor has in front of its first one, so that this one lies where loops like it.
    default int lead(DType dtype) {
        return 0;
    }

    /// Copies a whole Java array (`float[]`, `double[]`, `int[]`, `long[]`, `byte[]` for booleans) to memory of its type, from element
    /// `offset` on.
    void upload(Object array, Storage to, int offset);

    /// Fresh memory that holds a copy of a Java array.
    default Storage upload(DType dtype, Object array) {
        Storage storage = allocate(dtype, Array.getLength(array));
        upload(array, storage, 0);
        return storage;
    }

    /// Copies `numel` elements from `offset` on into a fresh Java array of the storage's type.
    Object download(Storage from, int offset, int numel);

    /// Waits until everything this device was asked for has been computed, and throws what a kernel has found wrong with its indices since
    /// the last time. A device that computes in the caller's thread has nothing to wait for.
    default void synchronize() {
    }

    /// Whether [#record] can be called.
    default boolean canRecord() {
        return false;
    }

    /// True while this thread records.
    default boolean isRecording() {
        return false;
    }

    /// Runs `work`, whose calls of this backend by this thread are written down instead of done. Other threads wait until it is over.
    /// Reading a result while recording fails, because there is none; what is uploaded is done at once and stays the same at each replay.
    ///
    /// @throws RuntimeException what `work` throws; nothing is left of the recording then
    default Recording record(Runnable work) {
        throw new DeviceException(device() + ": this device cannot record work (got a recording); run the work itself");
    }

    /// Every element becomes `value`, rounded to the type of `out`.
    void fill(double value, View out);

    /// Copies element by element between views of one shape; converts type and memory order. Floating to integer truncates
    /// toward zero, anything to boolean tests for not 0. `to` may be a strided part of a larger tensor.
    void copy(View from, View to);

    /// `out = function(x)`; both of one type, which is floating unless the function is integral.
    void unary(UnaryFunction function, View x, View out);

    /// `dx = dy * function'(kept)`, `kept` being the input or the output, whichever `keeps()` names; null for `NOTHING`. A product as
    /// written: an infinite `dy` times a derivative of 0 is NaN.
    void unaryBackward(UnaryFunction function, View kept, View dy, View dx);

    /// `out = op(a, b)`; all of one shape; `a` and `b` of one type, `out` of the same or `BOOL` for comparisons.
    void binary(BinaryOp op, View a, View b, View out);

    /// `out = op(a, b)` with one number, rounded to the type of `a`, in the place of each element of `b`.
    default void binary(BinaryOp op, View a, double b, View out) {
        binary(op, a, everywhere(b, a), out);
    }

    /// `out = op(a, b)` with one number, rounded to the type of `b`, in the place of each element of `a`.
    default void binary(BinaryOp op, double a, View b, View out) {
        binary(op, everywhere(a, b), b, out);
    }

    private View everywhere(double value, View like) {
        var one = new View(allocate(like.dtype(), 1), Layout.contiguous(Shape.SCALAR));
        fill(value, one);
        return one.as(one.layout().expand(like.shape()));
    }

    /// `out = condition ? a : b`; all of one shape, `condition` is `BOOL`.
    void where(View condition, View a, View b, View out);

    /// Reduces the dimensions in which `out`, of the same rank, has size 1. `out` has the type that `op` says.
    void reduce(ReduceOp op, View x, View out);

    /// What the elements of all tensors together come to, computed in double. Each has a floating type of its own.
    ///
    /// @param out `F64`, one element
    void magnitude(Magnitude magnitude, List<View> tensors, View out);

    /// Index of the first largest (or smallest) element along `dim`, which is not empty; NaN counts as larger (smaller) than everything.
    /// `out` is `I64` with size 1 at `dim`.
    void argReduce(boolean largest, View x, int dim, View out);

    /// Running folds along `dim`, see [ScanOp]; `out` has the shape of `x` and the type that `op` says.
    void scan(ScanOp op, View x, int dim, View out);

    /// The linear recurrence `out[i] = a[i] * out[i - 1] + b[i]` along `dim` with `out[0] = b[0]` (`a[0]` does not matter): each slice is
    /// a chain of fused multiply-adds in double. All of one shape and one floating type.
    void linearScan(View a, View b, int dim, View out);

    /// The places (`I64`) of the elements of `x` along `dim` in ascending or descending order: the first ones, as many as `out`, which
    /// otherwise has the shape of `x`, takes along `dim`. Equal elements, among them zeros of either sign, keep their order; NaN counts as
    /// larger than everything.
    void argsort(View x, int dim, boolean descending, View out);

    /// The places (`I64`) of the elements of `x` along `dim` that have the ranks `rank` (`I64`, of the shape of `out`) in ascending order:
    /// `out[i][j] = order[i][rank[i][j]]` with the `order` of [#argsort].
    default void ranked(View x, int dim, View rank, View out) {
        View order = new View(allocate(DType.I64, x.shape().numel()), Layout.contiguous(x.shape()));
        argsort(x, dim, false, order);
        gather("ranked", order, dim, rank, out);
    }

    /// How many elements of row `r` of `sorted` (`[R, S]`, ascending) are smaller than `x[r][i]`, or with `right` not larger, by bisection:
    /// where `x[r][i]` belongs. `x` is `[R, n]` and of the same type, `out` `[R, n]` and `I64`.
    void searchSorted(View sorted, View x, boolean right, View out);

    /// `out[b] = x[b] · y[b] + bias`: `[B, m, k]` times `[B, k, n]`. Each element is a chain of fused multiply-adds with ascending `k` that
    /// starts from its bias, in float32 or, on a backend that is more exact, in double.
    ///
    /// @param bias `[n]`, one number a column; null stands for zeros
    void matmul(View x, View y, View bias, View out);

    /// Prepares the right side of many products, for example the weight of a recurrent layer, which meets the state of every step. A
    /// backend that rearranges right sides does so once here; the numbers of `y` must not change while the result is used.
    ///
    /// @param y `[1, k, n]`
    /// @param rows that left sides will have; decides about speed alone
    default RightSide rightSide(View y, int rows) {
        return (x, bias, out) -> matmul(x, y, bias, out);
    }

    /// `out[i][j] = x[i][index[i][j]]` with `dim` as the indexed position: `index` (`I64`) has the shape of `out`.
    ///
    /// @param operation what the caller calls it, for the error
    /// @throws dev.sunda.core.type.ShapeException if an index is outside the dimension; a device that works behind the caller's back may
    ///     say so as late as when a result is read
    void gather(String operation, View x, int dim, View index, View out);

    /// `out[index[i]] = op(out[index[i]], source[i])` along `dim`, in ascending order of the source's elements, in place. With
    /// [ScatterOp#ADD] the adjoint of [#gather].
    ///
    /// @param operation what the caller calls it, for the error
    /// @throws dev.sunda.core.type.ShapeException if an index is outside the dimension; a device that works behind the caller's back may
    ///     say so as late as when a result is read
    void scatter(String operation, ScatterOp op, View source, int dim, View index, View out);

    /// The memory order this device likes to write images of a convolution or pooling in, for a shape `[N, C, spatial...]`.
    Layout imageLayout(Shape shape);

    /// Cross-correlation `out[n,o,y] = bias[o] + sum over c,k of x[n, c, y*stride + k*dilation - pad] * w[o,c,k]` over every spatial
    /// axis, `c` running over the group of `o`. `bias` may be null.
    void conv(ConvSpec spec, View x, View w, View bias, View out);

    /// The same convolution, with `finish` applied to its results: values are those of [#conv] and then [#channelNormalize].
    default void conv(ConvSpec spec, View x, View w, View bias, Finish finish, View out) {
        conv(spec, x, w, bias, out);
        channelNormalize(out, finish.mean(), finish.rstd(), finish.weight(), finish.bias(), finish.relu(), out);
    }

    /// The gradient of [#conv] with respect to `x`, plus a bias: what a transposed convolution computes.
    ///
    /// @param bias `[C]`, one number a channel of `dx`; null stands for zeros
    void convInput(ConvSpec spec, View dy, View w, View bias, View dx);

    /// The gradient of [#conv] with respect to `w`.
    void convWeight(ConvSpec spec, View x, View dy, View dw);

    /// Largest element of each window and where it was: `index` (`I32`) is its row-major position within the spatial axes
    /// of `x`. The first of equal elements wins, NaN wins over everything (the last one of several), padding never does. A window
    /// wholly in the padding (possible with dilation) gives negative infinity and index -1. With `relu` values pass through [UnaryOp#RELU]
    /// at last.
    ///
    /// @param index may be null, if nobody wants to know
    void maxPool(PoolSpec spec, View x, boolean relu, View out, View index);

    /// `dx[n,c,index[n,c,y]] += dy[n,c,y]` into zeros: the gradient of [#maxPool].
    void maxPoolScatter(PoolSpec spec, View dy, View index, View dx);

    /// `out[n,c,y] = x[n,c,index[n,c,y]]`: the adjoint of [#maxPoolScatter].
    void maxPoolGather(PoolSpec spec, View x, View index, View out);

    /// Sum of each window divided by what the spec counts; 0 where it counts nothing.
    void avgPool(PoolSpec spec, View x, View out);

    /// The gradient of [#avgPool].
    void avgPoolBackward(PoolSpec spec, View dy, View dx);

    /// Linear maps along the dimensions `dim`, `dim + 1` and so on, one for each map, at least one:
    /// `out[.., i, j, ..] = sum of weight(s) * weight(t) * x[.., index(s), index(t), ..]` over the taps `s` of `i` from `start(i)` to below
    /// `start(i + 1)` of the first map, `t` of `j` of the second, and so on; 0 where there are none. The adjoint are the transposed maps.
    ///
    /// Both views are dense in one order of their dimensions, in which the mapped ones follow one another.
    void mapAxes(List<AxisMap> maps, View x, int dim, View out);

    /// Mean and biased variance of each channel (dimension 1) of `x`: `[C]` each. The variance is centred, not a difference of squares.
    void channelStatistics(View x, View mean, View variance);

    /// The same with `rstd = 1 / sqrt(variance + eps)`; where there are running statistics they follow.
    ///
    /// @param following null if there are none
    default void channelStatistics(View x, double eps, Following following, View mean, View variance, View rstd) {
        channelStatistics(x, mean, variance);
        rstd(variance, eps, rstd);
        if (following != null)
            follow(following, mean, variance);
    }

    /// Lets running statistics follow those of a batch, in place, as [Following] states.
    ///
    /// @param mean `[C]`, of the batch, as `variance`, which is biased
    default void follow(Following following, View mean, View variance) {
        following.follow(this, mean, variance);
    }

    /// `rstd = 1 / sqrt(variance + eps)`.
    default void rstd(View variance, double eps, View rstd) {
        var sum = new View(allocate(variance.dtype(), variance.shape().numel()), Layout.contiguous(variance.shape()));
        binary(BinaryOp.ADD, variance, eps, sum);
        unary(UnaryOp.RSQRT, sum, rstd);
    }

    /// `y = (x - mean[c]) * rstd[c] * weight[c] + bias[c]` for channels in dimension 1; each of the four may be null (0, 1, 1, 0).
    /// With `relu` `y = max(that, 0)` as in [UnaryOp#RELU]. `y` may be `x`.
    void channelNormalize(View x, View mean, View rstd, View weight, View bias, boolean relu, View y);

    /// The gradient of batch normalisation with statistics of the batch: with `xhat = (x - mean) * rstd` and `m` elements a channel
    /// `dbias = sum(dy)`, `dweight = sum(dy * xhat)`, `dx = weight * rstd * (dy - dbias / m - xhat * dweight / m)`.
    /// `weight` and `bias` may be null (1 and 0); `dweight` and `dbias` are written all the same.
    ///
    /// With `relu` the result passed through [UnaryOp#RELU]: in the place of `dy` stands its product with the derivative, found again from
    /// `x`: 0 where `xhat * weight + bias <= 0`, else 1. Without it `bias` does not matter.
    void batchNormBackward(View dy, View x, View mean, View rstd, View weight, View bias, boolean relu, View dx, View dweight, View dbias);

    /// Layer normalisation of the rows of a matrix: `y = (x - mean) * rstd * weight + bias` with the mean and
    /// `rstd = 1 / sqrt(variance + eps)` (biased, centred variance) of each row. Without a mean, root-mean-square normalisation:
    /// the same with 0 in the place of the mean, so that the variance is the mean square.
    ///
    /// @param x `[M, n]`, as `y`
    /// @param weight `[n]` or null (1), as `bias` (0)
    /// @param mean `[M]`, written; null for root-mean-square normalisation
    /// @param rstd `[M]`, written
    void layerNorm(View x, View weight, View bias, double eps, View mean, View rstd, View y);

    /// The gradient of [#layerNorm]. With `xhat = (x - mean) * rstd` and `g = dy * weight`:
    /// `dx = rstd * (g - mean(g) - xhat * mean(g * xhat))` row by row, `dweight = sum(dy * xhat)` and `dbias = sum(dy)` over the rows.
    /// Without a mean `dx = rstd * (g - xhat * mean(g * xhat))`.
    ///
    /// @param mean `[M]`, or null as in [#layerNorm]
    /// @param weight `[n]` or null (1)
    /// @param dweight `[n]`, as `dbias`; both may be null, then only `dx` is written
    void layerNormBackward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias);

    /// Group normalisation: the `C` channels of a sample lie in `G` groups of neighbours, and
    /// `y = (x - mean[n,g]) / sqrt(variance[n,g] + eps) * weight[c] + bias[c]` with the mean and the biased, centred variance of each
    /// group of each sample.
    ///
    /// @param x `[N, C, spatial...]`, as `y`
    /// @param weight `[C]` or null (1), as `bias` (0)
    /// @param mean `[N, G]`, as `variance`; written; `G` divides `C`
    void groupNorm(View x, View weight, View bias, double eps, View mean, View variance, View y);

    /// The gradient of [#groupNorm]. With `xhat = (x - mean) * rstd` and `g = dy * weight`:
    /// `dx = rstd * (g - mean(g) - xhat * mean(g * xhat))` group by group, `dweight = sum(dy * xhat)` and `dbias = sum(dy)` over samples
    /// and spatial axes.
    ///
    /// @param mean `[N, G]`, as `rstd`, which is `1 / sqrt(variance + eps)`
    /// @param weight `[C]` or null (1)
    /// @param dweight `[C]`, as `dbias`
    void groupNormBackward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias);

    /// `softmax(x)` along `dim`, or its logarithm; shifted by the maximum, so that nothing overflows.
    ///
    /// @param out shares no memory with `x`
    void softmax(View x, int dim, boolean log, View out);

    /// The gradient of [#softmax] from its output `y`: `y * (dy - sum(dy * y))`, of the logarithm `dy - exp(y) * sum(dy)`.
    ///
    /// @param dx shares no memory with `y` and `dy`
    void softmaxBackward(View y, View dy, int dim, boolean log, View dx);

    /// Scaled dot-product attention of heads: `out = dropout(P) v` with `P = softmax(scale * q kᵀ + mask)`, keys beyond
    /// [AttentionSpec#visible] being hidden. A query that sees no key gives zeros, and minus infinity and 0 as statistics.
    ///
    /// The last dimension of `q`, `k`, `v` and `out` is contiguous.
    ///
    /// @param q `[B, H, L, E]`
    /// @param k `[B, H, S, E]`
    /// @param v `[B, H, S, V]`
    /// @param mask `[B, H, L, S]`, `BOOL` (true where a query sees a key) or numbers to add; may be null
    /// @param out `[B, H, L, V]`
    /// @param statistics `[B, H, L, 2]`: the largest score of each query and the sum of `exp(score - largest)`; written
    void attention(AttentionSpec spec, View q, View k, View v, View mask, View out, View statistics);

    /// The gradients of [#attention] with respect to `q`, `k` and `v`: with `dP = dropout(dout vᵀ)` and `dS = P * (dP - sum(P * dP))`,
    /// `dq = scale * dS k`, `dk = scale * dSᵀ q`, `dv = dropout(P)ᵀ dout`.
    ///
    /// The last dimension of all but the mask is contiguous.
    ///
    /// @param out as [#attention] gave it, and so `statistics`: `sum(P * dP)` is `sum(out * dout)` as well
    void attentionBackward(AttentionSpec spec, View dout, View q, View k, View v, View mask, View out, View statistics, View dq, View dk,
            View dv);

    /// Loss of each row of `logits` (`[M, C]`), see [CrossEntropySpec], and `statistics` of each row for the backward pass (both `[M]`).
    /// `target` holds class indices (`I64`, `[M]`) or probabilities (type and shape of the logits); `weight` (`[C]`) may be null.
    ///
    /// @throws dev.sunda.core.type.ShapeException if a class index is neither in `[0, C)` nor ignored; a device that works behind the
    ///     caller's back may say so as late as when a result is read
    void crossEntropy(CrossEntropySpec spec, View logits, View target, View weight, View losses, View logSumExp);

    /// `dlogits = dlosses * (softmax(logits) * sum_c(weight_c * t_c) - weight * t)` row by row: the gradient of [#crossEntropy].
    void crossEntropyBackward(CrossEntropySpec spec, View dlosses, View logits, View target, View weight, View logSumExp, View dlogits);

    /// Loss of each sequence of labels under connectionist temporal classification, see [CtcSpec], and its gradient.
    ///
    /// @param logProbs `[T, N, C]`
    /// @param targets `I64`, `[N, S]`: the labels of each sequence, none of them the blank; what follows them does not count
    /// @param losses `[N]`
    /// @param gradient of the shape of `logProbs`, 0 after the end of a sequence; may be null
    /// @throws dev.sunda.core.type.ShapeException if a label is not in `[0, C)`; a device that works behind the caller's back may say so
    ///     as late as when a result is read
    void ctc(CtcSpec spec, View logProbs, View targets, View losses, View gradient);

    /// Uniform numbers in `[0, 1)`: element `i` in row-major order is number `i` of `key`.
    void uniform(RandomKey key, View out);

    /// Standard normal numbers: element `i` in row-major order is a function of number `i` of `key`.
    void normal(RandomKey key, View out);

    /// `y = x / (1 - p)` where number `i` of `key` is at least `p`, else 0; `i` counts elements in row-major order.
    void dropout(RandomKey key, double p, View x, View y);

    /// One step of SGD of any number of parameters, in place. Each update has the parameter, its gradient and, with momentum, the buffer;
    /// parameter and buffer are written. Fastest where these share one memory order.
    ///
    /// Updates of a call differ in shape and type as they like. What one of them writes no other reads or writes: a device may run them
    /// in any order or at once.
    void sgd(List<Update<SgdStep>> updates);

    /// One step of Adam of any number of parameters, as [#sgd]. Each update has the parameter, its gradient, both moments and, for AMSGrad,
    /// the largest second moment so far; all but the gradient are written.
    void adam(List<Update<AdamStep>> updates);

    /// Evaluates formulas for every element, in place, any number of them as [#sgd]. Each update has at least as many tensors as its
    /// formula, in the order of their numbers, all of one floating type and one shape; those that are only read may be broadcast. Computed
    /// in that type or a wider one. Fastest where the tensors of an update share one memory order, and formulas differ in their constants.
    void formulas(List<Update<Formula>> updates);

    /// One formula, see [#formulas].
    default void formula(Formula formula, View... tensors) {
        formulas(List.of(new Update<>(formula, List.of(tensors))));
    }
}
