package dev.sunda.examples.conformance;

import static dev.sunda.examples.conformance.OnnxArgs.dim;
import static dev.sunda.examples.conformance.OnnxArgs.flag;
import static dev.sunda.examples.conformance.OnnxArgs.integers;
import static dev.sunda.examples.conformance.OnnxArgs.number;
import static dev.sunda.examples.conformance.OnnxArgs.x;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Padding;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.nn.functional.Convolutions;
import dev.sunda.nn.functional.PaddingMode;
import dev.sunda.nn.functional.Paddings;
import dev.sunda.nn.functional.Poolings;
import dev.sunda.nn.functional.Shuffles;
import dev.sunda.nn.functional.Unfoldings;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Operators of ONNX on images, forward only. Source: the ONNX operator documentation.
final class OnnxSpatialOperations {
    private OnnxSpatialOperations() {
    }

    static void register(OperationTable table) {
        table.one("onnx/Conv", OnnxSpatialOperations::conv);
        table.one("onnx/ConvTranspose", OnnxSpatialOperations::convTranspose);
        table.one("onnx/AveragePool", a -> Poolings.avgPool(x(a), pool(a, flag(a, "count_include_pad", false))));
        table.put("onnx/MaxPool", OnnxSpatialOperations::maxPool);
        table.one("onnx/LpPool", OnnxSpatialOperations::lpPool);
        table.one("onnx/GlobalAveragePool", a -> x(a).mean(spatial(x(a))));
        table.one("onnx/GlobalMaxPool", a -> x(a).amax(spatial(x(a))));
        table.one("onnx/GlobalLpPool", a -> x(a).norm(a.integer("p", 2), spatial(x(a))));
        table.one("onnx/Pad", OnnxSpatialOperations::pad);
        table.one("onnx/CenterCropPad", OnnxSpatialOperations::centerCropPad);
        table.one("onnx/Col2Im", OnnxSpatialOperations::col2Im);
        table.one("onnx/DepthToSpace", OnnxSpatialOperations::depthToSpace);
        table.one("onnx/SpaceToDepth", OnnxSpatialOperations::spaceToDepth);
    }

    private static Dims spatial(Variable x) {
        return Dims.keep(IntStream.range(2, x.rank()).toArray());
    }

    // ---------------------------------------------------------------------------------------------------------- windows

    /// Where the windows of an operator lie along `axes` spatial axes.
    private record Frame(int[] kernel, int[] stride, int[] dilation, int[] before, int[] after) {
        /// @param in sizes of the input, spatial axes only
        static Frame of(Args a, int[] in, int[] kernel) {
            int axes = in.length;
            int[] stride = a.perAxis("strides", axes, 1);
            int[] dilation = a.perAxis("dilations", axes, 1);
            int[] pads = a.has("pads") ? a.integers("pads") : new int[2 * axes];
            int[] before = Arrays.copyOf(pads, axes);
            int[] after = Arrays.copyOfRange(pads, axes, 2 * axes);
            String rule = a.text("auto_pad", "NOTSET");
            for (int d = 0; rule.startsWith("SAME") && d < axes; d++) {
                int out = Math.ceilDiv(in[d], stride[d]);
                int total = Math.max(0, Math.toIntExact((out - 1) * (long) stride[d] + Window.span(kernel[d], dilation[d]) - in[d]));
                before[d] = rule.equals("SAME_LOWER") ? total - total / 2 : total / 2;
                after[d] = total - before[d];
            }
            return new Frame(kernel, stride, dilation, before, after);
        }

        Padding padding() {
            return switch (before.length) {
                case 1 -> Padding.ends(before[0], after[0]);
                case 2 -> Padding.of(before[0], after[0], before[1], after[1]);
                case 3 -> Padding.of(before[0], after[0], before[1], after[1], before[2], after[2]);
                default -> throw new UnsupportedCase(before.length + " spatial axes");
            };
        }

        PoolSpec pool(Variable x, boolean ceil, boolean countPadding) {
            List<Window> axes = IntStream.range(0, kernel.length).mapToObj(d -> {
                int in = x.size(d + 2);
                return ceil ? Window.slidingCeil(in, kernel[d], stride[d], dilation[d], before[d], after[d])
                        : Window.sliding(in, kernel[d], stride[d], dilation[d], before[d], after[d]);
            }).toList();
            return new PoolSpec(x.size(0), x.size(1), axes, countPadding);
        }
    }

