/// Small programs that follow a first course on convolution, from one kernel on one image to a network that reads digits.
package dev.sunda.examples.course;
