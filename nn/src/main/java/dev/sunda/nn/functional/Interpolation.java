package dev.sunda.nn.functional;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// How an image is resized: to which size, and how pixels between the given ones are found.
///
/// Either `size` or `scaleFactors` is given, the other is null; each holds one number for each spatial axis, the outermost first, or one
/// for all.
///
/// @param size of the result, at least 1
/// @param scaleFactors by which sizes are multiplied; results are rounded down
/// @param alignCorners whether the centres of the corner pixels stay where they are instead of the image's edges; null (false) where the
///     mode has no such choice
/// @param recomputeScaleFactor whether coordinates are mapped by the ratio of the sizes instead of the given factor
/// @param antialias whether a smaller image averages over what it leaves out; for two axes and [Mode#BILINEAR] or [Mode#BICUBIC]
public record Interpolation(Mode mode, List<Integer> size, List<Double> scaleFactors, Boolean alignCorners, boolean recomputeScaleFactor,
        boolean antialias) {

    /// How a value is found.
    public enum Mode {
        /// The pixel before, at `floor(i * scale)`.
        NEAREST,
        /// The pixel whose centre is nearest, at `floor((i + 0.5) * scale)`.
        NEAREST_EXACT,
        /// Between two pixels of a sequence.
        LINEAR,
        /// Between four pixels of an image.
        BILINEAR,
        /// Among sixteen pixels of an image, by cubic polynomials with parameter -0.75; results may overshoot.
        BICUBIC,
        /// Between eight pixels of a volume.
        TRILINEAR,
        /// The mean of the pixels covered, as [AdaptivePoolings#adaptiveAvgPool2d].
        AREA;

        /// True if the mode asks whether corners are aligned.
        boolean hasCorners() {
            return this == LINEAR || this == BILINEAR || this == BICUBIC || this == TRILINEAR;
        }

        /// `nearest`, `nearest-exact`, `linear`, ...
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// Checks what does not depend on the image.
    ///
    /// @throws IllegalArgumentException unless there is one of size and factors, and the options fit the mode
    public Interpolation {
        Objects.requireNonNull(mode, "interpolate: mode is null; use Mode.NEAREST or another");
        if (size != null)
            size.forEach(n -> Objects.requireNonNull(n, "interpolate: one of the sizes is null"));
        if (scaleFactors != null)
            scaleFactors.forEach(factor -> Objects.requireNonNull(factor, "interpolate: one of the scale factors is null"));
        size = size == null ? null : List.copyOf(size);
        scaleFactors = scaleFactors == null ? null : List.copyOf(scaleFactors);
        if ((size == null) == (scaleFactors == null))
            throw new IllegalArgumentException("interpolate: either the size or the scale factors must be given (got "
                    + (size == null ? "neither" : "both") + ")");
        if (alignCorners != null && !mode.hasCorners())
            throw new IllegalArgumentException("interpolate: mode '" + mode + "' has no corners to align (got alignCorners "
                    + alignCorners + "); leave it out");
        if (recomputeScaleFactor && size != null)
            throw new IllegalArgumentException("interpolate: only a given scale factor can be recomputed (got size " + size + ")");
        if (antialias && mode != Mode.BILINEAR && mode != Mode.BICUBIC)
            throw new IllegalArgumentException("interpolate: antialias is for bilinear and bicubic (got " + mode + ")");
    }

    /// To this size.
    public static Interpolation toSize(Mode mode, int... size) {
        Objects.requireNonNull(size, "Interpolation.toSize: size is null");
        return new Interpolation(mode, Arrays.stream(size).boxed().toList(), null, null, false, false);
    }

    /// By these factors.
    public static Interpolation byFactor(Mode mode, double... factors) {
        Objects.requireNonNull(factors, "Interpolation.byFactor: factors is null");
        return new Interpolation(mode, null, Arrays.stream(factors).boxed().toList(), null, false, false);
    }

    /// These options with or without aligned corners.
    public Interpolation withAlignCorners(boolean alignCorners) {
        return new Interpolation(mode, size, scaleFactors, alignCorners, recomputeScaleFactor, antialias);
    }

    /// These options with coordinates mapped by the ratio of the sizes.
    public Interpolation withRecomputedScaleFactor() {
        return new Interpolation(mode, size, scaleFactors, alignCorners, true, antialias);
    }

    /// These options with averages over what a smaller image leaves out.
    public Interpolation withAntialias() {
        return new Interpolation(mode, size, scaleFactors, alignCorners, recomputeScaleFactor, true);
    }

    /// Mode and size or factors, and the options that differ from the default.
    @Override
    public String toString() {
        return (size != null ? "size " + size : "scale factor " + scaleFactors) + ", mode " + mode
                + (alignCorners == null || !alignCorners ? "" : ", aligned corners")
                + (recomputeScaleFactor ? ", recomputed scale factor" : "") + (antialias ? ", antialias" : "");
    }
}
