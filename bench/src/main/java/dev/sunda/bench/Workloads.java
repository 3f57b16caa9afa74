package dev.sunda.bench;

import static dev.sunda.autograd.GradMode.noGrad;
import static dev.sunda.bench.Measure.FORWARD;
import static dev.sunda.bench.Measure.FORWARD_BATCH1;
import static dev.sunda.bench.Measure.TRAIN;
import static dev.sunda.nn.functional.Losses.crossEntropy;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Backends;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.Layer;
import dev.sunda.optim.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// What a kind of case computes. All data are random numbers with the same seed every time.
///
/// Data arrive in the memory format in which a network hands them over: the input of a convolution, pooling or normalisation and the
/// gradient that comes back to it are channels-last, because layers before and after it made them so; the images a whole model gets are
/// row-major, as a loader delivers them. Weights are what the layer itself made. Nobody asks for a format beyond that.
final class Workloads {
    private static final String ENGINE = "engine";
    private static final String NO_IMAGES = "-";
    private static final List<Measure> BOTH_WAYS = List.of(FORWARD, TRAIN);
    private static final long SEED = 1;

    private Workloads() {
    }

    /// `[m, k] x [k, n]`, forward only.
    static Case gemm(String name, int m, int n, int k) {
        return new Case(name, NO_IMAGES, List.of(FORWARD), (dtype, device) -> {
            var rng = new Rng(SEED);
            Tensor x = Tensor.randn(Shape.of(m, k), rng, dtype, device);
            Tensor y = Tensor.randn(Shape.of(k, n), rng, dtype, device);
            return Map.of(FORWARD, () -> x.matmul(y));
        }, () -> Map.of(FORWARD, Work.of((double) m * n * k, (double) m * k + (double) k * n + (double) m * n)));
    }

    /// A convolution of `n` square images of side `hw` with a square kernel and bias.
    static Case conv2d(String name, int n, int in, int hw, int out, int kernel, Conv2d.Options options) {
        return images(name, () -> new Conv2d(in, out, kernel, options, new Rng(SEED)), n, in, hw, hw);
    }

    /// A layer in training mode, on channels-last images of this shape.
    static Case images(String name, Supplier<Layer> layer, int... shape) {
        return new Case(name, ENGINE, BOTH_WAYS, (dtype, device) -> {
            Layer made = layer.get();
            made.to(dtype);
            made.to(device);
            Tensor images = Tensor.randn(Shape.of(shape), new Rng(SEED), dtype, device);
            boolean channelsLast = Backends.of(device).imageLayout(images.shape()).isChannelsLast();
            return forwardAndBackward(made::forward, channelsLast ? images.channelsLast() : images, made.parameters());
        }, () -> work(LayerWork.ofLayer(layer.get(), Tensor.zeros(shape))));
    }

    /// A function without parameters.
    ///
    /// @param forward numbers read and written for each of the input
    /// @param train the same with the gradient
    static Case unary(String name, UnaryOperator<Variable> f, Shape shape, int forward, int train) {
        return new Case(name, NO_IMAGES, BOTH_WAYS,
                (dtype, device) -> forwardAndBackward(f, Tensor.randn(shape, new Rng(SEED), dtype, device), List.of()),
                () -> Map.of(FORWARD, Work.moving((double) forward * shape.numel()), TRAIN, Work.moving((double) train * shape.numel())));
    }

    /// A part of a model, as [#layer], recorded as in training where the device can do that.
    static Case block(String name, Function<Rng, Layer> layer, Shape shape) {
        Case eager = layer(name, layer, shape);
        return new Case(name, eager.layout(), eager.measures(), (dtype, device) -> {
            Map<Measure, Runnable> calls = eager.prepare().apply(dtype, device);
            var recorded = new RecordedStep(List.of(), inputs -> {
                calls.get(TRAIN).run();
                return inputs.getFirst();
            }, Tensor.zeros(1).to(device));
            return RecordedStep.where(device, calls, recorded::run);
        }, eager.work());
    }

    /// A layer in training mode on row-major data of this shape, with the gradients of its parameters and its input.
    static Case layer(String name, Function<Rng, Layer> layer, Shape shape) {
        return new Case(name, NO_IMAGES, BOTH_WAYS, (dtype, device) -> {
            var rng = new Rng(SEED);
            Layer made = layer.apply(rng);
            made.to(dtype);
            made.to(device);
            return forwardAndBackward(made::forward, Tensor.randn(shape, rng, dtype, device), made.parameters());
        }, () -> work(LayerWork.ofLayer(layer.apply(new Rng(SEED)), Tensor.zeros(shape.sizes()))));
    }

