/// The one pool of compute threads that all kernels share. Knows nothing of tensors.
package dev.sunda.core.parallel;
