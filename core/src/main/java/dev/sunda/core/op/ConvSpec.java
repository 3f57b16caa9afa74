package dev.sunda.core.op;

import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/// Sizes and options of a convolution: enough to compute the output, the gradient of the input and the gradient of the
/// weight, because with a stride the output size alone does not tell the input size.
///
/// Shapes: input `[N, C, in...]`, weight `[O, C / groups, kernel...]`, output `[N, O, out...]`, with one [Window] for each
/// spatial axis. With `groups = C` the convolution is depthwise and `O / C` is the channel multiplier.
///
/// Multiplications of one forward pass: `N * O * out * (C / groups) * kernel`, whatever the dilation.
///
/// @param batch `N`, 0 or more
/// @param inChannels `C`, a multiple of `groups`
/// @param outChannels `O`, a multiple of `groups`
/// @param groups 1 or more
/// @param axes the spatial axes, outermost first
public record ConvSpec(int batch, int inChannels, int outChannels, int groups, List<Window> axes) {
    public ConvSpec {
        axes = List.copyOf(axes);
    }

    /// Checks a convolution of `input` with `weight` and works out its sizes.
    ///
    /// @param operation name for messages
    /// @param stride one number for each spatial axis, at least 1
    /// @param dilation one number for each spatial axis, at least 1
    /// @throws ShapeException if the channel counts or groups do not fit or the dilated kernel is larger than the padded input
    /// @throws IllegalArgumentException if an option is out of range
    public static ConvSpec of(String operation, Shape input, Shape weight, int[] stride, Padding padding, int[] dilation, int groups) {
        checkPresent(operation, stride, padding, dilation);
        int spatial = stride.length;
        if (input.rank() != spatial + 2)
            throw new ShapeException(operation,
                    "the input must be [batch, channels, " + names(spatial) + "], " + (spatial + 2) + " dimensions",
                    input);
        if (weight.rank() != spatial + 2)
            throw new ShapeException(operation,
                    "the weight must be [out channels, in channels / groups, kernel sizes], " + (spatial + 2) + " dimensions", weight);
        checkOptions(operation, stride, padding, dilation, groups);
        if (padding.isSame() && Arrays.stream(stride).anyMatch(s -> s != 1))
            throw new IllegalArgumentException(operation + ": padding 'same' needs stride 1 (got stride " + text(stride)
                    + "); give the padding as a number instead");
        int c = input.size(1);
        int o = weight.size(0);
        if (c % groups != 0)
            throw new ShapeException(operation, c + " input channels are not divisible by " + groups + " groups", input, weight);
        if (o % groups != 0)
            throw new ShapeException(operation, o + " output channels are not divisible by " + groups + " groups", input, weight);
        if (weight.size(1) != c / groups)
            throw new ShapeException(operation, "input has " + c + " channels" + (groups > 1 ? " in " + groups + " groups" : "")
                    + " but weight expects " + weight.size(1) + (groups > 1 ? " for each group" : "")
                    + (input.size(spatial + 1) == weight.size(1) * groups ? "; channels are dimension 1, and movedim(-1, 1) brings them "
                            + "there from the end" : ""),
                    input, weight);
        var axes = new ArrayList<Window>();
        for (int a = 0; a < spatial; a++)
            axes.add(window(operation, a, input, weight, stride[a], padding, dilation[a]));
        return new ConvSpec(input.size(0), c, o, groups, axes);
    }

    /// Checks a transposed convolution of `input` with `weight` and works out its sizes. The result is the specification of the convolution
    /// it is the transpose of: `input` is that one's *output*, and the result of the transposed convolution its input.
    ///
    /// @param operation name for messages
    /// @param input `[N, C, in...]`
    /// @param weight `[C, O / groups, kernel...]`
    /// @param stride distance between the places where neighbours of the input put the kernel down, one number for each spatial axis
    /// @param padding pixels cut off the result, as numbers
    /// @param outputPadding pixels added to the end of the result, one number for each spatial axis, less than stride or dilation
    /// @param dilation one number for each spatial axis, at least 1
    /// @throws ShapeException if the channel counts or groups do not fit or nothing is left of the result
    /// @throws IllegalArgumentException if an option is out of range
    public static ConvSpec transposed(String operation, Shape input, Shape weight, int[] stride, Padding padding, int[] outputPadding,
            int[] dilation, int groups) {
        checkPresent(operation, stride, padding, dilation);
        Objects.requireNonNull(outputPadding, () -> operation + ": outputPadding is null; give 0 for each axis");
        int spatial = stride.length;
        if (input.rank() != spatial + 2)
            throw new ShapeException(operation,
                    "the input must be [batch, channels, " + names(spatial) + "], " + (spatial + 2) + " dimensions", input);
        if (weight.rank() != spatial + 2)
            throw new ShapeException(operation,
                    "the weight must be [in channels, out channels / groups, kernel sizes], " + (spatial + 2) + " dimensions", weight);
        checkOptions(operation, stride, padding, dilation, groups);
        checkOutputPadding(operation, stride, padding, outputPadding, dilation);
        int c = input.size(1);
        if (c % groups != 0)
            throw new ShapeException(operation, c + " input channels are not divisible by " + groups + " groups", input, weight);
        if (weight.size(0) != c)
            throw new ShapeException(operation, "input has " + c + " channels but weight expects " + weight.size(0), input, weight);
        var axes = new ArrayList<Window>();
        for (int a = 0; a < spatial; a++)
            axes.add(transposedWindow(operation, a, input, weight, stride[a], padding, outputPadding[a], dilation[a]));
        return new ConvSpec(input.size(0), Math.multiplyExact(weight.size(1), groups), c, groups, axes);
    }

