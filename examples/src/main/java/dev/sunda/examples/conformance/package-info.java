/// Compares Sunda with expected values of other libraries: `sunda conformance` runs cases from JSON files through the public API and writes
/// what came out. Adding an operation is one line in `Operations`.
///
/// Translates names and arguments and computes nothing itself, so that every number in the results is one that a user of the library gets.
package dev.sunda.examples.conformance;
