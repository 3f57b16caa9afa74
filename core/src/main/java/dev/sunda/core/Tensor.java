package dev.sunda.core;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.GridOrder;
import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.op.Rounding;
import dev.sunda.core.op.ScanOp;
import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.op.ScatterReduction;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.Storage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.List;
import java.util.Objects;

/// Numbers with a shape, an element type and a device.
///
/// A tensor is a layout over shared memory: `permute`, `narrow`, `expand` and their like give views without copying. To its users
/// a tensor is immutable; only [#copyFrom] and optimizer steps write into one, and every view of the same memory then shows the new
/// values. Gradients are another type's business: see `dev.sunda.autograd.Variable`.
///
/// Operands of different types are promoted as in PyTorch; operands on different devices are an error that names the remedy.
public final class Tensor {
    /// Elements of a tensor and where they are.
    ///
    /// @param indices int64, of the shape of the values
    public record Indexed(Tensor values, Tensor indices) {
    }

    /// Variance and mean over the same elements.
    public record Moments(Tensor variance, Tensor mean) {
    }

    /// Distinct values of a tensor.
    ///
    /// @param values one dimension
    /// @param inverse which of the values each element is, int64, of the tensor's shape
    /// @param counts how many elements have each value, int64
    public record Unique(Tensor values, Tensor inverse, Tensor counts) {
    }

    /// The smallest and the largest of the same elements.
    public record Extremes(Tensor min, Tensor max) {
    }

    /// How much lies between two edges each.
    ///
    /// @param counts one for each bin
    /// @param edges one more, ascending
    public record Histogram(Tensor counts, Tensor edges) {
    }

    /// A number as `mantissa * 2^exponent`.
    ///
    /// @param mantissa 0, or from 0.5 to below 1 in magnitude
    /// @param exponent int32
    public record Frexp(Tensor mantissa, Tensor exponent) {
    }

    private final View view;
    private final Backend backend;

    private Tensor(View view, Backend backend) {
        this.view = view;
        this.backend = backend;
    }

    // ---------------------------------------------------------------------------------------------------------- creation

    /// A dense tensor of this layout whose contents are undefined; for kernels that overwrite all of it.
    public static Tensor empty(Layout layout, DType dtype, Device device) {
        Objects.requireNonNull(layout, "Tensor.empty: layout is null; use Layout.contiguous");
        Objects.requireNonNull(dtype, "Tensor.empty: dtype is null; use DType.F32");
        Backend backend = Backends.of(device);
        int lead = backend.lead(dtype);
        Storage storage = StepScope.allocate(backend, dtype, Math.addExact(lead, layout.shape().numel()));
        return new Tensor(new View(storage, layout.at(lead)), backend);
    }

    /// Float32 zeros on the CPU.
    public static Tensor zeros(int... sizes) {
        return full(Shape.of(sizes), 0, DType.F32, Device.CPU);
    }

    public static Tensor zeros(Shape shape, DType dtype, Device device) {
        return full(shape, 0, dtype, device);
    }

    /// Float32 ones on the CPU.
    public static Tensor ones(int... sizes) {
        return full(Shape.of(sizes), 1, DType.F32, Device.CPU);
    }

    public static Tensor ones(Shape shape, DType dtype, Device device) {
        return full(shape, 1, dtype, device);
    }

    /// Every element is `value`.
    public static Tensor full(Shape shape, double value, DType dtype, Device device) {
        Tensor out = empty(Layout.contiguous(shape), dtype, device);
        out.backend.fill(value, out.view);
        return out;
    }

    /// A tensor without dimensions.
    public static Tensor scalar(double value, DType dtype, Device device) {
        return full(Shape.SCALAR, value, dtype, device);
    }

    /// One dimension, float32, on the CPU.
    public static Tensor of(float... values) {
        Objects.requireNonNull(values, "Tensor.of: values is null");
        return of(values, Shape.of(values.length));
    }

    /// One dimension, float64, on the CPU.
    public static Tensor of(double... values) {
        Objects.requireNonNull(values, "Tensor.of: values is null");
        return of(values, Shape.of(values.length));
    }

    /// One dimension, int32, on the CPU.
    public static Tensor of(int... values) {
        Objects.requireNonNull(values, "Tensor.of: values is null");
        return of(values, Shape.of(values.length));
    }

    /// One dimension, int64, on the CPU.
    public static Tensor of(long... values) {
        Objects.requireNonNull(values, "Tensor.of: values is null");
        return of(values, Shape.of(values.length));
    }

    /// One dimension, bool, on the CPU.
    public static Tensor of(boolean... values) {
        Objects.requireNonNull(values, "Tensor.of: values is null");
        return of(values, Shape.of(values.length));
    }

    /// A copy of the values in row-major order, float32, on the CPU.
    ///
    /// @throws ShapeException if the number of values is not the shape's
    public static Tensor of(float[] values, Shape shape) {
        Objects.requireNonNull(values, "Tensor.of: values is null");
        return upload(values, DType.F32, checked(values.length, shape), Device.CPU);
    }

    /// A copy of the values in row-major order, float64, on the CPU.
    public static Tensor of(double[] values, Shape shape) {
        Objects.requireNonNull(values, "Tensor.of: values is null");
        return upload(values, DType.F64, checked(values.length, shape), Device.CPU);
    }

    /// A copy of the values in row-major order, int32, on the CPU.
    public static Tensor of(int[] values, Shape shape) {
        Objects.requireNonNull(values, "Tensor.of: values is null");
        return upload(values, DType.I32, checked(values.length, shape), Device.CPU);
    }

    /// A copy of the values in row-major order, int64, on the CPU.
    public static Tensor of(long[] values, Shape shape) {
        Objects.requireNonNull(values, "Tensor.of: values is null");
        return upload(values, DType.I64, checked(values.length, shape), Device.CPU);
    }

