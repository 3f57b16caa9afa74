package dev.sunda.cuda;

import static dev.sunda.nn.functional.Losses.crossEntropy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.StepGraph;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.driver.PtxProvider;
import dev.sunda.cuda.driver.WatchedDriver;
import dev.sunda.nn.BatchNorm;
import dev.sunda.nn.BatchNorm2d;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.DepthwiseSeparableConv2d;
import dev.sunda.nn.Dropout;
import dev.sunda.nn.Flatten;
import dev.sunda.nn.Gru;
import dev.sunda.nn.InstanceNorm;
import dev.sunda.nn.InstanceNorm2d;
import dev.sunda.nn.Layer;
import dev.sunda.nn.Linear;
import dev.sunda.nn.Lstm;
import dev.sunda.nn.MaxPool2d;
import dev.sunda.nn.RecurrentLayer;
import dev.sunda.nn.Relu;
import dev.sunda.nn.Sequential;
import dev.sunda.optim.AdamW;
import dev.sunda.optim.GradientClipping;
import dev.sunda.optim.WeightAverage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Whole training steps on the shipped kernels, interpreted; `LATE` runs everything as late as a GPU might, `IDLE` nothing.
class TrainingTests {
    private static final Device NOW = new Device("ptx", 0);
    private static final Device LATE = new Device("ptx", 1);
    private static final Device IDLE = new Device("ptx", 2);
    private static final int STEPS = 8;

    @AfterEach
    void nothingWentWrongInTheDriver() {
        assertThat(PtxProvider.driver(0).failure()).isNull();
        assertThat(PtxProvider.driver(1).failure()).isNull();
    }

    private static Sequential network(double dropout) {
        var rng = new Rng(3);
        return new Sequential(new Conv2d(1, 4, 3, Conv2d.Options.DEFAULT.withPadding(Padding.SAME), rng), new BatchNorm2d(4), new Relu(),
                new MaxPool2d(2),
                new DepthwiseSeparableConv2d(4, 8, 3,
                        DepthwiseSeparableConv2d.Options.DEFAULT.withDilation(2).withPadding(Padding.SAME).withNorm(true)
                                .withActivation(true),
                        rng),
                new Flatten(), new Dropout(dropout, rng), new Linear(8 * 4 * 4, 3, rng));
    }

    /// @param state weights, running statistics and counts, and how many random numbers have been drawn
    record Trained(List<Double> losses, Map<String, List<Double>> state) {
    }

    private static List<Double> numbers(Tensor x) {
        return DoubleStream.of(x.to(DType.F64).toDoubleArray()).boxed().toList();
    }

    static Trained train(Device device, double dropout, boolean graph) {
        return train(device, dropout, graph, STEPS, _ -> 4);
    }

    /// @param size of the batch of a step
    private static Trained train(Device device, double dropout, boolean graph, int steps, IntUnaryOperator size) {
        Sequential model = network(dropout);
        model.to(device);
        var optimizer = new AdamW(model.parameters(), 1e-2);
        var losses = new ArrayList<Double>();
        try (var step = new StepGraph(model.parameters(), inputs -> {
            Variable loss = crossEntropy(model.forward(inputs.get(0)), inputs.get(1));
            loss.backward();
            return loss.data();
        })) {
            for (int i = 0; i < steps; i++)
                try (var _ = StepScope.open()) {
                    var rng = new Rng(100 + i);
                    Tensor images = Tensor.randn(Shape.of(size.applyAsInt(i), 1, 8, 8), rng).to(device);
                    Tensor labels = Tensor.of(LongStream.generate(() -> rng.nextInt(3)).limit(images.size(0)).toArray()).to(device);
                    if (graph) {
                        losses.add(step.run(images, labels).item());
                    } else {
                        Variable loss = crossEntropy(model.forward(images), labels);
                        optimizer.zeroGrad();
                        loss.backward();
                        losses.add(loss.item());
                    }
                    optimizer.step();
                }
            assertThat(step.eagerBecause()).isNull();
        }
        var state = new TreeMap<String, List<Double>>();
        model.state().forEach((name, x) -> state.put(name, numbers(x)));
        model.randomStates().forEach((name, rng) -> state.put(name, List.of((double) rng.position())));
        return new Trained(losses, state);
    }

    @Test
    void lossesAreThoseOfTheCpu() {
        assertThat(array(train(NOW, 0.25, false))).containsExactly(array(train(Device.CPU, 0.25, false)), within(1e-4));
    }

    private static double[] array(Trained trained) {
        return trained.losses().stream().mapToDouble(x -> x).toArray();
    }

    @Test
    void resultsDoNotDependOnWhenTheDeviceRuns() {
        assertThat(train(LATE, 0.25, false)).isEqualTo(train(NOW, 0.25, false));
    }