    /// A whole classifier with cross-entropy: training step, inference on the batch, inference on its first sample. Inference has a
    /// network of its own, so that it does not depend on whether somebody trained before.
    ///
    /// @param stepping numbers that the optimizer reads and writes for each parameter
    static Case model(String name, Function<Rng, Layer> network, Shape input, int classes, Function<List<Parameter>, Optimizer> optimizer,
            int stepping) {
        return new Case(name, ENGINE, List.of(TRAIN, FORWARD, FORWARD_BATCH1), (dtype, device) -> {
            var rng = new Rng(SEED);
            Layer net = network.apply(rng);
            net.to(dtype);
            net.to(device);
            Optimizer steps = optimizer.apply(net.parameters());
            Tensor images = Tensor.randn(input, rng, dtype, device);
            Tensor labels = labels(input.size(0), classes, rng).to(device);
            Layer finished = network.apply(rng);
            finished.to(dtype);
            finished.to(device);
            finished.eval();
            Tensor first = images.narrow(0, 0, 1);
            var recorded = new RecordedStep(net.parameters(), inputs -> lossAndGradients(net, inputs.getFirst(), inputs.getLast()), images,
                    labels);
            return RecordedStep.where(device, Map.of(TRAIN, () -> {
                steps.zeroGrad();
                lossAndGradients(net, images, labels);
                steps.step();
            }, FORWARD, () -> noGrad(() -> finished.forward(images)), FORWARD_BATCH1, () -> noGrad(() -> finished.forward(first))), () -> {
                recorded.run();
                steps.step();
            });
        }, () -> {
            Layer net = network.apply(new Rng(SEED));
            LayerWork work = LayerWork.ofNetwork(net, Tensor.zeros(input.sizes()));
            LayerWork single = LayerWork.ofNetwork(network.apply(new Rng(SEED)), Tensor.zeros(input.sizes()).narrow(0, 0, 1));
            double parameters = net.parameters().stream().mapToDouble(p -> p.shape().numel()).sum();
            return Map.of(TRAIN, work.train().then(Work.moving(stepping * parameters)), FORWARD, work.forward(), FORWARD_BATCH1,
                    single.forward());
        });
    }

    private static Tensor lossAndGradients(Layer net, Tensor images, Tensor labels) {
        Variable loss = crossEntropy(net.forward(images), labels);
        loss.backward();
        return loss.data();
    }

    /// A function of several tensors, with the gradients of all.
    static Case several(String name, Function<List<Variable>, Variable> f, Work forward, Work train, Shape... shapes) {
        return new Case(name, NO_IMAGES, BOTH_WAYS, (dtype, device) -> {
            var rng = new Rng(SEED);
            List<Tensor> inputs = Arrays.stream(shapes).map(shape -> Tensor.randn(shape, rng, dtype, device)).toList();
            List<Variable> leaves = inputs.stream().map(Variable::tracked).toList();
            List<Variable> constants = inputs.stream().map(Variable::of).toList();
            Tensor dy = Tensor.randn(noGrad(() -> f.apply(leaves)).shape(), rng, dtype, device);
            return Map.of(FORWARD, () -> noGrad(() -> f.apply(constants)), TRAIN,
                    () -> Gradients.gradients(List.of(f.apply(leaves)), List.of(Variable.of(dy)), leaves, false));
        }, () -> Map.of(FORWARD, forward, TRAIN, train));
    }

    /// What has no gradient.
    static Case forward(String name, UnaryOperator<Tensor> f, Shape shape, Work work) {
        return new Case(name, NO_IMAGES, List.of(FORWARD), (dtype, device) -> {
            Tensor x = Tensor.randn(shape, new Rng(SEED), dtype, device);
            return Map.of(FORWARD, () -> f.apply(x));
        }, () -> Map.of(FORWARD, work));
    }

    /// One step of an optimizer over parameters of these shapes, whose gradients stay the same.
    ///
    /// @param stepping numbers read and written for each parameter
    static Case optimizer(String name, Function<List<Parameter>, Optimizer> optimizer, List<Shape> shapes, int stepping) {
        return new Case(name, NO_IMAGES, List.of(TRAIN), (dtype, device) -> {
            var rng = new Rng(SEED);
            List<Parameter> parameters =
                    shapes.stream().map(shape -> new Parameter(Tensor.randn(shape, rng, dtype, device))).toList();
            parameters.forEach(parameter -> parameter.setGrad(Tensor.randn(parameter.shape(), rng, dtype, device)));
            Optimizer steps = optimizer.apply(parameters);
            return Map.of(TRAIN, steps::step);
        }, () -> Map.of(TRAIN, Work.moving(stepping * shapes.stream().mapToDouble(Shape::numel).sum())));
    }

    private static Map<Measure, Runnable> forwardAndBackward(UnaryOperator<Variable> f, Tensor input, List<Parameter> parameters) {
        Variable x = Variable.tracked(input);
        var leaves = new ArrayList<Variable>(parameters);
        leaves.add(x);
        Tensor y = noGrad(() -> f.apply(x)).data();
        Tensor random = Tensor.randn(y.shape(), new Rng(SEED), y.dtype(), y.device());
        Tensor dy = y.layout().isChannelsLast() ? random.channelsLast() : random;
        return Map.of(FORWARD, () -> noGrad(() -> f.apply(Variable.of(input))), TRAIN,
                () -> Gradients.gradients(List.of(f.apply(x)), List.of(Variable.of(dy)), leaves, false));
    }

    private static Map<Measure, Work> work(LayerWork layer) {
        return Map.of(FORWARD, layer.forward(), TRAIN, layer.train());
    }

    private static Tensor labels(int count, int classes, Rng rng) {
        long[] labels = new long[count];
        for (int i = 0; i < count; i++)
            labels[i] = rng.nextInt(classes);
        return Tensor.of(labels);
    }
}
