package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.AxisMap;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Images as columns of patches and back, over one, two or three axes: as many as the kernel has numbers.
///
/// Both are made of one linear map along each axis, which lays the windows of that axis one after the other, kernel position by kernel
/// position; folding is its transpose, so `<unfold(x), y> = <x, fold(y)>`. Arrays hold a number for each axis, the outermost first.
public final class Unfoldings {
    private Unfoldings() {
    }

    /// The windows of a convolution, one in each column: `y[n, (c, k), l] = x[n, c, l * stride + k * dilation - padding]`, 0 in the
    /// padding.
    ///
    /// Shapes: `[N, C, in...]` to `[N, C * kernel elements, windows]`, or the same without `N`; kernel positions and windows are counted in
    /// row-major order.
    ///
    /// @param kernel window sizes, at least 1
    /// @param dilation distances between the elements of a window, at least 1
    /// @param padding zeros on both sides, 0 or more
    /// @param stride steps between windows, at least 1
    /// @throws ShapeException if a window is larger than the padded input, or the input has no channels or pixels
    public static Variable unfold(Variable x, int[] kernel, int[] dilation, int[] padding, int[] stride) {
        int axes = kernel.length;
        checkOptions("unfold", kernel, dilation, padding, stride);
        if (x.rank() == axes + 1)
            return unfold(x.unsqueeze(0), kernel, dilation, padding, stride).squeeze(0);
        if (x.rank() != axes + 2)
            throw new ShapeException("unfold", "the input must have " + (axes + 1) + " or " + (axes + 2) + " dimensions", x.shape());
        for (int d = 1; d < x.rank(); d++)
            if (x.size(d) == 0)
                throw new ShapeException("unfold", "only the batch may be empty, dimension " + d + " has size 0", x.shape());
        Window[] windows = windows("unfold", Arrays.copyOfRange(x.shape().sizes(), 2, x.rank()), kernel, dilation, padding, stride);
        Variable y = AxisMaps.map(x, 2, Arrays.stream(windows).map(Unfoldings::taps).toList());
        return y.reshape(split(x.size(0), x.size(1), windows)).permute(kernelFirst(axes)).reshape(
                Shape.of(x.size(0), x.size(1) * elements(kernel), blocks(windows)));
    }

    /// The transpose of [#unfold]: columns are laid back to where they came from, and added where they overlap.
    ///
    /// Shapes: `[N, C * kernel elements, windows]` to `[N, C, out...]`, or the same without `N`.
    ///
    /// @param outputSize spatial sizes of the image
    /// @param kernel window sizes, at least 1
    /// @param dilation distances between the elements of a window, at least 1
    /// @param padding pixels on both sides that are left out, 0 or more
    /// @param stride steps between windows, at least 1
    /// @throws ShapeException if the columns are not those of such windows
    public static Variable fold(Variable x, int[] outputSize, int[] kernel, int[] dilation, int[] padding, int[] stride) {
        int axes = kernel.length;
        checkOptions("fold", kernel, dilation, padding, stride);
        if (outputSize.length != axes)
            throw new IllegalArgumentException("fold: the output size must be given for " + axes + " axes (got "
                    + Arrays.toString(outputSize) + ")");
        if (x.rank() == 2)
            return fold(x.unsqueeze(0), outputSize, kernel, dilation, padding, stride).squeeze(0);
        if (x.rank() != 3 || x.size(1) == 0 || x.size(2) == 0)
            throw new ShapeException("fold", "the input must be [batch, channels * kernel elements, windows] or the same without batch,"
                    + " and only the batch may be empty", x.shape());
        if (x.size(1) % elements(kernel) != 0)
            throw new ShapeException("fold", x.size(1) + " rows are not divisible by the " + elements(kernel) + " elements of a kernel",
                    x.shape());
        Window[] windows = windows("fold", outputSize, kernel, dilation, padding, stride);
        if (x.size(2) != blocks(windows))
            throw new ShapeException("fold", "an image of " + Arrays.toString(outputSize) + " has " + blocks(windows)
                    + " windows, the input has " + x.size(2), x.shape());
        int channels = x.size(1) / elements(kernel);
        int[] split = split(x.size(0), channels, windows).sizes();
        int[] order = kernelFirst(axes);
        int[] columns = new int[split.length];
        int[] back = new int[split.length];
        for (int d = 0; d < split.length; d++) {
            columns[d] = split[order[d]];
            back[order[d]] = d;
        }
        int[] sizes = new int[axes + 2];
        sizes[0] = x.size(0);
        sizes[1] = channels;
        for (int a = 0; a < axes; a++)
            sizes[a + 2] = windows[a].kernel() * windows[a].out();
        Variable y = x.reshape(columns).permute(back).reshape(sizes);
        return AxisMaps.map(y, 2, Arrays.stream(windows).map(window -> taps(window).transposed()).toList());
    }

