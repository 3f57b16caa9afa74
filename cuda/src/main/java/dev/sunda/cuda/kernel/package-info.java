/// Kernels and how they are launched: one class for each family of operations, beside a `.cu` file of the same subject.
package dev.sunda.cuda.kernel;
