package dev.sunda.core.cpu;

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
import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.CacheLine;
import dev.sunda.core.spi.Finish;
import dev.sunda.core.spi.RightSide;
import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.Update;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.List;

/// The fast kernels of the processor, for F32 and for F64 (the classes named `...64`); every other type, and the rare cases a fast kernel
/// does not take, go to the naive loops of [ReferenceBackend].
public final class CpuBackend implements Backend {
    private final ReferenceBackend naive = new ReferenceBackend(Device.CPU);

    /// Cheap; holds no memory.
    public CpuBackend() {
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public String description() {
        return VectorPath.description();
    }

    @Override
    public Storage allocate(DType dtype, int numel) {
        return naive.allocate(dtype, numel);
    }

    @Override
    public int lead(DType dtype) {
        return CacheLine.lead(dtype);
    }

    @Override
    public void upload(Object array, Storage to, int offset) {
        naive.upload(array, to, offset);
    }

    @Override
    public void fill(double value, View out) {
        if (out.dtype() == DType.F32 && out.layout().isDense()) {
            int from = out.layout().offset();
            Arrays.fill(out.heap().floats(), from, from + out.shape().numel(), (float) value);
        } else {
            naive.fill(value, out);
        }
    }

    @Override
    public Object download(Storage from, int offset, int numel) {
        return naive.download(from, offset, numel);
    }

    @Override
    public void copy(View from, View to) {
        Copy.apply(from, to);
    }

    @Override
    public void unary(UnaryFunction function, View x, View out) {
        if (isF32(x))
            Unary.apply(function, x, out);
        else if (isF64(x))
            Unary64.apply(function, x, out);
        else
            naive.unary(function, x, out);
    }

    @Override
    public void unaryBackward(UnaryFunction function, View kept, View dy, View dx) {
        if (isF32(dy))
            Unary.backward(function, kept, dy, dx);
        else if (isF64(dy))
            Unary64.backward(function, kept, dy, dx);
        else
            naive.unaryBackward(function, kept, dy, dx);
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View out) {
        if (isF32(a) && op.isComparison())
            Binary.compare(op, a, b, out);
        else if (isF32(a))
            Binary.apply(op, a, b, out);
        else if (isF64(a) && op.isComparison())
            Binary64.compare(op, a, b, out);
        else if (isF64(a))
            Binary64.apply(op, a, b, out);
        else
            naive.binary(op, a, b, out);
    }

    @Override
    public void where(View condition, View a, View b, View out) {
        if (isF32(a))
            Binary.where(condition, a, b, out);
        else if (isF64(a))
            Binary64.where(condition, a, b, out);
        else
            naive.where(condition, a, b, out);
    }

    @Override
    public void reduce(ReduceOp op, View x, View out) {
        if (Reduce.takes(op, x) && isF32(x))
            Reduce.apply(op, x, out);
        else if (Reduce.takes(op, x))
            Reduce64.apply(op, x, out);
        else
            naive.reduce(op, x, out);
    }

    @Override
    public void argReduce(boolean largest, View x, int dim, View out) {
        if ((isF32(x) || isF64(x)) && x.shape().numel() > 0)
            ArgReduce.apply(largest, x, dim, out);
        else
            naive.argReduce(largest, x, dim, out);
    }

    @Override
    public void scan(ScanOp op, View x, int dim, View out) {
        Scan.scan(op, x, dim, out);
    }

    @Override
    public void linearScan(View a, View b, int dim, View out) {
        Scan.linear(a, b, dim, out);
    }

    @Override
    public void argsort(View x, int dim, boolean descending, View out) {
        Argsort.apply(x, dim, descending, out);
    }

    @Override
    public void ranked(View x, int dim, View rank, View out) {
        Argsort.ranked(x, dim, rank, out);
    }

    @Override
    public void searchSorted(View sorted, View x, boolean right, View out) {
        naive.searchSorted(sorted, x, right, out);
    }

    @Override
    public void matmul(View x, View y, View bias, View out) {
        if (isF32(x))
            Matmul.matmul(x, y, bias, out);
        else if (isF64(x))
            Matmul64.matmul(x, y, bias, out);
        else
            naive.matmul(x, y, bias, out);
    }

    @Override
    public RightSide rightSide(View y, int rows) {
        if (isF32(y))
            return Matmul.rightSide(GemmKernel.ACTIVE, y, rows);
        return isF64(y) ? Matmul64.rightSide(Gemm64Kernel.CHOSEN, y, rows) : naive.rightSide(y, rows);
    }

    @Override
    public void gather(String operation, View x, int dim, View index, View out) {
        if (Indexing.takes(x, dim, index, out))
            Indexing.gather(x, index, out);
        else if (isF32(x))
            Picking.gather(operation, x, dim, index, out);
        else if (isF64(x))
            Picking64.gather(operation, x, dim, index, out);
        else
            PickingIntegers.gather(operation, x, dim, index, out);
    }

    @Override
    public void scatter(String operation, ScatterOp op, View source, int dim, View index, View out) {
        if (op == ScatterOp.ADD && isF32(out) && Indexing.takes(out, dim, index, source))
            Indexing.scatterAdd(source, index, out);
        else if (isF32(out))
            Picking.scatter(operation, op, source, dim, index, out);
        else if (isF64(out))
            Picking64.scatter(operation, op, source, dim, index, out);
        else
            PickingIntegers.scatter(operation, op, source, dim, index, out);
    }

    @Override
    public Layout imageLayout(Shape shape) {
        return shape.rank() < 3 ? Layout.contiguous(shape) : Layout.channelsLast(shape);
    }

    @Override
    public void conv(ConvSpec spec, View x, View w, View bias, View out) {
        if (isF32(x))
            Convolution.conv(spec, x, w, bias, null, out);
        else if (isF64(x) && Convolution64.takes(spec))
            Convolution64.conv(spec, x, w, bias, out);
        else
            naive.conv(spec, x, w, bias, out);
    }

    @Override
    public void conv(ConvSpec spec, View x, View w, View bias, Finish finish, View out) {
        if (isF32(x))
            Convolution.conv(spec, x, w, bias, finish, out);
        else
            Backend.super.conv(spec, x, w, bias, finish, out);
    }

    @Override
    public void convInput(ConvSpec spec, View dy, View w, View bias, View dx) {
        if (isF32(dy))
            Convolution.convInput(spec, dy, w, bias, dx);
        else if (isF64(dy) && Convolution64.takes(spec))
            Convolution64.convInput(spec, dy, w, bias, dx);
        else
            naive.convInput(spec, dy, w, bias, dx);
    }

    @Override
    public void convWeight(ConvSpec spec, View x, View dy, View dw) {
        if (isF32(x))
            Convolution.convWeight(spec, x, dy, dw);
        else if (isF64(x) && Convolution64.takes(spec))
            Convolution64.convWeight(spec, x, dy, dw);
        else
            naive.convWeight(spec, x, dy, dw);
    }

    @Override
    public void maxPool(PoolSpec spec, View x, boolean relu, View out, View index) {
        if (isF32(x))
            Pooling.maxPool(spec, x, relu, out, index);
        else if (isF64(x))
            Pooling64.maxPool(Pooling64Kernel.CHOSEN, spec, x, relu, out, index);
        else
            naive.maxPool(spec, x, relu, out, index);
    }

    @Override
    public void maxPoolScatter(PoolSpec spec, View dy, View index, View dx) {
        if (isF32(dy))
            Pooling.maxPoolScatter(spec, dy, index, dx);
        else if (isF64(dy))
            Pooling64.maxPoolScatter(Pooling64Kernel.CHOSEN, spec, dy, index, dx);
        else
            naive.maxPoolScatter(spec, dy, index, dx);
    }

    @Override
    public void maxPoolGather(PoolSpec spec, View x, View index, View out) {
        if (isF32(x))
            Pooling.maxPoolGather(spec, x, index, out);
        else if (isF64(x))
            Pooling64.maxPoolGather(spec, x, index, out);
        else
            naive.maxPoolGather(spec, x, index, out);
    }

    @Override
    public void avgPool(PoolSpec spec, View x, View out) {
        if (isF32(x))
            Pooling.avgPool(spec, x, out);
        else if (isF64(x))
            Pooling64.avgPool(Pooling64Kernel.CHOSEN, spec, x, out);
        else
            naive.avgPool(spec, x, out);
    }

    @Override
    public void avgPoolBackward(PoolSpec spec, View dy, View dx) {
        if (isF32(dy))
            Pooling.avgPoolBackward(spec, dy, dx);
        else if (isF64(dy))
            Pooling64.avgPoolBackward(Pooling64Kernel.CHOSEN, spec, dy, dx);
        else
            naive.avgPoolBackward(spec, dy, dx);
    }

    @Override
    public void mapAxes(List<AxisMap> maps, View x, int dim, View out) {
        if (isF32(x))
            AxisMaps.map(maps, x, dim, out);
        else if (isF64(x))
            AxisMaps.map64(maps, x, dim, out);
        else
            naive.mapAxes(maps, x, dim, out);
    }

    @Override
    public void channelStatistics(View x, View mean, View variance) {
        if (isF32(x))
            ChannelNorm.statistics(x, mean, variance);
        else if (isF64(x))
            ChannelNorm64.statistics(ChannelNorm64Kernel.CHOSEN, x, mean, variance);
        else
            naive.channelStatistics(x, mean, variance);
    }

    @Override
    public void channelNormalize(View x, View mean, View rstd, View weight, View bias, boolean relu, View y) {
        if (isF32(x))
            ChannelNorm.normalize(x, mean, rstd, weight, bias, relu, y);
        else if (isF64(x))
            ChannelNorm64.normalize(ChannelNorm64Kernel.CHOSEN, x, mean, rstd, weight, bias, relu, y);
        else
            naive.channelNormalize(x, mean, rstd, weight, bias, relu, y);
    }

    @Override
    public void batchNormBackward(View dy, View x, View mean, View rstd, View weight, View bias, boolean relu, View dx, View dweight,
            View dbias) {
        if (isF32(x))
            ChannelNorm.backward(dy, x, mean, rstd, weight, bias, relu, dx, dweight, dbias);
        else if (isF64(x))
            ChannelNorm64.backward(ChannelNorm64Kernel.CHOSEN, dy, x, mean, rstd, weight, bias, relu, dx, dweight, dbias);
        else
            naive.batchNormBackward(dy, x, mean, rstd, weight, bias, relu, dx, dweight, dbias);
    }

    @Override
    public void layerNorm(View x, View weight, View bias, double eps, View mean, View rstd, View y) {
        if (isF32(x))
            LayerNorm.forward(x, weight, bias, eps, mean, rstd, y);
        else if (isF64(x))
            LayerNorm64.forward(x, weight, bias, eps, mean, rstd, y);
        else
            naive.layerNorm(x, weight, bias, eps, mean, rstd, y);
    }

    @Override
    public void layerNormBackward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        if (isF32(x))
            LayerNorm.backward(dy, x, mean, rstd, weight, dx, dweight, dbias);
        else if (isF64(x))
            LayerNorm64.backward(dy, x, mean, rstd, weight, dx, dweight, dbias);
        else
            naive.layerNormBackward(dy, x, mean, rstd, weight, dx, dweight, dbias);
    }

