/// Tensors: numbers with a shape, a type and a device, and everything that can be computed with them.
///
/// Knows memory and backends; knows nothing of gradients, layers or data sets. Kernels are reached only through
/// `dev.sunda.core.spi`, so that every device is treated alike.
package dev.sunda.core;
