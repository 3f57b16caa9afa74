package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Backends;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.Finish;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/// Runs a convolution and its gradients on the interpreted kernels and compares them with the naive loops.
final class ConvolutionCheck {
    private static final Backend KERNELS = Backends.of(new Device("ptx", 0));
    private static final Map<List<Object>, Backend> OTHERS = new ConcurrentHashMap<>();
    private static final Backend REFERENCE = Backends.of(Device.REFERENCE);
    /// What lies around and between the elements of a result, and must still do so afterwards.
    private static final double BETWEEN = 777;

    private ConvolutionCheck() {
    }

    /// How the elements of a test tensor lie in memory.
    enum Order {
        CONTIGUOUS, CHANNELS_LAST, SHIFTED, SLICED, FLIPPED;

        Layout layout(Shape shape) {
            return switch (this) {
                case CONTIGUOUS -> Layout.contiguous(shape);
                case CHANNELS_LAST -> shape.rank() > 2 ? Layout.channelsLast(shape) : Layout.contiguous(shape);
                case SHIFTED -> Layout.strided(shape, Layout.contiguous(shape).strides(), 1);
                case SLICED -> {
                    int[] sizes = shape.sizes();
                    Arrays.setAll(sizes, d -> 2 * sizes[d]);
                    Layout whole = Layout.contiguous(Shape.of(sizes));
                    for (int d = 0; d < shape.rank(); d++)
                        whole = whole.slice(d, d % 2, shape.size(d), 2);
                    yield whole;
                }
                case FLIPPED -> {
                    Layout whole = Layout.contiguous(shape);
                    for (int d = 0; d < shape.rank(); d++)
                        whole = whole.slice(d, Math.max(0, shape.size(d) - 1), shape.size(d), -1);
                    yield whole;
                }
            };
        }

        int room(Shape shape) {
            return this == SLICED ? shape.numel() << shape.rank() : shape.numel() + (this == SHIFTED ? 1 : 0);
        }
    }

    /// The numbers of a tensor on the host, and how they lie.
    private record Host(DType dtype, double[] data, Layout layout) {
        static Host random(DType dtype, Shape shape, Order order, Random random) {
            var data = new double[order.room(shape)];
            Arrays.setAll(data, _ -> random.nextFloat() * 2 - 1);
            return new Host(dtype, data, order.layout(shape));
        }

        static Host result(DType dtype, Shape shape, Order order) {
            var data = new double[order.room(shape)];
            Arrays.fill(data, BETWEEN);
            return new Host(dtype, data, order.layout(shape));
        }

        /// A factor: the naive loops get it rounded, the kernels round for themselves.
        View on(Backend backend, Precision precision) {
            if (backend != REFERENCE || dtype == DType.F64 || precision == Precision.FLOAT32)
                return on(backend);
            var rounded = new double[data.length];
            Arrays.setAll(rounded, i -> Rounded.to(precision, data[i]));
            return new Host(dtype, rounded, layout).on(backend);
        }

        View on(Backend backend) {
            if (dtype == DType.F64)
                return new View(backend.upload(dtype, data), layout);
            var floats = new float[data.length];
            for (int i = 0; i < floats.length; i++)
                floats[i] = (float) data[i];
            return new View(backend.upload(dtype, floats), layout);
        }
    }

