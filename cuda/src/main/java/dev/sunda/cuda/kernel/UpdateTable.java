package dev.sunda.cuda.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Parameters to be changed by one launch: `struct Updates` of optimizer.cu, whose kernels take it by value. When it is full, or there is
/// no place for other constants, what has been collected is launched.
final class UpdateTable {
    /// Elements of a parameter that a block changes.
    static final int CHUNK = 2048;

    private static final int THREADS = 256;
    private static final int MOST_CONSTANTS = 8;
    private static final int ALIGNED = 8;
    private static final int WIDE_ACCESS = 16;

    private final Gpu gpu;
    private final String entry;
    private final int tensors;
    private final int capacity;
    private final List<int[]> constants = new ArrayList<>();
    private final List<long[]> addresses = new ArrayList<>();
    private final int[] numel;
    private final int[] first;
    private final byte[] how;
    private int blocks;

    /// @param tensors how many the kernel takes for each parameter
    /// @param capacity how many parameters it takes
    UpdateTable(Gpu gpu, String entry, int tensors, int capacity) {
        this.gpu = gpu;
        this.entry = entry;
        this.tensors = tensors;
        this.capacity = capacity;
        numel = new int[capacity];
        first = new int[capacity];
        how = new byte[capacity];
    }

    /// One more parameter.
    ///
    /// @param walk of one run
    /// @param words its constants
    void add(Strided walk, int[] words) {
        int chunks = Grid.ceil(walk.numel(), CHUNK);
        if (addresses.size() == capacity || chunks > Integer.MAX_VALUE - blocks)
            launch();
        int which = constants(words);
        var memory = new long[tensors];
        boolean aligned = true;
        for (int n = 0; n < tensors; n++) {
            memory[n] = walk.address(n);
            aligned &= memory[n] % WIDE_ACCESS == 0;
        }
        int k = addresses.size();
        addresses.add(memory);
        numel[k] = walk.numel();
        first[k] = blocks;
        how[k] = (byte) (aligned ? which + ALIGNED : which);
        blocks += chunks;
    }

    /// The place of these constants.
    private int constants(int[] words) {
        for (int i = constants.size() - 1; i >= 0; i--)
            if (Arrays.equals(constants.get(i), words))
                return i;
        if (constants.size() == MOST_CONSTANTS)
            launch();
        constants.add(words);
        return constants.size() - 1;
    }

    /// Changes the parameters collected since the last time, if there are any.
    void launch() {
        if (blocks > 0)
            gpu.kernel("optimizer", entry).launch(Grid.of(blocks, THREADS), struct());
        constants.clear();
        addresses.clear();
        blocks = 0;
    }

    private int[] struct() {
        int perStep = constants.getFirst().length;
        var words = new int[2 * tensors * capacity + MOST_CONSTANTS * perStep + 2 + 2 * capacity + capacity / 4];
        for (int k = 0; k < addresses.size(); k++)
            for (int n = 0; n < tensors; n++) {
                words[2 * (n * capacity + k)] = (int) addresses.get(k)[n];
                words[2 * (n * capacity + k) + 1] = (int) (addresses.get(k)[n] >> 32);
            }
        int at = 2 * tensors * capacity;
        for (int i = 0; i < constants.size(); i++)
            System.arraycopy(constants.get(i), 0, words, at + i * perStep, perStep);
        at += MOST_CONSTANTS * perStep;
        words[at] = addresses.size();
        System.arraycopy(numel, 0, words, at + 2, capacity);
        System.arraycopy(first, 0, words, at + 2 + capacity, capacity);
        for (int k = 0; k < addresses.size(); k++)
            words[at + 2 + 2 * capacity + k / 4] |= how[k] << 8 * (k % 4);
        return words;
    }
}
