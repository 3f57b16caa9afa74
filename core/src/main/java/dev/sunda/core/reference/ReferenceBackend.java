package dev.sunda.core.reference;

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
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.Update;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;

/// Every kernel as naive loops: the specification the other backends are checked against.
///
/// Takes views of any strides and every dtype. Floating results are computed in double precision, sums in row-major order, and
/// rounded once at the end; integers and booleans are computed in 64 bits. Runs in the calling thread.
public final class ReferenceBackend implements Backend {
    static final String DESCRIPTION = "reference kernels: naive loops in double precision";

    private final Device device;

    /// @param device whose storage this backend allocates and computes with
    public ReferenceBackend(Device device) {
        this.device = device;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public String description() {
        return DESCRIPTION;
    }

    @Override
    public Storage allocate(DType dtype, int numel) {
        return HeapStorage.allocate(device, dtype, numel);
    }

    @Override
    public void upload(Object array, Storage to, int offset) {
        System.arraycopy(array, 0, ((HeapStorage) to).array(), offset, Array.getLength(array));
    }

    @Override
    public Object download(Storage from, int offset, int numel) {
        var heap = (HeapStorage) from;
        return switch (heap.dtype()) {
            case F32 -> Arrays.copyOfRange(heap.floats(), offset, offset + numel);
            case F64 -> Arrays.copyOfRange(heap.doubles(), offset, offset + numel);
            case I32 -> Arrays.copyOfRange(heap.ints(), offset, offset + numel);
            case I64 -> Arrays.copyOfRange(heap.longs(), offset, offset + numel);
            case BOOL -> Arrays.copyOfRange(heap.bytes(), offset, offset + numel);
        };
    }

    @Override
    public void fill(double value, View out) {
        NaiveElementwise.fill(value, out);
    }

    @Override
    public void copy(View from, View to) {
        NaiveElementwise.copy(from, to);
    }

    @Override
    public void unary(UnaryFunction function, View x, View out) {
        NaiveElementwise.unary(function, x, out);
    }

    @Override
    public void unaryBackward(UnaryFunction function, View kept, View dy, View dx) {
        NaiveElementwise.unaryBackward(function, kept, dy, dx);
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View out) {
        NaiveElementwise.binary(op, a, b, out);
    }

    @Override
    public void where(View condition, View a, View b, View out) {
        NaiveElementwise.where(condition, a, b, out);
    }

    @Override
    public void reduce(ReduceOp op, View x, View out) {
        NaiveReductions.reduce(op, x, out);
    }

    @Override
    public void argReduce(boolean largest, View x, int dim, View out) {
        NaiveReductions.argReduce(largest, x, dim, out);
    }

    @Override
    public void scan(ScanOp op, View x, int dim, View out) {
        NaiveScan.scan(op, x, dim, out);
    }

    @Override
    public void linearScan(View a, View b, int dim, View out) {
        NaiveScan.linearScan(a, b, dim, out);
    }

    @Override
    public void argsort(View x, int dim, boolean descending, View out) {
        NaiveSorting.argsort(x, dim, descending, out);
    }

    @Override
    public void searchSorted(View sorted, View x, boolean right, View out) {
        NaiveSorting.searchSorted(sorted, x, right, out);
    }

    @Override
    public void matmul(View x, View y, View bias, View out) {
        NaiveMatmul.matmul(x, y, bias, out);
    }

    @Override
    public void gather(String operation, View x, int dim, View index, View out) {
        NaiveIndexing.gather(operation, x, dim, index, out);
    }

    @Override
    public void scatter(String operation, ScatterOp op, View source, int dim, View index, View out) {
        NaiveIndexing.scatter(operation, op, source, dim, index, out);
    }

    @Override
    public Layout imageLayout(Shape shape) {
        return Layout.contiguous(shape);
    }

    @Override
    public void conv(ConvSpec spec, View x, View w, View bias, View out) {
        NaiveConvolution.conv(spec, x, w, bias, out);
    }

    @Override
    public void convInput(ConvSpec spec, View dy, View w, View bias, View dx) {
        NaiveConvolution.convInput(spec, dy, w, bias, dx);
    }

    @Override
    public void convWeight(ConvSpec spec, View x, View dy, View dw) {
        NaiveConvolution.convWeight(spec, x, dy, dw);
    }

    @Override
    public void maxPool(PoolSpec spec, View x, boolean relu, View out, View index) {
        NaivePooling.maxPool(spec, x, relu, out, index);
    }

    @Override
    public void maxPoolScatter(PoolSpec spec, View dy, View index, View dx) {
        NaivePooling.maxPoolScatter(spec, dy, index, dx);
    }

    @Override
    public void maxPoolGather(PoolSpec spec, View x, View index, View out) {
        NaivePooling.maxPoolGather(spec, x, index, out);
    }

    @Override
    public void avgPool(PoolSpec spec, View x, View out) {
        NaivePooling.avgPool(spec, x, out);
    }

    @Override
    public void avgPoolBackward(PoolSpec spec, View dy, View dx) {
        NaivePooling.avgPoolBackward(spec, dy, dx);
    }

    @Override
    public void mapAxes(List<AxisMap> maps, View x, int dim, View out) {
        NaiveAxisMap.map(maps, x, dim, out);
    }

    @Override
    public void channelStatistics(View x, View mean, View variance) {
        NaiveNormalization.channelStatistics(x, mean, variance);
    }

    @Override
    public void channelNormalize(View x, View mean, View rstd, View weight, View bias, boolean relu, View y) {
        NaiveNormalization.channelNormalize(x, mean, rstd, weight, bias, relu, y);
    }

    @Override
    public void batchNormBackward(View dy, View x, View mean, View rstd, View weight, View bias, boolean relu, View dx, View dweight,
            View dbias) {
        NaiveNormalization.batchNormBackward(dy, x, mean, rstd, weight, bias, relu, dx, dweight, dbias);
    }

    @Override
    public void layerNorm(View x, View weight, View bias, double eps, View mean, View rstd, View y) {
        NaiveLayerNorm.forward(x, weight, bias, eps, mean, rstd, y);
    }

    @Override
    public void layerNormBackward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        NaiveLayerNorm.backward(dy, x, mean, rstd, weight, dx, dweight, dbias);
    }

