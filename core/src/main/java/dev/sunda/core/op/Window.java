package dev.sunda.core.op;

/// How a kernel slides along one spatial axis: output position `y` and kernel position `k` meet at input position
/// `y * stride + k * dilation - padBefore`.
///
/// All quantities are in input pixels. Checked by the specs that hold it, so that messages can name the operation.
///
/// @param in input size, 0 or more
/// @param kernel kernel size, at least 1
/// @param stride step between outputs, at least 1
/// @param dilation distance between kernel taps, at least 1
/// @param padBefore pixels added before the first one, 0 or more
/// @param padAfter pixels added after the last one, 0 or more
/// @param out output size, at least 1 (0 only where the input is empty)
public record Window(int in, int kernel, int stride, int dilation, int padBefore, int padAfter, int out) {

    /// `out = floor((in + padBefore + padAfter - dilation * (kernel - 1) - 1) / stride) + 1`, which may come out below 1.
    /// Source: Dumoulin, Visin 2016, arXiv:1603.07285, relationship 15.
    public static Window sliding(int in, int kernel, int stride, int dilation, int padBefore, int padAfter) {
        long room = (long) in + padBefore + padAfter - span(kernel, dilation);
        int out = room < 0 ? 0 : Math.toIntExact(room / stride + 1);
        return new Window(in, kernel, stride, dilation, padBefore, padAfter, out);
    }

    /// Like [#sliding], but the last window may reach past the padded end (`ceil` instead of `floor`), as long as it starts
    /// inside the input or the padding before it: PyTorch's `ceil_mode`.
    public static Window slidingCeil(int in, int kernel, int stride, int dilation, int padBefore, int padAfter) {
        long room = (long) in + padBefore + padAfter - span(kernel, dilation);
        long out = room < 0 ? (room <= -stride ? 0 : 1) : (room + stride - 1) / stride + 1;
        if (out > 0 && (out - 1) * stride >= (long) in + padBefore)
            out--;
        return new Window(in, kernel, stride, dilation, padBefore, padAfter, Math.toIntExact(Math.max(0, out)));
    }

    /// The window of the convolution whose transpose makes `in = (out - 1) * stride - padBefore - padAfter + dilation * (kernel - 1) +
    /// outputPadding + 1` pixels out of `out`, which may come out below 1. With a stride several sizes of `in` have `out` places for the
    /// kernel; `outputPadding` picks one. Source: Dumoulin, Visin 2016, arXiv:1603.07285, relationship 14.
    public static Window transposed(int out, int kernel, int stride, int dilation, int padBefore, int padAfter, int outputPadding) {
        long in = (long) (out - 1) * stride - padBefore - padAfter + span(kernel, dilation) + outputPadding;
        return new Window(Math.toIntExact(in), kernel, stride, dilation, padBefore, padAfter, out);
    }

    /// Pixels from the first to the last tap, `dilation * (kernel - 1) + 1`.
    public static long span(int kernel, int dilation) {
        return (long) dilation * (kernel - 1) + 1;
    }

    /// Pixels from the first to the last tap.
    public long span() {
        return span(kernel, dilation);
    }

    /// Input position under kernel position `k` for output position `y`; outside `[0, in)` it lies in the padding.
    public int at(int y, int k) {
        return y * stride + k * dilation - padBefore;
    }
}
