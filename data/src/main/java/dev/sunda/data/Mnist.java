package dev.sunda.data;

import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// The MNIST handwritten digits: grey images `[1, 28, 28]`, white on black, ten classes.
///
/// Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", derived from NIST Special Databases 1 and 3; CC BY-SA 3.0.
///
/// @param train 60,000 images
/// @param test  10,000 images
public record Mnist(LabelledImages train, LabelledImages test) {
    /// Mean of all training pixels in `[0, 1]`.
    public static final double MEAN = 0.1307;
    /// Standard deviation of all training pixels in `[0, 1]`.
    public static final double STD = 0.3081;
    /// Public folders that hold the four files, best first.
    public static final List<URI> MIRRORS = List.of(
            URI.create("https://storage.googleapis.com/cvdf-datasets/mnist/"),
            URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/"));
    /// Names of the ten classes.
    public static final List<String> CLASS_NAMES = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    static final IdxImageSet SET = new IdxImageSet("MNIST", CLASS_NAMES, List.of(
            RemoteFile.sha256OfContent(IdxImageSet.TRAIN_IMAGES, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            RemoteFile.sha256OfContent(IdxImageSet.TRAIN_LABELS, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            RemoteFile.sha256OfContent(IdxImageSet.TEST_IMAGES, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            RemoteFile.sha256OfContent(IdxImageSet.TEST_LABELS, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")));

    private static Mnist of(IdxImageSet.Parts parts) {
        return new Mnist(parts.train(), parts.test());
    }

    /// Reads the four IDX files, each raw or gzip, from a directory.
    ///
    /// @throws DataException if a file is missing or damaged; the message names file, byte offset and reason
    public static Mnist fromDirectory(Path directory) {
        Objects.requireNonNull(directory, "Mnist.fromDirectory: directory is null");
        return of(SET.fromDirectory(directory));
    }

    /// Reads the four IDX files from an embedded copy, for example `fromResources(Main.class::getResourceAsStream)` for files beside the
    /// class `Main`. The caller opens the resources, so a module need not open its packages to this one.
    ///
    /// @param open maps a file name such as `train-images-idx3-ubyte.gz` to a fresh stream, which is closed here, or to null if there is no
    ///             such resource; names with and without `.gz` are tried
    /// @throws DataException if a file is missing or damaged; the message names file, byte offset and reason
    public static Mnist fromResources(Function<String, InputStream> open) {
        Objects.requireNonNull(open, "Mnist.fromResources: open is null");
        return of(SET.fromResources(open));
    }

    /// Reads the files from the cache directory, after downloading the ones that are not there yet.
    ///
    /// @see Download#cacheDirectory()
    public static Mnist download() {
        return download(Download.cacheDirectory().resolve("mnist"), MIRRORS, Download.Options.DEFAULT);
    }

    /// Reads the files from a directory, after downloading the ones that are not there yet.
    ///
    /// @param directory created if it does not exist
    /// @param mirrors   addresses of folders with the four files, best first
    /// @throws DataException if a file can neither be found nor fetched
    public static Mnist download(Path directory, List<URI> mirrors, Download.Options options) {
        Objects.requireNonNull(directory, "Mnist.download: directory is null");
        Objects.requireNonNull(mirrors, "Mnist.download: mirrors is null; use Mnist.MIRRORS");
        mirrors.forEach(mirror -> Objects.requireNonNull(mirror, "Mnist.download: a mirror is null"));
        Objects.requireNonNull(options, "Mnist.download: options is null; use Options.DEFAULT");
        return of(SET.download(directory, mirrors, options));
    }

    /// The same images with pixels shifted and scaled by [#MEAN] and [#STD], the usual input of a network.
    public Mnist normalized() {
        double[] mean = {MEAN}, std = {STD};
        return new Mnist(train.normalized(mean, std), test.normalized(mean, std));
    }
}
