package dev.sunda.nn.metric;

/// How numbers of single classes become one.
public enum Average {
    /// Counts of all classes are added up first; every element weighs the same.
    MICRO,
    /// The mean over the classes that occur in targets or answers; every class weighs the same.
    MACRO,
    /// The mean over the classes, weighted by how often each occurs in the targets.
    WEIGHTED
}
