/// What every operation has to satisfy, as calls for tests: describe an operation once with [OpCase], ours or your own, and let
/// [OpCheck] try it over shapes, memory orders and values.
package dev.sunda.autograd.check;
