package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.AdaptivePoolings;
import dev.sunda.nn.functional.Poolings;

/// Pooling.
final class PoolingOperations {
    private PoolingOperations() {
    }

    static void register(OperationTable table) {
        table.one("max_pool1d", a -> Poolings.maxPool1d(a.variable("input"), kernel(a, 1)[0], stride(a, 1)[0], padding(a, 1)[0],
                dilation(a, 1)[0], a.flag("ceil_mode", false)));
        table.one("max_pool2d", a -> Poolings.maxPool2d(a.variable("input"), kernel(a, 2), stride(a, 2), padding(a, 2), dilation(a, 2),
                a.flag("ceil_mode", false)));
        table.one("max_pool3d", a -> Poolings.maxPool3d(a.variable("input"), kernel(a, 3), stride(a, 3), padding(a, 3), dilation(a, 3),
                a.flag("ceil_mode", false)));
        table.one("avg_pool1d", a -> Poolings.avgPool1d(a.variable("input"), kernel(a, 1)[0], stride(a, 1)[0], padding(a, 1)[0],
                a.flag("ceil_mode", false), a.flag("count_include_pad", true)));
        table.one("avg_pool2d", a -> avgPool2d(a, a.flag("ceil_mode", false), a.flag("count_include_pad", true)));
        table.one("avg_pool3d", a -> avgPool3d(a, a.flag("ceil_mode", false), a.flag("count_include_pad", true)));
        table.one("lp_pool1d", a -> Poolings.lpPool1d(a.variable("input"), a.number("norm_type"), kernel(a, 1)[0], stride(a, 1)[0],
                a.flag("ceil_mode", false)));
        table.one("lp_pool2d", a -> Poolings.lpPool2d(a.variable("input"), a.number("norm_type"), kernel(a, 2), stride(a, 2),
                a.flag("ceil_mode", false)));
        table.one("lp_pool3d", a -> Poolings.lpPool3d(a.variable("input"), a.number("norm_type"), kernel(a, 3), stride(a, 3),
                a.flag("ceil_mode", false)));
        table.one("adaptive_avg_pool1d", a -> AdaptivePoolings.adaptiveAvgPool1d(a.variable("input"), size(a)));
        table.one("adaptive_avg_pool2d", a -> AdaptivePoolings.adaptiveAvgPool2d(a.variable("input"), size(a)));
        table.one("adaptive_avg_pool3d", a -> AdaptivePoolings.adaptiveAvgPool3d(a.variable("input"), size(a)));
        table.one("adaptive_max_pool1d", a -> AdaptivePoolings.adaptiveMaxPool1d(a.variable("input"), size(a)));
        table.one("adaptive_max_pool2d", a -> AdaptivePoolings.adaptiveMaxPool2d(a.variable("input"), size(a)));
        table.one("adaptive_max_pool3d", a -> AdaptivePoolings.adaptiveMaxPool3d(a.variable("input"), size(a)));
    }

    private static Variable avgPool2d(Args a, boolean ceilMode, boolean countIncludePad) {
        Variable x = a.variable("input");
        return a.has("divisor_override")
                ? Poolings.avgPool2dByDivisor(x, kernel(a, 2), stride(a, 2), padding(a, 2), ceilMode, a.integer("divisor_override"))
                : Poolings.avgPool2d(x, kernel(a, 2), stride(a, 2), padding(a, 2), ceilMode, countIncludePad);
    }

    private static Variable avgPool3d(Args a, boolean ceilMode, boolean countIncludePad) {
        Variable x = a.variable("input");
        return a.has("divisor_override")
                ? Poolings.avgPool3dByDivisor(x, kernel(a, 3), stride(a, 3), padding(a, 3), ceilMode, a.integer("divisor_override"))
                : Poolings.avgPool3d(x, kernel(a, 3), stride(a, 3), padding(a, 3), ceilMode, countIncludePad);
    }

    private static int[] kernel(Args a, int axes) {
        return a.perAxis("kernel_size", axes);
    }

    private static int[] stride(Args a, int axes) {
        return a.perAxis("stride", axes, kernel(a, axes));
    }

    private static int[] padding(Args a, int axes) {
        return a.perAxis("padding", axes, 0);
    }

    private static int[] dilation(Args a, int axes) {
        return a.perAxis("dilation", axes, 1);
    }

    private static Integer[] size(Args a) {
        return a.optionalIntegers("output_size");
    }
}
