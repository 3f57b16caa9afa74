package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerTests {
    /// A net that calls its children by hand.
    private static final class Net extends Layer {
        private final Sequential encoder;
        private final Linear head;
        private final Dropout dropout;

        Net(long seed) {
            var rng = new Rng(seed);
            encoder = child("encoder",
                    new Sequential(new Conv2d(1, 2, 3, rng), new BatchNorm2d(2), new Relu(), new GlobalAvgPool2d(), new Flatten()));
            dropout = child("dropout", new Dropout(0.5, rng));
            head = child("head", new Linear(2, 4, rng));
        }

        @Override
        protected Variable compute(Variable x) {
            return head.forward(dropout.forward(encoder.forward(x)));
        }
    }

    private static Tensor image() {
        return Tensor.randn(Shape.of(3, 1, 5, 5), new Rng(5));
    }

    @Test
    void namesFollowRegistration() {
        var net = new Net(1);
        assertThat(net.namedParameters().keySet()).containsExactly("encoder.0.weight", "encoder.0.bias", "encoder.1.weight",
                "encoder.1.bias",
                "head.weight", "head.bias");
        assertThat(net.namedBuffers().keySet()).containsExactly("encoder.1.running_mean", "encoder.1.running_var",
                "encoder.1.num_batches_tracked");
        assertThat(net.stateDict().keySet()).containsExactly("encoder.0.weight", "encoder.0.bias", "encoder.1.weight", "encoder.1.bias",
                "encoder.1.running_mean", "encoder.1.running_var", "encoder.1.num_batches_tracked", "head.weight", "head.bias");
        assertThat(net.namedLayers().keySet()).containsExactly("encoder", "encoder.0", "encoder.1", "encoder.2", "encoder.3", "encoder.4",
                "dropout",
                "head");
        assertThat(net.randomStates().keySet()).containsExactly("dropout.rng");
        assertThat(net.stateDict().get("encoder.1.num_batches_tracked").describe()).isEqualTo("int64 []");
    }

    @Test
    void aSharedParameterIsListedOnceAndSavedTwice() {
        var shared = new Linear(2, 2, new Rng(1));
        var net = new Sequential(shared, new Relu(), shared);
        assertThat(net.parameters()).hasSize(2);
        assertThat(net.stateDict().keySet()).containsExactly("0.weight", "0.bias", "2.weight", "2.bias");
    }

    @Test
    void refusesBadNamesAndCycles() {
        var rng = new Rng(1);
        var layers = new LinkedHashMap<String, Layer>();
        layers.put("a.b", new Relu());
        assertThatThrownBy(() -> new Sequential(layers)).hasMessageContaining("a name must not be empty or contain a dot (got 'a.b')");
        assertThatThrownBy(() -> new Layer() {
            {
                child("x", new Relu());
                parameter("x", Tensor.zeros(1));
            }

            @Override
            protected Variable compute(Variable x) {
                return x;
            }
        }).hasMessageContaining("the name 'x' is used twice");
        var inner = new Sequential(new Linear(1, 1, rng));
        var outer = new Sequential(inner);
        assertThatThrownBy(() -> inner.child("loop", outer)).hasMessageContaining("layer 'loop' contains this layer");
    }

    @Test
    void errorsNameTheLayer() {
        var net = new Sequential(new Flatten(), new Sequential(new Linear(784, 512, new Rng(1)), new Relu()));
        assertThatThrownBy(() -> net.forward(Tensor.zeros(32, 28, 27))).isInstanceOf(ShapeException.class)
                .hasMessage("in 1.0 Linear(784 -> 512): matmul: left has 756 columns but right has 784 rows (got [32, 756], [784, 512])");
    }

    @Test
    void errorsNameTheLayerAlsoWhenChildrenAreCalledByHand() {
        var net = new Net(1);
        assertThatThrownBy(() -> net.forward(Tensor.zeros(1, 3, 5, 5))).isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("in encoder.0 Conv2d(1 -> 2, kernel 3): conv2d: input has 3 channels but weight expects 1");
        assertThatThrownBy(() -> new Linear(2, 3, new Rng(1)).forward(Tensor.zeros(1, 3)))
                .hasMessageStartingWith("in Linear(2 -> 3): matmul: ");
        assertThat(net.forward(image()).shape()).isEqualTo(Shape.of(3, 4));          // the call stack is in order after an error
    }

    @Test
    void theDilatedKernelThatDoesNotFitIsExplained() {
        var conv = new Conv2d(1, 1, 3, Conv2d.Options.DEFAULT.withDilation(2), new Rng(1));
        assertThatThrownBy(() -> conv.forward(Tensor.zeros(1, 1, 3, 3))).isInstanceOf(ShapeException.class)
                .hasMessage(
                        "in Conv2d(1 -> 1, kernel 3, dilation 2): conv2d: a kernel of 3 with dilation 2 spans 5 pixels but the "
                                + "padded input has 3 (3 + padding 0 + 0), so there is no output; padding 2 would keep the size "
                                + "(got [1, 1, 3, 3], [1, 1, 3, 3])");
    }

    @Test
    void modesReachAllLayers() {
        var net = new Net(1);
        assertThat(net.isTraining()).isTrue();
        net.eval();
        assertThat(net.namedLayers().values()).noneMatch(Layer::isTraining);
        float[] once = net.forward(image()).data().toFloatArray();
        assertThat(net.forward(image()).data().toFloatArray()).isEqualTo(once);
        net.train();
        assertThat(net.namedLayers().values()).allMatch(Layer::isTraining);
        assertThat(net.forward(image()).data().toFloatArray()).isNotEqualTo(once);
    }

    @Test
    void frozenParametersGetNoGradient() {
        var net = new Net(1);
        net.freeze();
        assertThat(net.forward(image()).requiresGrad()).isFalse();
        net.unfreeze();
        net.forward(image()).sum().backward();
        assertThat(net.parameters()).allMatch(p -> p.grad() != null);
        net.zeroGrad();
        assertThat(net.parameters()).allMatch(p -> p.grad() == null);
    }

    @Test
    void stateDictIsACopyAndComesBack() {
        var net = new Net(1);
        net.forward(image());
        var saved = net.stateDict();
        float[] weight = saved.get("head.weight").toFloatArray();
        var other = new Net(2);
        other.loadStateDict(saved, true);
        net.eval();
        other.eval();
        assertThat(other.forward(image()).data().toFloatArray()).isEqualTo(net.forward(image()).data().toFloatArray());
        net.parameters().forEach(p -> p.update(x -> x.copyFrom(Tensor.zeros(1))));
        assertThat(saved.get("head.weight").toFloatArray()).isEqualTo(weight);
    }

    @Test
    void stateDictOutlivesAStepScope() {
        var net = new Net(1);
        LinkedHashMap<String, Tensor> saved;
        try (var _ = StepScope.open()) {
            net.forward(image()).sum().backward();
            saved = new LinkedHashMap<>(net.stateDict());
        }
        saved.values().forEach(Tensor::toFloatArray);
        net.namedBuffers().values().forEach(buffer -> buffer.data().toFloatArray());
        net.forward(image());
    }

    @Test
    void aStateDictThatDoesNotFitChangesNothing() {
        var net = new Net(1);
        var state = new LinkedHashMap<>(new Net(2).stateDict());
        state.remove("encoder.0.bias");
        state.put("extra", Tensor.zeros(1));
        state.put("head.weight", Tensor.zeros(5, 2));
        state.put("head.bias", Tensor.zeros(Shape.of(4), DType.F64, Device.CPU));
        float[] before = net.head.weight().data().toFloatArray();
        assertThatThrownBy(() -> net.loadStateDict(state, true)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "loadStateDict: the tensors do not fit Net; missing: encoder.0.bias; unexpected: extra; mismatched: head.weight "
                                + "(the model has float32 [4, 2], got float32 [5, 2]), head.bias "
                                + "(the model has float32 [4], got float64 [4])");
        float[] convolution = net.namedParameters().get("encoder.0.weight").data().toFloatArray();
        assertThatThrownBy(() -> net.loadStateDict(state, false)).hasMessageContaining("mismatched: head.weight")
                .hasMessageNotContaining("extra");
        assertThat(net.head.weight().data().toFloatArray()).isEqualTo(before);
        assertThat(net.namedParameters().get("encoder.0.weight").data().toFloatArray()).isEqualTo(convolution);
        state.remove("head.weight");
        state.remove("head.bias");
        net.loadStateDict(state, false);
        assertThat(net.head.weight().data().toFloatArray()).isEqualTo(before);
        assertThat(net.namedParameters().get("encoder.0.weight").data().toFloatArray()).isNotEqualTo(convolution);
    }

    @Test
    void randomStatesContinueWithTheSameBits() {
        var net = new Net(1);
        net.forward(image());
        long position = net.randomStates().get("dropout.rng").position();
        var state = net.stateDict();
        float[] expected = net.forward(image()).data().toFloatArray();
        var resumed = new Net(1);
        resumed.loadStateDict(state, true);
        resumed.randomStates().get("dropout.rng").seek(position);
        assertThat(resumed.forward(image()).data().toFloatArray()).isEqualTo(expected);
    }

    @Test
    void movesToAnotherDevice() {
        var net = new Net(1);
        net.eval();
        float[] expected = net.forward(image()).data().toFloatArray();
        net.to(Device.REFERENCE);
        assertThat(net.parameters()).allMatch(p -> p.device().equals(Device.REFERENCE));
        Tensor moved = net.forward(image().to(Device.REFERENCE)).data();
        assertThat(moved.device()).isEqualTo(Device.REFERENCE);
        for (int i = 0; i < expected.length; i++)
            assertThat(moved.toFloatArray()[i]).isCloseTo(expected[i], within(1e-5f));
    }

    @Test
    void printsItsStructure() {
        assertThat(new Net(1)).hasToString("""
                Net(
                  (encoder): Sequential(
                    (0): Conv2d(1 -> 2, kernel 3)
                    (1): BatchNorm2d(2)
                    (2): Relu()
                    (3): GlobalAvgPool2d()
                    (4): Flatten()
                  )
                  (dropout): Dropout(p 0.5)
                  (head): Linear(2 -> 4)
                )""");
    }

    @Test
    void sameSeedSameParameters() {
        List<float[]> first = new Net(7).parameters().stream().map(Parameter::data).map(Tensor::toFloatArray).toList();
        assertThat(new Net(7).parameters().stream().map(Parameter::data).map(Tensor::toFloatArray).toList())
                .containsExactlyElementsOf(first);
    }

    @Test
    void whatDiffersIsReportedWhereThatIsAllowed() {
        var linear = new Linear(2, 3, new Rng(1));
        var given = new LinkedHashMap<>(linear.stateDict());
        given.remove("bias");
        given.put("other", Tensor.ones(1));
        assertThat(linear.loadStateDict(given, false)).isEqualTo(new Layer.Differences(List.of("bias"), List.of("other")));
        assertThat(linear.loadStateDict(linear.stateDict(), true)).isEqualTo(new Layer.Differences(List.of(), List.of()));
    }

    /// A language model whose last layer shares the table of the first one.
    private static final class Tied extends Layer {
        private final Embedding table;
        private final Linear head;

        Tied(long seed) {
            table = child("wte", new Embedding(5, 3, new Rng(seed)));
            head = child("lm_head", new Linear(table.weight(), null));
        }

        @Override
        protected Variable compute(Variable x) {
            return head.forward(table.forward(x));
        }
    }

    @Test
    void layersShareParameters() {
        var tied = new Tied(1);
        assertThat(tied.parameters()).containsExactly(tied.table.weight());
        assertThat(tied.stateDict().keySet()).containsExactly("wte.weight", "lm_head.weight");
        tied.forward(Tensor.of(1L, 4)).sum().backward();
        Tensor rows = tied.table.weight().data();
        Tensor sum = rows.sum(Dims.of(0)).expand(5, 3);              // through the lookup, for the rows looked up
        Tensor both = rows.select(0, 1).add(rows.select(0, 4)).expand(5, 3);             // through the head, for all
        Tensor looked = Tensor.of(0f, 1, 0, 0, 1).unsqueeze(1);
        assertThat(tied.table.weight().grad().allClose(both.add(sum.mul(looked)), 1e-5, 1e-6, false)).isTrue();
        assertThatThrownBy(() -> new Linear(tied.table.weight(), tied.table.weight())).isInstanceOf(ShapeException.class)
                .hasMessageContaining("as many elements as the weight has rows");
    }

    @Test
    void oneNameOfASharedParameterIsEnough() {
        var from = new Tied(1);
        for (String dropped : List.of("wte.weight", "lm_head.weight")) {
            var to = new Tied(2);
            var given = new LinkedHashMap<>(from.stateDict());
            given.remove(dropped);
            assertThat(to.loadStateDict(given, true).missing()).isEmpty();
            assertThat(to.table.weight().data().toFloatArray()).isEqualTo(from.table.weight().data().toFloatArray());
        }
        assertThatThrownBy(() -> new Tied(2).loadStateDict(Map.of(), true)).hasMessageContaining("wte.weight, lm_head.weight");
    }

    @Test
    void aChildIsReplacedInItsPlace() {
        var net = new Net(1);
        net.to(DType.F64);
        var head = new Linear(2, 7, new Rng(3));
        assertThat(net.replaceChild("head", head)).isSameAs(head);
        assertThat(net.namedLayers().get("head")).isSameAs(head);
        net.replaceChild("encoder", new Identity());
        assertThat(net.namedLayers().keySet()).as("the order stays").containsExactly("encoder", "dropout", "head");
        assertThatThrownBy(() -> net.replaceChild("tail", head)).hasMessage(
                "Net: there is no layer 'tail' to replace; there are [encoder, dropout, head], and child(name, layer) adds one");
        assertThatThrownBy(() -> net.replaceChild("head", net)).hasMessageContaining("contains this layer");
        assertThatThrownBy(() -> net.replaceChild("head", null)).hasMessage(
                "Net: layer 'head' is null; leave it out, or use Identity");
        assertThat(net.namedLayers().get("head")).isSameAs(head);
    }

    @Test
    void channelsAndClassesAtTheEndAreRecognised() {
        assertThatThrownBy(() -> new Conv2d(3, 2, 3, new Rng(1)).forward(Tensor.ones(1, 8, 8, 3))).isInstanceOf(ShapeException.class)
                .hasMessage("in Conv2d(3 -> 2, kernel 3): conv2d: input has 8 channels but weight expects 3; channels are dimension 1, and "
                        + "movedim(-1, 1) brings them there from the end (got [1, 8, 8, 3], [2, 3, 3, 3])");
        assertThatThrownBy(() -> new Conv2d(3, 2, 3, new Rng(1)).forward(Tensor.ones(1, 8, 8, 4)))
                .hasMessageContaining("weight expects 3 (got");
    }

    /// A layer that forgets to answer.
    private static final class Silent extends Layer {
        @Override
        protected Variable compute(Variable x) {
            return null;
        }
    }

    @Test
    void nothingIsNoInputAndNoResult() {
        assertThatThrownBy(() -> new Linear(2, 3, new Rng(1)).forward((Variable) null)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Linear(2 -> 3): the input is null");
        assertThatThrownBy(() -> new Linear(2, 3, new Rng(1)).forward((Tensor) null)).hasMessage("Variable.of: the tensor is null");
        assertThatThrownBy(() -> new Silent().forward(Tensor.ones(2))).isInstanceOf(IllegalStateException.class)
                .hasMessage("Silent(): the result is null; compute must return a Variable");
        Variable q = Variable.of(Tensor.ones(3, 1, 4));
        assertThatThrownBy(() -> new MultiheadAttention(4, 2, new Rng(1)).forward(q, q, q, null))
                .hasMessage("MultiheadAttention: masks is null; use Masks.NONE");
    }
}
