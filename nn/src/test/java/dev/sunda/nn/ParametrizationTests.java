package dev.sunda.nn;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.OpChecks;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Weights that are computed from others.
class ParametrizationTests {
    private final Rng rng = new Rng(3);

    private Tensor normal(int... sizes) {
        return Tensor.randn(Shape.of(sizes), rng, DType.F64, Device.CPU);
    }

    /// Layers with something in dimension 0 or 1 of their weight, and an input each takes.
    private List<Layer> layers() {
        return List.of(new Linear(4, 3, rng), new Conv2d(4, 3, 2, rng), new ConvTranspose1d(4, 2, 3, rng));
    }

    private Tensor input(Layer layer) {
        return layer instanceof Linear ? normal(5, 4) : layer instanceof Conv2d ? normal(2, 4, 3, 3) : normal(2, 4, 5);
    }

    @Test
    void weightNormChangesNothingAtFirstAndTrainsLengthsApart() {
        for (Layer layer : layers()) {
            layer.to(DType.F64);
            Tensor x = input(layer);
            Tensor before = layer.forward(x).data();
            Parametrizations.weightNorm(layer);
            assertThat(layer.stateDict().keySet()).containsExactly("bias", "parametrizations.weight.original0",
                    "parametrizations.weight.original1");
            assertClose("value", layer.forward(x).data(), before, 1e-12);
            layer.forward(x).square().sum().backward();
            layer.namedParameters().forEach((name, p) -> assertThat(p.grad().abs().amax(Dims.all()).item()).as(name).isPositive());
            OpChecks.derivatives(v -> layer.forward(v.getFirst()), List.of(x));
        }
    }

    /// The lengths are what the parameter says, whatever the direction's are.
    @Test
    void theWeightHasTheGivenLengths() {
        var layer = Parametrizations.weightNorm(new Linear(2, 2, false, rng));
        var state = layer.stateDict();
        state.put("parametrizations.weight.original0", Tensor.of(new float[] {10, 2}, Shape.of(2, 1)));
        state.put("parametrizations.weight.original1", Tensor.of(new float[] {3, 4, 0, 7}, Shape.of(2, 2)));
        layer.loadStateDict(state, true);
        assertThat(layer.forward(Tensor.of(new float[] {1, 0, 0, 1}, Shape.of(2, 2))).data().toFloatArray()).containsExactly(6, 0, 8, 2);
        var whole = Parametrizations.weightNorm(new Linear(2, 2, rng), "weight", null);
        assertThat(whole.namedParameters().get("parametrizations.weight.original0").shape()).isEqualTo(Shape.SCALAR);
        var columns = Parametrizations.weightNorm(new Linear(4, 3, rng), "weight", 1);
        assertThat(columns.namedParameters().get("parametrizations.weight.original0").shape()).isEqualTo(Shape.of(1, 4));
    }

    @Test
    void spectralNormDividesByTheLargestSingularValue() {
        var layer = new Linear(2, 2, false, rng);
        layer.weight().set(Tensor.of(new float[] {0, -5, 2, 0}, Shape.of(2, 2)));
        Parametrizations.spectralNorm(layer, rng);
        for (int i = 0; i < 5; i++)
            layer.forward(Tensor.ones(1, 2));
        Tensor y = layer.forward(Tensor.of(new float[] {1, 0, 0, 1}, Shape.of(2, 2))).data();
        assertClose("y", y.to(DType.F64), Tensor.of(new double[] {0, 0.4, -1, 0}, Shape.of(2, 2)), 1e-5);
    }

    @Test
    void singularVectorsMoveInTrainingOnly() {
        for (Layer layer : layers()) {
            layer.to(DType.F64);
            Parametrizations.spectralNorm(layer, rng);
            assertThat(layer.stateDict().keySet()).containsExactly("bias", "parametrizations.weight.original",
                    "parametrizations.weight.0._u", "parametrizations.weight.0._v");
            boolean transposed = layer instanceof ConvTranspose1d;
            assertThat(layer.stateDict().get("parametrizations.weight.0._u").shape()).isEqualTo(Shape.of(transposed ? 2 : 3));
            Tensor x = input(layer);
            var state = layer.stateDict();
            layer.forward(x);
            assertThat(layer.stateDict().get("parametrizations.weight.0._v").toDoubleArray())
                    .isNotEqualTo(state.get("parametrizations.weight.0._v").toDoubleArray());
            layer.eval();
            state = layer.stateDict();
            OpChecks.derivatives(v -> layer.forward(v.getFirst()), List.of(x));
            assertThat(layer.stateDict().get("parametrizations.weight.0._v").toDoubleArray())
                    .isEqualTo(state.get("parametrizations.weight.0._v").toDoubleArray());
            layer.forward(x).square().sum().backward();
            layer.namedParameters().forEach((name, p) -> assertThat(p.grad().abs().amax(Dims.all()).item()).as(name).isPositive());
        }
    }