    @Override
    public void groupNorm(View x, View weight, View bias, double eps, View mean, View variance, View y) {
        NaiveGroupNorm.forward(x, weight, bias, eps, mean, variance, y);
    }

    @Override
    public void groupNormBackward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        NaiveGroupNorm.backward(dy, x, mean, rstd, weight, dx, dweight, dbias);
    }

    @Override
    public void softmax(View x, int dim, boolean log, View out) {
        NaiveSoftmax.softmax(x, dim, log, out);
    }

    @Override
    public void softmaxBackward(View y, View dy, int dim, boolean log, View dx) {
        NaiveSoftmax.softmaxBackward(y, dy, dim, log, dx);
    }

    @Override
    public void attention(AttentionSpec spec, View q, View k, View v, View mask, View out, View statistics) {
        NaiveAttention.forward(spec, q, k, v, mask, out, statistics);
    }

    @Override
    public void attentionBackward(AttentionSpec spec, View dout, View q, View k, View v, View mask, View out, View statistics, View dq,
            View dk, View dv) {
        NaiveAttention.backward(spec, dout, q, k, v, mask, statistics, dq, dk, dv);
    }

    @Override
    public void crossEntropy(CrossEntropySpec spec, View logits, View target, View weight, View losses, View logSumExp) {
        NaiveLosses.crossEntropy(spec, logits, target, weight, losses, logSumExp);
    }

    @Override
    public void crossEntropyBackward(CrossEntropySpec spec, View dlosses, View logits, View target, View weight, View logSumExp,
            View dlogits) {
        NaiveLosses.crossEntropyBackward(spec, dlosses, logits, target, weight, logSumExp, dlogits);
    }

    @Override
    public void ctc(CtcSpec spec, View logProbs, View targets, View losses, View gradient) {
        NaiveCtc.ctc(spec, logProbs, targets, losses, gradient);
    }

    @Override
    public void uniform(RandomKey key, View out) {
        NaiveRandom.uniform(key, out);
    }

    @Override
    public void normal(RandomKey key, View out) {
        NaiveRandom.normal(key, out);
    }

    @Override
    public void dropout(RandomKey key, double p, View x, View y) {
        NaiveRandom.dropout(key, p, x, y);
    }

    @Override
    public void magnitude(Magnitude magnitude, List<View> tensors, View out) {
        NaiveMagnitudes.apply(magnitude, tensors, out);
    }

    @Override
    public void sgd(List<Update<SgdStep>> updates) {
        for (Update<SgdStep> u : updates)
            NaiveOptimizers.sgd(u.step(), u.tensor(0), u.tensor(1), u.tensor(2));
    }

    @Override
    public void adam(List<Update<AdamStep>> updates) {
        for (Update<AdamStep> u : updates)
            NaiveOptimizers.adam(u.step(), u.tensor(0), u.tensor(1), u.tensor(2), u.tensor(3), u.tensor(4));
    }

    @Override
    public void formulas(List<Update<Formula>> updates) {
        for (Update<Formula> u : updates)
            NaiveFormulas.apply(u.step(), u.tensors().toArray(View[]::new));
    }
}
