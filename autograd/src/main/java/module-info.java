/// Reverse-mode automatic differentiation on tensors.
module dev.sunda.autograd {
    requires transitive dev.sunda.core;

    exports dev.sunda.autograd;
    exports dev.sunda.autograd.check;
}
