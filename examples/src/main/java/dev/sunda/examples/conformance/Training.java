package dev.sunda.examples.conformance;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.optim.Adadelta;
import dev.sunda.optim.Adagrad;
import dev.sunda.optim.Adam;
import dev.sunda.optim.AdamOptions;
import dev.sunda.optim.AdamW;
import dev.sunda.optim.Adamax;
import dev.sunda.optim.Asgd;
import dev.sunda.optim.Cyclic;
import dev.sunda.optim.GradientClipping;
import dev.sunda.optim.MomentumRange;
import dev.sunda.optim.NAdam;
import dev.sunda.optim.OneCycle;
import dev.sunda.optim.Optimizer;
import dev.sunda.optim.RAdam;
import dev.sunda.optim.ReduceOnPlateau;
import dev.sunda.optim.RmsProp;
import dev.sunda.optim.Rprop;
import dev.sunda.optim.Schedule;
import dev.sunda.optim.Sgd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/// Cases about optimizers, clipping and schedules.
final class Training {
    private Training() {
    }

    static List<Variable> sgd(Args a) {
        var options =
                new Sgd.Options(a.number("momentum", 0), a.number("dampening", 0), a.number("weight_decay", 0), a.flag("nesterov", false),
                        a.flag("maximize", false));
        return trajectory(a, 1e-3, (p, rate) -> new Sgd(p, rate, options));
    }

    static List<Variable> adam(Args a) {
        AdamOptions options = options(a, Adam.DEFAULT);
        return trajectory(a, 1e-3, (p, rate) -> new Adam(p, rate, options));
    }

    static List<Variable> adamW(Args a) {
        AdamOptions options = options(a, AdamW.DEFAULT);
        return trajectory(a, 1e-3, (p, rate) -> new AdamW(p, rate, options));
    }

    private static AdamOptions options(Args a, AdamOptions defaults) {
        double[] betas = betas(a, defaults.beta1(), defaults.beta2());
        return new AdamOptions(betas[0], betas[1], a.number("eps", defaults.eps()), a.number("weight_decay", defaults.weightDecay()),
                a.flag("amsgrad", false), a.flag("maximize", false));
    }

    private static double[] betas(Args a, double... otherwise) {
        return a.has("betas") ? a.numbers("betas") : otherwise;
    }

    static List<Variable> nAdam(Args a) {
        double[] betas = betas(a, 0.9, 0.999);
        var options = new NAdam.Options(betas[0], betas[1], a.number("eps", 1e-8), a.number("weight_decay", 0),
                a.number("momentum_decay", 4e-3), a.flag("decoupled_weight_decay", false), a.flag("maximize", false));
        return trajectory(a, 2e-3, (p, rate) -> new NAdam(p, rate, options));
    }

    static List<Variable> rAdam(Args a) {
        double[] betas = betas(a, 0.9, 0.999);
        var options = new RAdam.Options(betas[0], betas[1], a.number("eps", 1e-8), a.number("weight_decay", 0),
                a.flag("decoupled_weight_decay", false), a.flag("maximize", false));
        return trajectory(a, 1e-3, (p, rate) -> new RAdam(p, rate, options));
    }

    static List<Variable> adamax(Args a) {
        double[] betas = betas(a, 0.9, 0.999);
        var options = new Adamax.Options(betas[0], betas[1], a.number("eps", 1e-8), a.number("weight_decay", 0), a.flag("maximize", false));
        return trajectory(a, 2e-3, (p, rate) -> new Adamax(p, rate, options));
    }

    static List<Variable> rmsProp(Args a) {
        var options = new RmsProp.Options(a.number("alpha", 0.99), a.number("eps", 1e-8), a.number("weight_decay", 0),
                a.number("momentum", 0), a.flag("centered", false), a.flag("maximize", false));
        return trajectory(a, 1e-2, (p, rate) -> new RmsProp(p, rate, options));
    }

    static List<Variable> adagrad(Args a) {
        var options = new Adagrad.Options(a.number("lr_decay", 0), a.number("weight_decay", 0), a.number("initial_accumulator_value", 0),
                a.number("eps", 1e-10), a.flag("maximize", false));
        return trajectory(a, 1e-2, (p, rate) -> new Adagrad(p, rate, options));
    }

    static List<Variable> adadelta(Args a) {
        var options = new Adadelta.Options(a.number("rho", 0.9), a.number("eps", 1e-6), a.number("weight_decay", 0),
                a.flag("maximize", false));
        return trajectory(a, 1, (p, rate) -> new Adadelta(p, rate, options));
    }

    static List<Variable> rprop(Args a) {
        double[] etas = a.has("etas") ? a.numbers("etas") : new double[] {0.5, 1.2};
        double[] steps = a.has("step_sizes") ? a.numbers("step_sizes") : new double[] {1e-6, 50};
        var options = new Rprop.Options(etas[0], etas[1], steps[0], steps[1], a.flag("maximize", false));
        return trajectory(a, 1e-2, (p, rate) -> new Rprop(p, rate, options));
    }

    static List<Variable> asgd(Args a) {
        var options = new Asgd.Options(a.number("lambd", 1e-4), a.number("alpha", 0.75), a.number("t0", 1e6), a.number("weight_decay", 0),
                a.flag("maximize", false));
        return trajectory(a, 1e-2, (p, rate) -> new Asgd(p, rate, options));
    }

