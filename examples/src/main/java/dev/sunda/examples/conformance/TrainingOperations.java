package dev.sunda.examples.conformance;

import dev.sunda.optim.Schedule;

/// Optimizers, clipping and schedules.
final class TrainingOperations {
    private TrainingOperations() {
    }

    static void register(OperationTable table) {
        table.put("optim/sgd", Training::sgd);
        table.put("optim/adam", Training::adam);
        table.put("optim/adamw", Training::adamW);
        table.put("optim/nadam", Training::nAdam);
        table.put("optim/radam", Training::rAdam);
        table.put("optim/adamax", Training::adamax);
        table.put("optim/rmsprop", Training::rmsProp);
        table.put("optim/adagrad", Training::adagrad);
        table.put("optim/adadelta", Training::adadelta);
        table.put("optim/rprop", Training::rprop);
        table.put("optim/asgd", Training::asgd);
        table.put("clip_grad_norm", Training::clipGradNorm);
        table.schedule("lr/step", a -> Schedule.step(a.integer("step_size"), a.number("gamma", 0.1)));
        table.schedule("lr/multistep", a -> Schedule.multiStep(a.number("gamma", 0.1), Training.longs(a.integers("milestones"))));
        table.schedule("lr/exponential", a -> Schedule.exponential(a.number("gamma")));
        table.schedule("lr/linear",
                a -> Schedule.linear(a.number("start_factor", 1.0 / 3), a.number("end_factor", 1), a.integer("total_iters", 5)));
        table.schedule("lr/cosine", a -> Schedule.cosine(a.integer("T_max"), a.number("eta_min", 0)));
        table.schedule("lr/cosine_warm_restarts",
                a -> Schedule.cosineWarmRestarts(a.integer("T_0"), a.integer("T_mult", 1), a.number("eta_min", 0)));
        table.schedule("lr/constant", a -> Schedule.constant(a.number("factor", 1.0 / 3), a.integer("total_iters", 5)));
        table.schedule("lr/polynomial", a -> Schedule.polynomial(a.integer("total_iters", 5), a.number("power", 1)));
        table.put("lr/onecycle", Training::oneCycle);
        table.put("lr/cyclic", Training::cyclic);
        table.put("lr/reduce_on_plateau", Training::reduceOnPlateau);
    }
}
