package dev.sunda.cuda.kernel;

import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;

/// Depthwise convolutions of float32 in planes, close to the speed of memory: `depthwise.cu`, `depthwise_weight.cu`.
final class Depthwise {
    private static final int BLOCKS = 2048;                          // that a weight gradient is cut into, if there are enough tiles
    private static final int WARPS = 8;                              // of a block; mirrors depthwise_weight.cu

    private final Gpu gpu;

    Depthwise(Gpu gpu) {
        this.gpu = gpu;
    }

    /// Computes the result of the geometry, if there are kernels for it.
    ///
    /// @param finish see [ConvGeometry#finish]
    boolean conv(ConvGeometry g, View w, long[] finish) {
        if (DepthwisePlanes.ofConvolution(g) == null)
            return false;
        try (PlaneCopy source = PlaneCopy.of(gpu, g.source())) {
            var planes = DepthwisePlanes.ofConvolution(g.with(source.images(), g.result()));
            gpu.kernel("depthwise", "depthwise_" + kernel(planes)).launch(
                    Grid.of(planes.units(), planes.threads()).shared(planes.shared()), source.images().address(), w, planes.struct(w),
                    finish, g.result().address());
        }
        return true;
    }

    private static String kernel(DepthwisePlanes planes) {
        Window x = planes.geometry().axes().get(2);
        return switch (planes.kind()) {
            case SQUARE -> "square_" + x.kernel() + "_" + x.stride();
            case SPREAD -> "spread_" + x.kernel() + "_" + (x.padBefore() & 1);
            case DILATED -> "dilated_" + x.kernel();
            case RECTANGLE -> planes.geometry().axes().get(1).kernel() == 1 ? "line" : "rectangle";
            case GENERAL -> "general";
        };
    }

    /// Computes the gradient of the weight, if there are kernels for it.
    boolean weight(ConvGeometry g, View dw) {
        if (DepthwisePlanes.ofWeight(g) == null)
            return false;
        try (PlaneCopy x = PlaneCopy.of(gpu, g.source()); PlaneCopy dy = PlaneCopy.of(gpu, g.result())) {
            weight(DepthwisePlanes.ofWeight(g.with(x.images(), dy.images())), dw);
        }
        return true;
    }

    private void weight(DepthwisePlanes planes, View dw) {
        ConvGeometry g = planes.geometry();
        int channels = g.groups() * g.produced();
        boolean rectangle = planes.kind() == DepthwisePlanes.Kind.RECTANGLE;
        int chunks = rectangle ? Grid.ceil(g.axes().get(1).kernel() * Grid.ceil(g.axes().get(2).kernel(), 4), WARPS) : 1;
        int each = Grid.ceil(planes.units(), Math.clamp(Grid.ceil(BLOCKS, channels * chunks), 1, planes.units()));
        int slices = Grid.ceil(planes.units(), each);
        int threads = rectangle ? WARPS * 32 : planes.threads();
        try (Scratch partial = gpu.scratch(4L * slices * dw.shape().numel())) {
            gpu.kernel("depthwise_weight", "depthwise_weight_" + (rectangle ? "rectangle" : kernel(planes))).launch(
                    Grid.of((long) channels * chunks * slices, threads).shared(planes.shared()), g.source().address(),
                    g.result().address(), planes.struct(null), planes.units(), each, partial);
            GemmConvolution.join(gpu, g, partial, slices, g.taps(), true, dw);
        }
    }
}