    /// A convolution with its tensors.
    ///
    /// @param target order of the results
    /// @param multiprocessors of the GPU that tiles and slices are to suit
    /// @param sizes from which on Winograd's algorithm is taken
    record Case(ConvSpec spec, DType dtype, Order order, Order target, long seed, Precision precision, int multiprocessors,
            WinogradSizes sizes) {
        Case(ConvSpec spec, DType dtype, Order order, Order target, long seed, Precision precision, int multiprocessors) {
            this(spec, dtype, order, target, seed, precision, multiprocessors, WinogradSizes.LARGE);
        }

        Case(ConvSpec spec, DType dtype, Order order, Order target, long seed) {
            this(spec, dtype, order, target, seed, Precision.FLOAT32, GemmConvolution.MULTIPROCESSORS);
        }

        void run() {
            var random = new Random(seed);
            Host x = Host.random(dtype, spec.inputShape(), order, random);
            Host w = Host.random(dtype, spec.weightShape(), order, random);
            Host dy = Host.random(dtype, spec.outputShape(), order, random);
            Host bias = random.nextBoolean() ? Host.random(dtype, Shape.of(spec.outChannels()), Order.SLICED, random) : null;
            Host shift = random.nextBoolean() ? Host.random(dtype, Shape.of(spec.inChannels()), Order.SLICED, random) : null;
            List<Host> finish = List.of(Host.random(dtype, Shape.of(spec.outChannels()), Order.CONTIGUOUS, random),
                    Host.random(dtype, Shape.of(spec.outChannels()), Order.SLICED, random));
            double taps = spec.axes().stream().mapToInt(Window::kernel).reduce(1, (a, b) -> a * b);
            double positions = (double) spec.batch() * spec.axes().stream().mapToInt(Window::out).reduce(1, (a, b) -> a * b);
            compare("conv", spec.outputShape(), true, taps * spec.inChannels() / spec.groups(),
                    (b, out) -> b.conv(spec, x.on(b, precision), w.on(b, precision), on(b, bias), out));
            compare("conv with finish", spec.outputShape(), true, taps * spec.inChannels() / spec.groups(),
                    (b, out) -> b.conv(spec, x.on(b, precision), w.on(b, precision), on(b, bias),
                            new Finish(finish.get(0).on(b), null, finish.get(1).on(b), null, true), out));
            compare("convInput", spec.inputShape(), true, taps * spec.outChannels() / spec.groups(),
                    (b, out) -> b.convInput(spec, dy.on(b, precision), w.on(b, precision), on(b, shift), out));
            compare("convWeight", spec.weightShape(), true, positions,
                    (b, out) -> b.convWeight(spec, x.on(b, ofWeight()), dy.on(b, ofWeight()), out));
        }

        /// Gradients of weights with many taps stay what they are.
        private Precision ofWeight() {
            return spec.axes().stream().mapToInt(Window::kernel).sum() + 3 - spec.axes().size() > 31 ? Precision.FLOAT32 : precision;
        }

        /// The convolution alone, once.
        void runForward() {
            var random = new Random(seed);
            Host x = Host.random(dtype, spec.inputShape(), order, random);
            Host w = Host.random(dtype, spec.weightShape(), order, random);
            Host bias = Host.random(dtype, Shape.of(spec.outChannels()), Order.CONTIGUOUS, random);
            double taps = spec.axes().stream().mapToInt(Window::kernel).reduce(1, (a, b) -> a * b);
            compare("conv", spec.outputShape(), false, taps * spec.inChannels() / spec.groups(),
                    (b, out) -> b.conv(spec, x.on(b, precision), w.on(b, precision), bias.on(b), out));
        }

        private Backend kernels() {
            if (precision == Precision.FLOAT32 && multiprocessors == GemmConvolution.MULTIPROCESSORS && !isWinograd())
                return KERNELS;
            return OTHERS.computeIfAbsent(List.of(precision, multiprocessors, sizes),
                    _ -> Mirrored.convolving(precision, multiprocessors, sizes));
        }

        private boolean isWinograd() {
            return sizes != WinogradSizes.LARGE;
        }

        /// Of Winograd's algorithm 2e-6 of the largest pixel times the sum of the weights, as on the CPU, which are half the terms here.
        private double tolerance(double terms) {
            return dtype == DType.F32 ? 1e-6 + (isWinograd() ? 1e-6 : 1e-7) * terms : 2e-15 + 2e-16 * terms;
        }

        private void compare(String what, Shape shape, boolean twice, double terms, Operation operation) {
            double tolerance = tolerance(terms);
            double[] actual = run(kernels(), shape, operation);
            double[] expected = run(REFERENCE, shape, operation);
            for (int i = 0; i < expected.length; i++)
                if (!(Math.abs(actual[i] - expected[i]) <= tolerance))
                    assertThat(actual[i]).as("%s: element %d of %s of %s", what, i, shape, this).isEqualTo(expected[i]);
            if (twice)
                assertThat(run(kernels(), shape, operation)).as(what + " once more").isEqualTo(actual);
        }

        /// All of the result's memory, also what does not belong to it.
        private double[] run(Backend backend, Shape shape, Operation operation) {
            View out = Host.result(dtype, shape, target).on(backend);
            operation.run(backend, out);
            return doubles(backend.download(out.storage(), 0, out.storage().numel()));
        }

        private static View on(Backend backend, Host host) {
            return host == null ? null : host.on(backend);
        }
    }

    @FunctionalInterface
    private interface Operation {
        void run(Backend backend, View out);
    }

    static double[] doubles(Object array) {
        if (array instanceof double[] numbers)
            return numbers;
        float[] floats = (float[]) array;
        var numbers = new double[floats.length];
        Arrays.setAll(numbers, i -> floats[i]);
        return numbers;
    }
}
