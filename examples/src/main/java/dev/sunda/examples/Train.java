package dev.sunda.examples;

import picocli.CommandLine.Command;

/// `sunda train`: what can be trained.
@Command(name = "train", mixinStandardHelpOptions = true, subcommands = TrainMnist.class, synopsisSubcommandLabel = "mnist",
        description = "Trains a network; 'sunda train mnist --help' explains the options.")
final class Train {
}
