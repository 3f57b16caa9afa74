/// Kernels on tensors that are too special to be methods of [dev.sunda.core.Tensor]: convolution, pooling, normalisation, losses,
/// dropout and optimizer steps, with checked arguments and without derivatives. The derivative rules that call them live in
/// `dev.sunda.nn.functional`; the loops behind them in the backends.
package dev.sunda.core.kernel;