    /// Two calls before one backward pass, as with real and generated images: each goes with the vectors of its own call.
    @Test
    void laterCallsDoNotDisturbEarlierGraphs() {
        var layer = Parametrizations.spectralNorm(new Linear(4, 3, false, rng), rng);
        layer.to(DType.F64);
        Variable x = Variable.tracked(normal(2, 4));
        var start = layer.stateDict();
        Variable alone = Variable.gradients(layer.forward(x).square().sum(), List.of(x), false).getFirst();
        layer.loadStateDict(start, true);
        Variable first = layer.forward(x).square().sum();
        layer.forward(x);
        assertThat(Variable.gradients(first, List.of(x), false).getFirst().data().toDoubleArray()).isEqualTo(alone.data().toDoubleArray());
    }

    @Test
    void aJoinedConvolutionReadsTheSameWeight() {
        var conv = new Conv2d(2, 3, 3, rng);
        var net = new Sequential(conv, new BatchNorm2d(3), new Relu());
        Parametrizations.weightNorm(conv);
        conv.namedParameters().get("parametrizations.weight.original0").set(Tensor.full(Shape.of(3, 1, 1, 1), 4, DType.F32, Device.CPU));
        net.eval();
        Tensor x = Tensor.randn(Shape.of(1, 2, 5, 5), rng);
        Tensor apart = net.children().get(2).forward(net.children().get(1).forward(conv.forward(x))).data();
        assertClose("joined", net.forward(x).data(), apart, 1e-5);
    }

    @Test
    void removingKeepsTheNumbers() {
        var layer = Parametrizations.weightNorm(new Linear(4, 3, rng));
        layer.namedParameters().get("parametrizations.weight.original0").set(Tensor.ones(3, 1));
        Tensor x = Tensor.ones(1, 4);
        float[] y = layer.forward(x).data().toFloatArray();
        Parametrizations.remove(layer, "weight");
        assertThat(layer.stateDict().keySet()).containsExactlyInAnyOrder("weight", "bias");
        assertThat(layer.forward(x).data().toFloatArray()).isEqualTo(y);
        assertThat(layer.children()).isEmpty();
        assertThatThrownBy(() -> Parametrizations.remove(layer, "weight"))
                .hasMessage("Linear: no parametrised parameter has this name (got 'weight')");
    }

    /// What is parametrised to be twice a parameter is that: value and gradients of every layer are those with doubled parameters, whether
    /// computed alone or joined with others, and every parameter counts.
    @Test
    void everyLayerReadsEveryParameterThroughItsParametrisation() {
        for (LayerUse use : LayerUse.all(rng)) {
            use.call().get();                                        // running statistics other than the first
            use.layer().parameters().forEach(p -> p.set(p.data().add(Tensor.randn(p.shape(), rng).mul(0.1))));
            doubled(use);
            use.layer().eval();
            doubled(use);
        }
    }

