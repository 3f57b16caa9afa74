package dev.sunda.cuda.kernel;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.spi.Finish;
import dev.sunda.core.spi.View;
import java.util.ArrayList;
import java.util.List;

/// A convolution, or its transpose, as the kernels of `window.cuh` see it: what is read is the *source*, what is written the *result*; one
/// to three spatial axes, those that are missing come first and have size 1.
///
/// @param produced channels of the result in a group
/// @param reduced channels of the source in a group
/// @param axes three of them; of a transposed convolution those of the convolution it is the transpose of
record ConvGeometry(int batch, int groups, int produced, int reduced, boolean transposed, List<Window> axes, Operand source,
        Operand result) {
    private static final int AXES = 3;
    private static final Window UNIT = new Window(1, 1, 1, 1, 0, 0, 1);

    /// Which results lie so that 16 bytes can be stored at a time; mirrors `Stores` of window.cuh.
    private enum Stores {
        SINGLE, ALONG_PIXELS, ALONG_CHANNELS
    }

    static ConvGeometry forward(ConvSpec spec, View x, View out) {
        return new ConvGeometry(spec.batch(), spec.groups(), spec.outChannels() / spec.groups(), spec.inChannels() / spec.groups(), false,
                three(spec.axes()), Operand.of(x), Operand.of(out));
    }

    static ConvGeometry transposed(ConvSpec spec, View dy, View dx) {
        return new ConvGeometry(spec.batch(), spec.groups(), spec.inChannels() / spec.groups(), spec.outChannels() / spec.groups(), true,
                three(spec.axes()), Operand.of(dy), Operand.of(dx));
    }

    /// The same with images that lie elsewhere.
    ConvGeometry with(Operand newSource, Operand newResult) {
        return new ConvGeometry(batch, groups, produced, reduced, transposed, axes, newSource, newResult);
    }

    private static List<Window> three(List<Window> axes) {
        if (axes.size() > AXES)
            throw new IllegalArgumentException(
                    "cuda: there are kernels for at most 3 spatial axes (got " + axes.size() + "); use Device.REFERENCE");
        var all = new ArrayList<Window>();
        for (int missing = axes.size(); missing < AXES; missing++)
            all.add(UNIT);
        all.addAll(axes);
        return List.copyOf(all);
    }

    /// Zeros in front of the source along an axis, as a result sees them that meets the taps in their order, or, transposed, in reverse.
    /// Stride 1, if it is transposed.
    int padBefore(int axis) {
        Window window = axes.get(axis);
        return transposed ? (window.kernel() - 1) * window.dilation() - window.padBefore() : window.padBefore();
    }

    int taps() {
        int product = 1;
        for (Window axis : axes)
            product *= axis.kernel();
        return product;
    }

    /// Size of the result along an axis.
    int resultSize(int axis) {
        return transposed ? axes.get(axis).in() : axes.get(axis).out();
    }

    /// Size of the source along an axis.
    int sourceSize(int axis) {
        return transposed ? axes.get(axis).out() : axes.get(axis).in();
    }

    /// Positions of the result in all images.
    int positions() {
        return batch * resultSize(0) * resultSize(1) * resultSize(2);
    }

    /// Sets of result positions that meet the same taps: one, or of a transposed convolution one for each position modulo the stride.
    int phases() {
        int product = 1;
        for (Window axis : axes)
            product = transposed ? Grid.count("conv: the product of the strides", (long) product * axis.stride()) : 1;
        return product;
    }

    /// Taps that results of a phase meet at most.
    int phaseTaps() {
        if (!transposed)
            return taps();
        return phaseTaps(0) * phaseTaps(1) * phaseTaps(2);
    }

    /// Taps along an axis that a position of the transpose meets at most.
    int phaseTaps(int axis) {
        Window a = axes.get(axis);
        return Grid.ceil(a.kernel(), a.stride() / gcd(a.stride(), a.dilation()));
    }

    /// How far apart these taps lie in the source.
    int phaseStep(int axis) {
        Window a = axes.get(axis);
        return a.dilation() / gcd(a.stride(), a.dilation());
    }

    /// Positions of the result in the largest phase, the first one.
    int phasePositions() {
        int product = batch;
        for (int a = 0; a < AXES; a++)
            product *= transposed ? Grid.ceil(resultSize(a), axes.get(a).stride()) : resultSize(a);
        return product;
    }

    /// True if the channels of a pixel of the source lie side by side.
    boolean sourceIsChannelsLast() {
        return reduced > 1 && source.channelStride() == 1 && source.pixelStride(AXES - 1) != 1;
    }

    /// True if the channels of a pixel of the result lie side by side.
    boolean resultIsChannelsLast() {
        return groups * produced > 1 && result.channelStride() == 1 && (result.pixelStride(AXES - 1) != 1 || resultSize(AXES - 1) == 1);
    }

    /// True if the stride of an axis is larger than 1.
    boolean hasStrides() {
        for (Window axis : axes)
            if (axis.stride() > 1)
                return true;
        return false;
    }

    /// True if four channels of any pixel of the source can be read at once.
    boolean readsVectors() {
        return hasVectors(source, reduced);
    }

    /// True if four channels of any pixel of the result can be read at once, as those of a gradient are.
    boolean readsResultVectors() {
        return hasVectors(result, produced);
    }

    /// True if four positions of the result meet four neighbours of the source, which can be read at once: no taps, no strides, no padding.
    boolean readsPixels() {
        boolean same = taps() == 1 && !hasStrides() && source.address() % 16 == 0 && (batch == 1 || source.imageStride() % 4 == 0)
                && (groups * reduced == 1 || source.channelStride() % 4 == 0);
        for (int a = 0; a < AXES; a++)
            same &= axes.get(a).padBefore() == 0 && sourceSize(a) == resultSize(a);
        return same && isFlat(source) && positions() / Math.max(1, batch) % 4 == 0;
    }

    /// Taps along the axes, added up.
    int tapSum() {
        return axes.stream().mapToInt(Window::kernel).sum();
    }

    private boolean hasVectors(Operand images, int channels) {
        boolean aligned = images.channelStride() == 1 && channels % 4 == 0 && images.address() % 16 == 0
                && (batch == 1 || images.imageStride() % 4 == 0);
        for (int a = 0; a < AXES; a++)
            aligned &= images.size(a) == 1 || images.pixelStride(a) % 4 == 0;
        return aligned;
    }

    private Stores stores() {
        int run = 16 / result.dtype().bytes();
        if (result.address() % 16 != 0 || batch > 1 && result.imageStride() % run != 0)
            return Stores.SINGLE;
        int pixels = resultSize(0) * resultSize(1) * resultSize(2);
        if (!(transposed && hasStrides()) && isFlat(result) && pixels % run == 0
                && (groups * produced == 1 || result.channelStride() % run == 0))
            return Stores.ALONG_PIXELS;
        boolean aligned = result.channelStride() == 1 && produced % run == 0;
        for (int a = 0; a < AXES; a++)
            aligned &= resultSize(a) == 1 || result.pixelStride(a) % run == 0;
        return aligned ? Stores.ALONG_CHANNELS : Stores.SINGLE;
    }

    /// True if the pixels of a channel lie side by side.
    private static boolean isFlat(Operand images) {
        int step = 1;
        for (int a = AXES - 1; a >= 0; a--) {
            if (images.size(a) != 1 && images.pixelStride(a) != step)
                return false;
            step *= images.size(a);
        }
        return true;
    }

    /// `struct Geometry` of window.cuh.
    int[] struct() {
        var words = new Words(6 + 9 * AXES + 2 * (2 + AXES));
        words.add(batch, groups, produced, reduced, transposed ? 1 : 0, stores().ordinal());
        for (int a = 0; a < AXES; a++) {
            Window w = axes.get(a);
            words.add(resultSize(a), sourceSize(a), w.kernel(), w.dilation(), w.padBefore(),
                    w.stride() / gcd(w.stride(), w.dilation()));
            words.addDivider(w.stride());
        }
        for (Operand images : List.of(source, result)) {
            words.add(images.imageStride(), images.channelStride());
            for (int a = 0; a < AXES; a++)
                words.add(images.pixelStride(a));
        }
        return words.all();
    }

    /// `struct Count` of window.cuh, for a result that has positions.
    int[] count() {
        var words = new Words(3 * (AXES + 2));
        for (int a = 0; a < AXES; a++)
            words.addDivider(resultSize(a));
        words.addDivider(groups * produced);
        words.addDivider(produced);
        return words.all();
    }

    /// `struct Weights` of window.cuh for a weight `[O, C / groups, kernel...]`.
    int[] weights(View w) {
        int outer = w.layout().stride(0);
        int inner = w.layout().stride(1);
        var words = new Words(3 + AXES);
        words.add((transposed ? reduced : produced) * outer, transposed ? inner : outer, transposed ? outer : inner);
        for (int a = 0; a < AXES; a++)
            words.add(Operand.of(w).pixelStride(a));
        return words.all();
    }

    /// True if a weight without taps lies as products read it: `[group][reduced][produced]`, with so many lines and columns, and where 16
    /// bytes can be read at once. So lies that of a transpose.
    boolean weightIsPacked(View w, int lines, int width) {
        int[] at = weights(w);
        return taps() == 1 && reduced == lines && produced == width && at[1] == 1 && at[2] == width
                && (groups == 1 || at[0] == lines * width) && Gpu.address(w) % 16 == 0;
    }

    /// `struct Finish` of window.cuh.
    ///
    /// @param bias may be null, as `finish`
    static long[] finish(View bias, Finish finish) {
        View[] numbers = finish == null ? new View[] {bias, null, null, null, null}
                : new View[] {bias, finish.mean(), finish.rstd(), finish.weight(), finish.bias()};
        var words = new Words(8);
        for (View number : numbers)
            words.add(number == null ? 0 : number.layout().stride(0));
        words.add(isNormalizing(finish) ? 1 : 0, finish != null && finish.relu() ? 1 : 0, 0);
        int[] rest = words.all();
        var struct = new long[numbers.length + rest.length / 2];
        for (int i = 0; i < numbers.length; i++)
            struct[i] = numbers[i] == null ? 0 : Gpu.address(numbers[i]);
        for (int i = 0; i < rest.length; i += 2)
            struct[numbers.length + i / 2] = Integer.toUnsignedLong(rest[i]) | (long) rest[i + 1] << 32;
        return struct;
    }

    private static boolean isNormalizing(Finish finish) {
        return finish != null && (finish.mean() != null || finish.rstd() != null || finish.weight() != null || finish.bias() != null);
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
