/// Reverse-mode automatic differentiation: a [Variable] is a tensor with a history, [Gradients] walks it, [GradCheck] proves it.
///
/// Knows how each operation is differentiated; knows no kernels, layers or devices by name. Derivative rules are written with
/// `Variable` operations, so derivatives can be differentiated again.
package dev.sunda.autograd;
