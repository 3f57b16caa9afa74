package dev.sunda.cuda.kernel;

/// The words of a structure that a kernel takes, written one after another.
final class Words {
    private final int[] all;
    private int used;

    Words(int count) {
        all = new int[count];
    }

    void add(int... words) {
        System.arraycopy(words, 0, all, used, words.length);
        used += words.length;
    }

    /// `size` and what it takes to divide by it with a multiplication: magic number, shift, size.
    void addDivider(int size) {
        int shift = 32 - Integer.numberOfLeadingZeros(size - 1);
        add((int) (((1L << 32) * ((1L << shift) - size)) / size + 1), shift, size);
    }

    /// The structure, complete.
    int[] all() {
        if (used != all.length)
            throw new IllegalStateException("cuda: a structure of " + all.length + " words got " + used);
        return all;
    }
}
