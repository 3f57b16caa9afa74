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
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.PtxProvider;
import dev.sunda.nn.BatchNorm2d;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.DepthwiseSeparableConv2d;
import dev.sunda.nn.Dropout;
import dev.sunda.nn.Flatten;
import dev.sunda.nn.Linear;
import dev.sunda.nn.MaxPool2d;
import dev.sunda.nn.Relu;
import dev.sunda.nn.Sequential;
import dev.sunda.optim.AdamW;
import dev.sunda.optim.GradientClipping;
import dev.sunda.optim.WeightAverage;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Whole training steps on the shipped kernels, interpreted; `LATE` runs everything as late as a GPU might.
class TrainingTests {
    private static final Device NOW = new Device("ptx", 0);
    private static final Device LATE = new Device("ptx", 1);
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

    private record Trained(double[] losses, float[] weights) {
    }

    private static Trained train(Device device, double dropout, boolean graph) {
        Sequential model = network(dropout);
        model.to(device);
        var optimizer = new AdamW(model.parameters(), 1e-2);
        var losses = new double[STEPS];
        try (var step = new StepGraph(model.parameters(), inputs -> {
            Variable loss = crossEntropy(model.forward(inputs.get(0)), inputs.get(1));
            loss.backward();
            return loss.data();
        })) {
            for (int i = 0; i < STEPS; i++)
                try (var _ = StepScope.open()) {
                    var rng = new Rng(100 + i);
                    Tensor images = Tensor.randn(Shape.of(4, 1, 8, 8), rng).to(device);
                    Tensor labels = Tensor.of(new long[] {rng.nextInt(3), rng.nextInt(3), rng.nextInt(3), rng.nextInt(3)}).to(device);
                    if (graph) {
                        losses[i] = step.run(images, labels).item();
                    } else {
                        Variable loss = crossEntropy(model.forward(images), labels);
                        optimizer.zeroGrad();
                        loss.backward();
                        losses[i] = loss.item();
                    }
                    optimizer.step();
                }
            assertThat(step.eagerBecause()).isNull();
        }
        model.eval();
        return new Trained(losses, model.parameters().getFirst().data().toFloatArray());
    }

    @Test
    void lossesAreThoseOfTheCpu() {
        assertThat(train(NOW, 0.25, false).losses()).containsExactly(train(Device.CPU, 0.25, false).losses(), within(1e-4));
    }

    @Test
    void resultsDoNotDependOnWhenTheDeviceRuns() {
        Trained now = train(NOW, 0.25, false);
        Trained late = train(LATE, 0.25, false);
        assertThat(late.losses()).containsExactly(now.losses());
        assertThat(late.weights()).containsExactly(now.weights());
    }

    @Test
    void recordedStepsGiveTheBitsOfStepsThatAreNot() {
        for (Device device : List.of(NOW, LATE)) {
            int launched = PtxProvider.driver(device.index()).calls("cuGraphLaunch");
            Trained eager = train(device, 0.25, false);
            Trained recorded = train(device, 0.25, true);
            assertThat(recorded.losses()).containsExactly(eager.losses());
            assertThat(recorded.weights()).containsExactly(eager.weights());
            assertThat(PtxProvider.driver(device.index()).calls("cuGraphLaunch") - launched).isEqualTo(STEPS - 2);
        }
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
        FakeDriver driver = PtxProvider.driver(0);
        int launches = driver.calls("cuLaunchKernel");
        int waits = waits(driver);
        work.run();
        assertThat(waits(driver)).as("waits").isEqualTo(waits);
        return driver.calls("cuLaunchKernel") - launches;
    }

    private static int waits(FakeDriver driver) {
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
