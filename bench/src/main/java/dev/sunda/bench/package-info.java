/// The `sunda bench` command with its cases, and JMH benchmarks of the kernels. Never published; how to run them stands in the module's
/// README.
package dev.sunda.bench;
