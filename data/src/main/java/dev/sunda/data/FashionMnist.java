package dev.sunda.data;

import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// Fashion-MNIST, articles of clothing in the form of MNIST: grey images `[1, 28, 28]`, light on black, ten classes.
///
/// Source: Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747; MIT licence.
///
/// @param train 60,000 images
/// @param test  10,000 images
public record FashionMnist(LabelledImages train, LabelledImages test) {
    /// Mean of all training pixels in `[0, 1]`.
    public static final double MEAN = 0.2860;
    /// Standard deviation of all training pixels in `[0, 1]`.
    public static final double STD = 0.3530;
    /// Public folders that hold the four files, best first.
    public static final List<URI> MIRRORS = List.of(
            URI.create("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"),
            URI.create("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"));
    /// Names of the ten classes.
    public static final List<String> CLASS_NAMES = List.of("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
            "Sneaker",
            "Bag", "Ankle boot");

    static final IdxImageSet SET = new IdxImageSet("Fashion-MNIST", CLASS_NAMES, List.of(
            RemoteFile.sha256(IdxImageSet.TRAIN_IMAGES, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            RemoteFile.sha256(IdxImageSet.TRAIN_LABELS, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            RemoteFile.sha256(IdxImageSet.TEST_IMAGES, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            RemoteFile.sha256(IdxImageSet.TEST_LABELS, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5")));

    private static FashionMnist of(IdxImageSet.Parts parts) {
        return new FashionMnist(parts.train(), parts.test());
    }

    /// Reads the four IDX files, each raw or gzip, from a directory.
    ///
    /// @throws DataException if a file is missing or damaged; the message names file, byte offset and reason
    public static FashionMnist fromDirectory(Path directory) {
        Objects.requireNonNull(directory, "FashionMnist.fromDirectory: directory is null");
        return of(SET.fromDirectory(directory));
    }

    /// Reads the four IDX files from an embedded copy, for example `fromResources(Main.class::getResourceAsStream)` for files beside the
    /// class `Main`. The caller opens the resources, so a module need not open its packages to this one.
    ///
    /// @param open maps a file name such as `train-images-idx3-ubyte.gz` to a fresh stream, which is closed here, or to null if there is no
    ///             such resource; names with and without `.gz` are tried
    /// @throws DataException if a file is missing or damaged; the message names file, byte offset and reason
    public static FashionMnist fromResources(Function<String, InputStream> open) {
        Objects.requireNonNull(open, "FashionMnist.fromResources: open is null");
        return of(SET.fromResources(open));
    }

    /// Reads the files from the cache directory, after downloading the ones that are not there yet.
    ///
    /// @see Download#cacheDirectory()
    public static FashionMnist download() {
        return download(Download.cacheDirectory().resolve("fashion-mnist"), MIRRORS, Download.Options.DEFAULT);
    }

    /// Reads the files from a directory, after downloading the ones that are not there yet.
    ///
    /// @param directory created if it does not exist
    /// @param mirrors   addresses of folders with the four files, best first
    /// @throws DataException if a file can neither be found nor fetched
    public static FashionMnist download(Path directory, List<URI> mirrors, Download.Options options) {
        Objects.requireNonNull(directory, "FashionMnist.download: directory is null");
        Objects.requireNonNull(mirrors, "FashionMnist.download: mirrors is null; use FashionMnist.MIRRORS");
        mirrors.forEach(mirror -> Objects.requireNonNull(mirror, "FashionMnist.download: a mirror is null"));
        Objects.requireNonNull(options, "FashionMnist.download: options is null; use Options.DEFAULT");
        return of(SET.download(directory, mirrors, options));
    }

    /// The same images with pixels shifted and scaled by [#MEAN] and [#STD], the usual input of a network.
    public FashionMnist normalized() {
        double[] mean = {MEAN}, std = {STD};
        return new FashionMnist(train.normalized(mean, std), test.normalized(mean, std));
    }
}
