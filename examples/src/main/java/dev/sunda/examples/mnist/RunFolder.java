package dev.sunda.examples.mnist;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.examples.console.UserException;
import dev.sunda.nn.Checkpoint;
import dev.sunda.nn.CheckpointException;
import dev.sunda.nn.Sequential;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The folder of one run: what it saves, and where.
///
/// Every file is written beside its place and renamed, so that at any moment each one is whole or absent, whatever happens to the process.
///
/// @param path the folder
public record RunFolder(Path path) {
    /// Describes the network.
    public static final String CARD = "model.json";
    /// Weights and running statistics.
    public static final String WEIGHTS = "model.safetensors";
    /// Everything a run needs to go on.
    public static final String CHECKPOINT = "checkpoint.safetensors";

    private static final String MODEL = "model.", OPTIMIZER = "optimizer.", AVERAGE = "average.", STATE = "sunda.run";
    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /// A network with its description.
    public record Trained(Sequential model, ModelCard card) {
    }

    /// Makes the folder for a new run.
    ///
    /// @throws UserException if it holds a run already or cannot be made
    public static RunFolder create(Path path) {
        if (Files.exists(path.resolve(CARD)) || Files.exists(path.resolve(CHECKPOINT)))
            throw new UserException(
                    path + " already holds a run; continue it with --resume " + path + " or choose another folder with --out");
        try {
            Files.createDirectories(path);
        } catch (FileAlreadyExistsException e) {
            throw new UserException(
                    "the folder " + path + " cannot be made: " + e.getFile() + " is a file; choose another one with --out", e);
        } catch (IOException e) {
            throw new UserException("the folder " + path + " cannot be made: " + e, e);
        }
        return new RunFolder(path);
    }

    /// What to do after an error: `go on with: ...`, or to start again where nothing has been saved.
    public String wayOn() {
        return Files.exists(path.resolve(CHECKPOINT)) ? "go on with: sunda train mnist --resume " + path
                : "start again, nothing has been saved in " + path;
    }

    /// The first of `base-1`, `base-2`, ... that does not exist.
    public static Path free(Path base) {
        for (int i = 1;; i++) {
            Path candidate = base.resolveSibling(base.getFileName() + "-" + i);
            if (!Files.exists(candidate))
                return candidate;
        }
    }

    // ---------------------------------------------------------------------------------------------------------- checkpoints

    /// Saves where the training stands.
    public void saveCheckpoint(TrainingOptions options, Sequential model, Trainer trainer) {
        var tensors = new LinkedHashMap<String, Tensor>();
        model.stateDict().forEach((name, tensor) -> tensors.put(MODEL + name, tensor));
        trainer.optimizer().stateDict().forEach((name, tensor) -> tensors.put(OPTIMIZER + name, tensor));
        trainer.average().stateDict().forEach((name, tensor) -> tensors.put(AVERAGE + name, tensor));
        RunState state = RunState.of(options, trainer.progress(), model);
        Checkpoint.save(path.resolve(CHECKPOINT), tensors, Map.of(STATE, JSON.writeValueAsString(state)));
    }

    /// A checkpoint that was read.
    public record Resumed(RunState state, Checkpoint checkpoint) {
        /// Puts model, optimizer and average where they were.
        ///
        /// @param model made with the run's seed
        public void restore(Sequential model, Trainer trainer) {
            model.loadStateDict(part(checkpoint, MODEL), true);
            trainer.optimizer().loadStateDict(part(checkpoint, OPTIMIZER));
            trainer.average().loadStateDict(part(checkpoint, AVERAGE));
            state.restoreRandomStates(model);
        }
    }

    /// Reads the checkpoint, and takes away what an interrupted writing left behind.
    ///
    /// @throws UserException if there is none or it cannot be used
    public Resumed loadCheckpoint() {
        Path file = path.resolve(CHECKPOINT);
        if (!Files.isRegularFile(file))
            throw new UserException("there is no checkpoint " + file + " to go on from");
        Checkpoint checkpoint = readable(() -> Checkpoint.load(file));
        String state = checkpoint.metadata().get(STATE);
        if (state == null)
            throw new UserException(file + " is not a checkpoint of a run");
        deleteLeftovers();
        return readable(() -> new Resumed(JSON.readValue(state, RunState.class), checkpoint));
    }

    private static Map<String, Tensor> part(Checkpoint checkpoint, String prefix) {
        var part = new LinkedHashMap<String, Tensor>();
        checkpoint.tensors().forEach((name, tensor) -> {
            if (name.startsWith(prefix))
                part.put(name.substring(prefix.length()), tensor);
        });
        return part;
    }

    private void deleteLeftovers() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "*.tmp")) {
            for (Path file : files)
                Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- networks

    /// Saves the description of the network; before its weights, so that they never lie there alone.
    public void saveCard(ModelCard card) {
        write(CARD, JSON.writeValueAsString(card));
    }

    /// Saves the weights.
    ///
    /// @return SHA-256 of the file
    public String saveWeights(Sequential model) {
        Path file = path.resolve(WEIGHTS);
        Checkpoint.save(file, model.stateDict(), Map.of("architecture", DigitNet.NAME));
        return sha256(file);
    }

    /// Reads a trained network.
    ///
    /// @throws UserException if it is missing or cannot be used
    public Trained loadModel() {
        for (String name : new String[] {CARD, WEIGHTS})
            if (!Files.isRegularFile(path.resolve(name)))
                throw new UserException("there is no trained network in " + path + ": " + name + " is missing");
        return readable(() -> {
            ModelCard card = JSON.readValue(path.resolve(CARD), ModelCard.class);
            if (!DigitNet.NAME.equals(card.architecture()))
                throw new UserException(
                        path.resolve(CARD) + ": the architecture '" + card.architecture() + "' is not known; " + DigitNet.NAME + " is");
            Sequential model = DigitNet.create(card.classes().size(), new Rng(0));
            model.loadStateDict(Checkpoint.load(path.resolve(WEIGHTS)).tensors(), true);
            return new Trained(model, card);
        });
    }

    private <T> T readable(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (CheckpointException e) {
            throw new UserException(e.getMessage(), e);
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            throw new UserException("what lies in " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- metrics

    /// Saves the results of the epochs so far.
    public void saveEpochs(Progress progress) {
        write("metrics.csv", Metrics.csv(progress.results()));
    }

    /// Saves the results of a finished run.
    public void saveMetrics(Metrics metrics) {
        write("metrics.json", JSON.writeValueAsString(metrics));
    }

    private void write(String name, String text) {
        try {
            Path temporary = path.resolve(name + ".tmp");
            Files.writeString(temporary, text.endsWith("\n") ? text : text + "\n");
            Files.move(temporary, path.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path.resolve(name) + ": " + e, e);
        }
    }

    static String sha256(Path file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
