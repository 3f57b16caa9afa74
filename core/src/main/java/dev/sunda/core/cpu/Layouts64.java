package dev.sunda.core.cpu;

import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;

/// F64 images in channels-last order, the one order in which the image kernels compute.
final class Layouts64 {
    private Layouts64() {
    }

    /// Elements `[N, spatial..., C]` without gaps from `offset` on.
    record Dense(double[] data, int offset) {
        /// Those of a view that lies so.
        static Dense of(View view) {
            return new Dense(view.heap().doubles(), view.layout().offset());
        }
    }

    /// `view` (`[N, C, spatial...]`) itself if it lies channels-last, else a copy that does.
    static View read(View view) {
        View result = target(view);
        if (result != view)
            Copy.apply(view, result);
        return result;
    }

    /// Where a kernel writes the channels-last elements of `view`: itself if it lies so, else fresh memory.
    static View target(View view) {
        if (Layouts.isChannelsLast(view.layout()))
            return view;
        var shape = view.shape();
        Layout layout = shape.rank() > 2 ? Layout.channelsLast(shape) : Layout.contiguous(shape);
        return new View(HeapStorage.allocate(Device.CPU, DType.F64, shape.numel()), layout);
    }

    /// Brings what was written to a [#target] into `view`.
    static void finish(View written, View view) {
        if (written != view)
            Copy.apply(written, view);
    }
}
