/// Optimizers, gradient clipping and learning-rate schedules.
///
/// Knows parameters and their gradients; must not know layers or data sets. The arithmetic of a step is a kernel of `core`.
package dev.sunda.optim;
