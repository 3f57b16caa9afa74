package dev.sunda.core.cpu;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.op.AxisMap;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.op.Term;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.LstmStep;
import dev.sunda.core.spi.Update;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.List;

/// One number made of the bits of many kernels of one type on large enough inputs, to compare processes. Everything runs more than once, so
/// that compiled code takes part.
final class KernelHash {
    private static final Shape SHAPE = Shape.of(77, 13, 41);
    private final CpuBackend cpu = new CpuBackend();
    private final DType dtype;
    private long hash;
    private long drawn;

    private KernelHash(DType dtype) {
        this.dtype = dtype;
    }

    static long compute(DType dtype) {
        var work = new KernelHash(dtype);
        for (int repeat = 0; repeat < 3; repeat++)
            work.step();
        for (int repeat = 0; repeat < 2; repeat++)
            ConvolutionHash.run(work);
        return work.hash;
    }

    CpuBackend cpu() {
        return cpu;
    }

    View fresh(Shape shape) {
        return new View(cpu.allocate(dtype, shape.numel()), Layout.contiguous(shape));
    }

    /// An image in the order the backend likes.
    View image(Shape shape) {
        return new View(cpu.allocate(dtype, shape.numel()), cpu.imageLayout(shape));
    }

    /// Fills a view with numbers that no other one holds.
    View random(View x) {
        cpu.normal(new RandomKey(17, drawn++ << 32), x);
        return x;
    }

    void take(View x) {
        Object bits = cpu.download(x.storage(), 0, x.storage().numel());
        hash = hash * 31 + (bits instanceof float[] floats ? Arrays.hashCode(floats) : Arrays.hashCode((double[]) bits));
    }

    private void step() {
        View x = fresh(SHAPE);
        cpu.normal(new RandomKey(42, hash & 1023), x);
        View y = fresh(SHAPE);
        for (UnaryOp op : new UnaryOp[] {UnaryOp.EXP, UnaryOp.TANH, UnaryOp.SIGMOID, UnaryOp.ERF, UnaryOp.GELU, UnaryOp.RSQRT,
            UnaryOp.LOG}) {
            cpu.unary(op, op == UnaryOp.LOG || op == UnaryOp.RSQRT ? y : x, y);
            take(y);
        }
        cpu.unary(UnaryOp.TANH, x, y);
        View dx = fresh(SHAPE);
        cpu.unaryBackward(UnaryOp.TANH, y, x, dx);
        take(dx);
        cpu.unaryBackward(UnaryOp.GELU, y, x, dx);
        take(dx);
        cpu.unary(UnaryOp.GELU_TANH, x, y);
        take(y);
        cpu.unaryBackward(UnaryOp.ERF, x, y, dx);
        take(dx);
        cpu.unaryBackward(UnaryOp.GELU_TANH, x, y, dx);
        take(dx);
        cpu.binary(BinaryOp.DIV, x, y, dx);
        take(dx);
        for (Shape result : new Shape[] {Shape.of(1, 1, 1), Shape.of(77, 1, 1), Shape.of(1, 13, 1), Shape.of(1, 1, 41),
            Shape.of(1, 13, 41)}) {
            View sum = fresh(result);
            cpu.reduce(ReduceOp.SUM, x, sum);
            take(sum);
        }
        rows(x);
        layerNorm(x);
        attention(x);
        products();
        lstm();
        channels();
    }

    /// Matrices with tails in every direction, few rows, a transposed right side, many small ones.
    private void products() {
        for (int[] size : new int[][] {{1, 77, 300, 95}, {1, 3, 130, 270}, {29, 7, 11, 13}}) {
            View x = random(fresh(Shape.of(size[0], size[1], size[2])));
            View y = random(fresh(Shape.of(size[0], size[2], size[3])));
            View z = random(fresh(Shape.of(size[0], size[3], size[2])));
            View out = fresh(Shape.of(size[0], size[1], size[3]));
            cpu.matmul(x, y, null, out);
            take(out);
            cpu.matmul(x, z.as(z.layout().permute(0, 2, 1)), random(fresh(Shape.of(size[3]))), out);
            take(out);
        }
    }

    /// A step of samples and units enough for several chunks.
    private void lstm() {
        View out = fresh(Shape.of(75, 160));
        View cell = fresh(Shape.of(75, 160));
        View squashed = fresh(Shape.of(75, 160));
        View gates = fresh(Shape.of(75, 640));
        var step = new LstmStep(random(fresh(Shape.of(75, 640))), random(fresh(Shape.of(75, 160))), cell, out, gates, squashed);
        cpu.rightSide(random(fresh(Shape.of(1, 300, 640))), 75).lstm(random(fresh(Shape.of(75, 300))), random(fresh(Shape.of(640))), step);
        for (View written : List.of(out, cell, squashed, gates))
            take(written);
    }

    /// Both spatial axes, to as many rows and fewer columns.
    private void resized(View x) {
        int[][] near = new int[15][];
        double[][] weight = new double[15][];
        for (int i = 0; i < near.length; i++) {
            near[i] = new int[] {i, (i + 1) % 15, (i + 3) % 15};
            weight[i] = new double[] {0.3, 0.1 * i, 0.7};
        }
        View out = image(x.shape().with(3, 5));
        cpu.mapAxes(List.of(AxisMap.of(15, near, weight), AxisMap.of(13, Arrays.copyOf(near, 5), Arrays.copyOf(weight, 5))), x, 2, out);
        take(out);
    }