    @Override
    public void groupNorm(View x, View weight, View bias, double eps, View mean, View variance, View y) {
        if (isF32(x))
            GroupNorm.forward(x, weight, bias, eps, mean, variance, y);
        else if (isF64(x))
            GroupNorm64.forward(ChannelNorm64Kernel.CHOSEN, x, weight, bias, eps, mean, variance, y);
        else
            naive.groupNorm(x, weight, bias, eps, mean, variance, y);
    }

    @Override
    public void groupNormBackward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        if (isF32(x))
            GroupNorm.backward(dy, x, mean, rstd, weight, dx, dweight, dbias);
        else if (isF64(x))
            GroupNorm64.backward(ChannelNorm64Kernel.CHOSEN, dy, x, mean, rstd, weight, dx, dweight, dbias);
        else
            naive.groupNormBackward(dy, x, mean, rstd, weight, dx, dweight, dbias);
    }

    @Override
    public void softmax(View x, int dim, boolean log, View out) {
        if (isF32(x) && x.shape().numel() > 0)
            Softmax.apply(x, dim, log, out);
        else if (isF64(x) && x.shape().numel() > 0)
            Softmax64.apply(x, dim, log, out);
        else
            naive.softmax(x, dim, log, out);
    }

    @Override
    public void softmaxBackward(View y, View dy, int dim, boolean log, View dx) {
        if (isF32(y) && y.shape().numel() > 0)
            Softmax.backward(y, dy, dim, log, dx);
        else if (isF64(y) && y.shape().numel() > 0)
            Softmax64.backward(y, dy, dim, log, dx);
        else
            naive.softmaxBackward(y, dy, dim, log, dx);
    }

    @Override
    public void attention(AttentionSpec spec, View q, View k, View v, View mask, View out, View statistics) {
        if (isF32(q))
            Attention.forward(spec, q, k, v, mask, out, statistics);
        else if (isF64(q))
            Attention64.forward(spec, q, k, v, mask, out, statistics);
        else
            naive.attention(spec, q, k, v, mask, out, statistics);
    }

    @Override
    public void attentionBackward(AttentionSpec spec, View dout, View q, View k, View v, View mask, View out, View statistics, View dq,
            View dk, View dv) {
        if (isF32(q))
            Attention.backward(spec, dout, q, k, v, mask, statistics, dq, dk, dv);
        else if (isF64(q))
            Attention64.backward(spec, dout, q, k, v, mask, statistics, dq, dk, dv);
        else
            naive.attentionBackward(spec, dout, q, k, v, mask, out, statistics, dq, dk, dv);
    }

    @Override
    public void crossEntropy(CrossEntropySpec spec, View logits, View target, View weight, View losses, View logSumExp) {
        if (CrossEntropy.takes(DType.F32, spec, logits, target))
            CrossEntropy.forward(spec, logits, target, weight, losses, logSumExp);
        else if (CrossEntropy.takes(DType.F64, spec, logits, target))
            CrossEntropy64.forward(spec, logits, target, weight, losses, logSumExp);
        else
            naive.crossEntropy(spec, logits, target, weight, losses, logSumExp);
    }

    @Override
    public void crossEntropyBackward(CrossEntropySpec spec, View dlosses, View logits, View target, View weight, View logSumExp,
            View dlogits) {
        if (CrossEntropy.takes(DType.F32, spec, logits, target))
            CrossEntropy.backward(spec, dlosses, logits, target, weight, logSumExp, dlogits);
        else if (CrossEntropy.takes(DType.F64, spec, logits, target))
            CrossEntropy64.backward(spec, dlosses, logits, target, weight, logSumExp, dlogits);
        else
            naive.crossEntropyBackward(spec, dlosses, logits, target, weight, logSumExp, dlogits);
    }

    @Override
    public void ctc(CtcSpec spec, View logProbs, View targets, View losses, View gradient) {
        Ctc.apply(spec, logProbs, targets, losses, gradient);
    }

    @Override
    public void uniform(RandomKey key, View out) {
        if (isF32(out))
            RandomFill.uniform(key, out);
        else if (isF64(out))
            RandomFill64.uniform(key, out);
        else
            naive.uniform(key, out);
    }

    @Override
    public void normal(RandomKey key, View out) {
        if (isF32(out))
            RandomFill.normal(key, out);
        else if (isF64(out))
            RandomFill64.normal(key, out);
        else
            naive.normal(key, out);
    }

    @Override
    public void dropout(RandomKey key, double p, View x, View y) {
        if (isF32(x))
            RandomFill.dropout(key, p, x, y);
        else if (isF64(x))
            RandomFill64.dropout(key, p, x, y);
        else
            naive.dropout(key, p, x, y);
    }

    @Override
    public void magnitude(Magnitude magnitude, List<View> tensors, View out) {
        naive.fill(Magnitudes.of(magnitude, tensors), out);
    }

    @Override
    public void sgd(List<Update<SgdStep>> updates) {
        for (Update<SgdStep> u : updates)
            sgd(u.step(), u.tensor(0), u.tensor(1), u.tensor(2));
    }

    private void sgd(SgdStep step, View p, View g, View momentum) {
        if (OptimizerSteps.takes(p, momentum))
            OptimizerSteps.sgd(step, p, g, momentum);
        else if (isF64(p))
            OptimizerSteps64.sgd(step, p, g, momentum);
        else
            naive.sgd(List.of(Update.of(step, p, g, momentum)));
    }

    @Override
    public void adam(List<Update<AdamStep>> updates) {
        for (Update<AdamStep> u : updates)
            adam(u.step(), u.tensor(0), u.tensor(1), u.tensor(2), u.tensor(3), u.tensor(4));
    }

    private void adam(AdamStep step, View p, View g, View m, View v, View vMax) {
        if (OptimizerSteps.takes(p, m, v, vMax))
            OptimizerSteps.adam(step, p, g, m, v, vMax);
        else if (isF64(p))
            OptimizerSteps64.adam(step, p, g, m, v, vMax);
        else
            naive.adam(List.of(Update.of(step, p, g, m, v, vMax)));
    }

    @Override
    public void formulas(List<Update<Formula>> updates) {
        for (Update<Formula> u : updates) {
            View[] tensors = u.tensors().toArray(View[]::new);
            if (isF64(tensors[0]))
                Formulas64.apply(u.step(), tensors);
            else
                Formulas.apply(u.step(), tensors);
        }
    }

    private static boolean isF32(View x) {
        return x.dtype() == DType.F32;
    }

    private static boolean isF64(View x) {
        return x.dtype() == DType.F64;
    }
}
