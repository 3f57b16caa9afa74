// Depthwise convolutions of float32 along lines: what depthwise_lines.cu and depthwise_lines_weight.cu share.
#pragma once
#include "window.cuh"

constexpr int THREADS = 256;

// Planes of one line each, whose pixels lie side by side; 16 bytes of them can be read and written at a time. Mirrors
// DepthwiseLines.java.
struct Lines {
    int planes;             // of the result: images * channels; for the gradient of the weight the images of a channel
    int channels;           // of the result
    int multiplier;         // channels of the result for each of the source
    int source_width;
    int source_n;
    int source_c;
    int result_width;
    int result_n;
    int result_c;
    int pad;                // result position 0 under tap 0 reads source position -pad
    int dilation;
    int taps;
    int weight_channel;
    int weight_x;
    int flip;               // the taps in reverse
    Divider across;         // threads along a line; for the gradient of the weight, which has one for four results, those of all lines
    Divider down;           // parts of a line, each of which has so many threads
};

// Four numbers from `at` on, a multiple of 4; zeros outside the line.
__device__ __forceinline__ void load_quad(float* to, const float* line, int at, int width) {
    to[0] = to[1] = to[2] = to[3] = 0.0f;
    if ((unsigned) at < (unsigned) width)
        copy_vector(to, line + at);
}
