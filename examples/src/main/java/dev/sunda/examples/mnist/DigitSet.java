package dev.sunda.examples.mnist;

import dev.sunda.data.DataException;
import dev.sunda.data.Download;
import dev.sunda.data.FashionMnist;
import dev.sunda.data.LabelledImages;
import dev.sunda.data.Mnist;
import dev.sunda.data.Normalize;
import dev.sunda.data.RandomCrop;
import dev.sunda.data.Transform;
import dev.sunda.examples.console.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The sets of 28x28 grey images in ten classes that a run can use.
public enum DigitSet {
    /// Handwritten digits; a copy lies beside this class.
    MNIST("mnist", Mnist.MEAN, Mnist.STD),
    /// Articles of clothing; fetched when somebody asks for them, and kept in the cache directory.
    FASHION_MNIST("fashion-mnist", FashionMnist.MEAN, FashionMnist.STD);

    private final String id;
    private final double mean;
    private final double std;

    DigitSet(String id, double mean, double std) {
        this.id = id;
        this.mean = mean;
        this.std = std;
    }

    /// Images as a network wants them: pixels shifted and scaled by the training set's mean and standard deviation.
    ///
    /// @param pixels       the training images before that, pixels in `[0, 1]`
    /// @param augmentation moves one of these at random by a pixel and then normalises it; moving fills in black, which is 0 only before
    /// @param origin       where they came from, for people
    public record Images(LabelledImages train, LabelledImages test, LabelledImages pixels, Transform augmentation, String origin) {
    }

    /// Name on the command line and in files.
    public String id() {
        return id;
    }

    /// Mean of the training pixels in `[0, 1]`.
    public double mean() {
        return mean;
    }

    /// Standard deviation of the training pixels in `[0, 1]`.
    public double std() {
        return std;
    }

    /// The set of that name.
    ///
    /// @throws UserException if there is none
    public static DigitSet of(String id) {
        return Arrays.stream(values()).filter(set -> set.id.equals(id)).findFirst()
                .orElseThrow(() -> new UserException("there is no data set '" + id + "'; there are "
                        + Arrays.stream(values()).map(DigitSet::id).collect(Collectors.joining(", "))));
    }

    /// Reads the images.
    ///
    /// @param directory holds the four IDX files, raw or gzip; null for the embedded copy or the cache
    /// @throws UserException if the files are missing or damaged, or cannot be fetched
    public Images load(Path directory) {
        if (directory != null && !Files.isDirectory(directory))
            throw new UserException("--data: there is no directory " + directory);
        try {
            return switch (this) {
                case MNIST -> mnist(directory);
                case FASHION_MNIST -> fashionMnist(directory);
            };
        } catch (DataException e) {
            throw new UserException(e.getMessage(), e);
        }
    }

    private Images mnist(Path directory) {
        Mnist mnist = directory == null ? Mnist.fromResources(DigitSet.class::getResourceAsStream) : Mnist.fromDirectory(directory);
        return images(mnist.train(), mnist.test(),
                directory == null ? "embedded copy (LeCun, Cortes; CC BY-SA 3.0)" : directory.toString());
    }

    private Images fashionMnist(Path directory) {
        Path cache = Download.cacheDirectory().resolve(id);
        var patience = new Download.Options(2, Duration.ofSeconds(10), Duration.ofSeconds(1), (_, _, _) -> {});
        FashionMnist fashion = directory == null ? FashionMnist.download(cache, FashionMnist.MIRRORS, patience)
                : FashionMnist.fromDirectory(directory);
        return images(fashion.train(), fashion.test(), (directory == null ? cache : directory) + " (Xiao, Rasul, Vollgraf; MIT)");
    }

    private Images images(LabelledImages train, LabelledImages test, String origin) {
        double[] m = {mean}, s = {std};
        var augmentation = Transform.compose(new RandomCrop(28, 28, TrainingOptions.MOST_SHIFT), new Normalize(mean, std));
        return new Images(train.normalized(m, s), test.normalized(m, s), train, augmentation, origin);
    }

    /// Names of the classes, in the order of their numbers.
    public List<String> classNames() {
        return this == MNIST ? Mnist.CLASS_NAMES : FashionMnist.CLASS_NAMES;
    }
}
