package dev.sunda.core.cpu;

import dev.sunda.core.op.ScanOp;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// Running folds and linear recurrences along one dimension of tensors of every type. Each slice is one chain in double (in 64 bits for
/// integers); slices that lie side by side in memory go hand in hand, so that whole cache lines are read.
final class Scan {
    /// Slices that go hand in hand.
    private static final int WIDTH = 16;

    private Scan() {
    }

    /// A stretch of `slices` neighbouring slices; operand `k` of the first one starts at `at[k]`.
    @FunctionalInterface
    private interface Chains {
        void run(int[] at, int slices);
    }

    static void scan(ScanOp op, View x, int dim, View out) {
        int d = x.shape().dim(op.label(), dim);
        int n = x.shape().size(d);
        HeapStorage from = x.heap();
        HeapStorage to = out.heap();
        var nest = Nest.of(first(x, d), first(out, d));
        int[] along = {x.layout().stride(d), out.layout().stride(d)};
        int[] apart = {nest.stride(0), nest.stride(1)};
        boolean floating = x.dtype().isFloating();
        forEach(nest, n, along[1], apart[1], (at, slices) -> {
            if (op.isIndex())
                for (int j = 0; j < slices; j++)
                    places(op, from, at[0] + j * apart[0], along[0], to, at[1] + j * apart[1], along[1], n);
            else if (floating)
                floats(op, from, to, at, apart, along, slices, n);
            else
                integers(op, from, to, at, apart, along, slices, n);
        });
    }

    private static void floats(ScanOp op, HeapStorage from, HeapStorage to, int[] at, int[] apart, int[] along, int slices, int n) {
        var state = new double[slices];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < slices; j++) {
                double x = from.getDouble(at[0] + j * apart[0] + i * along[0]);
                state[j] = i == 0 ? x : op.next(state[j], x);
                to.setDouble(at[1] + j * apart[1] + i * along[1], state[j]);
            }
    }

    private static void integers(ScanOp op, HeapStorage from, HeapStorage to, int[] at, int[] apart, int[] along, int slices, int n) {
        var state = new long[slices];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < slices; j++) {
                long x = from.getLong(at[0] + j * apart[0] + i * along[0]);
                state[j] = i == 0 ? x : op.next(state[j], x);
                to.setLong(at[1] + j * apart[1] + i * along[1], state[j]);
            }
    }

    private static void places(ScanOp op, HeapStorage from, int at, int step, HeapStorage to, int out, int outStep, int n) {
        boolean floating = from.dtype().isFloating();
        for (int i = 0, best = 0; i < n; i++) {
            int here = at + i * step;
            int there = at + best * step;
            if (floating ? op.beats(from.getDouble(here), from.getDouble(there)) : op.beats(from.getLong(here), from.getLong(there)))
                best = i;
            to.setLong(out + i * outStep, best);
        }
    }

    static void linear(View a, View b, int dim, View out) {
        int d = b.shape().dim("linearScan", dim);
        int n = b.shape().size(d);
        HeapStorage factors = a.heap();
        HeapStorage terms = b.heap();
        HeapStorage to = out.heap();
        var nest = Nest.of(first(a, d), first(b, d), first(out, d));
        int[] along = {a.layout().stride(d), b.layout().stride(d), out.layout().stride(d)};
        forEach(nest, n, along[2], nest.stride(2), (at, slices) -> {
            var state = new double[slices];
            for (int i = 0; i < n; i++)
                for (int j = 0; j < slices; j++) {
                    double term = terms.getDouble(at[1] + j * nest.stride(1) + i * along[1]);
                    state[j] = i == 0 ? term : Math.fma(factors.getDouble(at[0] + j * nest.stride(0) + i * along[0]), state[j], term);
                    to.setDouble(at[2] + j * nest.stride(2) + i * along[2], state[j]);
                }
        });
    }

    private static Layout first(View x, int dim) {
        return x.layout().slice(dim, 0, 1, 1);
    }

    /// Runs `chains` over all slices of length `n`, in parallel; several at once where neighbours (`apart`) lie nearer than the elements of
    /// one (`along`).
    private static void forEach(Nest nest, int n, int along, int apart, Chains chains) {
        if (n == 0)
            return;
        int width = Math.abs(apart) < Math.abs(along) ? WIDTH : 1;
        nest.forEach(Math.max(width, Nest.CHUNK / n), (at, slices) -> {
            int[] start = at.clone();
            for (int j = 0; j < slices; j += width) {
                for (int k = 0; k < start.length; k++)
                    start[k] = at[k] + j * nest.stride(k);
                chains.run(start, Math.min(width, slices - j));
            }
        });
    }
}