    private static void checkPresent(String operation, int[] stride, Padding padding, int[] dilation) {
        Objects.requireNonNull(stride, () -> operation + ": stride is null; give one for each axis");
        Objects.requireNonNull(padding, () -> operation + ": padding is null; use Padding.VALID for none");
        Objects.requireNonNull(dilation, () -> operation + ": dilation is null; give one for each axis");
    }

    private static void checkOptions(String operation, int[] stride, Padding padding, int[] dilation, int groups) {
        if (groups < 1)
            throw new IllegalArgumentException(operation + ": groups must be at least 1 (got " + groups + ")");
        if (dilation.length != stride.length)
            throw new IllegalArgumentException(operation + ": stride and dilation must be given for the same number of axes (got "
                    + stride.length + ", " + dilation.length + ")");
        if (!padding.fits(stride.length))
            throw new IllegalArgumentException(operation + ": the padding must be one number, or numbers for " + stride.length
                    + (stride.length == 1 ? " axis" : " axes") + " (got " + padding + ")");
        for (int a = 0; a < stride.length; a++) {
            if (stride[a] < 1)
                throw new IllegalArgumentException(operation + ": stride must be at least 1 (got " + stride[a] + ")");
            if (dilation[a] < 1)
                throw new IllegalArgumentException(operation + ": dilation must be at least 1 (got " + dilation[a] + ")");
        }
    }

    private static void checkOutputPadding(String operation, int[] stride, Padding padding, int[] outputPadding, int[] dilation) {
        if (!padding.isNumbers())
            throw new IllegalArgumentException(operation + ": the padding of a transposed convolution must be given as numbers (got "
                    + padding + ")");
        if (outputPadding.length != stride.length)
            throw new IllegalArgumentException(operation + ": stride and output padding must be given for the same number of axes (got "
                    + stride.length + ", " + outputPadding.length + ")");
        for (int a = 0; a < stride.length; a++)
            if (outputPadding[a] < 0 || outputPadding[a] >= Math.max(stride[a], dilation[a]))
                throw new IllegalArgumentException(operation + ": output padding must be from 0 to below the stride or dilation (got "
                        + outputPadding[a] + ", stride " + stride[a] + ", dilation " + dilation[a] + ")");
    }

    private static Window transposedWindow(String operation, int axis, Shape input, Shape weight, int stride, Padding padding,
            int outputPadding, int dilation) {
        int in = input.size(axis + 2);
        int kernel = weight.size(axis + 2);
        if (kernel < 1)
            throw new ShapeException(operation, "the kernel has no taps", input, weight);
        if (in < 1)
            throw new ShapeException(operation, "the input has no pixels", input, weight);
        int before = padding.before(axis, kernel, dilation);
        int after = padding.after(axis, kernel, dilation);
        Window window = Window.transposed(in, kernel, stride, dilation, before, after, outputPadding);
        if (window.in() < 1)
            throw new ShapeException(operation, "padding " + before + " + " + after + " cuts off all of the "
                    + ((long) window.in() + before + after) + " pixels a kernel of " + kernel + " makes of " + in + "; take less padding",
                    input, weight);
        return window;
    }

    private static Window window(String operation, int axis, Shape input, Shape weight, int stride, Padding padding, int dilation) {
        int in = input.size(axis + 2);
        int kernel = weight.size(axis + 2);
        if (kernel < 1)
            throw new ShapeException(operation, "the kernel has no taps", input, weight);
        int before = padding.before(axis, kernel, dilation);
        int after = padding.after(axis, kernel, dilation);
        Window window = Window.sliding(in, kernel, stride, dilation, before, after);
        if (window.out() < 1) {
            long keep = window.span() - 1;
            throw new ShapeException(operation, "a kernel of " + kernel + " with dilation " + dilation + " spans " + window.span()
                    + " pixels but the padded input has " + ((long) in + before + after) + " (" + in + " + padding " + before + " + "
                    + after
                    + "), so there is no output; padding " + (keep % 2 == 0 ? keep / 2 : keep / 2 + " and " + (keep - keep / 2))
                    + " would keep the size", input, weight);
        }
        return window;
    }

    private static String text(int[] numbers) {
        return Arrays.stream(numbers).distinct().count() == 1 ? String.valueOf(numbers[0])
                : Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining("x"));
    }

    private static String names(int spatial) {
        return switch (spatial) {
            case 1 -> "length";
            case 2 -> "height, width";
            default -> "depth, height, width";
        };
    }

    /// Shape of the input, `[N, C, in...]`.
    public Shape inputShape() {
        return shape(batch, inChannels, Window::in);
    }

    /// Shape of the weight, `[O, C / groups, kernel...]`.
    public Shape weightShape() {
        return shape(outChannels, inChannels / groups, Window::kernel);
    }

    /// Shape of the output, `[N, O, out...]`.
    public Shape outputShape() {
        return shape(batch, outChannels, Window::out);
    }

    /// True if every output channel sees one input channel.
    public boolean isDepthwise() {
        return groups == inChannels;
    }

    /// Multiplications (each with one addition) of one forward pass.
    public long multiplyAdds() {
        long total = (long) batch * outChannels * (inChannels / groups);
        for (Window axis : axes)
            total *= (long) axis.out() * axis.kernel();
        return total;
    }

    private Shape shape(int first, int second, ToIntFunction<Window> size) {
        int[] sizes = new int[axes.size() + 2];
        sizes[0] = first;
        sizes[1] = second;
        for (int a = 0; a < axes.size(); a++)
            sizes[a + 2] = size.applyAsInt(axes.get(a));
        return Shape.of(sizes);
    }
}
