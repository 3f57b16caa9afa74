/// What to compute, apart from the data: element-wise functions, reductions, and the sizes and options of convolutions,
/// pooling and optimizer steps. A backend receives one of these together with views of memory.
package dev.sunda.core.op;
