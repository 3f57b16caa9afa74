package dev.sunda.nn;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.GroupNorms;
import dev.sunda.nn.functional.Normalizations;
import dev.sunda.nn.functional.Normalizations.RunningStatistics;
import dev.sunda.nn.functional.OpChecks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Layers that normalise; expectations from PyTorch 2.13.
class NormLayersTests {
    private static final Tensor TWO_CHANNELS = Tensor.of(2.0, -1.0);

    private static <L extends Layer> L wide(L layer) {
        layer.to(DType.F64);
        return layer;
    }

    /// In place, but with the bits of the functions, which make new tensors, and of shares computed by the program.
    @Test
    void runningStatisticsAreThoseOfTheFunctions() {
        for (DType dtype : List.of(DType.F32, DType.F64))
            for (Double momentum : new Double[] {0.1, null}) {
                var norm = new BatchNorm1d(3, BatchNorm.Options.DEFAULT.withMomentum(momentum));
                var instances = new InstanceNorm1d(3,
                        InstanceNorm.Options.DEFAULT.withMomentum(momentum).withTrackRunningStats(true));
                norm.to(dtype);
                instances.to(dtype);
                var start = new RunningStatistics(Tensor.zeros(3).to(dtype), Tensor.ones(3).to(dtype));
                RunningStatistics expected = start, expectedOfInstances = start;
                for (int batch = 1; batch <= 3; batch++) {
                    Variable x = Variable.of(Tensor.randn(Shape.of(5, 3, 7), new Rng(batch)).to(dtype));
                    norm.forward(x);
                    instances.forward(x);
                    double share = momentum == null ? 1.0 / batch : momentum;
                    expected = Normalizations.batchNorm(x, null, null, 1e-5).follow(expected, share);
                    expectedOfInstances = GroupNorms.instanceNorm(x, null, null, 1e-5).follow(expectedOfInstances, share);
                }
                assertFollowed(norm, expected);
                assertFollowed(instances, expectedOfInstances);
            }
    }

    private static void assertFollowed(Layer norm, RunningStatistics expected) {
        assertThat(norm.stateDict().get("running_mean").to(DType.F64).toDoubleArray())
                .containsExactly(expected.mean().to(DType.F64).toDoubleArray());
        assertThat(norm.stateDict().get("running_var").to(DType.F64).toDoubleArray())
                .containsExactly(expected.variance().to(DType.F64).toDoubleArray());
        assertThat(norm.stateDict().get("num_batches_tracked").toLongArray()).containsExactly(3);
    }

    @Test
    void aBatchWithoutElementsIsCountedAndChangesNothingElse() {
        for (Layer norm : List.of(new BatchNorm2d(2),
                new InstanceNorm2d(2, InstanceNorm.Options.DEFAULT.withTrackRunningStats(true)))) {
            norm.forward(Variable.of(Tensor.zeros(0, 2, 3, 3)));
            Map<String, Tensor> state = norm.stateDict();
            assertThat(state.get("num_batches_tracked").toLongArray()).containsExactly(1);
            assertThat(state.get("running_mean").toFloatArray()).containsOnly(0);
            assertThat(state.get("running_var").toFloatArray()).containsOnly(1);
        }
    }

    @Test
    void withoutMomentumTheRunningStatisticsAreTheAverageOfAllBatches() {
        var norm = wide(new BatchNorm1d(3, BatchNorm.Options.DEFAULT.withMomentum(null)));
        norm.forward(ramp(4, 3));
        norm.forward(ramp(2, 3, 3).mul(2));
        var state = norm.stateDict();
        assertClose("mean", state.get("running_mean"), -0.114583333333, 0.395833333333, -0.354166666667);
        assertClose("variance", state.get("running_var"), 2.08697916667, 1.48541666667, 1.48541666667);
        assertThat(state.get("num_batches_tracked").toLongArray()).containsExactly(2);
        assertThat(norm.describe()).isEqualTo("BatchNorm1d(3, average of all batches)");
    }

    @Test
    void batchNormTakesVolumes() {
        var norm = wide(new BatchNorm3d(2));
        assertClose("y", norm.forward(ramp(2, 2, 1, 2, 2)).data(), -1.15030053156, 0.801724612905, -0.313718326789, 1.63830681768, 0.0,
                -1.56890977157, 1.17668232867, -0.392227442891, -0.871439796636, 1.08058534783, -0.0348575918654, -1.15030053156,
                0.392227442891, -1.17668232867, 1.56890977157, 0.0);
        assertClose("variance", norm.stateDict().get("running_var"), 0.991852678571, 0.946428571429);
    }

