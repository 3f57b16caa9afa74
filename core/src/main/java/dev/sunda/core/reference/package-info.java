/// The specification in executable form: every kernel as naive loops in double precision, for every dtype, one class a topic.
///
/// Knows `core.spi` only. Nothing here is fast on purpose: faster backends are checked against it, and gradient checks run on it.
package dev.sunda.core.reference;
