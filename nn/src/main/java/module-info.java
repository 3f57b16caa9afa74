/// Layers, losses and checkpoints.
module dev.sunda.nn {
    requires transitive dev.sunda.autograd;
    requires tools.jackson.databind;

    exports dev.sunda.nn;
    exports dev.sunda.nn.distribution;
    exports dev.sunda.nn.functional;
    exports dev.sunda.nn.metric;
}
