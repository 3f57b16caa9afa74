package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.GridSamplings;
import dev.sunda.nn.functional.Interpolation;
import dev.sunda.nn.functional.Interpolations;
import dev.sunda.nn.functional.PaddingMode;
import dev.sunda.nn.functional.Paddings;
import dev.sunda.nn.functional.Shuffles;
import dev.sunda.nn.functional.Unfoldings;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Padding, resizing, unfolding and shuffling.
final class SpatialOperations {
    private SpatialOperations() {
    }

    static void register(OperationTable table) {
        table.one("pad", a -> Paddings.pad(a.variable("input"), a.integers("pad"), mode(a.text("mode", "constant")), a.number("value", 0)));
        table.one("interpolate", SpatialOperations::interpolate);
        table.one("upsample", SpatialOperations::interpolate);
        table.one("pixel_shuffle", a -> Shuffles.pixelShuffle(a.variable("input"), a.integer("upscale_factor")));
        table.one("pixel_unshuffle", a -> Shuffles.pixelUnshuffle(a.variable("input"), a.integer("downscale_factor")));
        table.one("channel_shuffle", a -> Shuffles.channelShuffle(a.variable("input"), a.integer("groups")));
        table.one("grid_sample", SpatialOperations::gridSample);
        table.one("affine_grid", a -> GridSamplings.affineGrid(a.variable("theta"), a.integers("size"), a.flag("align_corners", false)));
        table.one("unfold", a -> Unfoldings.unfold(a.variable("input"), a.perAxis("kernel_size", 2), a.perAxis("dilation", 2, 1),
                a.perAxis("padding", 2, 0), a.perAxis("stride", 2, 1)));
        table.one("fold", a -> Unfoldings.fold(a.variable("input"), a.perAxis("output_size", 2), a.perAxis("kernel_size", 2),
                a.perAxis("dilation", 2, 1), a.perAxis("padding", 2, 0), a.perAxis("stride", 2, 1)));
    }

    private static Variable gridSample(Args a) {
        return GridSamplings.gridSample(a.variable("input"), a.variable("grid"),
                GridSamplings.Sampling.valueOf(a.text("mode", "bilinear").toUpperCase(Locale.ROOT)),
                GridSamplings.Outside.valueOf(a.text("padding_mode", "zeros").toUpperCase(Locale.ROOT)), a.flag("align_corners", false));
    }

    static PaddingMode mode(String text) {
        return Arrays.stream(PaddingMode.values()).filter(mode -> mode.toString().equals(text)).findFirst()
                .orElseThrow(() -> new UnsupportedCase("padding mode " + text));
    }

    private static Variable interpolate(Args a) {
        String text = a.text("mode", "nearest");
        var mode = Arrays.stream(Interpolation.Mode.values()).filter(m -> m.toString().equals(text)).findFirst()
                .orElseThrow(() -> new UnsupportedCase("mode " + text));
        List<Integer> size = a.has("size") ? Arrays.stream(a.integers("size")).boxed().toList() : null;
        List<Double> factors = a.has("scale_factor") ? Arrays.stream(a.numbers("scale_factor")).boxed().toList() : null;
        Boolean aligned = a.has("align_corners") ? a.flag("align_corners", false) : null;
        return Interpolations.interpolate(a.variable("input"), new Interpolation(mode, size, factors, aligned,
                a.flag("recompute_scale_factor", false), a.flag("antialias", false)));
    }
}
