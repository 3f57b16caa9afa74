package dev.sunda.cuda.kernel;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.memory.DeviceStorage;
import dev.sunda.cuda.memory.Transfers;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/// Linear maps along neighbouring axes: `axis_map.cu`.
public final class AxisMaps {
    private static final int AXES = 3;
    /// Taps of one result beyond which the axes are mapped one after the other.
    private static final int MANY_TAPS = 32;
    private static final int WORD = 16;

    private final Gpu gpu;
    private final MapTables tables;

    public AxisMaps(Gpu gpu, Transfers transfers) {
        this.gpu = gpu;
        tables = new MapTables(gpu, transfers);
    }

    /// See `Backend.mapAxes`.
    public void mapAxes(List<AxisMap> maps, View x, int dim, View out) {
        if (out.shape().numel() == 0)
            return;
        int inner = out.layout().stride(dim + maps.size() - 1);
        int blocks = out.shape().numel() / inner;
        for (AxisMap map : maps)
            blocks /= map.out();
        passes(parts(maps), x.dtype(), blocks, inner, Gpu.address(x), Gpu.address(out));
        Reference.reachabilityFence(x);                              // its memory must not become one of the intermediate results
    }

    /// Neighbours whose taps together are few.
    private static List<List<AxisMap>> parts(List<AxisMap> maps) {
        var parts = new ArrayList<List<AxisMap>>();
        double taps = 0;
        for (AxisMap map : maps) {
            double mean = Math.max(1, (double) map.taps() / map.out());
            if (parts.isEmpty() || parts.getLast().size() == AXES || taps * mean > MANY_TAPS) {
                parts.add(new ArrayList<>());
                taps = 1;
            }
            parts.getLast().add(map);
            taps *= mean;
        }
        return parts;
    }

    /// Maps the first part and then the others, whose axes lie inside each element of the first part's.
    private void passes(List<List<AxisMap>> parts, DType dtype, int blocks, int inner, long x, long out) {
        List<AxisMap> first = parts.getFirst();
        if (parts.size() == 1) {
            pass(first, dtype, blocks, inner, x, out);
            return;
        }
        List<List<AxisMap>> rest = parts.subList(1, parts.size());
        long inside = inner;
        for (List<AxisMap> part : rest)
            for (AxisMap map : part)
                inside = elements(inside * map.in());
        long mapped = blocks;
        for (AxisMap map : first)
            mapped = elements(mapped * map.out());
        try (Scratch between = gpu.scratch((long) elements(mapped * inside) * dtype.bytes())) {
            if (inside > 0)
                pass(first, dtype, blocks, (int) inside, x, between.address());
            passes(rest, dtype, (int) mapped, inner, between.address(), out);
        }
    }

    private static int elements(long count) {
        return Grid.count("mapAxes: the size of an intermediate result", count);
    }

    private void pass(List<AxisMap> maps, DType dtype, int blocks, int inner, long x, long out) {
        int group = dtype == DType.F32 && inner % 4 == 0 && x % WORD == 0 && out % WORD == 0 ? 4 : 1;
        int numel = blocks * (inner / group);                        // with the sizes below that of the result, which has been counted
        for (AxisMap map : maps)
            numel *= map.out();
        var arguments = new ArrayList<Object>(List.of(x, out, numel, Divisor.struct(inner / group)));
        List<DeviceStorage> held = maps.stream().map(map -> tables.table(map, dtype)).toList();
        for (int a = 0; a < maps.size(); a++)
            arguments.add(MapTables.struct(maps.get(a), dtype, held.get(a)));
        String kernel = "axis_map_" + maps.size() + "_" + Sorting.type(dtype) + (group == 4 ? "_4" : "");
        gpu.kernel("axis_map", kernel).launch(Grid.over(numel), arguments.toArray());
        Reference.reachabilityFence(held);
    }
}
