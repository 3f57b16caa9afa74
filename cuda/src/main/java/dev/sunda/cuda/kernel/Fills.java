package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.List;

/// One number everywhere: `fill.cu`.
public final class Fills {
    private final Gpu gpu;

    public Fills(Gpu gpu) {
        this.gpu = gpu;
    }

    /// Every element becomes `value`, rounded to the type of `out`.
    public void fill(double value, View out) {
        Strided.over(List.of(out), walk -> {
            String type = "b" + 8 * out.dtype().bytes();
            Object bits = bits(value, out.dtype());
            Grid grid = Grid.over(walk.numel());
            if (walk.isContiguous())
                gpu.kernel("fill", "fill_" + type).launch(grid, walk.address(0), bits, walk.numel());
            else
                gpu.kernel("fill", "fill_strided_" + type).launch(grid, walk.address(0), bits, walk.struct());
        });
    }

    private static Object bits(double value, DType dtype) {
        return switch (dtype) {
            case F32 -> Float.floatToRawIntBits((float) value);
            case F64 -> Double.doubleToRawLongBits(value);
            case I32 -> (int) (long) value;
            case I64 -> (long) value;
            case BOOL -> (byte) (value != 0 ? 1 : 0);
        };
    }
}