    private static int[] spatialSizes(Variable x) {
        return Arrays.stream(x.shape().sizes()).skip(2).toArray();
    }

    private static int[] kernel(Args a, Variable w) {
        int[] kernel = spatialSizes(w);
        if (a.has("kernel_shape") && !Arrays.equals(a.integers("kernel_shape"), kernel))
            throw new IllegalArgumentException("conv: the kernel shape must be that of the weight (got "
                    + Arrays.toString(a.integers("kernel_shape")) + ", " + w.shape() + ")");
        return kernel;
    }

    private static Variable conv(Args a) {
        Variable x = x(a);
        Variable w = a.variable("W");
        Frame f = Frame.of(a, spatialSizes(x), kernel(a, w));
        var spec = ConvSpec.of("conv", x.shape(), w.shape(), f.stride, f.padding(), f.dilation, a.integer("group", 1));
        return Convolutions.conv(x, w, a.optional("B"), spec);
    }

    /// The padding cuts off as much as is too much for the wanted size.
    private static Variable convTranspose(Args a) {
        Variable x = x(a);
        Variable w = a.variable("W");
        int[] in = spatialSizes(x);
        String rule = a.text("auto_pad", "NOTSET");
        Frame f = Frame.of(a, in, kernel(a, w));
        int[] more = a.perAxis("output_padding", in.length, 0).clone();
        int[] wanted = a.has("output_shape") ? a.integers("output_shape")
                : IntStream.range(0, in.length).map(d -> in[d] * f.stride[d]).toArray();
        for (int d = 0; d < in.length && (a.has("output_shape") || rule.startsWith("SAME")); d++) {
            long total = (in[d] - 1) * (long) f.stride[d] + more[d] + Window.span(f.kernel[d], f.dilation[d]) - wanted[d];
            int cut = (int) Math.max(0, total);
            more[d] += (int) Math.max(0, -total);
            f.before[d] = rule.equals("SAME_UPPER") ? cut / 2 : cut - cut / 2;
            f.after[d] = cut - f.before[d];
        }
        var spec = ConvSpec.transposed("convTranspose", x.shape(), w.shape(), f.stride, f.padding(), more, f.dilation,
                a.integer("group", 1));
        return Convolutions.convTranspose(x, w, a.optional("B"), spec);
    }

    private static PoolSpec pool(Args a, boolean countPadding) {
        Variable x = x(a);
        return Frame.of(a, spatialSizes(x), a.integers("kernel_shape")).pool(x, flag(a, "ceil_mode", false), countPadding);
    }

    /// Values and their positions in the whole input, row by row.
    private static List<Variable> maxPool(Args a) {
        Variable x = x(a);
        boolean byColumns = a.integer("storage_order", 0) != 0;
        if (a.outputCount() == 1)
            return List.of(Poolings.maxPoolValues(x, pool(a, false), false));
        var pooled = Poolings.maxPool(x, pool(a, false));
        int planes = x.size(0) * x.size(1);
        int[] perPlane = new int[x.rank()];
        Arrays.fill(perPlane, 1);
        perPlane[0] = x.size(0);
        perPlane[1] = x.size(1);
        Tensor start = Tensor.arange(planes).to(x.device()).mul(x.shape().numel() / Math.max(1, planes)).reshape(perPlane);
        Tensor index = pooled.index().to(DType.I64);
        return List.of(pooled.values(), Variable.of((byColumns ? byColumns(index, x) : index).add(start)));
    }

    /// Positions within a matrix, row by row, turned into those column by column.
    private static Tensor byColumns(Tensor index, Variable x) {
        if (x.rank() != 4)
            throw new UnsupportedCase("storage_order 1 in other than two dimensions");
        return index.remainder(x.size(3)).mul(x.size(2)).add(index.floorDivide(x.size(3)));
    }

    /// Of magnitudes; with zeros around the image.
    private static Variable lpPool(Args a) {
        Variable x = x(a);
        Frame f = Frame.of(a, spatialSizes(x), a.integers("kernel_shape"));
        double p = a.number("p", 2);
        int axes = f.kernel.length;
        int[] pads = new int[2 * axes];
        for (int d = 0; d < axes; d++) {
            pads[2 * (axes - 1 - d)] = f.before[d];
            pads[2 * (axes - 1 - d) + 1] = f.after[d];
        }
        Variable padded = Paddings.pad(x.abs().pow(p), pads);
        Frame inside = new Frame(f.kernel, f.stride, f.dilation, new int[axes], new int[axes]);
        int window = Arrays.stream(f.kernel).reduce(1, Math::multiplyExact);
        return Poolings.avgPool(padded, inside.pool(padded, flag(a, "ceil_mode", false), true)).mul(window).pow(1 / p);
    }

