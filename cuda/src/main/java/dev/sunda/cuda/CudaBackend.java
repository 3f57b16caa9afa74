package dev.sunda.cuda;

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
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.lang.ref.Reference;
import java.lang.reflect.Array;
import java.util.List;
import dev.sunda.core.spi.Update;
import dev.sunda.core.spi.View;
import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.Recording;
import dev.sunda.core.spi.Finish;
import dev.sunda.core.spi.Following;
import dev.sunda.cuda.kernel.Fills;
import dev.sunda.cuda.kernel.Copies;
import dev.sunda.cuda.kernel.Unary;
import dev.sunda.cuda.kernel.Binary;
import dev.sunda.cuda.kernel.Formulas;
import dev.sunda.cuda.kernel.Randoms;
import dev.sunda.cuda.kernel.Optimizers;
import dev.sunda.cuda.kernel.Reductions;
import dev.sunda.cuda.kernel.Magnitudes;
import dev.sunda.cuda.kernel.Scans;
import dev.sunda.cuda.kernel.Softmax;
import dev.sunda.cuda.kernel.ChannelNorm;
import dev.sunda.cuda.kernel.LayerNorm;
import dev.sunda.cuda.kernel.GroupNorm;
import dev.sunda.cuda.kernel.CrossEntropy;
import dev.sunda.cuda.kernel.Sorting;
import dev.sunda.cuda.kernel.Indexing;
import dev.sunda.cuda.kernel.AxisMaps;
import dev.sunda.cuda.kernel.Pooling;
import dev.sunda.cuda.kernel.Ctc;
import dev.sunda.cuda.kernel.Matmul;
import dev.sunda.cuda.driver.Closing;
import dev.sunda.cuda.driver.Context;
import dev.sunda.cuda.driver.Cuda;
import dev.sunda.cuda.memory.DeviceMemory;
import dev.sunda.cuda.kernel.Attention;
import dev.sunda.cuda.kernel.Convolution;
import dev.sunda.cuda.kernel.Gpu;
import dev.sunda.cuda.memory.DeviceStorage;
import dev.sunda.cuda.memory.Transfers;

/// One NVIDIA GPU. Every method puts work on the device's stream and returns; whoever reads a result waits.
public final class CudaBackend implements Backend {
    private final Context context;
    private final Gpu gpu;
    private final String description;
    private final Transfers transfers;
    private final Fills fills;
    private final Copies copies;
    private final Unary unary;
    private final Binary binary;
    private final Formulas formulas;
    private final Randoms randoms;
    private final Optimizers optimizers;
    private final Reductions reductions;
    private final Magnitudes magnitudes;
    private final Scans scans;
    private final Softmax softmax;
    private final ChannelNorm channelNorm;
    private final LayerNorm layerNorm;
    private final GroupNorm groupNorm;
    private final CrossEntropy crossEntropy;
    private final Sorting sorting;
    private final Indexing indexing;
    private final AxisMaps axisMaps;
    private final Pooling pooling;
    private final Ctc ctc;
    private final Matmul matmul;
    private final Attention attention;
    private final Convolution convolution;

    /// @param description one line for people
    public CudaBackend(Context context, Gpu gpu, String description) {
        this.context = context;
        this.gpu = gpu;
        this.description = description;
        transfers = new Transfers(context);
        fills = new Fills(gpu);
        copies = new Copies(gpu);
        unary = new Unary(gpu);
        binary = new Binary(gpu);
        formulas = new Formulas(gpu);
        randoms = new Randoms(gpu);
        optimizers = new Optimizers(gpu);
        reductions = new Reductions(gpu);
        magnitudes = new Magnitudes(gpu);
        scans = new Scans(gpu);
        softmax = new Softmax(gpu);
        channelNorm = new ChannelNorm(gpu);
        layerNorm = new LayerNorm(gpu);
        groupNorm = new GroupNorm(gpu);
        crossEntropy = new CrossEntropy(gpu);
        sorting = new Sorting(gpu);
        indexing = new Indexing(gpu);
        axisMaps = new AxisMaps(gpu, transfers);
        pooling = new Pooling(gpu);
        ctc = new Ctc(gpu, transfers);
        matmul = new Matmul(gpu);
        attention = new Attention(gpu);
        convolution = new Convolution(gpu);
    }

    /// Opens a device. What has been opened is given back if a later step fails.
    static CudaBackend open(Cuda cuda, int ordinal, Device device, String description) {
        var context = new Context(cuda, ordinal);
        var memory = new DeviceMemory(context, Boolean.getBoolean("sunda.cuda.paranoid"));
        try {
            return new CudaBackend(context, new Gpu(context, device, memory), description);
        } catch (RuntimeException | Error failed) {
            new Closing().then(memory::close).then(context::close).endAfter(failed);
            throw failed;
        }
    }

    /// The memory of the device that this process holds.
    DeviceMemory memory() {
        return gpu.memory();
    }

    /// Gives everything back to the driver. Nothing on the device may be used any more.
    void close() {
        closing().end();
    }

