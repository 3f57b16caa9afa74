package dev.sunda.examples.conformance;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.optim.Adam;
import dev.sunda.optim.AdamOptions;
import dev.sunda.optim.AdamW;
import dev.sunda.optim.GradientClipping;
import dev.sunda.optim.OneCycle;
import dev.sunda.optim.Optimizer;
import dev.sunda.optim.Schedule;
import dev.sunda.optim.Sgd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Cases about optimizers, clipping and schedules.
final class Training {
    private Training() {
    }

    static List<Variable> sgd(Args a) {
        List<Parameter> parameters = parameters(a);
        var options =
                new Sgd.Options(a.number("momentum", 0), a.number("dampening", 0), a.number("weight_decay", 0), a.flag("nesterov", false),
                        a.flag("maximize", false));
        return trajectory(a, parameters, new Sgd(parameters, a.number("lr", 1e-3), options));
    }

    static List<Variable> adam(Args a) {
        List<Parameter> parameters = parameters(a);
        return trajectory(a, parameters, new Adam(parameters, a.number("lr", 1e-3), options(a, Adam.DEFAULT)));
    }

    static List<Variable> adamW(Args a) {
        List<Parameter> parameters = parameters(a);
        return trajectory(a, parameters, new AdamW(parameters, a.number("lr", 1e-3), options(a, AdamW.DEFAULT)));
    }

    private static AdamOptions options(Args a, AdamOptions defaults) {
        double[] betas = a.has("betas") ? a.numbers("betas") : new double[] {defaults.beta1(), defaults.beta2()};
        return new AdamOptions(betas[0], betas[1], a.number("eps", defaults.eps()), a.number("weight_decay", defaults.weightDecay()),
                a.flag("amsgrad", false), a.flag("maximize", false));
    }

    private static List<Parameter> parameters(Args a) {
        return a.tensors("params").stream().map(Parameter::new).toList();
    }

    /// The parameters after every step.
    private static List<Variable> trajectory(Args a, List<Parameter> parameters, Optimizer optimizer) {
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
        double norm = GradientClipping.byNorm(parameters, a.number("max_norm"), a.number("norm_type", 2));
        var outputs = new ArrayList<Variable>();
        for (Parameter parameter : parameters)
            outputs.add(Variable.of(parameter.grad()));
        Tensor first = parameters.getFirst().grad();
        outputs.add(Variable.of(Tensor.scalar(norm, first.dtype(), first.device())));
        return outputs;
    }

    /// Here the base rate is the peak; PyTorch replaces the optimizer's rate `lr` by `max_lr / div_factor`, so `lr` has no influence.
    static List<Variable> oneCycle(Args a) {
        if (a.flag("cycle_momentum", true))
            throw new UnsupportedCase("argument cycle_momentum");
        a.number("lr");
        OneCycle.Anneal anneal = switch (a.text("anneal_strategy", "cos")) {
            case "cos" -> OneCycle.Anneal.COS;
            case "linear" -> OneCycle.Anneal.LINEAR;
            default -> throw new UnsupportedCase("anneal_strategy");
        };
        var schedule = new OneCycle(a.integer("total_steps"), a.number("pct_start", 0.3), anneal, a.number("div_factor", 25),
                a.number("final_div_factor", 1e4), a.flag("three_phase", false));
        return rates(a, schedule, a.number("max_lr"));
    }

    /// The rate in force in every epoch.
    static List<Variable> rates(Args a, Schedule schedule, double base) {
        var optimizer = new Sgd(List.of(new Parameter(Tensor.zeros(1))), base);
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