    /// A copy of the values in row-major order, bool, on the CPU.
    public static Tensor of(boolean[] values, Shape shape) {
        Objects.requireNonNull(values, "Tensor.of: values is null");
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++)
            bytes[i] = (byte) (values[i] ? 1 : 0);
        return upload(bytes, DType.BOOL, checked(values.length, shape), Device.CPU);
    }

    /// The int64 numbers `start, start + step, ...` below `end` (above it for a negative step), on the CPU.
    public static Tensor arange(long start, long end, long step) {
        if (step == 0)
            throw new IllegalArgumentException("arange: the step must not be 0");
        long span = step > 0 ? Math.subtractExact(end, start) : Math.subtractExact(start, end);
        int n = Math.toIntExact(Math.max(0, Math.ceilDiv(span, Math.absExact(step))));
        long[] values = new long[n];
        for (int i = 0; i < n; i++)
            values[i] = start + i * step;
        return of(values);
    }

    /// The int64 numbers `0 .. end - 1`, on the CPU.
    public static Tensor arange(long end) {
        return arange(0, end, 1);
    }

    /// Uniform numbers in `[0, 1)`, float32, on the CPU.
    public static Tensor rand(Shape shape, Rng rng) {
        return rand(shape, rng, DType.F32, Device.CPU);
    }

    /// Uniform numbers in `[0, 1)`.
    public static Tensor rand(Shape shape, Rng rng, DType dtype, Device device) {
        Objects.requireNonNull(rng, "Tensor.rand: rng is null; pass new Rng(seed)");
        Tensor out = empty(Layout.contiguous(shape), floating("rand", dtype), device);
        out.backend.uniform(rng.take(shape.numel()), out.view);
        return out;
    }

    /// Standard normal numbers, float32, on the CPU.
    public static Tensor randn(Shape shape, Rng rng) {
        return randn(shape, rng, DType.F32, Device.CPU);
    }

    /// Standard normal numbers.
    public static Tensor randn(Shape shape, Rng rng, DType dtype, Device device) {
        Objects.requireNonNull(rng, "Tensor.randn: rng is null; pass new Rng(seed)");
        Tensor out = empty(Layout.contiguous(shape), floating("randn", dtype), device);
        out.backend.normal(rng.take(shape.numel()), out.view);
        return out;
    }

    /// Zeros of the shape, type and device of `x`.
    public static Tensor zerosLike(Tensor x) {
        return full(x.shape(), 0, x.dtype(), x.device());
    }

    /// Ones of the shape, type and device of `x`.
    public static Tensor onesLike(Tensor x) {
        return full(x.shape(), 1, x.dtype(), x.device());
    }

    /// One number in the shape, type and device of `x`.
    public static Tensor fullLike(Tensor x, double value) {
        return full(x.shape(), value, x.dtype(), x.device());
    }

    /// A dense tensor of the shape, memory order, type and device of `x` whose contents are undefined.
    public static Tensor emptyLike(Tensor x) {
        return empty(Elementwise.like(x), x.dtype(), x.device());
    }

    /// A Java array of arrays, however deep, of `float`, `double`, `int`, `long` or `boolean`; on the CPU. All arrays of one depth are
    /// equally long.
    public static Tensor ofNested(Object array) {
        return Creation.ofNested(array);
    }

    /// The numbers `start, start + step, ...` before `end`, `ceil((end - start) / step)` of them, each computed as `start + i * step`.
    public static Tensor arange(double start, double end, double step, DType dtype, Device device) {
        return Creation.arange(start, end, step, dtype, device);
    }

    /// `steps` numbers at equal distances from `start` to `end`, both included; one is `start`.
    public static Tensor linspace(double start, double end, int steps, DType dtype, Device device) {
        return Creation.linspace(start, end, steps, dtype, device);
    }

    /// `base` to the powers that [#linspace] gives.
    public static Tensor logspace(double start, double end, int steps, double base, DType dtype, Device device) {
        return Creation.logspace(start, end, steps, base, dtype, device);
    }

    /// Ones on the main diagonal of a matrix, zeros elsewhere.
    public static Tensor eye(int rows, int columns, DType dtype, Device device) {
        return Triangles.eye(rows, columns, dtype, device);
    }

    /// Row and column numbers (int64, `[2, n]`, on the CPU) of the elements on and below a diagonal, row by row. 0 is the main diagonal,
    /// positive numbers lie above it.
    public static Tensor trilIndices(int rows, int columns, int diagonal) {
        return Triangles.indices("trilIndices", false, rows, columns, diagonal);
    }

    /// Row and column numbers (int64, `[2, n]`, on the CPU) of the elements on and above a diagonal, row by row.
    public static Tensor triuIndices(int rows, int columns, int diagonal) {
        return Triangles.indices("triuIndices", true, rows, columns, diagonal);
    }

    /// Integers from `low` to `high - 1`, equally likely.
    public static Tensor randint(long low, long high, Shape shape, Rng rng, DType dtype, Device device) {
        return Sampling.randint(low, high, shape, rng, dtype, device);
    }

    /// The numbers `0 .. n - 1` (int64) in random order.
    public static Tensor randperm(int n, Rng rng, Device device) {
        return Sampling.randperm(n, rng, device);
    }

    /// 1 with the probability that stands in each place, else 0.
    ///
    /// @param probabilities floating, from 0 to 1
    public static Tensor bernoulli(Tensor probabilities, Rng rng) {
        return Sampling.bernoulli(probabilities, rng);
    }

    /// Positions (int64) drawn with probabilities in proportion to weights: `[n]` gives `[count]`, `[rows, n]` gives `[rows, count]`.
    ///
    /// @param weights floating, not negative; their sum does not matter
    /// @param replacement whether a position may come again; otherwise each row needs at least `count` weights above 0
    public static Tensor multinomial(Tensor weights, int count, boolean replacement, Rng rng) {
        return Sampling.multinomial(weights, count, replacement, rng);
    }

    /// Joins tensors along an existing dimension; all other sizes are equal. Empty vectors are skipped, whatever the others' shape,
    /// as in PyTorch.
    ///
    /// @throws ShapeException if there is none or the other sizes differ
    public static Tensor cat(List<Tensor> tensors, int dim) {
        return Joining.cat(tensors, dim);
    }

    /// Joins tensors of one shape along a new dimension.
    ///
    /// @throws ShapeException if there is none or the shapes differ
    public static Tensor stack(List<Tensor> tensors, int dim) {
        return Joining.stack(tensors, dim);
    }

    /// Side by side: vectors end to end, others along dimension 1; scalars count as vectors.
    public static Tensor hstack(List<Tensor> tensors) {
        return Joining.hstack(tensors);
    }

    /// One below the other, along dimension 0; vectors count as rows.
    public static Tensor vstack(List<Tensor> tensors) {
        return cat(Joining.some("vstack", tensors).stream().map(Tensor::atLeast2d).toList(), 0);
    }

    /// One behind the other, along dimension 2; see [#atLeast3d].
    public static Tensor dstack(List<Tensor> tensors) {
        return cat(Joining.some("dstack", tensors).stream().map(Tensor::atLeast3d).toList(), 2);
    }

    /// All broadcast to one shape; views.
    public static List<Tensor> broadcastTensors(List<Tensor> tensors) {
        return Joining.broadcast(tensors);
    }

    /// The coordinates of a grid: tensor `i` of the result repeats vector `i` along all dimensions but its own; views.
    ///
    /// @param vectors of one type; scalars count as vectors of one element
    public static List<Tensor> meshgrid(List<Tensor> vectors, GridOrder order) {
        return Joining.meshgrid(vectors, order);
    }

    // ---------------------------------------------------------------------------------------------------------- inspection

    public Shape shape() {
        return view.layout().shape();
    }

    public Layout layout() {
        return view.layout();
    }

    public DType dtype() {
        return view.dtype();
    }

    public Device device() {
        return view.storage().device();
    }

    /// Number of dimensions.
    public int rank() {
        return shape().rank();
    }

    /// Size of one dimension; negative numbers count from the end.
    public int size(int dim) {
        return shape().size(dim);
    }

    /// Number of elements.
    public int numel() {
        return shape().numel();
    }

    /// Memory and layout, for kernels.
    public View view() {
        return view;
    }

    /// The backend that computes on this tensor, for kernels.
    public Backend backend() {
        return backend;
    }

    /// The only element, as a double.
    ///
    /// @throws ShapeException unless there is exactly one
    public double item() {
        if (numel() != 1)
            throw new ShapeException("item", "needs exactly one element, this tensor has " + numel(), shape());
        return toDoubleArray()[0];
    }

    /// One element as a double, by its position.
    ///
    /// @param index one number for each dimension; negative ones count from the end
    public double get(int... index) {
        if (index.length != rank())
            throw new ShapeException("get", "needs " + rank() + " indices, got " + index.length, shape());
        Tensor x = this;
        for (int i : index)
            x = x.select(0, i);
        return x.item();
    }

    /// The elements in row-major order, converted if need be, as a fresh array.
    public float[] toFloatArray() {
        return (float[]) to(DType.F32).host();
    }

    /// The elements in row-major order, converted if need be, as a fresh array.
    public double[] toDoubleArray() {
        return (double[]) to(DType.F64).host();
    }

    /// The elements in row-major order, converted if need be (floating numbers are truncated), as a fresh array.
    public int[] toIntArray() {
        return (int[]) to(DType.I32).host();
    }

    /// The elements in row-major order, converted if need be (floating numbers are truncated), as a fresh array.
    public long[] toLongArray() {
        return (long[]) to(DType.I64).host();
    }

    /// Whether each element, in row-major order, is not 0, as a fresh array.
    public boolean[] toBooleanArray() {
        byte[] bytes = (byte[]) to(DType.BOOL).host();
        boolean[] values = new boolean[bytes.length];
        for (int i = 0; i < bytes.length; i++)
            values[i] = bytes[i] != 0;
        return values;
    }

    private Object host() {
        Tensor x = contiguous();
        return backend.download(x.view.storage(), x.layout().offset(), numel());
    }

    // ---------------------------------------------------------------------------------------------------------- conversion

    /// This tensor in another element type; itself if it has that type.
    public Tensor to(DType dtype) {
        Objects.requireNonNull(dtype, "Tensor.to: dtype is null; use DType.F32");
        return dtype == dtype() ? this : empty(Elementwise.like(this), dtype, device()).copyFrom(this);
    }

    /// This tensor on another device; itself if it lives there.
    public Tensor to(Device device) {
        Objects.requireNonNull(device, "Tensor.to: device is null; use Device.CPU");
        if (device.equals(device()))
            return this;
        return upload(host(), dtype(), shape(), device);
    }

    /// This tensor in row-major order without gaps; itself if it is.
    public Tensor contiguous() {
        return layout().isContiguous() ? this : copy(Layout.contiguous(shape()));
    }

    /// This tensor with the channel dimension innermost in memory; itself if it is. Values and shape do not change.
    ///
    /// @throws ShapeException for fewer than three dimensions
    public Tensor channelsLast() {
        return layout().isChannelsLast() ? this : copy(Layout.channelsLast(shape()));
    }

    /// A copy that shares no memory, in the same memory order.
    public Tensor copy() {
        return copy(Elementwise.like(this));
    }

    private Tensor copy(Layout layout) {
        return empty(layout, dtype(), device()).copyFrom(this);
    }

    /// Overwrites this tensor with the values of another one, converted and broadcast; every view of the same memory changes too, and
    /// graphs that used the old values cannot be differentiated any more. The source may be a view of the same memory.
    ///
    /// @return this tensor
    /// @throws ShapeException if `source` cannot be broadcast to this shape, or this tensor itself is a broadcast view
    public Tensor copyFrom(Tensor source) {
        checkSameDevice("copyFrom", this, source);
        if (!Shape.broadcast("copyFrom", shape(), source.shape()).equals(shape()))
            throw new ShapeException("copyFrom", "the source is larger than this tensor", shape(), source.shape());
        for (int d = 0; d < rank(); d++)
            if (size(d) > 1 && layout().stride(d) == 0)
                throw new ShapeException("copyFrom",
                        "dimension " + d + " is broadcast, so several elements are one number; write to a copy()", shape());
        boolean shared = source.view.storage() == view.storage() && !source.layout().equals(layout());
        backend.copy((shared ? source.copy() : source).expand(shape()).view, view);
        view.storage().version().bump();
        return this;
    }

    // ---------------------------------------------------------------------------------------------------------- arithmetic

    public Tensor add(Tensor other) {
        return Elementwise.binary(BinaryOp.ADD, this, other);
    }

    public Tensor add(double other) {
        return Elementwise.binary(BinaryOp.ADD, this, other);
    }

    /// `this + alpha * other`; alpha is whole for integers.
    public Tensor add(Tensor other, double alpha) {
        return Pointwise.add("add", this, other, alpha);
    }

    public Tensor sub(Tensor other) {
        return Elementwise.binary(BinaryOp.SUB, this, other);
    }

    public Tensor sub(double other) {
        return Elementwise.binary(BinaryOp.SUB, this, other);
    }

    /// `this - alpha * other`; alpha is whole for integers.
    public Tensor sub(Tensor other, double alpha) {
        return Pointwise.sub(this, other, alpha);
    }

    /// `other - this`.
    public Tensor rsub(double other) {
        return Elementwise.binary(BinaryOp.SUB, other, this);
    }

    public Tensor mul(Tensor other) {
        return Elementwise.binary(BinaryOp.MUL, this, other);
    }

    public Tensor mul(double other) {
        return Elementwise.binary(BinaryOp.MUL, this, other);
    }

    /// True division; integers give float32.
    public Tensor div(Tensor other) {
        return Elementwise.binary(BinaryOp.DIV, this, other);
    }

    public Tensor div(double other) {
        return Elementwise.binary(BinaryOp.DIV, this, other);
    }

    /// The quotient made whole; integers stay integers, and none may be divided by 0.
    public Tensor div(Tensor other, Rounding rounding) {
        return Elementwise.binary(rounding.op(), this, other);
    }

    public Tensor div(double other, Rounding rounding) {
        return Elementwise.binary(rounding.op(), this, other);
    }

    /// The quotient rounded down, Python's `//`.
    public Tensor floorDivide(Tensor other) {
        return div(other, Rounding.FLOOR);
    }

    public Tensor floorDivide(double other) {
        return div(other, Rounding.FLOOR);
    }

    /// What [#floorDivide] leaves, Python's `%`: it has the sign of the divisor.
    public Tensor remainder(Tensor other) {
        return Elementwise.binary(BinaryOp.REMAINDER, this, other);
    }

    public Tensor remainder(double other) {
        return Elementwise.binary(BinaryOp.REMAINDER, this, other);
    }

    /// What the division rounded towards 0 leaves, Java's `%`: it has the sign of the dividend.
    public Tensor fmod(Tensor other) {
        return Elementwise.binary(BinaryOp.FMOD, this, other);
    }

    public Tensor fmod(double other) {
        return Elementwise.binary(BinaryOp.FMOD, this, other);
    }

    public Tensor pow(Tensor exponent) {
        return Elementwise.binary(BinaryOp.POW, this, exponent);
    }

    /// Integers take no negative whole exponent.
    public Tensor pow(double exponent) {
        return Pointwise.pow(this, exponent);
    }

    /// The larger element of each pair; NaN if either is NaN.
    public Tensor maximum(Tensor other) {
        return Elementwise.binary(BinaryOp.MAXIMUM, this, other);
    }

    public Tensor maximum(double other) {
        return Elementwise.binary(BinaryOp.MAXIMUM, this, other);
    }

    /// The smaller element of each pair; NaN if either is NaN.
    public Tensor minimum(Tensor other) {
        return Elementwise.binary(BinaryOp.MINIMUM, this, other);
    }

    public Tensor minimum(double other) {
        return Elementwise.binary(BinaryOp.MINIMUM, this, other);
    }

    /// The larger number of each pair; NaN only if both are NaN.
    public Tensor fmax(Tensor other) {
        return Pointwise.fmax(this, other);
    }

    /// The smaller number of each pair; NaN only if both are NaN.
    public Tensor fmin(Tensor other) {
        return Pointwise.fmin(this, other);
    }

    /// `min(max(x, min), max)`; with `min` above `max` every element becomes `max`. NaN stays NaN.
    ///
    /// @param min negative infinity for none
    /// @param max infinity for none
    public Tensor clamp(double min, double max) {
        return Pointwise.clamp(this, min, max);
    }

    /// [#clamp(double, double)] with bounds for each element, broadcast.
    ///
    /// @param min null for none
    /// @param max null for none; one of the two must be there
    public Tensor clamp(Tensor min, Tensor max) {
        return Pointwise.clamp(this, min, max);
    }

    /// `this + value * a * b`.
    public Tensor addcmul(Tensor a, Tensor b, double value) {
        return Pointwise.addcmul(this, a, b, value);
    }

    /// `this + value * a / b`.
    public Tensor addcdiv(Tensor a, Tensor b, double value) {
        return Pointwise.addcdiv(this, a, b, value);
    }

    /// `this + weight * (end - this)`, all of one floating type.
    public Tensor lerp(Tensor end, double weight) {
        return Pointwise.lerp(this, end, weight);
    }

    public Tensor lerp(Tensor end, Tensor weight) {
        return Pointwise.lerp(this, end, weight);
    }

    /// The angle of the point with this ordinate and the abscissa `other`, from -pi to pi.
    public Tensor atan2(Tensor other) {
        return Elementwise.binary(BinaryOp.ATAN2, this, other);
    }

    /// `sqrt(this^2 + other^2)` without overflow on the way.
    public Tensor hypot(Tensor other) {
        return Elementwise.binary(BinaryOp.HYPOT, this, other);
    }

    /// `log(e^this + e^other)` without overflow on the way.
    public Tensor logaddexp(Tensor other) {
        return Elementwise.binary(BinaryOp.LOGADDEXP, this, other);
    }

    /// `log2(2^this + 2^other)` without overflow on the way.
    public Tensor logaddexp2(Tensor other) {
        return Elementwise.binary(BinaryOp.LOGADDEXP2, this, other);
    }

    /// `this * log(other)`; 0 where this is 0, whatever number `other` is.
    public Tensor xlogy(Tensor other) {
        return Elementwise.binary(BinaryOp.XLOGY, this, other);
    }

    /// The magnitude of this with the sign of `other`.
    public Tensor copysign(Tensor other) {
        return Elementwise.binary(BinaryOp.COPYSIGN, this, other);
    }

    /// The greatest common divisor of integers, not negative.
    public Tensor gcd(Tensor other) {
        return Pointwise.ofIntegers(BinaryOp.GCD, this, other);
    }

    /// The least common multiple of integers, not negative; 0 with a 0.
    public Tensor lcm(Tensor other) {
        return Pointwise.ofIntegers(BinaryOp.LCM, this, other);
    }

    /// 0 below 0, 1 above, and what `values` says at 0.
    public Tensor heaviside(Tensor values) {
        return Pointwise.heaviside(this, values);
    }

    /// The next number of the type in the direction of `other`.
    public Tensor nextAfter(Tensor other) {
        return Pointwise.nextAfter(this, other);
    }

    /// Mantissa and exponent of floating numbers; those that are not finite, and 0, have exponent 0.
    public Frexp frexp() {
        return Pointwise.frexp(this);
    }

    /// Zeros come in from the right.
    public Tensor bitwiseLeftShift(Tensor other) {
        return Pointwise.ofIntegers(BinaryOp.LEFT_SHIFT, this, other);
    }

    /// The sign comes in from the left.
    public Tensor bitwiseRightShift(Tensor other) {
        return Pointwise.ofIntegers(BinaryOp.RIGHT_SHIFT, this, other);
    }

    public Tensor bitwiseAnd(Tensor other) {
        return Elementwise.binary(BinaryOp.BITWISE_AND, this, other);
    }

    public Tensor bitwiseOr(Tensor other) {
        return Elementwise.binary(BinaryOp.BITWISE_OR, this, other);
    }

    public Tensor bitwiseXor(Tensor other) {
        return Elementwise.binary(BinaryOp.BITWISE_XOR, this, other);
    }

    /// All bits of an integer turned over; of booleans [#logicalNot].
    public Tensor bitwiseNot() {
        return Pointwise.bitwiseNot(this);
    }

    /// Any element-wise operation of two tensors.
    public Tensor apply(BinaryOp op, Tensor other) {
        return Elementwise.binary(op, this, other);
    }

    public Tensor eq(Tensor other) {
        return Elementwise.binary(BinaryOp.EQ, this, other);
    }

    public Tensor eq(double other) {
        return Elementwise.binary(BinaryOp.EQ, this, other);
    }

    public Tensor ne(Tensor other) {
        return Elementwise.binary(BinaryOp.NE, this, other);
    }

    public Tensor ne(double other) {
        return Elementwise.binary(BinaryOp.NE, this, other);
    }

    public Tensor lt(Tensor other) {
        return Elementwise.binary(BinaryOp.LT, this, other);
    }

    public Tensor lt(double other) {
        return Elementwise.binary(BinaryOp.LT, this, other);
    }

    public Tensor le(Tensor other) {
        return Elementwise.binary(BinaryOp.LE, this, other);
    }

    public Tensor le(double other) {
        return Elementwise.binary(BinaryOp.LE, this, other);
    }

    public Tensor gt(Tensor other) {
        return Elementwise.binary(BinaryOp.GT, this, other);
    }

    public Tensor gt(double other) {
        return Elementwise.binary(BinaryOp.GT, this, other);
    }

    public Tensor ge(Tensor other) {
        return Elementwise.binary(BinaryOp.GE, this, other);
    }

    public Tensor ge(double other) {
        return Elementwise.binary(BinaryOp.GE, this, other);
    }

    public Tensor logicalAnd(Tensor other) {
        return Elementwise.binary(BinaryOp.AND, this, other);
    }

    public Tensor logicalOr(Tensor other) {
        return Elementwise.binary(BinaryOp.OR, this, other);
    }

    public Tensor logicalXor(Tensor other) {
        return Elementwise.binary(BinaryOp.XOR, this, other);
    }

    public Tensor logicalNot() {
        return eq(0);
    }

    /// Which elements are not numbers.
    public Tensor isNan() {
        return Pointwise.isNan(this);
    }

    /// Which elements are infinite.
    public Tensor isInf() {
        return Pointwise.isInf(this);
    }

    /// Which elements are infinite and positive.
    public Tensor isPosInf() {
        return Pointwise.isInf(this, Double.POSITIVE_INFINITY);
    }

    /// Which elements are infinite and negative.
    public Tensor isNegInf() {
        return Pointwise.isInf(this, Double.NEGATIVE_INFINITY);
    }

    /// Whether the sign is a minus, which that of a 0 or NaN can be, too.
    public Tensor signbit() {
        return Pointwise.signbit(this);
    }

    /// Whether each element is one of those of `set`; NaN never is.
    public Tensor isIn(Tensor set) {
        return Sets.isIn(this, set);
    }

    /// Which elements are neither infinite nor NaN.
    public Tensor isFinite() {
        return Pointwise.isFinite(this);
    }

    /// Which elements satisfy `|this - other| <= atol + rtol * |other|` or are equal; both of one type.
    ///
    /// @param equalNan whether NaN counts as close to NaN
    public Tensor isClose(Tensor other, double rtol, double atol, boolean equalNan) {
        return Pointwise.isClose(this, other, rtol, atol, equalNan);
    }

    /// Whether [#isClose] holds for all elements.
    public boolean allClose(Tensor other, double rtol, double atol, boolean equalNan) {
        return Pointwise.allClose(this, other, rtol, atol, equalNan);
    }

    /// Whether [#isClose] holds for all elements, with PyTorch's tolerances of 1e-5 and 1e-8, NaN not being close to anything.
    public boolean allClose(Tensor other) {
        return allClose(other, 1e-5, 1e-8, false);
    }

    /// `condition ? this : other`, element by element, all broadcast to one shape.
    public Tensor where(Tensor condition, Tensor other) {
        return Elementwise.where(condition, this, other);
    }

    /// Any element-wise function; the derivative and the meaning of each are with [UnaryOp] and [ParametricOp].
    public Tensor apply(UnaryFunction function) {
        return Elementwise.unary(function, this);
    }

    /// `this * function'(kept)` in one pass, this tensor being the gradient that arrives.
    ///
    /// @param kept input or output of the function, whichever `keeps()` names; null for `NOTHING`
    public Tensor unaryBackward(UnaryFunction function, Tensor kept) {
        return Elementwise.unaryBackward(function, kept, this);
    }

    public Tensor neg() {
        return apply(UnaryOp.NEG);
    }

    public Tensor abs() {
        return apply(UnaryOp.ABS);
    }

    /// -1, 0 or 1; 0 for NaN.
    public Tensor sign() {
        return apply(UnaryOp.SIGN);
    }

    public Tensor floor() {
        return apply(UnaryOp.FLOOR);
    }

    public Tensor ceil() {
        return apply(UnaryOp.CEIL);
    }

    /// To the nearest integer, halves to the even one.
    public Tensor round() {
        return apply(UnaryOp.ROUND);
    }

    /// To a number of decimals, halves to the even digit; negative ones count from the point to the left.
    public Tensor round(int decimals) {
        return Pointwise.round(this, decimals);
    }

    /// To the next integer in the direction of 0.
    public Tensor trunc() {
        return apply(UnaryOp.TRUNC);
    }

    /// What [#trunc] takes away, with the sign of this.
    public Tensor frac() {
        return apply(UnaryOp.FRAC);
    }

    public Tensor square() {
        return apply(UnaryOp.SQUARE);
    }

    public Tensor sqrt() {
        return apply(UnaryOp.SQRT);
    }

    public Tensor rsqrt() {
        return apply(UnaryOp.RSQRT);
    }

    public Tensor reciprocal() {
        return apply(UnaryOp.RECIPROCAL);
    }

    public Tensor exp() {
        return apply(UnaryOp.EXP);
    }

    public Tensor exp2() {
        return apply(UnaryOp.EXP2);
    }

    public Tensor expm1() {
        return apply(UnaryOp.EXPM1);
    }

    public Tensor log() {
        return apply(UnaryOp.LOG);
    }

    public Tensor log2() {
        return apply(UnaryOp.LOG2);
    }

    public Tensor log10() {
        return apply(UnaryOp.LOG10);
    }

    public Tensor log1p() {
        return apply(UnaryOp.LOG1P);
    }

    public Tensor sin() {
        return apply(UnaryOp.SIN);
    }

    public Tensor cos() {
        return apply(UnaryOp.COS);
    }

    public Tensor tan() {
        return apply(UnaryOp.TAN);
    }

    public Tensor asin() {
        return apply(UnaryOp.ASIN);
    }

    public Tensor acos() {
        return apply(UnaryOp.ACOS);
    }

    public Tensor atan() {
        return apply(UnaryOp.ATAN);
    }

    public Tensor sinh() {
        return apply(UnaryOp.SINH);
    }

    public Tensor cosh() {
        return apply(UnaryOp.COSH);
    }

    public Tensor asinh() {
        return apply(UnaryOp.ASINH);
    }

    public Tensor acosh() {
        return apply(UnaryOp.ACOSH);
    }

    public Tensor atanh() {
        return apply(UnaryOp.ATANH);
    }

    public Tensor tanh() {
        return apply(UnaryOp.TANH);
    }

    public Tensor sigmoid() {
        return apply(UnaryOp.SIGMOID);
    }

    public Tensor relu() {
        return apply(UnaryOp.RELU);
    }

    public Tensor erf() {
        return apply(UnaryOp.ERF);
    }

    public Tensor erfc() {
        return apply(UnaryOp.ERFC);
    }

    public Tensor erfinv() {
        return apply(UnaryOp.ERFINV);
    }

    /// `log |gamma(x)|`.
    public Tensor lgamma() {
        return apply(UnaryOp.LGAMMA);
    }

    /// The derivative of [#lgamma].
    public Tensor digamma() {
        return polygamma(0);
    }

    /// The derivative of order `order + 1` of [#lgamma].
    ///
    /// @param order 0 or greater
    public Tensor polygamma(int order) {
        return apply(ParametricOp.polygamma(order));
    }

    /// `log(x / (1 - x))`, NaN outside `[0, 1]`.
    public Tensor logit() {
        return apply(ParametricOp.logit());
    }

    /// [#logit()] of this moved into `[eps, 1 - eps]`.
    ///
    /// @param eps 0 or greater
    public Tensor logit(double eps) {
        return apply(ParametricOp.logit(eps));
    }

    /// 0 in the place of NaN, the largest numbers of the type in the place of infinities.
    public Tensor nanToNum() {
        return dtype().isFloating() ? apply(ParametricOp.nanToNum(dtype())) : this;
    }

    public Tensor nanToNum(double nan, double posInf, double negInf) {
        return dtype().isFloating() ? apply(ParametricOp.nanToNum(nan, posInf, negInf)) : this;
    }

    public Tensor gelu() {
        return apply(UnaryOp.GELU);
    }

    // ---------------------------------------------------------------------------------------------------------- reductions

    /// Any reduction; which types it gives stands with [ReduceOp].
    public Tensor reduce(ReduceOp op, Dims dims) {
        return Reductions.reduce(op, this, dims);
    }

    public Tensor sum() {
        return sum(Dims.all());
    }

    /// The sum; integers and booleans give int64. Float32 numbers are added in short stretches that are joined in double, so that the error
    /// stays below `1.6e-5 * sum(|x|)` however many there are and is typically a hundredth of that.
    public Tensor sum(Dims dims) {
        return Reductions.reduce(ReduceOp.SUM, this, dims);
    }

    public Tensor mean() {
        return mean(Dims.all());
    }

    /// The arithmetic mean; no elements give NaN. Integers and booleans are refused: `x.to(DType.F32).mean()` says in which type to
    /// compute.
    public Tensor mean(Dims dims) {
        return Reductions.mean(this, dims);
    }

    /// The variance with divisor `max(0, n - correction)` (1 for the unbiased estimate), in double and in two passes: a mean that is large
    /// beside the deviations costs no digits.
    ///
    /// @throws DTypeException if the type is not floating
    public Tensor var(Dims dims, double correction) {
        return Reductions.moments("var", this, dims, correction).variance();
    }

    /// The square root of [#var].
    public Tensor std(Dims dims, double correction) {
        return Reductions.moments("std", this, dims, correction).variance().sqrt();
    }

    /// [#var] and mean at once.
    public Moments varMean(Dims dims, double correction) {
        return Reductions.moments("varMean", this, dims, correction);
    }

    /// The Euclidean norm of all elements.
    public Tensor norm() {
        return norm(2, Dims.all());
    }

    /// The vector norm `(sum of |x|^p)^(1/p)`; for order 0 the number of elements that are not 0, for the infinite orders the largest and
    /// the smallest absolute value.
    ///
    /// @param p any number; 2 gives the Euclidean (for a matrix: Frobenius) norm
    /// @throws ShapeException over zero elements for negative and infinite orders
    public Tensor norm(double p, Dims dims) {
        return Reductions.norm(this, p, dims);
    }

    /// `log(sum(exp(x)))` without overflow; integers give float32.
    public Tensor logSumExp(Dims dims) {
        return Reductions.logSumExp(this, dims);
    }

    /// The sum without the elements that are NaN.
    public Tensor nansum(Dims dims) {
        return Tensor.scalar(0, dtype(), device()).where(ne(this), this).sum(dims);
    }

    /// The mean of the elements that are not NaN; NaN if there are none.
    public Tensor nanmean(Dims dims) {
        return nansum(dims).div(eq(this).sum(dims));
    }

    /// How many elements (int64) are not 0; NaN is not 0.
    public Tensor countNonzero(Dims dims) {
        return ne(0).sum(dims);
    }

    public Tensor prod(Dims dims) {
        return Reductions.reduce(ReduceOp.PROD, this, dims);
    }

    public Tensor amax(Dims dims) {
        return Reductions.reduce(ReduceOp.MAX, this, dims);
    }

    public Tensor amin(Dims dims) {
        return Reductions.reduce(ReduceOp.MIN, this, dims);
    }

    /// Whether any element is true, or not 0.
    public Tensor any() {
        return any(Dims.all());
    }

    public Tensor any(Dims dims) {
        return Reductions.reduce(ReduceOp.ANY, this, dims);
    }

    /// Whether all elements are true, or not 0.
    public Tensor all() {
        return all(Dims.all());
    }

    public Tensor all(Dims dims) {
        return Reductions.reduce(ReduceOp.ALL, this, dims);
    }

    /// [#amin] and [#amax].
    public Extremes aminmax(Dims dims) {
        return new Extremes(amin(dims), amax(dims));
    }

    /// The most frequent element along `dim`, the smallest of several, and the last place it stands at.
    public Indexed mode(int dim, boolean keepDim) {
        return Sets.mode(this, dim, keepDim);
    }

    /// The largest of all elements.
    public Tensor max() {
        return amax(Dims.all());
    }

    /// The smallest of all elements.
    public Tensor min() {
        return amin(Dims.all());
    }

    /// The largest element along `dim` and its place, the first one of equals; NaN counts as larger than everything.
    public Indexed max(int dim, boolean keepDim) {
        return Reductions.extreme(true, this, dim, keepDim);
    }

    /// The smallest element along `dim` and its place, the first one of equals; NaN counts as smaller than everything.
    public Indexed min(int dim, boolean keepDim) {
        return Reductions.extreme(false, this, dim, keepDim);
    }

    /// Index (int64) of the first largest element along `dim`; NaN counts as larger than everything.
    public Tensor argmax(int dim, boolean keepDim) {
        return Reductions.argReduce(true, this, dim, keepDim);
    }

    /// Index (int64) of the first smallest element along `dim`; NaN counts as smaller than everything.
    public Tensor argmin(int dim, boolean keepDim) {
        return Reductions.argReduce(false, this, dim, keepDim);
    }

    /// Index (int64) of the first largest element in row-major order.
    public Tensor argmax() {
        return reshape(-1).argmax(0, false);
    }

    /// Index (int64) of the first smallest element in row-major order.
    public Tensor argmin() {
        return reshape(-1).argmin(0, false);
    }

    /// The median of all elements, the lower one of two; NaN if one is NaN or there are none.
    public Tensor median() {
        return Sorting.median(this, false);
    }

    /// The median along `dim`, the lower one of two, and its place; NaN if one is NaN.
    public Indexed median(int dim, boolean keepDim) {
        return Sorting.median(this, dim, keepDim, false);
    }

    /// The median of the elements that are not NaN; NaN if there are none.
    public Tensor nanMedian() {
        return Sorting.median(this, true);
    }

    /// The median along `dim` of the elements that are not NaN, and its place; NaN if there are none.
    public Indexed nanMedian(int dim, boolean keepDim) {
        return Sorting.median(this, dim, keepDim, true);
    }

    /// Sums over the dimensions in which `target` was stretched by broadcasting, so that the result has that shape.
    ///
    /// @throws ShapeException if `target` cannot be broadcast to this shape
    public Tensor sumTo(Shape target) {
        return Joining.sumTo(this, target);
    }

    // ---------------------------------------------------------------------------------------------------------- scans and sorting

    /// Running sums along `dim`; integers and booleans give int64.
    public Tensor cumsum(int dim) {
        return Scans.scan(ScanOp.SUM, this, dim);
    }

    /// Running products along `dim`; integers and booleans give int64.
    public Tensor cumprod(int dim) {
        return Scans.scan(ScanOp.PROD, this, dim);
    }

    /// `log(cumsum(exp(x)))` along `dim`, without overflow.
    public Tensor logCumSumExp(int dim) {
        return Scans.scan(ScanOp.LOG_SUM_EXP, this, dim);
    }

    /// The largest element so far along `dim` and its place, the last one of equals; NaN stays.
    public Indexed cumMax(int dim) {
        return Scans.extreme(ScanOp.ARGMAX, this, dim);
    }

    /// The smallest element so far along `dim` and its place, the last one of equals; NaN stays.
    public Indexed cumMin(int dim) {
        return Scans.extreme(ScanOp.ARGMIN, this, dim);
    }

    /// The elements along `dim` in order, and where they were. Stable: equal elements (zeros of either sign among them) keep their order;
    /// NaN counts as larger than everything.
    public Indexed sort(int dim, boolean descending) {
        Tensor order = Sorting.argsort("sort", this, dim, descending);
        return new Indexed(gather(dim, order), order);
    }

    /// The places (int64) of the elements along `dim` in order, see [#sort].
    public Tensor argsort(int dim, boolean descending) {
        return Sorting.argsort("argsort", this, dim, descending);
    }

    /// The `k` largest (or smallest) elements along `dim`, in descending (ascending) order, and where they were; of equals the first ones.
    ///
    /// @param k from 0 to the size of the dimension
    public Indexed topK(int k, int dim, boolean largest) {
        return Sorting.topK(this, k, dim, largest);
    }

    /// Element number `k` in ascending order along `dim`, and where it was.
    ///
    /// @param k from 1 to the size of the dimension
    public Indexed kthValue(int k, int dim, boolean keepDim) {
        return Sorting.kthValue(this, k, dim, keepDim);
    }

    /// The distinct values in ascending order; every NaN is one of its own.
    public Unique unique() {
        return Counting.unique(this);
    }

    /// The first value of each run of equal neighbours in row-major order.
    public Unique uniqueConsecutive() {
        return Counting.uniqueConsecutive(this);
    }

    /// The distinct slices along `dim`, in the order of their first difference; `inverse` has one number for each slice.
    public Unique unique(int dim) {
        return Sets.unique(this, dim);
    }

    /// The runs of equal slices along `dim`; `inverse` has one number for each slice.
    public Unique uniqueConsecutive(int dim) {
        return Sets.uniqueConsecutive(this, dim);
    }

    /// How often (int64) each number from 0 on occurs in this vector of integers, up to the largest one or to `minLength - 1`.
    ///
    /// @param minLength least length of the result, 0 or more
    public Tensor bincount(int minLength) {
        return Counting.bincount(this, null, minLength);
    }

    /// For each number from 0 on the sum of the weights of the elements that have it.
    ///
    /// @param weights one for each element; integers give float64
    public Tensor bincount(Tensor weights, int minLength) {
        return Counting.bincount(this, weights, minLength);
    }

    /// How many elements, in this type, fall into each of `bins` equal parts of the range from `min` to `max`; others do not count.
    ///
    /// @param max above `min`; both equal stand for the range of the values
    public Tensor histc(int bins, double min, double max) {
        return Counting.histc(this, bins, min, max);
    }

    /// How many elements, or how much of `weight`, lie between every two neighbours of `edges`, the lower one included, of the last two
    /// both; what is outside does not count.
    ///
    /// @param edges ascending, of the type of this tensor
    /// @param weight one for each element, or null
    /// @param density whether the counts are divided by their sum and by the widths
    public Histogram histogram(Tensor edges, Tensor weight, boolean density) {
        return Histograms.histogram(this, edges, weight, density);
    }

    /// The same for `bins` of equal width from `min` to `max`; if both are equal, from the smallest to the largest element.
    public Histogram histogram(int bins, double min, double max, Tensor weight, boolean density) {
        return Histograms.histogram(this, Histograms.edges(this, bins, min, max), weight, density);
    }

    /// Where (int64) each element of `values` belongs in the ascending rows of this tensor: the number of elements that are smaller, or
    /// with `right` not larger.
    ///
    /// @param values of this shape but for the last dimension; any shape if this tensor is a vector
    public Tensor searchSorted(Tensor values, boolean right) {
        return Sorting.searchSorted(this, values, right);
    }

    /// The number (int64) of the bucket of each element: how many of the ascending `boundaries` (a vector) are smaller, or with `right`
    /// not larger.
    public Tensor bucketize(Tensor boundaries, boolean right) {
        return Sorting.bucketize(this, boundaries, right);
    }

    // ---------------------------------------------------------------------------------------------------------- products

    /// Matrix product with PyTorch's rules: vectors are taken as a row on the left and a column on the right, leading dimensions are
    /// batches and broadcast. `[.., m, k]` times `[.., k, n]` gives `[.., m, n]`.
    ///
    /// @throws ShapeException if the inner sizes differ or the batches cannot be broadcast
    public Tensor matmul(Tensor other) {
        return Products.matmul(this, other, null);
    }

    /// [#matmul(Tensor)] `+ bias` in one pass: the chains of multiply-adds start from the bias.
    ///
    /// @param other at least two dimensions
    /// @param bias one number a column, `[n]`
    public Tensor matmul(Tensor other, Tensor bias) {
        return Products.matmul(this, other, bias);
    }

    // ---------------------------------------------------------------------------------------------------------- views and indexing

    /// The same elements in row-major order under another shape; a view where the memory allows it, else a copy. One size may be -1.
    public Tensor reshape(int... sizes) {
        return Views.reshape(this, Views.inferred(this, sizes));
    }

    public Tensor reshape(Shape shape) {
        return Views.reshape(this, shape);
    }

    /// Joins the dimensions from `startDim` to `endDim` into one.
    public Tensor flatten(int startDim, int endDim) {
        return reshape(Joining.flattened(shape(), startDim, endDim));
    }

    /// Dimension `i` of the result is dimension `dims[i]` of this tensor; a view.
    public Tensor permute(int... dims) {
        return Views.permute(this, dims);
    }

    /// Two dimensions exchanged; a view.
    public Tensor transpose(int dim0, int dim1) {
        return Views.transpose(this, dim0, dim1);
    }

    /// The last two dimensions exchanged; a view.
    public Tensor mT() {
        return Views.transpose(this, -2, -1);
    }

    /// Sizes of 1 stretched and leading dimensions added; a view.
    public Tensor expand(Shape target) {
        return target.equals(shape()) ? this : as(layout().expand(target));
    }

    /// As [#expand(Shape)]; -1 leaves a dimension as it is.
    public Tensor expand(int... sizes) {
        return Views.expand(this, sizes);
    }

    /// Stretched to the shape of another tensor; a view.
    public Tensor expandAs(Tensor other) {
        return expand(other.shape());
    }

    /// Dimensions `source[i]` moved to the places `destination[i]`, the others in their order around them; a view.
    public Tensor movedim(int[] source, int[] destination) {
        return Views.movedim(this, source, destination);
    }

    /// One dimension moved to another place; a view.
    public Tensor movedim(int source, int destination) {
        return Views.movedim(this, new int[] {source}, new int[] {destination});
    }

    /// [#transpose] under NumPy's name.
    public Tensor swapaxes(int dim0, int dim1) {
        return transpose(dim0, dim1);
    }

    /// One dimension split into several; one size may be -1.
    public Tensor unflatten(int dim, int... sizes) {
        return Views.unflatten(this, dim, sizes);
    }

    /// With at least one dimension: a scalar becomes `[1]`.
    public Tensor atLeast1d() {
        return Views.atLeast(1, this);
    }

    /// With at least two dimensions: a vector becomes a row `[1, n]`.
    public Tensor atLeast2d() {
        return Views.atLeast(2, this);
    }

    /// With at least three dimensions: a vector becomes `[1, n, 1]`, a matrix `[m, n, 1]`.
    public Tensor atLeast3d() {
        return Views.atLeast(3, this);
    }

    /// The elements of a diagonal over two dimensions, as a new last dimension; a view.
    ///
    /// @param offset 0 for the main diagonal, positive above it, negative below
    public Tensor diagonal(int offset, int dim1, int dim2) {
        return Views.diagonal(this, offset, dim1, dim2);
    }

    /// Windows of `size` elements along `dim`, each starting `step` after the one before: `dim` counts them, a new last dimension runs
    /// through each; a view.
    public Tensor unfold(int dim, int size, int step) {
        return Views.unfold(this, dim, size, step);
    }

    /// Parts of `size` positions along `dim`, the last one possibly smaller; views.
    public List<Tensor> split(int size, int dim) {
        return Splitting.split(this, size, dim);
    }

    /// Parts of these sizes, which add up to that of `dim`; views.
    public List<Tensor> split(int[] sizes, int dim) {
        return Splitting.split(this, sizes, dim);
    }

    /// Parts of equal size along `dim`, the last one possibly smaller; at most `chunks` of them; views.
    public List<Tensor> chunk(int chunks, int dim) {
        return Splitting.chunk(this, chunks, dim);
    }

    /// Exactly `sections` parts along `dim` whose sizes differ by one at most, the larger ones first; views.
    public List<Tensor> tensorSplit(int sections, int dim) {
        return Splitting.tensorSplit(this, sections, dim);
    }

    /// The parts along `dim` before, between and behind these positions, with Python's rules for bounds; views.
    public List<Tensor> tensorSplit(int[] indices, int dim) {
        return Splitting.tensorSplit(this, indices, dim);
    }

    /// Every position of `dim` by itself, without that dimension; views.
    public List<Tensor> unbind(int dim) {
        return Splitting.unbind(this, dim);
    }

    /// Elements moved on by `shifts[i]` along `dims[i]`; those that leave at the end come in at the start. Without dimensions in row-major
    /// order.
    public Tensor roll(int[] shifts, int... dims) {
        return Rearranging.roll(this, shifts, dims);
    }

    /// Elements moved on by `shift` along one dimension.
    public Tensor roll(int shift, int dim) {
        return Rearranging.roll(this, new int[] {shift}, dim);
    }

    /// Turned by quarters from `dim0` toward `dim1`.
    ///
    /// @param times how many quarters; negative ones turn back
    public Tensor rot90(int times, int dim0, int dim1) {
        return Rearranging.rot90(this, times, dim0, dim1);
    }

    /// The whole tensor repeated along each dimension; additional numbers stand for new leading dimensions.
    public Tensor repeat(int... times) {
        return Rearranging.repeat(this, times);
    }

    /// As [#repeat]; leading numbers that are missing are 1.
    public Tensor tile(int... times) {
        return Rearranging.tile(this, times);
    }

    /// Every position of `dim` repeated `times` times, side by side.
    public Tensor repeatInterleave(int times, int dim) {
        return Rearranging.repeatInterleave(this, times, dim);
    }

    /// Position `i` of `dim` repeated `times[i]` times, side by side.
    ///
    /// @param times int64 or int32, one number for each position or one for all
    public Tensor repeatInterleave(Tensor times, int dim) {
        return Rearranging.repeatInterleave(this, times, dim);
    }

    /// The lower triangles of matrices (the last two dimensions), zeros above.
    ///
    /// @param diagonal the last one kept: 0 the main diagonal, positive above it, negative below
    public Tensor tril(int diagonal) {
        return Triangles.lower(this, diagonal);
    }

    /// The upper triangles of matrices (the last two dimensions), zeros below.
    ///
    /// @param diagonal the first one kept
    public Tensor triu(int diagonal) {
        return Triangles.upper(this, diagonal);
    }

    /// A vector as a diagonal of a square matrix, or a diagonal of a matrix as a vector (a view).
    public Tensor diag(int offset) {
        return Triangles.diag(this, offset);
    }

    /// The last dimension as a diagonal of matrices over two new dimensions of the result, zeros elsewhere.
    public Tensor diagEmbed(int offset, int dim1, int dim2) {
        return Triangles.embed(this, offset, dim1, dim2);
    }

    /// `length` positions of one dimension from `start` on; a view.
    public Tensor narrow(int dim, int start, int length) {
        return Views.narrow(this, dim, start, length);
    }

    /// Positions `start, start + step, ...` before `end` of one dimension, with Python's rules for bounds; a view.
    public Tensor slice(int dim, int start, int end, int step) {
        return Views.slice(this, dim, start, end, step);
    }

    /// One position of one dimension, which vanishes; a view.
    public Tensor select(int dim, int index) {
        return Views.select(this, dim, index);
    }

    /// The order of some dimensions reversed; a view.
    public Tensor flip(int... dims) {
        return Views.flip(this, dims);
    }

    /// Without the dimensions of size 1; a view.
    public Tensor squeeze() {
        return Views.squeeze(this);
    }

    /// Without these dimensions where their size is 1; an empty array leaves all; a view.
    public Tensor squeeze(int... dims) {
        return Views.squeeze(this, dims);
    }

    /// With a new dimension of size 1 before position `dim`; a view.
    public Tensor unsqueeze(int dim) {
        return Views.unsqueeze(this, dim);
    }

    /// Element `index` along `dim`, for every element of `index`: `out[i][j] = this[index[i][j]][j]` for `dim` 0.
    ///
    /// @param index int64 or int32, of this rank; no larger than this tensor in the other dimensions
    public Tensor gather(int dim, Tensor index) {
        return Indexing.gather("gather", this, dim, index);
    }

    /// The rows (positions along `dim`) that a one-dimensional `index` names, in its order.
    public Tensor indexSelect(int dim, Tensor index) {
        return Indexing.indexSelect(this, dim, index);
    }

    /// A copy with `source` added at the positions `index` names along `dim`; positions may repeat.
    public Tensor scatterAdd(int dim, Tensor index, Tensor source) {
        return Indexing.scatter("scatterAdd", ScatterOp.ADD, this, dim, index, source);
    }

    /// A copy with the elements of `source` written to the positions `index` names along `dim`; where one is named twice the last stays.
    ///
    /// @param source of this type, at least as large as the index
    public Tensor scatter(int dim, Tensor index, Tensor source) {
        return Indexing.scatter("scatter", ScatterOp.SET, this, dim, index, source);
    }

    /// A copy with one number written to the positions `index` names along `dim`.
    public Tensor scatter(int dim, Tensor index, double value) {
        return Indexing.scatter(this, dim, index, value);
    }

    /// A copy in which the elements of `source` are joined at the positions `index` names along `dim`.
    ///
    /// @param includeSelf whether the element that was there counts too; elements that nothing meets stay in any case
    public Tensor scatterReduce(int dim, Tensor index, Tensor source, ScatterReduction reduction, boolean includeSelf) {
        return Scattering.reduce(this, dim, index, source, reduction, includeSelf);
    }

    /// For the gradient of [#scatterReduce] with means: how many numbers each element is the mean of, at least 1, in this type.
    public Tensor scatterCounts(int dim, Tensor index, Shape source, boolean includeSelf) {
        return Scattering.counts(this, dim, index, source, includeSelf);
    }

    /// A copy with the rows (positions along `dim`) of `source` added to those that a one-dimensional `index` names; rows may repeat.
    public Tensor indexAdd(int dim, Tensor index, Tensor source) {
        return Indexing.indexed("indexAdd", ScatterOp.ADD, this, dim, index, source);
    }

    /// A copy with the rows of `source` in the place of those that a one-dimensional `index` names; where one is named twice the last
    /// stays.
    public Tensor indexCopy(int dim, Tensor index, Tensor source) {
        return Indexing.indexed("indexCopy", ScatterOp.SET, this, dim, index, source);
    }

    /// A copy with one number in the rows that a one-dimensional `index` names; negative positions count from the end.
    public Tensor indexFill(int dim, Tensor index, double value) {
        return maskedFill(indexMask(dim, index), value);
    }

    /// True in the rows that a one-dimensional `index` names, with size 1 in all other dimensions.
    public Tensor indexMask(int dim, Tensor index) {
        return Indexing.rowMask("indexFill", this, dim, index);
    }

    /// The elements at row-major positions, in the shape of the index; negative positions count from the end.
    public Tensor take(Tensor index) {
        return Indexing.take(this, index);
    }

    /// [#gather] with the other dimensions of both broadcast against each other.
    public Tensor takeAlongDim(Tensor index, int dim) {
        return Indexing.takeAlongDim(this, index, dim);
    }

    /// A copy with the elements of `source` written, or added, at row-major positions; negative ones count from the end.
    public Tensor put(Tensor index, Tensor source, boolean accumulate) {
        return Indexing.put(this, index, source, accumulate);
    }

    /// One number where the mask is true; mask and tensor are broadcast against each other. The type stays this one's.
    public Tensor maskedFill(Tensor mask, double value) {
        return Masks.fill(this, mask, value);
    }

    /// As [#maskedFill(Tensor, double)].
    ///
    /// @param value without dimensions
    public Tensor maskedFill(Tensor mask, Tensor value) {
        return Masks.fill(this, mask, value);
    }

    /// The elements where the mask is true, in row-major order, as a vector; mask and tensor are broadcast against each other.
    public Tensor maskedSelect(Tensor mask) {
        return Masks.select(this, mask);
    }

    /// A copy with the first elements of `source`, in row-major order, where the mask is true; mask and tensor are broadcast.
    ///
    /// @param source of this type, with at least as many elements as the mask names
    public Tensor maskedScatter(Tensor mask, Tensor source) {
        return Masks.scatter(this, mask, source);
    }

    /// Where the elements are that are not 0 (int64, `[n, rank]`), in row-major order.
    public Tensor nonzero() {
        return Masks.nonzero(this);
    }

    /// Class numbers as rows (int64) with a 1 in the place of the class, in a new last dimension.
    ///
    /// @param classes how many; -1 for the largest number and one
    public Tensor oneHot(int classes) {
        return Indexing.oneHot(this, classes);
    }

    /// What stands at `x[items]`, see [Index]; a view where no tensor is among them.
    public Tensor index(Index... items) {
        return IndexPlan.of("index", this, items).read();
    }

    /// A copy with other numbers at `x[items]`; where a place is named twice the last stays, or all are added to what was there.
    ///
    /// @param values of this type, broadcast to the chosen part
    public Tensor indexPut(Tensor values, boolean accumulate, Index... items) {
        return IndexPlan.put(this, values, accumulate, items);
    }

    /// A copy with one number at `x[items]`.
    public Tensor indexPut(double value, Index... items) {
        return indexPut(scalar(Masks.fitting("indexPut", this, value), dtype(), device()), false, items);
    }

    /// A view of the same memory.
    Tensor as(Layout layout) {
        return new Tensor(view.as(layout), backend);
    }

    // ---------------------------------------------------------------------------------------------------------- checks and text

    /// Fails unless both live on one device.
    ///
    /// @throws DeviceException naming both devices and the remedy
    public static void checkSameDevice(String operation, Tensor a, Tensor b) {
        Objects.requireNonNull(a, () -> operation + ": the first operand is null");
        Objects.requireNonNull(b, () -> operation + ": the second operand is null");
        if (!a.device().equals(b.device()))
            throw new DeviceException(operation + ": operands live on " + a.device() + " and " + b.device() + " (got " + a.shape() + ", "
                    + b.shape() + "); move one with to(device)");
    }

    /// Type and shape for messages, for example `float32 [2, 3]`.
    public String describe() {
        return dtype() + " " + shape();
    }

    /// The numbers as NumPy prints them.
    @Override
    public String toString() {
        return TensorPrinter.print(this);
    }

    /// Outside a step scope memory is fresh, and a device of its own may copy to it while it goes on computing.
    private static Tensor upload(Object array, DType dtype, Shape shape, Device device) {
        Backend backend = Backends.of(device);
        if (backend.lead(dtype) == 0 && (!StepScope.isOpen() || backend.isRecording()))
            return new Tensor(new View(backend.upload(dtype, array), Layout.contiguous(shape)), backend);
        Tensor out = empty(Layout.contiguous(shape), dtype, device);
        backend.upload(array, out.view.storage(), out.layout().offset());
        return out;
    }

    private static Shape checked(int values, Shape shape) {
        Objects.requireNonNull(shape, "Tensor.of: shape is null");
        if (values != shape.numel())
            throw new ShapeException("of", values + " values do not fill a shape of " + shape.numel() + " elements", shape);
        return shape;
    }

    private static DType floating(String operation, DType dtype) {
        Objects.requireNonNull(dtype, () -> operation + ": dtype is null; use DType.F32");
        if (!dtype.isFloating())
            throw new DTypeException(operation + ": needs a floating type (got " + dtype + ")");
        return dtype;
    }
}
