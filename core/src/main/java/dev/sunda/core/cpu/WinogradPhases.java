package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmConvolution.Kernels;
import java.util.List;
import java.util.function.Function;

/// The input gradient of a strided convolution, which is what a transposed convolution computes, as one Winograd convolution: the pixels of
/// each phase see a few neighbours, of whose transform all phases make use. Their weights lie side by side, in three by three taps, some of
/// them zero; a kernel of four by four with stride 2 takes 144 multiplications instead of 256 for each four by four positions.
final class WinogradPhases {
    private static final int TAPS = 3;
    /// Multiplications of [WinogradConvolution] for the sixteen positions of a tile, and a quarter for its transforms.
    private static final int COST = 45;

    private WinogradPhases() {
    }

    /// Where results go.
    ///
    /// @param height rows of a plane of the whole image
    /// @param width columns of the whole image
    /// @param downwards rows from one result to the next
    /// @param across columns from one result to the next
    /// @param first row and column of the first result of each phase, which are as many groups of channels
    record Places(int height, int width, int downwards, int across, int[][] first) {
        /// One phase that is the whole image.
        static Places whole(Im2colGrid grid) {
            return new Places(grid.height().positions(), grid.width().positions(), 1, 1, new int[][] {{0, 0}});
        }

        /// How many results with `distance` between them there are in a column of a phase from `row` on.
        int rows(int phase, int row, int distance) {
            return Math.ceilDiv(height - first[phase][0] - row * downwards, distance * downwards);
        }

        /// How many there are in a row from `column` on.
        int columns(int phase, int column, int distance) {
            return Math.ceilDiv(width - first[phase][1] - column * across, distance * across);
        }

        /// The pixel of a result of a plane, counted over the batch.
        int pixel(int phase, int plane, int row, int column) {
            return (plane * height + first[phase][0] + row * downwards) * width + first[phase][1] + column * across;
        }
    }

    /// Whether all phases see three by three pixels at most, and planes without gaps.
    static boolean fits(List<GemmPhase> phases) {
        var first = phases.getFirst();
        return first.every()[0] == 1 && first.grid().depth().kernel() > 0 && reach(phases, Im2colGrid::height) <= TAPS
                && reach(phases, Im2colGrid::width) <= TAPS;
    }

    /// Whether they have so many taps that this costs less than one product for each.
    static boolean pays(List<GemmPhase> phases, int batch, int channels, int resultChannels) {
        return saves(phases) && fits(phases) && WinogradTiles.pays(grid(phases), batch, channels, resultChannels);
    }

    /// Whether there are multiplications to be saved.
    static boolean saves(List<GemmPhase> phases) {
        int taps = phases.stream().mapToInt(phase -> phase.grid().height().kernel() * phase.grid().width().kernel()).sum();
        return taps * WinogradTiles.RESULTS * WinogradTiles.RESULTS > COST * phases.size();
    }

    static void run(Kernels kernels, int batch, List<GemmPhase> phases, Image in, ConvWeights weights, float[] start, Image out) {
        var tiles = WinogradTiles.of(grid(phases), batch);
        new WinogradConvolution(kernels, tiles, in, out, places(phases), start, null)
                .run(sideBySide(phases, tiles.grid(), weights).ordered(tiles.order()));
    }

    /// The same in double precision.
    ///
    /// @param weights those of each phase: a row for each of its taps and channels of the source, a column for each channel of the results
    static void run(Convolution64.Kernels kernels, int batch, List<GemmPhase> phases, Image64 in, List<Matrix64> weights, double[] start,
            Image64 out) {
        var tiles = WinogradTiles.of(grid(phases), batch);
        int columns = phases.size() * out.count();
        new WinogradConvolution64(kernels, tiles, in, out, places(phases), start)
                .run(sideBySide(phases, tiles, weights, in.count(), out.count()), columns);
    }