    private void channels() {
        Shape shape = Shape.of(9, 37, 15, 13);
        View x = random(image(shape));
        View y = image(shape);
        View mean = fresh(Shape.of(37));
        View variance = fresh(Shape.of(37));
        cpu.channelStatistics(x, mean, variance);
        take(mean);
        take(variance);
        cpu.channelNormalize(x, mean, variance, mean, mean, true, y);
        take(y);
        View dx = image(shape);
        View dweight = fresh(Shape.of(37));
        View dbias = fresh(Shape.of(37));
        cpu.batchNormBackward(y, x, mean, variance, mean, mean, true, dx, dweight, dbias);
        take(dx);
        take(dweight);
        take(dbias);
        groups(x, y, dx);
        resized(x);
        int[] two = {2, 2};
        int[] one = {1, 1};
        var spec = PoolSpec.of("pool", shape, new int[] {3, 3}, two, one, one, false, false);
        View pooled = image(spec.outputShape());
        cpu.avgPool(spec, x, pooled);
        take(pooled);
        cpu.avgPoolBackward(spec, pooled, dx);
        take(dx);
        maxima(spec, x, dx);
        Shape whole = Shape.of(3, 32, 14, 12);
        maxima(PoolSpec.of("pool", whole, two, two, new int[2], one, false, false), random(image(whole)), image(whole));
    }

    private void maxima(PoolSpec spec, View x, View dx) {
        View y = image(spec.outputShape());
        View index = new View(cpu.allocate(DType.I32, y.shape().numel()), y.layout());
        cpu.maxPool(spec, x, true, y, null);
        take(y);
        cpu.maxPool(spec, x, false, y, index);
        take(y);
        cpu.maxPoolScatter(spec, y, index, dx);
        take(dx);
    }

    private void attention(View x) {
        var spec = new AttentionSpec(0.25, true, 0, null);
        View heads = x.as(Layout.contiguous(Shape.of(7, 11, 13, 41)));
        View out = fresh(heads.shape());
        View statistics = fresh(Shape.of(7, 11, 13, 2));
        cpu.attention(spec, heads, heads, heads, null, out, statistics);
        take(out);
        View dq = fresh(heads.shape());
        View dk = fresh(heads.shape());
        View dv = fresh(heads.shape());
        cpu.attentionBackward(spec, out, heads, heads, heads, null, out, statistics, dq, dk, dv);
        take(dq);
        take(dk);
        take(dv);
    }

    private void groups(View x, View y, View dx) {
        View mean = fresh(Shape.of(9, 37));
        View variance = fresh(Shape.of(9, 37));
        cpu.groupNorm(x, null, null, 1e-5, mean, variance, y);
        take(y);
        View dweight = fresh(Shape.of(37));
        View dbias = fresh(Shape.of(37));
        cpu.groupNormBackward(y, x, mean, variance, null, dx, dweight, dbias);
        take(dx);
        take(dweight);
    }

    private void layerNorm(View x) {
        View rows = x.as(Layout.contiguous(Shape.of(77, 13 * 41)));
        View mean = fresh(Shape.of(77));
        View rstd = fresh(Shape.of(77));
        View y = fresh(rows.shape());
        cpu.layerNorm(rows, null, null, 1e-5, mean, rstd, y);
        take(y);
        View dx = fresh(rows.shape());
        View dweight = fresh(Shape.of(13 * 41));
        View dbias = fresh(Shape.of(13 * 41));
        cpu.layerNormBackward(y, rows, mean, rstd, null, dx, dweight, dbias);
        take(dx);
        take(dweight);
        take(dbias);
    }

    private void rows(View x) {
        View soft = fresh(SHAPE);
        cpu.softmax(x, 2, false, soft);
        take(soft);
        cpu.softmax(x, 1, true, soft);
        take(soft);
        View logits = x.as(Layout.contiguous(Shape.of(1001, 41)));
        var labels = new long[1001];
        for (int i = 0; i < labels.length; i++)
            labels[i] = i % 41;
        View target = new View(cpu.upload(DType.I64, labels), Layout.contiguous(Shape.of(1001)));
        View losses = fresh(Shape.of(1001));
        View logSumExp = fresh(Shape.of(1001));
        var spec = new CrossEntropySpec(-100, 0.1);
        cpu.crossEntropy(spec, logits, target, null, losses, logSumExp);
        take(losses);
        View dlogits = fresh(Shape.of(1001, 41));
        cpu.crossEntropyBackward(spec, losses, logits, target, null, logSumExp, dlogits);
        take(dlogits);
        View m = fresh(SHAPE);
        View v = fresh(SHAPE);
        cpu.adam(List.of(Update.of(new AdamStep(0.01, 0.9, 0.999, 1e-8, 0.1, true, false, 1), soft, x, m, v, null)));
        take(soft);
        Term mean = Term.tensor(2).lerp(Term.tensor(1), 0.1);
        cpu.formula(new Formula().assign(0, Term.tensor(0).sub(mean.div(Term.tensor(3).sqrt().add(1e-3)))).assign(2, mean), soft, x, m, v);
        take(soft);
        Term x1 = Term.tensor(1);
        Term size = Term.tensor(2).mul(0.9).maximum(x1.abs().add(0.01));
        Term some = x1.lt(0).choose(Term.of(0.5), x1.square().mul(x1).maximum(Term.of(-1)).minimum(Term.of(1)));
        cpu.formula(new Formula().assign(0, Term.tensor(0).sub(some.div(size).mul(0.1))).assign(2, size.sub(x1.mul(some))), soft, x, m);
        take(soft);
        take(m);
        cpu.dropout(new RandomKey(7, 0), 0.3, x, m);
        take(m);
    }
}