    private static void checkOptions(String name, int[] kernel, int[] dilation, int[] padding, int[] stride) {
        int axes = kernel.length;
        if (axes < 1 || axes > 3 || dilation.length != axes || padding.length != axes || stride.length != axes)
            throw new IllegalArgumentException(name + ": kernel, dilation, padding and stride must be given for the same one to three axes"
                    + " (got " + axes + ", " + dilation.length + ", " + padding.length + ", " + stride.length + " numbers)");
        for (int a = 0; a < axes; a++)
            if (kernel[a] < 1 || dilation[a] < 1 || stride[a] < 1 || padding[a] < 0)
                throw new IllegalArgumentException(name + ": kernel, dilation and stride must be at least 1, padding at least 0 (got "
                        + kernel[a] + ", " + dilation[a] + ", " + stride[a] + ", " + padding[a] + ")");
    }

    private static Window[] windows(String name, int[] sizes, int[] kernel, int[] dilation, int[] padding, int[] stride) {
        Window[] windows = new Window[sizes.length];
        for (int a = 0; a < sizes.length; a++) {
            windows[a] = Window.sliding(sizes[a], kernel[a], stride[a], dilation[a], padding[a], padding[a]);
            if (sizes[a] < 1 || windows[a].out() < 1)
                throw new ShapeException(name, "a window that spans " + windows[a].span() + " pixels does not fit into " + sizes[a]
                        + " + padding 2 * " + padding[a], Shape.of(Arrays.stream(sizes).map(s -> Math.max(0, s)).toArray()));
        }
        return windows;
    }

    /// From the pixels of an axis to `[kernel position][window]`.
    private static AxisMap taps(Window window) {
        int[] index = new int[Math.multiplyExact(window.kernel(), window.out())];
        for (int i = 0; i < index.length; i++) {
            int at = window.at(i % window.out(), i / window.out());
            index[i] = at >= 0 && at < window.in() ? at : -1;
        }
        return AxisMap.copies(window.in(), index);
    }

    /// `[N, C, kernel 0, windows 0, kernel 1, windows 1, ...]`.
    private static Shape split(int batch, int channels, Window[] windows) {
        int[] sizes = new int[2 + 2 * windows.length];
        sizes[0] = batch;
        sizes[1] = channels;
        for (int a = 0; a < windows.length; a++) {
            sizes[2 + 2 * a] = windows[a].kernel();
            sizes[3 + 2 * a] = windows[a].out();
        }
        return Shape.of(sizes);
    }

    /// The permutation of these dimensions that puts all kernel positions before all windows.
    private static int[] kernelFirst(int axes) {
        int[] order = new int[2 + 2 * axes];
        order[1] = 1;
        for (int a = 0; a < axes; a++) {
            order[2 + a] = 2 + 2 * a;
            order[2 + axes + a] = 3 + 2 * a;
        }
        return order;
    }

    private static int elements(int[] kernel) {
        return Arrays.stream(kernel).reduce(1, Math::multiplyExact);
    }

    private static int blocks(Window[] windows) {
        return Arrays.stream(windows).mapToInt(Window::out).reduce(1, Math::multiplyExact);
    }
}
