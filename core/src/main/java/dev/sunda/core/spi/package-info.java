/// The seam below which devices differ: a [Backend] computes on [View]s of [Storage]; providers are found by `ServiceLoader`.
/// Knows nothing of tensors. A new device implements this package and nothing else.
package dev.sunda.core.spi;
