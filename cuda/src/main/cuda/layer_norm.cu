// Layer normalisation of float32.
#include "layer_norm.cuh"

IN_REGISTERS(f32x4_1, float, float4, 1, 256)
IN_REGISTERS(f32x4_4, float, float4, 4, 1024)
IN_REGISTERS(f32x4_8, float, float4, 8, 256)
IN_REGISTERS(f32_4, float, float, 4, 1024)
ALL_FORMS(f32, float)
