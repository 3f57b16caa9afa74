package dev.sunda.cuda.driver;

import java.util.StringJoiner;

/// The kernels put on a device last. An error of a kernel comes to light at some later call; this says which kernels it may have been.
final class Launches {
    private static final int REMEMBERED = 64;
    private static final int SIZES = 6;

    private final String[] kernels = new String[REMEMBERED];
    private final int[] sizes = new int[REMEMBERED * SIZES];
    private long count;

    synchronized void add(String kernel, int gridX, int gridY, int gridZ, int blockX, int blockY, int shared) {
        int at = (int) (count++ % REMEMBERED);
        kernels[at] = kernel;
        int to = at * SIZES;
        sizes[to] = gridX;
        sizes[to + 1] = gridY;
        sizes[to + 2] = gridZ;
        sizes[to + 3] = blockX;
        sizes[to + 4] = blockY;
        sizes[to + 5] = shared;
    }

    /// The last one with all its sizes; "no kernel" before the first one.
    synchronized String last() {
        if (count == 0)
            return "no kernel";
        int at = (int) ((count - 1) % REMEMBERED);
        int from = at * SIZES;
        return kernels[at] + " with a grid of " + sizes[from] + " x " + sizes[from + 1] + " x " + sizes[from + 2] + " blocks of "
                + sizes[from + 3] + " x " + sizes[from + 4] + " threads, " + sizes[from + 5] + " bytes of dynamic shared memory";
    }

    /// Names of all that are remembered, the last one first; a row of equal ones as `name (3 times)`.
    synchronized String names() {
        var names = new StringJoiner(", ");
        int most = (int) Math.min(count, REMEMBERED);
        for (int i = 0; i < most;) {
            String kernel = kernel(i);
            int from = i;
            while (i < most && kernel(i).equals(kernel))
                i++;
            names.add(i - from == 1 ? kernel : kernel + " (" + (i - from) + " times)");
        }
        return count == 0 ? "none" : names.toString();
    }

    private String kernel(int ago) {
        return kernels[(int) ((count - 1 - ago) % REMEMBERED)];
    }
}