    @Test
    void recordedStepsGiveTheBitsOfStepsThatAreNot() {
        for (Device device : List.of(NOW, LATE)) {
            int launched = PtxProvider.driver(device.index()).calls("cuGraphLaunch");
            assertThat(train(device, 0.25, true)).isEqualTo(train(device, 0.25, false));
            assertThat(PtxProvider.driver(device.index()).calls("cuGraphLaunch") - launched).isEqualTo(STEPS - 2);
        }
    }

    /// The share of a batch in the average of all batches is another one at every step, in the type of the statistics.
    @Test
    void recordedAveragesOfAllBatchesGiveTheBitsOfThoseThatAreNot() {
        for (Device device : List.of(NOW, LATE)) {
            DType dtype = device.equals(NOW) ? DType.F32 : DType.F64;
            List<Double> recorded = averages(device, dtype, true);
            assertThat(recorded).isEqualTo(averages(device, dtype, false)).contains((double) STEPS);
        }
    }

    /// Running statistics and count of norms of both kinds.
    private static List<Double> averages(Device device, DType dtype, boolean graph) {
        var batch = new BatchNorm2d(2, BatchNorm.Options.DEFAULT.withMomentum(null));
        var instance = new InstanceNorm2d(2, InstanceNorm.Options.DEFAULT.withTrackRunningStats(true).withMomentum(null));
        var model = new Sequential(batch, instance);
        model.to(dtype);
        model.to(device);
        int launched = PtxProvider.driver(device.index()).calls("cuGraphLaunch");
        try (var step = new StepGraph(model.parameters(), inputs -> {
            Variable loss = model.forward(Variable.of(inputs.getFirst())).square().sum();
            loss.backward();
            return loss.data();
        })) {
            for (int i = 0; i < STEPS; i++) {
                Tensor images = Tensor.randn(Shape.of(3, 2, 2, 2), new Rng(i)).mul(i + 1).to(dtype).to(device);
                if (graph)
                    step.run(images);
                else
                    model.forward(Variable.of(images)).square().sum().backward();
            }
            assertThat(step.eagerBecause()).isNull();
        }
        assertThat(PtxProvider.driver(device.index()).calls("cuGraphLaunch") - launched).isEqualTo(graph ? STEPS - 2 : 0);
        var numbers = new ArrayList<Double>();
        model.state().values().forEach(x -> numbers.addAll(numbers(x)));
        return numbers;
    }

    /// Three epochs of three whole batches and a smaller one: of each size the first two steps are run.
    @Test
    void theLastBatchOfAnEpochIsRecordedBesideTheOthers() {
        int launched = PtxProvider.driver(0).calls("cuGraphLaunch");
        IntUnaryOperator size = i -> i % 4 == 3 ? 2 : 4;
        assertThat(train(NOW, 0.25, true, 12, size)).isEqualTo(train(NOW, 0.25, false, 12, size));
        assertThat(PtxProvider.driver(0).calls("cuGraphLaunch") - launched).isEqualTo(7 + 1);
    }

    /// What a replayed step asks for: its two inputs are copied and the recording is launched.
    @Test
    void aReplayedStepIsThreeLaunchesAndNobodyWaits() {
        Sequential model = network(0);
        model.to(NOW);
        Tensor images = Tensor.randn(Shape.of(4, 1, 8, 8), new Rng(5)).to(NOW), labels = Tensor.of(0L, 2L, 1L, 1L).to(NOW);
        try (var step = new StepGraph(model.parameters(), inputs -> {
            Variable loss = crossEntropy(model.forward(inputs.get(0)), inputs.get(1));
            loss.backward();
            return loss.data();
        })) {
            for (int i = 0; i < 3; i++)
                step.run(images, labels);
            int launched = PtxProvider.driver(0).calls("cuGraphLaunch");
            assertThat(launches(() -> step.run(images, labels))).isLessThanOrEqualTo(2);
            assertThat(PtxProvider.driver(0).calls("cuGraphLaunch") - launched).isEqualTo(1);
        }
    }

    /// Results lie in memory as those of the function do.
    @Test
    void inputsInAnotherMemoryOrderAreRecordedForThemselves() {
        int launched = PtxProvider.driver(0).calls("cuGraphLaunch");
        try (var step = new StepGraph(List.of(), inputs -> inputs.getFirst().square())) {
            for (int i = 0; i < STEPS; i++) {
                Tensor x = Tensor.randn(Shape.of(2, 3, 4, 5), new Rng(i)).to(NOW);
                Tensor given = i % 2 == 0 ? x : x.channelsLast();
                Tensor y = step.run(given);
                assertThat(y.layout()).isEqualTo(given.layout());
                assertThat(y.toFloatArray()).containsExactly(x.square().toFloatArray());
            }
        }
        assertThat(PtxProvider.driver(0).calls("cuGraphLaunch") - launched).isEqualTo(STEPS - 4);
    }

