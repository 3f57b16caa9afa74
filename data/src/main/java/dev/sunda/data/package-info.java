/// Data sets, transforms, loaders and the files they come from.
///
/// Knows `core` tensors, files, images, HTTP and prefetching. Must not know gradients, layers or optimizers.
///
/// A [Dataset] is a pure function from an index to an element. Randomness belongs to the [DataLoader]: the order of an
/// epoch depends on (seed, epoch), the random part of a transform on (seed, epoch, index), and nothing depends on threads.
package dev.sunda.data;