    private static void doubled(LayerUse use) {
        Layer layer = use.layer();
        List<Parameter> parameters = layer.parameters();
        Map<String, Tensor> state = layer.stateDict();
        parameters.forEach(p -> p.set(p.data().mul(2)));
        Variable expected = use.call().get();
        List<Tensor> gradients = gradients(expected, parameters);

        layer.loadStateDict(state, true);
        owners(layer).forEach(owner -> List.copyOf(owner.ownParameters().keySet())
                .forEach(name -> Parametrizations.parametrize(owner, name, new Lambda(p -> p.mul(2)))));
        Variable y = use.call().get();
        assertThat(y.data().toFloatArray()).as(layer.describe()).isEqualTo(expected.data().toFloatArray());
        List<Tensor> actual = gradients(y, parameters);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).toFloatArray()).as(layer.describe()).isEqualTo(gradients.get(i).mul(2).toFloatArray());
            if (!layer.isTraining())                                 // in training batch norms take biases out again
                assertThat(actual.get(i).abs().amax(Dims.all()).item()).as(layer.describe() + " " + actual.get(i).shape()).isPositive();
        }
        owners(layer).forEach(owner -> owner.parameterNames().forEach(name -> Parametrizations.remove(owner, name)));
        layer.loadStateDict(state, true);
    }

    private static List<Tensor> gradients(Variable y, List<Parameter> parameters) {
        return Variable.gradients(y.square().sum(), parameters, false).stream().map(Variable::data).toList();
    }

    /// The layer and all below, without those that only say how a parameter is computed.
    private static List<Layer> owners(Layer layer) {
        return Stream.concat(Stream.of(layer), layer.namedLayers().values().stream()).filter(owner -> !(owner instanceof Parametrization))
                .toList();
    }

    /// So that no layer is left out of the list above. A class that holds parameters names their type.
    @Test
    void everyLayerThatHoldsParametersIsTried() throws IOException {
        var tried =
                LayerUse.all(rng).stream().flatMap(use -> owners(use.layer()).stream()).map(Object::getClass).collect(Collectors.toSet());
        try (var files = Files.list(Path.of("src/main/java/dev/sunda/nn"))) {
            assertThat(files.filter(file -> file.toString().matches(".*[A-Z]\\w+\\.java")).map(ParametrizationTests::type)
                    .filter(type -> Layer.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())
                            && holdsParameters(type)))
                    .hasSizeGreaterThan(25).isSubsetOf(tried);
        }
    }

    private static Class<?> type(Path file) {
        try {
            return Class.forName("dev.sunda.nn." + file.getFileName().toString().replace(".java", ""));
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean holdsParameters(Class<?> layer) {
        for (Class<?> type = layer; type != Layer.class; type = type.getSuperclass())
            try {
                if (Files.readString(Path.of("src/main/java/dev/sunda/nn/" + type.getSimpleName() + ".java"))
                        .contains("import dev.sunda.autograd.Parameter;"))
                    return true;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        return false;
    }

    /// Values and gradients from PyTorch 2.13, the parameters `sin(0.7 j + i + 1)` with the number `i` of the parameter.
    @Test
    void aWeightNormedLstmComputesWhatPyTorchDoes() {
        var lstm = new Lstm(2, 2, rng);
        Parametrizations.weightNorm(lstm, "weight_ih_l0", 0);
        Parametrizations.weightNorm(lstm, "weight_hh_l0", null);
        lstm.to(DType.F64);
        List<Parameter> parameters = lstm.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter p = parameters.get(i);
            p.set(Tensor.arange(0, p.shape().numel(), 1, DType.F64, Device.CPU).mul(0.7).add(i + 1).sin().reshape(p.shape().sizes()));
        }
        Variable y = lstm.forward(Tensor.arange(0, 6, 1, DType.F64, Device.CPU).mul(0.5).add(1).cos().reshape(3, 1, 2));
        assertClose("y", y.data(), Tensor.of(new double[] {-0.1679075954574115, -0.434429721254913, -0.18830886188675153,
            -0.2452070405335528, -0.2049501642843817, -0.19011188913387997}, y.shape()), 1e-12);
        y.square().sum().backward();
        assertClose("lengths of weight_ih", lstm.namedParameters().get("parametrizations.weight_ih_l0.original0").grad(),
                Tensor.of(new double[] {-0.00041220583467505093, -0.0111345485200817, -0.0037420122791940505, -0.019758768575776214,
                    0.0007695942904061005, -0.0037210774633889792, -0.0804022180013077, -0.09064807984847523}, Shape.of(8, 1)),
                1e-12);
        assertClose("length of weight_hh", lstm.namedParameters().get("parametrizations.weight_hh_l0.original0").grad(),
                Tensor.scalar(0.0005414666980149969, DType.F64, Device.CPU), 1e-12);
        assertClose("direction of weight_hh", lstm.namedParameters().get("parametrizations.weight_hh_l0.original1").grad().narrow(0, 0, 2),
                Tensor.of(new double[] {0.00015176051580107774, 0.0004246918093670868, 0.0010291020213095065, 0.0021821100589372727},
                        Shape.of(2, 2)),
                1e-12);
    }

    /// A change of low rank, begun at zero.
    private static final class LowRank extends Layer {
        private final Parameter a;
        private final Parameter b;

        LowRank(int out, int in, Rng rng) {
            a = parameter("a", Tensor.randn(Shape.of(1, in), rng));
            b = parameter("b", Tensor.zeros(out, 1));
        }

        @Override
        protected Variable compute(Variable weight) {
            return weight.add(current(b).matmul(current(a)));
        }
    }

    @Test
    void aLayerOfOnesOwnTrainsAFrozenWeight() {
        var layer = new Linear(4, 3, rng);
        layer.freeze();
        Tensor x = Tensor.randn(Shape.of(2, 4), rng);
        Tensor before = layer.forward(x).data();
        var low = new LowRank(3, 4, rng);
        Parametrizations.parametrize(layer, "weight", low);
        assertThat(layer.stateDict().keySet()).containsExactly("bias", "parametrizations.weight.original", "parametrizations.weight.0.a",
                "parametrizations.weight.0.b");
        assertThat(layer.forward(x).data().toFloatArray()).isEqualTo(before.toFloatArray());
        layer.forward(x).sum().backward();
        assertThat(layer.weight().grad()).isNull();
        Tensor gradient = low.namedParameters().get("b").grad();     // sum over the rows of x of a . x
        assertClose("b", gradient.to(DType.F64), low.namedParameters().get("a").data().matmul(x.mT()).sum().to(DType.F64).expand(3, 1),
                1e-5);
        low.namedParameters().get("b").set(Tensor.ones(3, 1));
        Tensor after = layer.forward(x).data();
        Parametrizations.remove(layer, "weight");
        assertThat(layer.parameters()).allMatch(Parameter::isFrozen);
        assertThat(layer.forward(x).data().toFloatArray()).isEqualTo(after.toFloatArray()).isNotEqualTo(before.toFloatArray());
    }

    @Test
    void parametrisationsFollowOneAnother() {
        var layer = Parametrizations.weightNorm(new Linear(2, 2, false, rng));
        layer.namedParameters().get("parametrizations.weight.original1").set(Tensor.of(new float[] {3, 4, 0, 7}, Shape.of(2, 2)));
        layer.namedParameters().get("parametrizations.weight.original0").set(Tensor.of(new float[] {5, 1}, Shape.of(2, 1)));
        layer.eval();
        Parametrizations.parametrize(layer, "weight", new Sequential(new Lambda(w -> w.add(1)), new Dropout(0.5, rng)));
        Parametrizations.parametrize(layer, "weight", new Lambda(w -> w.mul(10)));
        assertThat(layer.namedLayers().keySet()).contains("parametrizations.weight.1.1", "parametrizations.weight.2")
                .doesNotContain("parametrizations.weight.0");
        assertThat(layer.forward(Tensor.of(new float[] {1, 0, 0, 1}, Shape.of(2, 2))).data().toFloatArray()).containsExactly(40, 10, 50,
                20);
    }

    @Test
    void aParametrisationKeepsShapeAndType() {
        var layer = new Linear(2, 3, rng);
        assertThatThrownBy(() -> Parametrizations.parametrize(layer, "weight", new Lambda(w -> w.mT()))).isInstanceOf(ShapeException.class)
                .hasMessage("parametrize: Lambda() must keep the shape of the parameter (got [3, 2], [2, 3])");
        assertThatThrownBy(() -> Parametrizations.parametrize(layer, "bias", new Lambda(w -> w.to(DType.F64))))
                .hasMessage("parametrize: Lambda() must keep the type of the parameter (got float32, result float64); "
                        + "convert the layer with to(DType)");
        assertThatThrownBy(() -> Parametrizations.parametrize(layer, "bias", layer))
                .hasMessageStartingWith("parametrize: Linear(2 -> 3) contains the layer whose parameter it is to compute");
        assertThat(layer.stateDict().keySet()).containsExactly("weight", "bias");
    }

    /// One step of power iteration in a call of a layer, whichever way it is called.
    @Test
    void aCallAsksOnce() {
        var counted = new AtomicInteger();
        var attention = new MultiheadAttention(4, 2, MultiheadAttention.Options.DEFAULT.withCausal(true), rng);
        Parametrizations.parametrize(attention, "in_proj_weight", new Lambda(w -> {
            counted.incrementAndGet();
            return w;
        }));
        counted.set(0);
        Tensor x = Tensor.randn(Shape.of(3, 1, 4), rng);
        attention.forward(x);
        assertThat(counted).hasValue(1);
        attention.decode(Variable.of(x), new KeyValueCache(8));
        assertThat(counted).hasValue(2);
    }

    @Test
    void onlyWhatALayerReadsThatWayCanBeParametrised() {
        assertThatThrownBy(() -> Parametrizations.weightNorm(new Linear(2, 2, rng), "wieght", 0))
                .hasMessage("Linear: no parameter of this name can be parametrised (got 'wieght'); those that can are [weight, bias]");
        assertThatThrownBy(() -> Parametrizations.weightNorm(new BatchNorm1d(2))).isInstanceOf(ShapeException.class)
                .hasMessage("weightNorm: a vector has no parts but itself; use null for the dimension (got [2])");
        var own = new Layer() {
            private final Parameter weight = parameter("weight", Tensor.ones(2));

            @Override
            protected Variable compute(Variable x) {
                return x.mul(weight);
            }
        };
        assertThatThrownBy(() -> Parametrizations.weightNorm(own, "weight", null)).hasMessageEndingWith("those that can are []");
        var twice = Parametrizations.weightNorm(new Linear(2, 2, rng));
        assertThatThrownBy(() -> Parametrizations.weightNorm(twice)).hasMessage(
                "Linear: 'weight' is parametrised already; make it a plain parameter with Parametrizations.remove before");
        var layer = new Linear(2, 2, rng);
        assertThatThrownBy(() -> Parametrizations.weightNorm(layer, "weight", 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Parametrizations.spectralNorm(layer, "weight", 0, 0, 1e-12, rng))
                .hasMessage("SpectralNorm: the number of iterations must be at least 1 (got 0)");
        assertThat(layer.stateDict().keySet()).containsExactly("weight", "bias");
    }
}