    @Test
    void instanceNormFollowsTheAverageOverSamples() {
        var norm = wide(new InstanceNorm2d(2,
                InstanceNorm.Options.DEFAULT.withAffine(true).withTrackRunningStats(true).withMomentum(0.3)));
        norm.weight().set(TWO_CHANNELS);
        norm.bias().set(Tensor.of(0.5, 0.25));
        assertClose("training", norm.forward(ramp(2, 2, 2, 2)).data(), -2.12611416833, 1.55044566733, -0.550445667331, 3.12611416833,
                0.0500025599508, 1.64998208034, -1.14998208034, 0.449997440049, -0.945782852706, 3.5522082446, 0.981927617569,
                -1.58835300946, 0.0500025599508, 1.64998208034, -1.14998208034, 0.449997440049);
        assertClose("mean", norm.stateDict().get("running_mean"), -0.065625, 0.075);
        assertClose("variance", norm.stateDict().get("running_var"), 1.00234375, 0.85625);
        norm.eval();
        assertClose("evaluation", norm.forward(ramp(2, 2, 2)).data(), -1.86596718891, 1.62992100579, -0.367729391184, 3.12815880351,
                0.060880974906, 1.1415611183, -0.749629132639, 0.331051010755);
        assertThat(norm.describe()).isEqualTo("InstanceNorm2d(2, momentum 0.3, affine, running statistics)");
    }

    @Test
    void groupsShareTheirStatistics() {
        var norm = wide(new GroupNorm(2, 4));
        norm.weight().set(Tensor.of(2.0, -1.0, 1.0, 3.0));
        norm.bias().set(Tensor.of(0.5, 0.25, 0.0, 1.0));
        assertClose("y", norm.forward(ramp(2, 4, 2)).data(), -2.12611416833, 1.55044566733, 0.775222833666, -1.06305708416, 0.199997440049,
                -1.39998208034, 5.19994624103, 0.400007679853, -0.945782852706, 3.5522082446, 0.00903619121571, 1.29417650473,
                0.199997440049, -1.39998208034, 5.19994624103, 0.400007679853);
        assertThat(norm.describe()).isEqualTo("GroupNorm(4, groups 2)");
        assertThat(new GroupNorm(1, 2, new GroupNorm.Options(0.1, true, false)).describe())
                .isEqualTo("GroupNorm(2, groups 1, eps 0.1, no bias)");
    }

    /// Small numbers show the machine epsilon, which is another one in each type.
    @Test
    void theRootMeanSquareHasTheEpsilonOfTheType() {
        assertClose("float64", wide(new RmsNorm(3)).forward(ramp(2, 3).mul(1e-8)).data(), -0.733021715391, 0.293208686156, -0.293208686156,
                0.727825914233, 0.145565182847, -0.43669554854);
        Tensor y = new RmsNorm(3).forward(ramp(2, 3).mul(1e-4).to(DType.F32)).data();
        OpChecks.assertClose("float32", y.to(DType.F64), Tensor.of(new double[] {-0.352029889822, 0.140811949968, -0.140811949968,
            0.351449668407, 0.0702899247408, -0.210869804025}, Shape.of(2, 3)), 1e-6);
    }

    @Test
    void channelsRespondToTheirNeighbours() {
        var norm = new LocalResponseNorm(3, 0.5, 0.75, 2);
        assertClose("y", norm.forward(ramp(1, 4, 2)).data(), -0.668835371084, 0.267534148434, -0.266629806979, 0.649108895435,
                0.137517741405, -0.394623876819, 0.55794798077, 0.0);
        assertThat(norm.describe()).isEqualTo("LocalResponseNorm(3, alpha 0.5, beta 0.75, k 2.0)");
    }

    @Test
    void stateHasPyTorchsNames() {
        var all = List.of("weight", "bias", "running_mean", "running_var", "num_batches_tracked");
        assertThat(new BatchNorm1d(2).stateDict().keySet()).containsExactlyElementsOf(all);
        assertThat(new InstanceNorm1d(2, InstanceNorm.Options.DEFAULT.withAffine(true).withTrackRunningStats(true)).stateDict().keySet())
                .containsExactlyElementsOf(all);
        assertThat(new InstanceNorm3d(2).stateDict()).isEmpty();
        assertThat(new GroupNorm(1, 2, new GroupNorm.Options(1e-5, true, false)).stateDict().keySet()).containsExactly("weight");
        assertThat(new GroupNorm(1, 2, new GroupNorm.Options(1e-5, false, true)).stateDict()).isEmpty();
        assertThat(new RmsNorm(2).stateDict().keySet()).containsExactly("weight");
        assertThat(new RmsNorm(Shape.of(2), new RmsNorm.Options(0.1, false)).stateDict()).isEmpty();
    }

    /// Layers with two channels and an input each takes.
    private static Map<Layer, int[]> layers() {
        var affine = InstanceNorm.Options.DEFAULT.withAffine(true);
        var layers = new LinkedHashMap<Layer, int[]>();
        layers.put(new BatchNorm1d(2), new int[] {3, 2});
        layers.put(new BatchNorm1d(2), new int[] {2, 2, 3});
        layers.put(new BatchNorm3d(2), new int[] {2, 2, 2, 1, 2});
        layers.put(new InstanceNorm1d(2, affine), new int[] {2, 2, 3});
        layers.put(new InstanceNorm2d(2, affine), new int[] {2, 2, 3});
        layers.put(new InstanceNorm3d(2, affine.withTrackRunningStats(true)), new int[] {1, 2, 2, 1, 2});
        layers.put(new GroupNorm(1, 2), new int[] {2, 2, 3});
        layers.put(new RmsNorm(Shape.of(2, 3), new RmsNorm.Options(0.1, true)), new int[] {2, 2, 3});
        return layers;
    }

