/// The vocabulary every part of Sunda shares: element types, devices, shapes, memory layouts and the errors that name them.
/// Knows nothing of tensors, kernels or devices' insides.
package dev.sunda.core.type;