    // ---------------------------------------------------------------------------------------------------------- padding

    /// One axis after the other; before version 11 the numbers are an attribute and the value, too.
    private static Variable pad(Args a) {
        Variable y = x(a);
        int[] pads = integers(a, "pads");
        int[] axes = a.has("axes") ? integers(a, "axes") : IntStream.range(0, y.rank()).toArray();
        double value = number(a, "constant_value", number(a, "value", 0));
        PaddingMode mode = switch (a.text("mode", "constant")) {
            case "constant" -> PaddingMode.CONSTANT;
            case "reflect" -> PaddingMode.REFLECT;
            case "edge" -> PaddingMode.REPLICATE;
            case "wrap" -> PaddingMode.CIRCULAR;
            default -> throw new UnsupportedCase("mode " + a.text("mode", null));
        };
        for (int i = 0; i < axes.length; i++)
            y = pad(y, dim(y, axes[i]), new int[] {pads[i], pads[i + axes.length]}, mode, value);
        return y;
    }

    private static Variable pad(Variable x, int dim, int[] pads, PaddingMode mode, double value) {
        if (pads[0] == 0 && pads[1] == 0)
            return x;
        Variable last = x.movedim(dim, -1);
        if (mode == PaddingMode.CONSTANT)
            return Paddings.pad(last, pads, mode, value).movedim(-1, dim);
        int[] sizes = last.shape().sizes();
        Variable padded = Paddings.pad(last.reshape(1, x.shape().numel() / x.size(dim), x.size(dim)), pads, mode, 0);
        sizes[sizes.length - 1] += pads[0] + pads[1];
        return padded.reshape(sizes).movedim(-1, dim);
    }

    /// About the middle; an odd pixel is cut off or added at the end.
    private static Variable centerCropPad(Args a) {
        Variable y = a.variable("input_data");
        int[] sizes = integers(a, "shape");
        int[] axes = a.has("axes") ? a.integers("axes") : IntStream.range(0, y.rank()).toArray();
        for (int i = 0; i < axes.length; i++) {
            int axis = dim(y, axes[i]);
            int more = sizes[i] - y.size(axis);
            y = more < 0 ? y.narrow(axis, -more / 2, sizes[i])
                    : pad(y, axis, new int[] {more / 2, more - more / 2}, PaddingMode.CONSTANT, 0);
        }
        return y;
    }

    // ---------------------------------------------------------------------------------------------------------- rearranging

    /// Onto the padded image, of which the inside is kept.
    private static Variable col2Im(Args a) {
        int[] image = integers(a, "image_shape");
        int[] block = integers(a, "block_shape");
        if (image.length != 2)
            throw new UnsupportedCase(image.length + " spatial axes");
        int[] pads = a.has("pads") ? a.integers("pads") : new int[4];
        int[] padded = {image[0] + pads[0] + pads[2], image[1] + pads[1] + pads[3]};
        Variable folded = Unfoldings.fold(x(a), padded, block, a.perAxis("dilations", 2, 1), new int[2], a.perAxis("strides", 2, 1));
        return folded.narrow(2, pads[0], image[0]).narrow(3, pads[1], image[1]);
    }

    private static Variable depthToSpace(Args a) {
        Variable x = x(a);
        int b = a.integer("blocksize");
        if (a.text("mode", "DCR").equals("CRD"))
            return Shuffles.pixelShuffle(x, b);
        int c = x.size(1) / (b * b);
        return x.reshape(x.size(0), b, b, c, x.size(2), x.size(3)).permute(0, 3, 4, 1, 5, 2).reshape(x.size(0), c, x.size(2) * b,
                x.size(3) * b);
    }

    private static Variable spaceToDepth(Args a) {
        Variable x = x(a);
        int b = a.integer("blocksize");
        int h = x.size(2) / b;
        int w = x.size(3) / b;
        return x.reshape(x.size(0), x.size(1), h, b, w, b).permute(0, 3, 5, 1, 2, 4).reshape(x.size(0), x.size(1) * b * b, h, w);
    }
}