    @Test
    void gradientsReachInputsAndParametersInBothModes() {
        layers().forEach((layer, sizes) -> {
            layer.to(DType.F64);
            Tensor x = OpChecks.distinct(Shape.of(sizes), new Rng(5), 0).mul(3);
            for (boolean training : new boolean[] {true, false}) {
                if (training)
                    layer.train();
                else
                    layer.eval();
                OpChecks.derivatives(v -> layer.forward(v.getFirst()), List.of(x));
                layer.zeroGrad();
                layer.forward(x).square().mul(Variable.of(ramp(sizes))).sum().backward();
                layer.namedParameters().forEach((name, p) -> assertThat(p.grad().abs().amax(Dims.all()).item()).as(layer + " " + name)
                        .isPositive());
            }
        });
    }

    @Test
    void stateCanBeSavedLoadedAndFrozen() {
        layers().forEach((layer, sizes) -> {
            Tensor x = ramp(sizes).to(DType.F32);
            layer.forward(x);
            var state = layer.stateDict();
            layer.eval();
            float[] y = layer.forward(x).data().toFloatArray();
            layer.train();
            layer.forward(x.mul(3));
            layer.loadStateDict(state, true);
            layer.eval();
            assertThat(layer.forward(x).data().toFloatArray()).isEqualTo(y);
            layer.freeze();
            assertThat(layer.forward(x).requiresGrad()).isFalse();
        });
    }

    @Test
    void otherShapesAndBadOptionsAreRefused() {
        assertThatThrownBy(() -> new BatchNorm1d(2).forward(ramp(2, 3))).isInstanceOf(ShapeException.class)
                .hasMessage("in BatchNorm1d(2): batchNorm: the input must be [batch, 2] or [batch, 2, length] (got [2, 3])");
        assertThatThrownBy(() -> new BatchNorm3d(2).forward(ramp(2, 2, 3, 3))).isInstanceOf(ShapeException.class)
                .hasMessageContaining("[batch, 2, depth, height, width]");
        assertThatThrownBy(() -> new InstanceNorm2d(2).forward(ramp(3, 3, 3))).isInstanceOf(ShapeException.class)
                .hasMessageContaining("the input must be [batch, 2, height, width] or [2, height, width] (got [3, 3, 3])");
        assertThatThrownBy(() -> new InstanceNorm1d(2).forward(ramp(2, 1))).isInstanceOf(ShapeException.class)
                .hasMessageContaining("at least two positions");
        assertThatThrownBy(() -> new GroupNorm(2, 4).forward(ramp(2, 2, 3))).isInstanceOf(ShapeException.class)
                .hasMessage("in GroupNorm(4, groups 2): groupNorm: the input must be [batch, 4, ...] (got [2, 2, 3])");
        assertThatThrownBy(() -> new GroupNorm(3, 4))
                .hasMessage("GroupNorm: the channels must be divisible by the groups (got 4 channels, 3 groups)");
        assertThatThrownBy(() -> new GroupNorm.Options(-1, true, true)).hasMessage("GroupNorm: eps must not be negative (got -1.0)");
        assertThatThrownBy(() -> new RmsNorm(3).forward(ramp(2, 2))).hasMessage(
                "in RmsNorm(3): rmsNorm: the last dimensions of the input must be [3] (got [2, 2], [3])");
        assertThatThrownBy(() -> new RmsNorm.Options(-1.0, true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LocalResponseNorm(0)).hasMessage("LocalResponseNorm: the size must be at least 1 (got 0)");
        assertThatThrownBy(() -> InstanceNorm.Options.DEFAULT.withMomentum(2.0))
                .hasMessage("InstanceNorm: momentum must be from 0 to 1 (got 2.0)");
    }

    @Test
    void optionsAreChangedOneByOne() {
        assertThat(LayerNorm.Options.DEFAULT.withEps(1e-12)).isEqualTo(new LayerNorm.Options(1e-12, true, true));
        assertThat(LayerNorm.Options.DEFAULT.withElementwiseAffine(false)).isEqualTo(new LayerNorm.Options(1e-5, false, true));
        assertThat(LayerNorm.Options.DEFAULT.withBias(false)).isEqualTo(new LayerNorm.Options(1e-5, true, false));
        assertThat(GroupNorm.Options.DEFAULT.withEps(1e-6)).isEqualTo(new GroupNorm.Options(1e-6, true, true));
        assertThat(GroupNorm.Options.DEFAULT.withAffine(false)).isEqualTo(new GroupNorm.Options(1e-5, false, true));
        assertThat(GroupNorm.Options.DEFAULT.withBias(false)).isEqualTo(new GroupNorm.Options(1e-5, true, false));
        assertThat(RmsNorm.Options.DEFAULT.withEps(1e-6)).isEqualTo(new RmsNorm.Options(1e-6, true));
        assertThat(RmsNorm.Options.DEFAULT.withElementwiseAffine(false)).isEqualTo(new RmsNorm.Options(null, false));
    }
}
