/// Handwritten digits: training, evaluation and prediction with a small network of depthwise-separable dilated blocks.
package dev.sunda.examples.mnist;
