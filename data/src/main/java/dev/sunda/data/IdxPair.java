package dev.sunda.data;

import dev.sunda.core.type.Shape;

import java.util.List;

/// Joins an IDX file of images with the one of its labels.
final class IdxPair {
    private IdxPair() {
    }

    /// @throws DataException naming the file, the byte and the reason
    static LabelledImages combine(Idx images, Idx labels, List<String> classNames) {
        int rank = images.shape().rank();
        if (rank != 3 && rank != 4)
            throw new DataException(images.name() + ": wrong magic at byte 3: images have 3 or 4 dimensions (got " + rank + ")");
        if (labels.shape().rank() != 1)
            throw new DataException(labels.name() + ": wrong magic at byte 3: labels have 1 dimension (got " + labels.shape().rank() + ")");
        int count = images.shape().size(0);
        if (labels.shape().size(0) != count)
            throw new DataException(labels.name() + ": count mismatch at byte 4: " + labels.shape().size(0) + " labels for the " + count
                    + " images of " + images.name());
        byte[] classes = labels.data();
        for (int i = 0; i < count; i++)
            if ((classes[i] & 0xFF) >= classNames.size())
                throw new DataException(labels.name() + ": label out of range at byte " + (labels.headerBytes() + i) + ": label number "
                        + i + " is "
                        + (classes[i] & 0xFF) + ", but there are only " + classNames.size() + " classes");
        Shape sizes = images.shape();
        Shape image = Shape.of(rank == 4 ? sizes.size(1) : 1, sizes.size(-2), sizes.size(-1));
        return new LabelledImages(images.data(), classes, image, classNames);
    }
}
