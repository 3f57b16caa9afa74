/// The fast backend of the processor: F32 and F64 kernels in SIMD with scalar twins that give the same bits; every other type goes to the
/// naive loops of [dev.sunda.core.reference]. Only classes named `Simd...` mention the Vector API.
/// Both need a processor with fused multiply-add instructions to be fast; see `VectorPath`.
package dev.sunda.core.cpu;
