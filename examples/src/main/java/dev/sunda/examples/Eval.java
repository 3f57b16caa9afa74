package dev.sunda.examples;

import picocli.CommandLine.Command;

/// `sunda eval`: what can be evaluated.
@Command(name = "eval", mixinStandardHelpOptions = true, subcommands = EvalMnist.class, synopsisSubcommandLabel = "mnist",
        description = "Counts the mistakes of a trained network; 'sunda eval mnist --help' explains the options.")
final class Eval {
}