    private static Places places(List<GemmPhase> phases) {
        var whole = phases.getFirst().whole();
        int[] every = phases.getFirst().every();
        int[][] first = phases.stream().map(phase -> new int[] {phase.first()[1], phase.first()[2]}).toArray(int[][]::new);
        return new Places(whole.height().positions(), whole.width().positions(), every[1], every[2], first);
    }

    /// The first pixel that a phase sees along an axis.
    private static int lowest(List<GemmPhase> phases, Function<Im2colGrid, Im2colAxis> axis) {
        return phases.stream().map(phase -> axis.apply(phase.grid())).filter(a -> a.kernel() > 0).mapToInt(Im2colAxis::lowest).min()
                .orElse(0);
    }

    /// Pixels that the phases see together from one position.
    private static int reach(List<GemmPhase> phases, Function<Im2colGrid, Im2colAxis> axis) {
        int lowest = lowest(phases, axis);
        return phases.stream().map(phase -> axis.apply(phase.grid())).filter(a -> a.kernel() > 0)
                .mapToInt(a -> a.lowest() - lowest + a.reach(1)).max().orElse(0);
    }

    /// The positions of the first phase, which has the most, with taps for all phases.
    private static Im2colGrid grid(List<GemmPhase> phases) {
        var grid = phases.getFirst().grid();
        return new Im2colGrid(grid.depth(), axis(phases, Im2colGrid::height), axis(phases, Im2colGrid::width));
    }

    private static Im2colAxis axis(List<GemmPhase> phases, Function<Im2colGrid, Im2colAxis> axis) {
        var own = axis.apply(phases.getFirst().grid());
        int from = lowest(phases, axis);
        return new Im2colAxis(own.positions(), own.size(), new int[] {from, from + 1, from + 2}, 1, 1);
    }

    /// The number in `grid` of each tap of a phase.
    private static int[] numbers(GemmPhase phase, Im2colGrid grid) {
        var own = phase.grid();
        int[] numbers = new int[own.taps()];
        int n = 0;
        for (int z = 0; z < own.depth().kernel(); z++)
            for (int y : own.height().origin())
                for (int x : own.width().origin())
                    numbers[n++] = (z * TAPS + y - grid.height().lowest()) * TAPS + x - grid.width().lowest();
        return numbers;
    }

    /// The weights of all phases as `[taps of the grid * channels of the source, phases * channels of the result]`.
    private static ConvWeights sideBySide(List<GemmPhase> phases, Im2colGrid grid, ConvWeights w) {
        int columns = phases.size() * w.n();
        int tap = w.inner() * columns;
        float[] data = new float[grid.taps() * tap];
        for (int f = 0; f < phases.size(); f++) {
            int[] numbers = numbers(phases.get(f), grid);
            for (int i = 0; i < numbers.length; i++)
                Layouts.square(w.data(), w.at() + phases.get(f).taps()[i], w.rowStride(), w.columnStride(), data,
                        numbers[i] * tap + f * w.n(), columns, 1, w.inner(), w.n());
        }
        int[] taps = new int[grid.taps()];
        for (int t = 0; t < taps.length; t++)
            taps[t] = t * tap;
        return new ConvWeights(data, 0, taps, w.inner(), columns, 1, columns);
    }

    /// The same in double precision, taps in the order of the tiles.
    private static Matrix64 sideBySide(List<GemmPhase> phases, WinogradTiles tiles, List<Matrix64> weights, int inner, int n) {
        int columns = phases.size() * n;
        int tap = inner * columns;
        int[] order = tiles.order();
        int[] rank = new int[order.length];
        for (int t = 0; t < order.length; t++)
            rank[order[t]] = t;
        double[] data = new double[order.length * tap];
        for (int f = 0; f < phases.size(); f++) {
            int[] numbers = numbers(phases.get(f), tiles.grid());
            for (int i = 0; i < numbers.length; i++)
                weights.get(f).copy(i * inner, inner, 0, n, data, rank[numbers[i]] * tap + f * n, columns);
        }
        return Matrix64.of(data, 0, columns, 1);
    }
}
