package dev.sunda.data;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/// A published pair of training and test images of 28x28 pixels in four IDX files with the names MNIST gave them.
///
/// @param name       in messages, for example `MNIST`
/// @param classNames names of the classes
/// @param files      training images, training labels, test images, test labels
record IdxImageSet(String name, List<String> classNames, List<RemoteFile> files) {
    static final String TRAIN_IMAGES = "train-images-idx3-ubyte.gz";
    static final String TRAIN_LABELS = "train-labels-idx1-ubyte.gz";
    static final String TEST_IMAGES = "t10k-images-idx3-ubyte.gz";
    static final String TEST_LABELS = "t10k-labels-idx1-ubyte.gz";

    /// Training and test images.
    record Parts(LabelledImages train, LabelledImages test) {
    }

    Parts fromDirectory(Path directory) {
        return parts(file -> Idx.read(find(directory, file.name())));
    }

    Parts fromResources(Function<String, InputStream> open) {
        return parts(file -> {
            for (String name : List.of(file.name(), withoutGz(file.name())))
                try (InputStream in = open.apply(name)) {
                    if (in != null)
                        return Idx.read(name, in);
                } catch (IOException e) {
                    throw new DataException(name + ": cannot be read: " + e, e);
                }
            throw new DataException(name + ": there is no resource " + file.name() + " or " + withoutGz(file.name()));
        });
    }

    Parts download(Path directory, List<URI> mirrors, Download.Options options) {
        return parts(file -> Idx.read(Download.fetch(file, mirrors, directory, options)));
    }

    /// All four files are read before anything is returned.
    private Parts parts(Function<RemoteFile, Idx> read) {
        return new Parts(part(read.apply(files.get(0)), read.apply(files.get(1))), part(read.apply(files.get(2)),
                read.apply(files.get(3))));
    }

    private LabelledImages part(Idx images, Idx labels) {
        if (images.shape().rank() != 3 || images.shape().size(1) != 28 || images.shape().size(2) != 28)
            throw new DataException(images.name() + ": wrong size at byte 8: images of " + name + " are [n, 28, 28] (got " + images.shape()
                    + ")");
        return IdxPair.combine(images, labels, classNames);
    }

    private Path find(Path directory, String name) {
        String raw = withoutGz(name);
        String dotted = raw.replace("-idx", ".idx");                     // as some copies are named
        for (String candidate : List.of(raw, name, dotted, dotted + ".gz"))
            if (Files.isRegularFile(directory.resolve(candidate)))
                return directory.resolve(candidate);
        throw new DataException(name + ": there is no file " + raw + " or " + name + " in " + directory
                + "; download fetches the files of " + this.name);
    }

    private static String withoutGz(String name) {
        return name.substring(0, name.length() - ".gz".length());
    }
}