    /// Sentences may come in any length: only the last kinds are remembered.
    @Test
    void shapesNotSeenForALongTimeAreForgotten() {
        try (var step = new StepGraph(List.of(), inputs -> inputs.getFirst().square())) {
            int launched = PtxProvider.driver(2).calls("cuGraphLaunch");
            for (int size : new int[] {1, 1, 2, 2})
                step.run(Tensor.zeros(size).to(IDLE));
            for (int size = 3; size <= 65; size++)
                step.run(Tensor.zeros(size).to(IDLE));
            step.run(Tensor.zeros(1).to(IDLE));
            assertThat(PtxProvider.driver(2).calls("cuGraphLaunch")).isEqualTo(launched);
            step.run(Tensor.zeros(65).to(IDLE));
            step.run(Tensor.zeros(65).to(IDLE));
            assertThat(PtxProvider.driver(2).calls("cuGraphLaunch")).isEqualTo(launched + 1);
        }
    }

    /// Statistics and normalisation; an average of all batches divides by their number in a launch of its own.
    @Test
    void aBatchNormIsTwoLaunches() {
        Variable x = Variable.of(Tensor.randn(Shape.of(4, 3, 20, 20), new Rng(1)).to(NOW));
        var norm = new BatchNorm2d(3);
        var average = new BatchNorm2d(3, BatchNorm.Options.DEFAULT.withMomentum(null));
        for (Layer layer : List.of(norm, average)) {
            layer.to(NOW);
            layer.forward(x);
            assertThat(launches(() -> layer.forward(x))).isEqualTo(layer == norm ? 2 : 3);
            assertThat(layer.stateDict().get("num_batches_tracked").item()).isEqualTo(2);
        }
    }

    /// A product and the gates, forwards and backwards.
    @Test
    void aStepOfARecurrenceIsAFewLaunches() {
        for (RecurrentLayer layer : List.of(new Lstm(4, 8, new Rng(1)), new Gru(4, 8, new Rng(1)))) {
            layer.to(NOW);
            var counts = new int[2];
            for (int more = 0; more < 2; more++) {
                Variable x = Variable.of(Tensor.randn(Shape.of(4 + more, 3, 4), new Rng(2)).to(NOW));
                counts[more] = launches(() -> outputs(layer, x).sum().backward());
                layer.parameters().forEach(Parameter::zeroGrad);
            }
            assertThat(counts[1] - counts[0]).isEqualTo(4);
        }
    }

    private static Variable outputs(RecurrentLayer layer, Variable x) {
        return layer instanceof Lstm lstm ? lstm.forward(x, null, null).output() : ((Gru) layer).forward(x, null).output();
    }

    /// However many parameters there are: a launch for the optimizer's step, five for clipping and one for the average of the weights.
    @Test
    void whatFollowsTheBackwardPassIsAFewLaunchesAndNobodyWaits() {
        Sequential model = network(0);
        model.to(NOW);
        assertThat(model.parameters()).hasSizeGreaterThan(8);
        var optimizer = new AdamW(model.parameters(), 1e-2);
        var averaged = new WeightAverage(WeightAverage.equal());
        for (int i = 0; i < 2; i++) {                                // the first time makes the state
            crossEntropy(model.forward(Tensor.randn(Shape.of(4, 1, 8, 8), new Rng(i)).to(NOW)), Tensor.of(0L, 2L, 1L, 1L).to(NOW))
                    .backward();
            assertThat(launches(() -> GradientClipping.byNorm(model.parameters(), 1e-3, 2))).isEqualTo(5);
            assertThat(launches(() -> GradientClipping.byValue(model.parameters(), 1e-4))).isEqualTo(1);
            if (i == 0)
                optimizer.step();
            else
                assertThat(launches(optimizer::step)).isEqualTo(1);
            if (i == 0)
                averaged.update(model.state());
        }
        assertThat(launches(() -> averaged.update(model.state()))).isEqualTo(1);
    }

    /// The device multiplies whatever the norm is: by one where it is below the limit.
    @Test
    void gradientsBelowTheLimitKeepTheirBits() {
        for (Device device : List.of(NOW, LATE))
            for (double limit : new double[] {5.1, 1e30, Double.MAX_VALUE})
                for (double order : new double[] {2, 3, Double.POSITIVE_INFINITY}) {
                    var single = new Parameter(Tensor.of(0f, 0f, 0f).to(device));
                    var both = new Parameter(Tensor.of(0.0, 0.0).to(device));
                    single.setGrad(Tensor.of(3f, -0f, Float.MIN_VALUE).to(device));
                    both.setGrad(Tensor.of(-4.0, 1e-320).to(device));
                    assertThat(GradientClipping.byNorm(List.of(single, both), limit, order).item()).isBetween(3.99, 5.01);
                    assertThat(single.grad().toFloatArray()).containsExactly(3, -0f, Float.MIN_VALUE);
                    assertThat(both.grad().toDoubleArray()).containsExactly(-4, 1e-320);
                }
    }

