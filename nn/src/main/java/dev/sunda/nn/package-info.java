/// Layers: functions with parameters, and how to save and describe them.
///
/// Knows parameters, their names and first values, training and evaluation, files of tensors. Must not know optimizers or data sets.
package dev.sunda.nn;
