package dev.sunda.examples.conformance;

import static dev.sunda.examples.conformance.OnnxArgs.dim;
import static dev.sunda.examples.conformance.OnnxArgs.flag;
import static dev.sunda.examples.conformance.OnnxArgs.integers;
import static dev.sunda.examples.conformance.OnnxArgs.x;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.AxisResize.Coordinates;
import dev.sunda.nn.functional.AxisResize.Mode;
import dev.sunda.nn.functional.AxisResize.Nearest;
import dev.sunda.nn.functional.AxisResize;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/// Resizing as ONNX defines it, forward only. Source: the ONNX operator documentation.
final class OnnxResizing {
    private OnnxResizing() {
    }

    static void register(OperationTable table) {
        table.one("onnx/Resize", OnnxResizing::resize);
        table.one("onnx/Upsample", OnnxResizing::upsample);
    }

    private static Variable resize(Args a) {
        var how = new AxisResize(choice(Mode.class, a.text("mode", "nearest")),
                choice(Coordinates.class, a.text("coordinate_transformation_mode", "half_pixel")),
                choice(Nearest.class, a.text("nearest_mode", "round_prefer_floor")), a.number("cubic_coeff_a", -0.75),
                flag(a, "exclude_outside", false), flag(a, "antialias", false));
        a.number("extrapolation_value", 0);                          // this and the region only for coordinates that are not offered
        a.optionalTensor("roi");
        a.optionalTensor("scales");
        Variable x = x(a);
        int[] axes = a.has("axes") ? a.integers("axes") : IntStream.range(0, x.rank()).toArray();
        double[] scales = a.has("sizes") ? scales(a, x, axes) : a.tensor("scales").toDoubleArray();
        int[] sizes = a.has("sizes") ? integers(a, "sizes") : null;
        boolean keepsAspect = !a.text("keep_aspect_ratio_policy", "stretch").equals("stretch");
        Variable y = x;
        for (int i = 0; i < axes.length; i++) {
            int in = x.size(dim(x, axes[i]));
            int out = sizes == null ? (int) Math.floor(in * scales[i])
                    : keepsAspect ? (int) Math.floor(in * scales[i] + 0.5) : sizes[i];
            y = scales[i] == 1 ? y : how.apply(y, axes[i], out, scales[i]);
        }
        return y;
    }

    /// From the sizes; where the aspect is kept, the smallest or the largest of all.
    private static double[] scales(Args a, Variable x, int[] axes) {
        int[] sizes = integers(a, "sizes");
        double[] scales = IntStream.range(0, axes.length).mapToDouble(i -> (double) sizes[i] / x.size(dim(x, axes[i]))).toArray();
        String policy = a.text("keep_aspect_ratio_policy", "stretch");
        if (policy.equals("not_larger"))
            Arrays.fill(scales, Arrays.stream(scales).min().orElse(1));
        if (policy.equals("not_smaller"))
            Arrays.fill(scales, Arrays.stream(scales).max().orElse(1));
        return scales;
    }

    private static Variable upsample(Args a) {
        var how = new AxisResize(choice(Mode.class, a.text("mode", "nearest")), Coordinates.ASYMMETRIC, Nearest.FLOOR, -0.75, false, false);
        Variable y = x(a);
        double[] scales = a.isTensor("scales") ? a.tensor("scales").toDoubleArray() : a.numbers("scales");
        for (int d = 0; d < scales.length; d++)
            y = scales[d] == 1 ? y : how.apply(y, d, (int) Math.floor(y.size(d) * scales[d]), scales[d]);
        return y;
    }

    private static <E extends Enum<E>> E choice(Class<E> type, String name) {
        return Arrays.stream(type.getEnumConstants()).filter(e -> e.name().equals(name.toUpperCase(Locale.ROOT))).findFirst()
                .orElseThrow(() -> new UnsupportedCase(type.getSimpleName() + " " + name));
    }
}
