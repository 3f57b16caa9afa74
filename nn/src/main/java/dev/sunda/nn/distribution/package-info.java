/// Probability distributions: drawing from them, densities and entropies that can be differentiated, and how far one is from another. Knows
/// variables, not layers.
package dev.sunda.nn.distribution;
