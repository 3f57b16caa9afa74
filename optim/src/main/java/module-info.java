/// Optimizers, gradient clipping and learning-rate schedules.
module dev.sunda.optim {
    requires transitive dev.sunda.autograd;

    exports dev.sunda.optim;
}
