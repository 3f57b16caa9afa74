/// The CUDA driver: its functions, its errors, and whether there is one.
package dev.sunda.cuda.driver;
