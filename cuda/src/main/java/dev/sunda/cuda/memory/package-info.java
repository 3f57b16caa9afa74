/// Memory of a device: who owns it, how it is recycled, and how it is copied from and to Java arrays.
package dev.sunda.cuda.memory;
