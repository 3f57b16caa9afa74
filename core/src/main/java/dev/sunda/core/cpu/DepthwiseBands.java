package dev.sunda.core.cpu;

/// Neighbouring rows of the planes of a batch, which are computed together.
///
/// @param width pixels of a row
/// @param rows of a band, the last one of a plane may have fewer
/// @param size elements of a band at most
record DepthwiseBands(int planes, int depth, int height, int width, int rows, int size) {
    /// @param together rows of which bands are made, except the last one of a plane
    /// @param least elements of a band at least, if there are few images
    /// @param enough bands of all images together that are enough
    static DepthwiseBands of(int batch, Im2colGrid whole, int channels, int together, int least, int enough) {
        int planes = Math.multiplyExact(batch, whole.depth().positions());
        int height = whole.height().positions();
        long row = Math.max(1L, (long) whole.width().positions() * channels);
        long bands = Math.clamp(row * height / least, 1, Math.ceilDiv(enough, Math.max(1, planes)));
        int rows = Math.clamp((long) Math.ceilDiv(Math.ceilDiv(height, (int) bands), together) * together, 1, Math.max(1, height));
        return new DepthwiseBands(planes, whole.depth().positions(), height, whole.width().positions(), rows,
                (int) Math.min(Integer.MAX_VALUE, rows * row));
    }

    int count() {
        return Math.multiplyExact(planes, ofPlane());
    }

    private int ofPlane() {
        return Math.ceilDiv(height, rows);
    }

    private int firstRow(int band) {
        return band % ofPlane() * rows;
    }

    /// The first position of a band, counted over the batch.
    int position(int band) {
        return (band / ofPlane() * height + firstRow(band)) * width;
    }

    /// How many positions a band has.
    int positions(int band) {
        return Math.min(rows, height - firstRow(band)) * width;
    }

    void visit(int band, DepthwiseWalk walk, DepthwiseWalk.Visitor visitor) {
        int plane = band / ofPlane();
        walk.visit(plane / depth, plane % depth, firstRow(band), Math.min(firstRow(band) + rows, height), visitor);
    }
}