    private static List<Parameter> parameters(Args a) {
        return a.tensors("params").stream().map(Parameter::new).toList();
    }

    /// The parameters after every step.
    private static List<Variable> trajectory(Args a, double rate, BiFunction<List<Parameter>, Double, Optimizer> make) {
        List<Parameter> parameters = parameters(a);
        Optimizer optimizer = make.apply(parameters, a.number("lr", rate));
        var outputs = new ArrayList<Variable>();
        for (List<Tensor> gradients : a.tensorLists("grads")) {
            for (int i = 0; i < parameters.size(); i++)
                parameters.get(i).setGrad(gradients.get(i));
            optimizer.step();
            for (Parameter parameter : parameters)
                outputs.add(Variable.of(parameter.data().copy()));
        }
        return outputs;
    }

    /// The clipped gradients, then the norm they had.
    static List<Variable> clipGradNorm(Args a) {
        var parameters = new ArrayList<Parameter>();
        for (Tensor gradient : a.tensors("grads")) {
            var parameter = new Parameter(Tensor.zeros(gradient.shape(), gradient.dtype(), gradient.device()));
            parameter.setGrad(gradient);
            parameters.add(parameter);
        }
        double norm = GradientClipping.byNorm(parameters, a.number("max_norm"), a.number("norm_type", 2)).item();
        var outputs = new ArrayList<Variable>();
        for (Parameter parameter : parameters)
            outputs.add(Variable.of(parameter.grad()));
        Tensor first = parameters.getFirst().grad();
        outputs.add(Variable.of(Tensor.scalar(norm, first.dtype(), first.device())));
        return outputs;
    }

    /// Here the base rate is the peak; PyTorch replaces the optimizer's rate `lr` by `max_lr / div_factor`, so `lr` has no influence.
    static List<Variable> oneCycle(Args a) {
        a.number("lr");
        OneCycle.Anneal anneal = choice(OneCycle.Anneal.class, a.text("anneal_strategy", "cos"));
        var schedule = new OneCycle(a.integer("total_steps"), a.number("pct_start", 0.3), anneal, a.number("div_factor", 25),
                a.number("final_div_factor", 1e4), a.flag("three_phase", false), momentum(a, 0.85, 0.95));
        return rates(a, schedule, a.number("max_lr"));
    }

    /// Here the base rate is the lower one, which PyTorch sets in the place of `lr`.
    static List<Variable> cyclic(Args a) {
        a.number("lr");
        Cyclic.Mode mode = switch (a.text("mode", "triangular")) {
            case "triangular" -> Cyclic.Mode.TRIANGULAR;
            case "triangular2" -> Cyclic.Mode.TRIANGULAR2;
            case "exp_range" -> Cyclic.Mode.exponential(a.number("gamma", 1));
            default -> throw new IllegalArgumentException("cyclic: there is no such mode (got " + a.text("mode", null) + ")");
        };
        int up = a.integer("step_size_up", 2000);
        var schedule = new Cyclic(a.number("max_lr"), up, a.integer("step_size_down", up), mode, momentum(a, 0.8, 0.9));
        return rates(a, schedule, a.number("base_lr"));
    }

    private static MomentumRange momentum(Args a, double least, double most) {
        var range = new MomentumRange(a.number("base_momentum", least), a.number("max_momentum", most));
        return a.flag("cycle_momentum", true) ? range : null;
    }

    /// Advanced with the metric of each epoch.
    static List<Variable> reduceOnPlateau(Args a) {
        var options = new ReduceOnPlateau.Options(choice(ReduceOnPlateau.Mode.class, a.text("mode", "min")), a.number("factor", 0.1),
                a.integer("patience", 10), a.number("threshold", 1e-4),
                choice(ReduceOnPlateau.Threshold.class, a.text("threshold_mode", "rel")),
                a.integer("cooldown", 0), a.number("min_lr", 0), a.number("eps", 1e-8));
        var optimizer = new Sgd(List.of(new Parameter(Tensor.zeros(1))), a.number("lr"));
        var plateau = new ReduceOnPlateau(optimizer, options);
        double[] metrics = a.numbers("metrics");
        double[] rates = new double[a.integer("epochs")];
        for (int epoch = 0; epoch < rates.length; epoch++) {
            rates[epoch] = optimizer.learningRate();
            plateau.step(metrics[epoch]);
        }
        return List.of(Variable.of(Tensor.of(rates)));
    }

    /// The constant whose name begins like this, in small letters.
    private static <E extends Enum<E>> E choice(Class<E> type, String name) {
        return Arrays.stream(type.getEnumConstants()).filter(e -> !name.isEmpty() && e.name().startsWith(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(type.getSimpleName() + ": there is no such choice (got " + name + ")"));
    }

    /// The rate in force in every epoch.
    static List<Variable> rates(Args a, Schedule schedule, double base) {
        var optimizer = new Sgd(List.of(new Parameter(Tensor.zeros(1))), base, Sgd.Options.DEFAULT.withMomentum(0.9));
        double[] rates = new double[a.integer("epochs")];
        for (int epoch = 0; epoch < rates.length; epoch++) {
            schedule.apply(optimizer, epoch);
            rates[epoch] = optimizer.learningRate();
        }
        return List.of(Variable.of(Tensor.of(rates)));
    }

    static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }
}
