package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import java.util.List;

/// Adam with decoupled weight decay: `p = p * (1 - learningRate * weightDecay)`, then Adam's step without decay.
///
/// Formulas and state as with [Adam]. Source: Loshchilov, Hutter 2017, arXiv:1711.05101.
public final class AdamW extends AdamFamily {
    /// Betas 0.9 and 0.999, eps 1e-8, weight decay 0.01.
    public static final AdamOptions DEFAULT = new AdamOptions(0.9, 0.999, 1e-8, 0.01, false, false);

    /// AdamW with its usual options.
    ///
    /// @param learningRate 0 or more, often 0.001
    public AdamW(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, DEFAULT);
    }

    /// @param learningRate 0 or more, often 0.001
    public AdamW(List<Parameter> parameters, double learningRate, AdamOptions options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public AdamW(List<ParameterGroup<AdamOptions>> groups) {
        super(groups, true);
    }
}
