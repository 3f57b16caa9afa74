package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import java.util.List;

/// Adam: `p = p - learningRate * mhat / (sqrt(vhat) + eps)` with decaying means `m` of gradients and `v` of their squares, both
/// corrected for starting at 0. Weight decay adds `weightDecay * p` to the gradient; [AdamW] is usually the better choice.
///
/// Formulas as in PyTorch; they stand in full with `dev.sunda.core.op.AdamStep`. State: `exp_avg`, `exp_avg_sq` and, with AMSGrad,
/// `max_exp_avg_sq`.
/// Sources: Kingma, Ba 2014, arXiv:1412.6980; Reddi, Kale, Kumar 2018, arXiv:1904.09237 (AMSGrad).
public final class Adam extends AdamFamily {
    /// Betas 0.9 and 0.999, eps 1e-8, no weight decay.
    public static final AdamOptions DEFAULT = new AdamOptions(0.9, 0.999, 1e-8, 0, false, false);

    /// Adam with its usual options.
    ///
    /// @param learningRate 0 or more, often 0.001
    public Adam(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, DEFAULT);
    }

    /// @param learningRate 0 or more, often 0.001
    public Adam(List<Parameter> parameters, double learningRate, AdamOptions options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public Adam(List<ParameterGroup<AdamOptions>> groups) {
        super(groups, false);
    }
}
