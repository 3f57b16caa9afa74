package dev.sunda.examples;

import static dev.sunda.nn.functional.Losses.crossEntropy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Shape;
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
import dev.sunda.optim.Schedule;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/// A short training that prints the SHA-256 of the weights it ends with. Sizes are odd, so that vectors and tiles have rests, and large
/// enough to be split among threads.
final class SameBitsProgram {
    private static final int BATCH = 9;

    private SameBitsProgram() {
    }

    /// @param args number of steps, at least 1
    public static void main(String[] args) throws Exception {
        int steps = Integer.parseInt(args[0]);
        var rng = new Rng(5);
        var options =
                DepthwiseSeparableConv2d.Options.DEFAULT.withDilation(2).withPadding(Padding.SAME).withNorm(true).withActivation(true);
        var model = new Sequential(new Conv2d(1, 11, 3, Conv2d.Options.DEFAULT.withPadding(Padding.SAME), rng), new BatchNorm2d(11),
                new Relu(),
                new MaxPool2d(2), new DepthwiseSeparableConv2d(11, 19, 3, options, rng), new Relu(), new MaxPool2d(2), new Flatten(),
                new Dropout(0.2, rng), new Linear(19 * 7 * 7, 10, rng));
        var optimizer = new AdamW(model.parameters(), 0.01);
        Schedule schedule = Schedule.oneCycle(10);
        Tensor target = Tensor.arange(BATCH);
        for (int step = 0; step < steps; step++)
            try (var _ = StepScope.open()) {
                schedule.apply(optimizer, step);
                Variable loss = crossEntropy(model.forward(Tensor.randn(Shape.of(BATCH, 1, 28, 28), rng)), target);
                optimizer.zeroGrad();
                loss.backward();
                GradientClipping.byNorm(model.parameters(), 1, 2);
                optimizer.step();
            }
        var digest = MessageDigest.getInstance("SHA-256");
        for (Tensor tensor : model.stateDict().values())
            for (float value : tensor.toFloatArray())
                digest.update(ByteBuffer.allocate(4).putInt(Float.floatToRawIntBits(value)).flip());
        System.out.println("sha256 " + HexFormat.of().formatHex(digest.digest()));
    }
}