    /// [#close] while an exception is under way.
    void closeAfter(Throwable cause) {
        closing().endAfter(cause);
    }

    private Closing closing() {
        return new Closing().then(context::synchronize).then(transfers::close).then(gpu::close).then(context::close);
    }

    @Override
    public Device device() {
        return gpu.device();
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Storage allocate(DType dtype, int numel) {
        return DeviceStorage.allocate(gpu.device(), gpu.memory(), dtype, numel);
    }

    @Override
    public void upload(Object array, Storage to, int offset) {
        transfers.upload(array, (DeviceStorage) to, offset);
    }

    @Override
    public Storage upload(DType dtype, Object array) {
        var fresh = DeviceStorage.forUpload(gpu.device(), gpu.memory(), dtype, Array.getLength(array));
        transfers.uploadAside(array, fresh);
        return fresh;
    }

    @Override
    public Object download(Storage from, int offset, int numel) {
        synchronize();
        Object array = transfers.download(((DeviceStorage) from).address() + (long) offset * from.dtype().bytes(), from.dtype(), numel);
        Reference.reachabilityFence(from);                           // its memory must not be given back between two pieces
        return array;
    }

    /// Waits for everything and says what went wrong on the way.
    @Override
    public void synchronize() {
        long[] fault = transfers.words(gpu.faults().address(), gpu.faults().words());
        int code = (int) fault[0];
        if (code == 0)
            return;
        gpu.faults().clear();
        throw gpu.faults().error(code, fault[1], fault[2]);
    }

    @Override
    public boolean canRecord() {
        return true;
    }

    @Override
    public boolean isRecording() {
        return context.isRecording();
    }

    @Override
    public Recording record(Runnable work) {
        if (isRecording())
            throw new IllegalStateException("cuda: work was to be recorded while other work was being recorded (got a recording within a "
                    + "recording); record only the outer one");
        return transfers.alone(() -> CudaRecording.of(context, gpu, work));
    }

    /// Planes: neighbouring threads work on neighbouring pixels of one channel. The weight of a depthwise convolution is then the same for
    /// a whole warp and its taps are neighbours in shared memory, where in channels-last order every thread would need a filter of its
    /// own; for matrix products the order of loads makes no difference, and statistics by channel are sums over whole lines.
    @Override
    public Layout imageLayout(Shape shape) {
        return Layout.contiguous(shape);
    }

    @Override
    public void fill(double value, View out) {
        fills.fill(value, out);
    }

    @Override
    public void copy(View from, View to) {
        copies.copy(from, to);
    }

    @Override
    public void where(View condition, View a, View b, View out) {
        copies.where(condition, a, b, out);
    }

    @Override
    public void unary(UnaryFunction function, View x, View out) {
        unary.unary(function, x, out);
    }

    @Override
    public void unaryBackward(UnaryFunction function, View kept, View dy, View dx) {
        unary.unaryBackward(function, kept, dy, dx);
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View out) {
        binary.binary(op, a, b, out);
    }

    @Override
    public void binary(BinaryOp op, View a, double b, View out) {
        binary.binary(op, a, b, out);
    }

    @Override
    public void binary(BinaryOp op, double a, View b, View out) {
        binary.binary(op, a, b, out);
    }

    @Override
    public void formulas(List<Update<Formula>> updates) {
        formulas.formulas(updates);
    }

    @Override
    public void uniform(RandomKey key, View out) {
        randoms.uniform(key, out);
    }

    @Override
    public void normal(RandomKey key, View out) {
        randoms.normal(key, out);
    }

    @Override
    public void dropout(RandomKey key, double p, View x, View y) {
        randoms.dropout(key, p, x, y);
    }

    @Override
    public void sgd(List<Update<SgdStep>> updates) {
        optimizers.sgd(updates);
    }

    @Override
    public void adam(List<Update<AdamStep>> updates) {
        optimizers.adam(updates);
    }

    @Override
    public void reduce(ReduceOp op, View x, View out) {
        reductions.reduce(op, x, out);
    }

    @Override
    public void magnitude(Magnitude magnitude, List<View> tensors, View out) {
        magnitudes.magnitude(magnitude, tensors, out);
    }

    @Override
    public void argReduce(boolean largest, View x, int dim, View out) {
        reductions.argReduce(largest, x, dim, out);
    }

    @Override
    public void scan(ScanOp op, View x, int dim, View out) {
        scans.scan(op, x, dim, out);
    }

    @Override
    public void linearScan(View a, View b, int dim, View out) {
        scans.linearScan(a, b, dim, out);
    }

    @Override
    public void softmax(View x, int dim, boolean log, View out) {
        softmax.softmax(x, dim, log, out);
    }

    @Override
    public void softmaxBackward(View y, View dy, int dim, boolean log, View dx) {
        softmax.softmaxBackward(y, dy, dim, log, dx);
    }

    @Override
    public void channelStatistics(View x, View mean, View variance) {
        channelNorm.channelStatistics(x, mean, variance);
    }

    @Override
    public void channelStatistics(View x, double eps, Following following, View mean, View variance, View rstd) {
        channelNorm.channelStatistics(x, eps, following, mean, variance, rstd);
    }

    @Override
    public void follow(Following following, View mean, View variance) {
        channelNorm.follow(following, mean, variance);
    }

    @Override
    public void rstd(View variance, double eps, View rstd) {
        channelNorm.rstd(variance, eps, rstd);
    }

    @Override
    public void channelNormalize(View x, View mean, View rstd, View weight, View bias, boolean relu, View y) {
        channelNorm.channelNormalize(x, mean, rstd, weight, bias, relu, y);
    }

    @Override
    public void batchNormBackward(View dy, View x, View mean, View rstd, View weight, View bias, boolean relu, View dx, View dweight,
            View dbias) {
        channelNorm.batchNormBackward(dy, x, mean, rstd, weight, bias, relu, dx, dweight, dbias);
    }

    @Override
    public void layerNorm(View x, View weight, View bias, double eps, View mean, View rstd, View y) {
        layerNorm.layerNorm(x, weight, bias, eps, mean, rstd, y);
    }

    @Override
    public void layerNormBackward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        layerNorm.layerNormBackward(dy, x, mean, rstd, weight, dx, dweight, dbias);
    }

