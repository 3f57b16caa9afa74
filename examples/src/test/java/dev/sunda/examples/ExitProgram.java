package dev.sunda.examples;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.Conv2d;

/// Computes on the threads of the pool, also from a virtual thread, and ends without a word to them.
final class ExitProgram {
    private ExitProgram() {
    }

    public static void main(String[] args) throws InterruptedException {
        Parallel.setThreads(3);
        var rng = new Rng(1);
        var layer = new Conv2d(16, 32, 3, rng);
        Tensor images = Tensor.randn(Shape.of(32, 16, 28, 28), rng);
        Runnable work = () -> layer.forward(images).sum().backward();
        work.run();
        Thread.ofVirtual().start(work).join();
        long pool = Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("sunda-compute-")).count();
        System.out.println("threads of the pool: " + pool);
        Thread.getAllStackTraces().keySet().stream().filter(thread -> !thread.isDaemon() && thread != Thread.currentThread())
                .forEach(thread -> System.out.println("kept alive by " + thread.getName()));
    }
}
