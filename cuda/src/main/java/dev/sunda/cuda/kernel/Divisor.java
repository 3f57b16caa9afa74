package dev.sunda.cuda.kernel;

/// Division by a number that is the same for a whole launch, by a multiplication: `divisor.cuh`.
///
/// Source: Granlund, Montgomery 1994, Division by Invariant Integers using Multiplication.
final class Divisor {
    private Divisor() {
    }

    /// `struct Divisor`, for dividing numbers from 0 to below 2^31.
    ///
    /// @param size at least 1
    static int[] struct(int size) {
        int shift = 32 - Integer.numberOfLeadingZeros(size - 1);
        return new int[] {(int) ((1L << 32) * ((1L << shift) - size) / size + 1), shift, size};
    }
}
