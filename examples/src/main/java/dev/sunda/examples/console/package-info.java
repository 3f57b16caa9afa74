/// What the commands print with: tables, a progress bar, errors of one line.
package dev.sunda.examples.console;