    private static int launches(Runnable work) {
        WatchedDriver driver = PtxProvider.driver(0);
        int launches = driver.calls("cuLaunchKernel");
        int waits = waits(driver);
        work.run();
        assertThat(waits(driver)).as("waits").isEqualTo(waits);
        return driver.calls("cuLaunchKernel") - launches;
    }

    private static int waits(WatchedDriver driver) {
        return Stream.of("cuStreamSynchronize", "cuEventSynchronize", "cuCtxSynchronize", "cuMemcpyDtoH_v2", "cuMemcpyDtoHAsync_v2",
                "cuMemcpyHtoDAsync_v2").mapToInt(driver::calls).sum();
    }

    /// The function looks at a tensor that a scope around the calls makes anew and recycles: a recording would read whatever comes there.
    @Test
    void aStepThatUsesATensorOfAScopeIsRunAndSaysWhy() {
        var weight = new Parameter(Tensor.of(2f).to(NOW));
        var factor = new Tensor[1];
        try (var step = new StepGraph(List.of(weight), inputs -> {
            Variable loss = weight.mul(Variable.of(inputs.get(0))).mul(Variable.of(factor[0])).sum();
            loss.backward();
            return loss.data();
        })) {
            for (int i = 1; i <= STEPS; i++)
                try (var _ = StepScope.open()) {
                    factor[0] = Tensor.full(Shape.of(1), i, DType.F32, NOW);
                    assertThat(step.run(Tensor.of(3f).to(NOW)).item()).isEqualTo(6 * i);
                    assertThat(weight.grad().item()).isEqualTo(3 * i);
                }
            assertThat(step.eagerBecause()).startsWith("the function uses a tensor that does not last, so its next call may use another "
                    + "one: tensor of 1 x float32 was recycled when the step scope opened at TrainingTests.java:");
        }
    }

    /// As the function would, a recording uses what lasts: a tensor that only the function refers to.
    @Test
    void aStepMayUseATensorThatLasts() {
        var weight = new Parameter(Tensor.of(2f).to(NOW));
        int launched = PtxProvider.driver(0).calls("cuGraphLaunch");
        try (var _ = StepScope.open()) {
            Tensor factor = Tensor.full(Shape.of(1), 5, DType.F32, NOW);
            try (var step = new StepGraph(List.of(weight), inputs -> {
                Variable loss = weight.mul(Variable.of(inputs.get(0))).mul(Variable.of(factor)).sum();
                loss.backward();
                return loss.data();
            })) {
                for (int i = 1; i <= STEPS; i++)
                    try (var _ = StepScope.open()) {
                        assertThat(step.run(Tensor.of((float) i).to(NOW)).item()).isEqualTo(10 * i);
                    }
                assertThat(step.eagerBecause()).isNull();
            }
        }
        assertThat(PtxProvider.driver(0).calls("cuGraphLaunch") - launched).isEqualTo(STEPS - 2);
    }

    /// A parameter that has been elsewhere has other memory than the recording knows.
    @Test
    void aParameterThatMovedIsRecordedAnew() {
        var weight = new Parameter(Tensor.of(2f).to(NOW));
        try (var step = new StepGraph(List.of(weight), inputs -> {
            Variable loss = weight.mul(Variable.of(inputs.get(0))).sum();
            loss.backward();
            return loss.data();
        })) {
            for (int i = 1; i <= STEPS; i++) {
                assertThat(step.run(Tensor.of((float) i).to(NOW)).item()).isEqualTo((i > 5 ? 7 : 2) * i);
                if (i == 5) {
                    weight.moveTo(Device.CPU);
                    weight.set(Tensor.of(7f));
                    weight.moveTo(NOW);
                }
            }
            assertThat(step.eagerBecause()).isNull();
        }
    }

    @Test
    void aStepThatReadsAResultIsRunAndSaysWhy() {
        Sequential model = network(0.5);
        model.to(NOW);
        try (var step = new StepGraph(model.parameters(), inputs -> {
            Variable loss = crossEntropy(model.forward(inputs.get(0)), inputs.get(1));
            loss.backward();
            return Tensor.full(Shape.SCALAR, loss.item(), loss.dtype(), NOW);
        })) {
            for (int i = 0; i < 4; i++) {
                Tensor loss = step.run(Tensor.randn(Shape.of(2, 1, 8, 8), new Rng(i)).to(NOW), Tensor.of(new long[] {0, 2}).to(NOW));
                assertThat(Double.isFinite(loss.item())).isTrue();
            }
            assertThat(step.eagerBecause()).startsWith("cuda: a result was read while work was being recorded");
        }
    }
}
