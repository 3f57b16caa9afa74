package dev.sunda.cuda.kernel;

import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;

/// Depthwise convolutions of float32 in planes, close to the speed of memory: odd squares as `columns.cuh` says, lines as `lines.cuh` says,
/// the others as `planes.cuh` says.
final class Depthwise {
    private static final int BLOCKS = 2048;                          // that a weight gradient is cut into, if there are enough tiles
    private static final int COLUMN_BLOCKS = 4096;                   // the same for columns, whose blocks are half as large
    private static final int WARPS = 8;                              // of a block; mirrors depthwise_weight.cu

    private final Gpu gpu;

    Depthwise(Gpu gpu) {
        this.gpu = gpu;
    }

    /// Computes the result of the geometry, if there are kernels for it.
    ///
    /// @param finish see [ConvGeometry#finish]
    boolean conv(ConvGeometry g, View w, long[] finish) {
        if (!g.result().isInLines() || !DepthwiseColumns.covers(g) && DepthwisePlanes.ofConvolution(g) == null)
            return false;
        try (PlaneCopy source = PlaneCopy.of(gpu, g.source())) {
            ConvGeometry inLines = g.with(source.images(), g.result());
            DepthwiseColumns columns = DepthwiseColumns.ofConvolution(inLines);
            DepthwiseLines lines = DepthwiseLines.ofConvolution(inLines);
            if (columns != null)
                columns(columns, w, finish);
            else if (lines != null)
                lines(lines, w, finish);
            else
                planes(DepthwisePlanes.ofConvolution(inLines), w, finish);
        }
        return true;
    }

    private void columns(DepthwiseColumns columns, View w, long[] finish) {
        ConvGeometry g = columns.geometry();
        gpu.kernel("depthwise_columns_" + columns.taps(), "depthwise_columns_" + columns.kernel()).launch(
                Grid.of(Math.ceilDiv(columns.count(), DepthwiseColumns.THREADS), DepthwiseColumns.THREADS).shared(columns.shared()),
                g.source().address(), w, columns.struct(w), finish, g.result().address());
    }

    private void lines(DepthwiseLines lines, View w, long[] finish) {
        ConvGeometry g = lines.geometry();
        gpu.kernel("depthwise_lines", "depthwise_lines_" + lines.kernel()).launch(
                Grid.of(Math.ceilDiv(lines.count(), DepthwiseLines.THREADS), DepthwiseLines.THREADS), g.source().address(), w,
                lines.struct(w), finish, g.result().address());
    }

    private void planes(DepthwisePlanes planes, View w, long[] finish) {
        ConvGeometry g = planes.geometry();
        gpu.kernel("depthwise", "depthwise_" + kernel(planes)).launch(Grid.of(planes.units(), planes.threads()).shared(planes.shared()),
                g.source().address(), w, planes.struct(w), finish, g.result().address());
    }

    private static String kernel(DepthwisePlanes planes) {
        Window x = planes.geometry().axes().get(2);
        return switch (planes.kind()) {
            case SPREAD -> "spread_" + x.kernel() + "_" + (x.padBefore() & 1);
            case RECTANGLE -> planes.geometry().axes().get(1).kernel() == 1 ? "line" : "rectangle";
            case GENERAL -> "general";
        };
    }

    /// Computes the gradient of the weight, if there are kernels for it.
    boolean weight(ConvGeometry g, View dw) {
        if (!DepthwiseColumns.covers(g) && DepthwiseLines.ofWeight(g) == null && DepthwisePlanes.ofWeight(g) == null)
            return false;
        try (PlaneCopy x = PlaneCopy.of(gpu, g.source()); PlaneCopy dy = PlaneCopy.of(gpu, g.result())) {
            ConvGeometry inLines = g.with(x.images(), dy.images());
            DepthwiseColumns columns = DepthwiseColumns.ofWeight(inLines);
            DepthwiseLines lines = DepthwiseLines.ofWeight(inLines);
            if (columns != null)
                weight(columns, dw);
            else if (lines != null)
                weight(lines, dw);
            else
                weight(DepthwisePlanes.ofWeight(inLines), dw);
        }
        return true;
    }

    private void weight(DepthwiseColumns columns, View dw) {
        ConvGeometry g = columns.geometry();
        int channels = g.groups() * g.produced();
        int blocks = (int) Math.ceilDiv(columns.count(), DepthwiseColumns.THREADS);
        int each = Grid.ceil(blocks, Math.clamp(Grid.ceil(COLUMN_BLOCKS, channels), 1, blocks));
        int slices = Grid.ceil(blocks, each);
        try (Scratch partial = gpu.scratch(4L * slices * dw.shape().numel())) {
            gpu.kernel("depthwise_columns_weight_" + columns.taps(), "depthwise_columns_weight_" + columns.kernel()).launch(
                    Grid.of((long) channels * slices, DepthwiseColumns.THREADS), g.source().address(), g.result().address(),
                    columns.struct(null), each, partial);
            GemmWeight.join(gpu, g, partial, slices, g.taps(), true, dw);
        }
    }

    private void weight(DepthwiseLines lines, View dw) {
        ConvGeometry g = lines.geometry();
        int channels = g.groups() * g.produced();
        int runs = lines.allRuns();
        int each = Grid.ceil(runs, Math.clamp(Grid.ceil(BLOCKS, channels), 1, Grid.ceil(runs, DepthwiseLines.THREADS)));
        int slices = Grid.ceil(runs, each);
        try (Scratch partial = gpu.scratch(4L * slices * dw.shape().numel())) {
            gpu.kernel("depthwise_lines_weight", "depthwise_lines_weight_" + lines.weightKernel()).launch(
                    Grid.of((long) channels * slices, DepthwiseLines.THREADS), g.source().address(), g.result().address(),
                    lines.struct(null), each, lines.before(), partial);
            GemmWeight.join(gpu, g, partial, slices, g.taps(), true, dw);
        }
    }

    private void weight(DepthwisePlanes planes, View dw) {
        ConvGeometry g = planes.geometry();
        int channels = g.groups() * g.produced();
        int chunks = Grid.ceil(g.axes().get(1).kernel() * Grid.ceil(g.axes().get(2).kernel(), 4), WARPS);
        int each = Grid.ceil(planes.units(), Math.clamp(Grid.ceil(BLOCKS, channels * chunks), 1, planes.units()));
        int slices = Grid.ceil(planes.units(), each);
        try (Scratch partial = gpu.scratch(4L * slices * dw.shape().numel())) {
            gpu.kernel("depthwise_weight", "depthwise_weight_rectangle").launch(
                    Grid.of((long) channels * chunks * slices, WARPS * 32).shared(planes.shared()), g.source().address(),
                    g.result().address(), planes.struct(null), planes.units(), each, partial);
            GemmWeight.join(gpu, g, partial, slices, g.taps(), true, dw);
        }
    }
}
