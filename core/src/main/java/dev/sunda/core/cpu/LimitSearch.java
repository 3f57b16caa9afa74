package dev.sunda.core.cpu;

/// The innermost loop of [SortRow] for a few first elements: most of a row lies beyond the last of them and is passed over.
sealed interface LimitSearch permits ScalarLimitSearch, SimdLimitSearch {
    /// The twin this process uses.
    LimitSearch ACTIVE = VectorPath.isSimd() ? new SimdLimitSearch() : new ScalarLimitSearch();

    /// The first place from `from` on and before `end` whose element is less than `limit` or NaN; `end` if there is none. Everywhere if the
    /// limit is NaN.
    int below(float[] x, int from, int end, float limit);

    /// The same for elements that are greater.
    int above(float[] x, int from, int end, float limit);
}
