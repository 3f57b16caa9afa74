/// How good answers are, counted over any number of batches: classes, ranking, numbers. Knows tensors, not layers or losses.
package dev.sunda.nn.metric;