    @Override
    public void groupNorm(View x, View weight, View bias, double eps, View mean, View variance, View y) {
        groupNorm.groupNorm(x, weight, bias, eps, mean, variance, y);
    }

    @Override
    public void groupNormBackward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        groupNorm.groupNormBackward(dy, x, mean, rstd, weight, dx, dweight, dbias);
    }

    @Override
    public void crossEntropy(CrossEntropySpec spec, View logits, View target, View weight, View losses, View logSumExp) {
        crossEntropy.crossEntropy(spec, logits, target, weight, losses, logSumExp);
    }

    @Override
    public void crossEntropyBackward(CrossEntropySpec spec, View dlosses, View logits, View target, View weight, View logSumExp,
            View dlogits) {
        crossEntropy.crossEntropyBackward(spec, dlosses, logits, target, weight, logSumExp, dlogits);
    }

    @Override
    public void argsort(View x, int dim, boolean descending, View out) {
        sorting.argsort(x, dim, descending, out);
    }

    @Override
    public void ranked(View x, int dim, View rank, View out) {
        sorting.ranked(x, dim, rank, out);
    }

    @Override
    public void searchSorted(View sorted, View x, boolean right, View out) {
        sorting.searchSorted(sorted, x, right, out);
    }

    @Override
    public void gather(String operation, View x, int dim, View index, View out) {
        indexing.gather(operation, x, dim, index, out);
    }

    @Override
    public void scatter(String operation, ScatterOp op, View source, int dim, View index, View out) {
        indexing.scatter(operation, op, source, dim, index, out);
    }

    @Override
    public void mapAxes(List<AxisMap> maps, View x, int dim, View out) {
        axisMaps.mapAxes(maps, x, dim, out);
    }

    @Override
    public void maxPool(PoolSpec spec, View x, boolean relu, View out, View index) {
        pooling.maxPool(spec, x, relu, out, index);
    }

    @Override
    public void maxPoolScatter(PoolSpec spec, View dy, View index, View dx) {
        pooling.maxPoolScatter(spec, dy, index, dx);
    }

    @Override
    public void maxPoolGather(PoolSpec spec, View x, View index, View out) {
        pooling.maxPoolGather(spec, x, index, out);
    }

    @Override
    public void avgPool(PoolSpec spec, View x, View out) {
        pooling.avgPool(spec, x, out);
    }

    @Override
    public void avgPoolBackward(PoolSpec spec, View dy, View dx) {
        pooling.avgPoolBackward(spec, dy, dx);
    }

    @Override
    public void ctc(CtcSpec spec, View logProbs, View targets, View losses, View gradient) {
        ctc.ctc(spec, logProbs, targets, losses, gradient);
    }

    @Override
    public void matmul(View x, View y, View bias, View out) {
        matmul.matmul(x, y, bias, out);
    }

    @Override
    public void attention(AttentionSpec spec, View q, View k, View v, View mask, View out, View statistics) {
        attention.attention(spec, q, k, v, mask, out, statistics);
    }

    @Override
    public void attentionBackward(AttentionSpec spec, View dout, View q, View k, View v, View mask, View out, View statistics, View dq,
            View dk, View dv) {
        attention.attentionBackward(spec, dout, q, k, v, mask, out, statistics, dq, dk, dv);
    }

    @Override
    public void conv(ConvSpec spec, View x, View w, View bias, View out) {
        convolution.conv(spec, x, w, bias, null, out);
    }

    @Override
    public void conv(ConvSpec spec, View x, View w, View bias, Finish finish, View out) {
        convolution.conv(spec, x, w, bias, finish, out);
    }

    @Override
    public void convInput(ConvSpec spec, View dy, View w, View bias, View dx) {
        convolution.convInput(spec, dy, w, bias, dx);
    }

    @Override
    public void convWeight(ConvSpec spec, View x, View dy, View dw) {
        convolution.convWeight(spec, x, dy, dw);
    }
}
