package dev.sunda.examples.conformance;

import dev.sunda.nn.functional.Poolings;

/// Pooling.
final class PoolingOperations {
    private PoolingOperations() {
    }

    static void register(OperationTable table) {
        table.one("max_pool2d",
                a -> Poolings.maxPool2d(a.variable("input"), a.perAxis("kernel_size", 2), stride(a), a.perAxis("padding", 2, 0),
                        a.perAxis("dilation", 2, 1), a.flag("ceil_mode", false)));
        table.one("avg_pool2d",
                a -> Poolings.avgPool2d(a.variable("input"), a.perAxis("kernel_size", 2), stride(a), a.perAxis("padding", 2, 0),
                        a.flag("ceil_mode", false), a.flag("count_include_pad", true)));
    }

    private static int[] stride(Args a) {
        return a.perAxis("stride", 2, a.perAxis("kernel_size", 2));
    }
}
