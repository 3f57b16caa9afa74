package dev.sunda.cuda.kernel;

/// One parameter of a kernel, as its PTX declares it.
///
/// @param type `u64`, `f32` and so on; `b8` for a structure
/// @param bytes its size
record Parameter(String type, int bytes) {
}
