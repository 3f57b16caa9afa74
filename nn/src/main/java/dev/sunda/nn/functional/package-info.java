/// Operations of neural networks as functions, each with its derivation, its fused kernels and its rule: convolution, pooling,
/// normalisation, losses, dropout.
///
/// Knows how these are differentiated; must not know layers, parameters or optimizers.
package dev.sunda.nn.functional;
