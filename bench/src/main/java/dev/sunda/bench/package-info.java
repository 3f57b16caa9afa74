/// JMH benchmarks of the kernels and of whole training steps. Never published; how to run them stands in the module's README.
package dev.sunda.bench;
