package dev.sunda.examples;

import dev.sunda.core.Tensor;
import dev.sunda.data.DataException;
import dev.sunda.data.ImageFiles;
import dev.sunda.data.MnistStyle;
import dev.sunda.examples.console.TextTable;
import dev.sunda.examples.console.UserException;
import dev.sunda.examples.mnist.Evaluation;
import dev.sunda.examples.mnist.ModelCard;
import dev.sunda.examples.mnist.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `sunda predict`: reads drawings.
@Command(name = "predict", mixinStandardHelpOptions = true,
        description = {"Says what a trained network sees in pictures.",
            "A picture is a PNG or JPEG file of any size with one character, dark on light or light on dark; "
                    + "it is cut out, scaled and centred as the training images were."},
        footer = {"", "Example: sunda predict --model runs/mnist-1 three.png seven.jpg"})
final class Predict implements Callable<Integer> {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "folder that 'sunda train mnist' saved")
    private Path folder;
    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "PNG or JPEG files")
    private List<Path> files;
    @Mixin
    private Threads threads;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        threads.apply();
        var trained = new RunFolder(folder).loadModel();
        var images = new ArrayList<Tensor>();
        for (Path file : files)
            images.add(read(file, trained.card().input()));
        float[] p = Evaluation.probabilities(trained.model(), Tensor.stack(images, 0)).toFloatArray();
        table(trained.card().classes(), p).forEach(spec.commandLine().getOut()::println);
        return 0;
    }

    private static Tensor read(Path file, ModelCard.Input input) {
        if (!Files.isRegularFile(file))
            throw new UserException("there is no file " + file);
        try {
            return MnistStyle.of(ImageFiles.readGrey(file)).sub(input.mean()).div(input.std());
        } catch (DataException e) {
            throw new UserException(e.getMessage().contains(file.toString()) ? e.getMessage() : file + ": " + e.getMessage(), e);
        }
    }

    private List<String> table(List<String> classes, float[] p) {
        String[] header = new String[classes.size() + 2];
        header[0] = "image";
        header[1] = "class";
        for (int k = 0; k < classes.size(); k++)
            header[k + 2] = "P(" + classes.get(k) + ")";
        var table = new TextTable(header);
        for (int i = 0; i < files.size(); i++) {
            String[] row = new String[header.length];
            int best = 0;
            for (int k = 0; k < classes.size(); k++) {
                float probability = p[i * classes.size() + k];
                best = probability > p[i * classes.size() + best] ? k : best;
                row[k + 2] = String.format(Locale.ROOT, "%.1f %%", 100 * probability);
            }
            row[0] = files.get(i).toString();
            row[1] = classes.get(best);
            table.row(row);
        }
        return table.lines();
    }
}
