package dev.sunda.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.StepGraph;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.driver.PtxProvider;
import dev.sunda.nn.Dropout;
import dev.sunda.nn.Linear;
import dev.sunda.nn.Sequential;
import dev.sunda.optim.Sgd;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Training for a long time on a device that runs no kernels: everything that a step takes comes back. `-Dsunda.ptx=all` makes it 100,000
/// steps.
class LeakTests {
    private static final Device IDLE = new Device("ptx", 2);
    private static final int STEPS = "all".equals(System.getProperty("sunda.ptx")) ? 100_000 : 1_240;
    private static final int WARM_UP = 640;
    private static final int GRAPH_LIFE = 100;
    private static final long HEAP_A_STEP = 8;
    private static final long HEAP_NOISE = 2 << 20;
    private static final long SLABS = 4 << 20;                       // what is left of one may lie in another one

    private final Sequential model =
            new Sequential(new Linear(8, 8, new Rng(1)), new Dropout(0.5, new Rng(2)), new Linear(8, 2, new Rng(3)));
    private Sgd optimizer;
    private StepGraph graph;
    private StepGraph dropped;

    /// What is in use when nothing is under way.
    private record Held(Map<String, Long> objects, long device, long live, long heap) {
        static Held now() {
            long live = Long.MAX_VALUE;
            for (int quiet = 0; quiet < 3;) {                        // until nothing more is found
                PtxProvider.memory(2).reclaim();
                long less = PtxProvider.memory(2).usage().live();
                quiet = less < live ? 0 : quiet + 1;
                live = less;
            }
            Map<String, Long> objects = PtxProvider.fake(2).held();
            return new Held(objects, objects.remove("device bytes"), live,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
    }

    private Tensor loss(List<Tensor> inputs) {
        Variable loss = model.forward(inputs.get(0)).square().mean();
        loss.backward();
        return loss.data();
    }

    private void step(int i) {
        Tensor x = Tensor.full(Shape.of(4, 8), i, DType.F32, Device.CPU).to(IDLE);   // through pinned memory
        if (i % 4 == 0) {                                            // left to the garbage collector
            optimizer.zeroGrad();
            loss(List.of(x)).item();
        } else if (i % 4 == 1) {
            if (i % GRAPH_LIFE == 1)
                dropped = new StepGraph(model.parameters(), this::loss);   // the one before is never closed
            dropped.run(x);
        } else {
            graph.run(x);
        }
        optimizer.step();
    }

    private void steps(int from, int to) {
        for (int i = from; i < to; i++)
            if (i % 3 == 0)
                step(i);
            else
            try (var _ = StepScope.open()) {
                step(i);
            }
    }

    @Test
    void nothingIsLeftBehind() {
        model.to(IDLE);
        optimizer = new Sgd(model.parameters(), 1e-3);
        graph = new StepGraph(model.parameters(), this::loss);
        steps(0, WARM_UP);
        Held before = Held.now();
        steps(WARM_UP, STEPS);
        Held after = Held.now();
        assertThat(graph.eagerBecause()).isNull();
        assertThat(dropped.eagerBecause()).isNull();
        assertThat(after.objects()).isEqualTo(before.objects());
        assertThat(after.device()).isLessThanOrEqualTo(before.device() + SLABS);
        assertThat(after.live()).isLessThanOrEqualTo(before.live());
        assertThat(after.heap() - before.heap()).isLessThan(HEAP_NOISE + HEAP_A_STEP * (STEPS - WARM_UP));
        assertThat(PtxProvider.driver(2).failure()).isNull();
        graph.close();
    }
}
